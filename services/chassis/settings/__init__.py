"""Settings of one process, from the environment (`LEADRELAY_*`). Read only where a process is put together."""

from services.chassis.settings.fields import (
    DEV_CODEC_KEYS,
    DEV_ISSUER,
    DEV_SESSION_KEYS,
    DEV_TELEPHONY_SECRET,
    PREFIX,
    WORKER_TUNING,
    Settings,
    SettingsError,
)
from services.chassis.settings.key_rings import parse_key_ring
from services.chassis.settings.load import load_mail_door_settings, load_settings
from services.chassis.settings.production import Use, is_loopback

__all__ = [
    "DEV_CODEC_KEYS",
    "DEV_ISSUER",
    "DEV_SESSION_KEYS",
    "DEV_TELEPHONY_SECRET",
    "PREFIX",
    "WORKER_TUNING",
    "Settings",
    "SettingsError",
    "Use",
    "is_loopback",
    "load_mail_door_settings",
    "load_settings",
    "parse_key_ring",
]
