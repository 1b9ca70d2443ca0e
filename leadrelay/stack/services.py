"""The house's own processes: `leadrelay migrate`, `api`, `worker` and `demo`, as children of the stack."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadrelay.stack.health import answers
from leadrelay.stack.layout import DataDir
from leadrelay.stack.ports import HOST
from leadrelay.stack.postgres import TIERS, Postgres
from leadrelay.stack.process import BACKGROUND, Part
from services.chassis.settings import PREFIX

TITLES = {"lead_gen": "Lead generation", "conversion": "Conversion", "account_mgmt": "Account management", "ops": "Ops"}
# Only these of the settings that happen to be in the caller's environment reach the children.
_KEPT = (f"{PREFIX}LOG_LEVEL", f"{PREFIX}LOG_FORMAT")


def port_wishes(port_base: int, workers: Mapping[str, int]) -> dict[str, int]:
    """The usual port of every part, by its name."""
    wishes = {"postgres": 15432, "temporal": 7233, "temporal_ui": 8233}
    wishes |= {f"{tier}_api": port_base + number for number, tier in enumerate((*TIERS, "ops"), start=1)}
    wishes |= {"smtp": port_base + 8, "mail": port_base + 9}
    names = [name for tier in TIERS for name in worker_names(tier, workers.get(tier, 1))]
    return wishes | {name: port_base + number for number, name in enumerate(names, start=11)}


def worker_names(tier: str, count: int) -> list[str]:
    """lead_gen_worker, lead_gen_worker_2, ..."""
    return [f"{tier}_worker" if number == 1 else f"{tier}_worker_{number}" for number in range(1, count + 1)]


@dataclass(frozen=True)
class Services:
    """Makes the parts of one stack."""

    data: DataDir
    ports: Mapping[str, int]
    postgres: Postgres
    policy: str

    def migration(self, tier: str) -> Part:
        """Brings the tier's database up to date; ends by itself."""
        name = f"{tier}_migrate"
        return self._part(name, f"{TITLES[tier]}: migrations", ["migrate", tier], self._env(tier))

    def api(self, tier: str) -> Part:
        """A tier's api, or the operators'."""
        name = f"{tier}_api"
        env = self._env(tier) | {f"{PREFIX}PORT": str(self.ports[name])}
        return self._part(name, f"{TITLES[tier]}: api", ["api", tier], env, self.ports[name])

    def worker(self, tier: str, name: str) -> Part:
        """One of a tier's workers."""
        env = self._env(tier) | {f"{PREFIX}HEALTH_PORT": str(self.ports[name])}
        title = f"{TITLES[tier]}: worker{name.removeprefix(f'{tier}_worker').replace('_', ' ')}"
        # Longer than the worker gives its activities to end.
        return self._part(name, title, ["worker", tier], env, self.ports[name], stop_seconds=27.0, niceness=BACKGROUND)

    def mailbox(self) -> Part:
        """Where the house's mails end up, and the page that shows them."""

        async def ready() -> bool:
            return await answers(self.ports["mail"], "/readyz")

        ports = ("--smtp-port", str(self.ports["smtp"]), "--web-port", str(self.ports["mail"]))
        return Part(
            name="mail",
            title="Mailbox",
            command=[sys.executable, "-m", "leadrelay.mailbox", self.data.mails, *ports],
            env=self._common(),
            cwd=self.data.root,
            log=self.data.log("mail"),
            ready=ready,
            niceness=BACKGROUND,
        )

    def demo(self, on_line: Callable[[bytes], None]) -> Part:
        """The sample department."""
        return Part(
            name="demo",
            title="The sample department",
            command=[sys.executable, "-m", "leadrelay", "demo", "--data", self.data.root],
            env=self._common(),
            cwd=self.data.root,
            log=self.data.log("demo"),
            stop_seconds=5.0,
            on_line=on_line,
        )

    def _part(
        self,
        name: str,
        title: str,
        arguments: list[str],
        env: Mapping[str, str],
        port: int = 0,
        stop_seconds: float = 25.0,
        niceness: int = 0,
    ) -> Part:
        async def ready() -> bool:
            return await answers(port, "/readyz")

        return Part(
            name=name,
            title=title,
            command=[sys.executable, "-m", "leadrelay", *arguments],
            env=env,
            cwd=self.data.root,
            log=self.data.log(name),
            ready=ready,
            stop_seconds=stop_seconds,
            niceness=niceness,
        )

    def _common(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "TEMPORAL_"))}
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return ours | kept | {"PYTHONUNBUFFERED": "1"}

    def _env(self, tier: str) -> dict[str, str]:
        uis = [f"http://{host}:{self.ports['temporal_ui']}" for host in (HOST, "localhost")]
        env = self._common() | {
            f"{PREFIX}PROFILE": "development",
            f"{PREFIX}HOST": HOST,
            f"{PREFIX}POLICY": self.policy,
            f"{PREFIX}AUTH_DEV_JWKS": str(self.data.keys / "jwks.json"),
            f"{PREFIX}SMTP_HOST": HOST,
            f"{PREFIX}SMTP_PORT": str(self.ports["smtp"]),
            f"{PREFIX}SMTP_TLS": "none",
            f"{PREFIX}CODEC_KEYS": self.data.codec_keys(),
            f"{PREFIX}UI_ORIGIN": ",".join(uis),
            "TEMPORAL_ADDRESS": f"{HOST}:{self.ports['temporal']}",
            # The user's own profiles of the Temporal command line are not meant for this server.
            "TEMPORAL_CONFIG_FILE": str(self.data.root / "temporal.toml"),
        }
        return env if tier not in TIERS else env | {f"{PREFIX}DATABASE_DSN": self.postgres.dsn(tier)}
