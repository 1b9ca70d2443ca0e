"""Settings from the environment, refused where a process must not start with them."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import ValidationError

from services.chassis.settings.fields import PREFIX, Settings, SettingsError
from services.chassis.settings.mail_door import MailDoorSettings
from services.chassis.settings.production import ALL_USES, Use, mail_door_problems, production_problems


def load_settings(uses: Collection[Use] = ALL_USES) -> Settings:
    """Settings from the environment; raises SettingsError, also for anything production must not run with.

    A process that names its `uses` need not be given the secrets of the others.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        lines = [_line(item["loc"], item["msg"]) for item in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(lines)) from None
    problems = production_problems(settings, uses) if settings.profile == "production" else []
    if problems:
        raise SettingsError("\n".join(["The production profile refuses to start:", *problems]))
    return settings


def load_mail_door_settings(settings: Settings) -> MailDoorSettings:
    """What the mail door is told besides; raises SettingsError, in production also for what is sent in clear."""
    try:
        door = MailDoorSettings()
    except ValidationError as error:
        lines = [_line(item["loc"], item["msg"]) for item in error.errors(include_input=False, include_url=False)]
        raise SettingsError("\n".join(lines)) from None
    problems = mail_door_problems(settings, door) if settings.profile == "production" else []
    if problems:
        raise SettingsError("\n".join(["The production profile refuses to start:", *problems]))
    return door


def _line(loc: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(loc[0]).upper().removeprefix(PREFIX) if loc else "environment"
    return f"{name}: {message}"
