"""Leadrelay's own processes: `migrate`, `api`, `worker`, `demo`, and the helpers of the stack, as its children."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from leadrelay.stack.data_directory import DataDirectory
from leadrelay.stack.front_door import IDENTITY_PATH
from leadrelay.stack.ports import HOST, answers
from leadrelay.stack.process import BACKGROUND, ProcessSpec
from services.chassis.sentences import said
from services.chassis.settings import PREFIX, WORKER_TUNING
from services.conversion.domain.policy import DEMO as conversion_demo
from workflows.contracts.base import Tier

TITLES = {"lead_gen": "Lead generation", "conversion": "Conversion", "account_mgmt": "Account management", "ops": "Ops"}
# Of the settings that happen to be in the caller's environment, only these reach the children.
_KEPT = tuple(f"{PREFIX}{name}" for name in ("LOG_LEVEL", "LOG_FORMAT", "WEBHOOK_ALLOW", *WORKER_TUNING))

REPLY_ADDRESS = "reply@in.leadrelay.example"


def worker_names(tier: str, count: int) -> list[str]:
    """lead_gen_worker, lead_gen_worker_2, ..."""
    return [f"{tier}_worker" if number == 1 else f"{tier}_worker_{number}" for number in range(1, count + 1)]


def sample_notice() -> str:
    """What every page of the sample department says: who is not real, and how fast its time runs."""
    day = round(conversion_demo.first_step_within.total_seconds())
    return said(
        f"Sample department: made-up companies, simulated colleagues, and a working day lasts {day} seconds here."
    )


@dataclass(frozen=True)
class Services:
    """Describes the processes of one stack. `dsn` gives the database of a tier."""

    data: DataDirectory
    ports: Mapping[str, int]
    dsn: Callable[[str], str]
    policy: str

    def migration(self, tier: str) -> ProcessSpec:
        """Brings the tier's database up to date; ends by itself."""
        return self._spec(f"{tier}_migrate", f"{TITLES[tier]}: migrations", "leadrelay", "migrate", tier)

    def api(self, tier: str) -> ProcessSpec:
        """The API of a tier or of ops."""
        name = f"{tier}_api"
        return self._spec(name, f"{TITLES[tier]}: API", "leadrelay", "api", tier, port=name, stop_seconds=25.0)

    def worker(self, tier: str, name: str) -> ProcessSpec:
        """One worker of a tier."""
        title = f"{TITLES[tier]}: worker{name.removeprefix(f'{tier}_worker').replace('_', ' ')}"
        # Longer than the worker gives its activities to end. In the background neither it nor Temporal would ever catch
        # up with what makes their work.
        return self._spec(name, title, "leadrelay", "worker", tier, port=name, stop_seconds=27.0)

    def identity_provider(self) -> ProcessSpec:
        """Asks people who they are today, and signs them in."""
        where = ("--origin", self.origin, "--port", str(self.ports["identity"]))
        tiers = (f"--tier={tier}=http://{HOST}:{self.ports[f'{tier}_api']}" for tier in Tier)
        empty = () if self.policy == "demo" else ("--empty",)
        command = ("leadrelay.identity_provider", str(self.data.keys), *where, *tiers, *empty)
        return self._spec("identity", "Identity provider", *command, port="identity")

    @property
    def origin(self) -> str:
        """The one address that people open."""
        return f"http://{HOST}:{self.ports['desk']}"

    def mail_catcher(self) -> ProcessSpec:
        """Takes all outgoing mail and shows it on a page."""
        chosen = {"smtp": "smtp", "web": "mail", "door": "inbound"}
        ports = [part for name, port in chosen.items() for part in (f"--{name}-port", str(self.ports[port]))]
        command = ("leadrelay.mail_catcher", str(self.data.mails), *ports)
        return self._spec("mail", "Mail catcher", *command, port="mail", niceness=BACKGROUND)

    def mail_door(self) -> ProcessSpec:
        """Takes the answers of the mail catcher's customers."""
        return self._spec("mail_door", "Mail door", "leadrelay", "mail-door", port="mail_door", niceness=BACKGROUND)

    def switchboard(self) -> ProcessSpec:
        """Rings when a caller presses the key, and answers or not."""
        where = ("--lead-gen", f"http://{HOST}:{self.ports['lead_gen_api']}", "--port", str(self.ports["switchboard"]))
        return self._spec("switchboard", "Switchboard", "leadrelay.switchboard", *where, port="switchboard")

    def demo(self, on_line: Callable[[bytes], None]) -> ProcessSpec:
        """The sample department."""
        command = ("leadrelay", "demo", "--data", str(self.data.root))
        changes: dict[str, Any] = {"stop_seconds": 5.0, "niceness": BACKGROUND}
        return self._spec("demo", "Sample department", *command, on_line=on_line, **changes)

    def _spec(self, name: str, title: str, *command: str, port: str | None = None, **changes: Any) -> ProcessSpec:
        return ProcessSpec(
            name=name,
            title=title,
            command=[sys.executable, "-m", *command],
            env=self._env(name),
            cwd=self.data.root,
            log=self.data.logs / f"{name}.log",
            ready=partial(answers, self.ports[port], "/readyz") if port else None,
            **changes,
        )

    def _door_env(self) -> dict[str, str]:
        tiers = ",".join(f"{tier}=http://{HOST}:{self.ports[f'{tier}_api']}" for tier in ("conversion", "account_mgmt"))
        settings = {
            "PROFILE": "development", "HOST": HOST, "HEALTH_PORT": self.ports["mail_door"],
            "REPLY_ADDRESS": REPLY_ADDRESS, "INBOUND_PORT": self.ports["inbound"], "INBOUND_TIERS": tiers,
        }  # fmt: skip
        return {f"{PREFIX}{key}": str(value) for key, value in settings.items()}

    def _env(self, name: str) -> dict[str, str]:
        """The environment of a process: settings for the tiers and ops, nothing secret for the others."""
        env = {key: value for key, value in os.environ.items() if not key.startswith((PREFIX, "TEMPORAL_"))}
        env |= {key: os.environ[key] for key in _KEPT if key in os.environ} | {"PYTHONUNBUFFERED": "1"}
        tier = next((tier for tier in TITLES if name.startswith(f"{tier}_")), None)
        if name == "mail_door":
            return env | self._door_env()
        if tier is None:
            return env
        port = str(self.ports.get(name, 0))
        settings = {
            "PROFILE": "development",
            "HOST": HOST,
            "PORT": port,
            "HEALTH_PORT": port,
            "POLICY": self.policy,
            "AUTH_DEV_JWKS": str(self.data.keys / "jwks.json"),
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(self.ports["smtp"]),
            "SMTP_TLS": "none",
            "REPLY_ADDRESS": REPLY_ADDRESS,
            "CODEC_KEYS": self.data.codec_keys(),
            "SWITCHBOARD_URL": f"http://{HOST}:{self.ports['switchboard']}/calls",
            "ORIGIN": self.origin,
            "OIDC_ISSUER": f"{self.origin}{IDENTITY_PATH}",
            "SESSION_KEYS": self.data.session_keys(),
            "UI_ORIGIN": ",".join(f"http://{host}:{self.ports['temporal_ui']}" for host in (HOST, "localhost")),
        }
        if self.policy == "demo":
            settings["NOTICE"] = sample_notice()
        if tier == "ops":
            settings["TIER_APIS"] = ",".join(f"{one}=http://{HOST}:{self.ports[f'{one}_api']}" for one in Tier)
        if tier in list(Tier):
            settings["DATABASE_DSN"] = self.dsn(tier)
        return {
            **env,
            **{f"{PREFIX}{key}": value for key, value in settings.items()},
            "TEMPORAL_ADDRESS": f"{HOST}:{self.ports['temporal']}",
            # The user's own profiles of the Temporal command line are not meant for this server.
            "TEMPORAL_CONFIG_FILE": str(self.data.root / "temporal.toml"),
        }
