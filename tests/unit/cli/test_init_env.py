"""`leadrelay init-env`: strong secrets and certificates, once."""

from __future__ import annotations

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from leadrelay.cli import app
from leadrelay.environment.certificates import Pair, new_authority, new_server
from tests.fixtures.compose import filled_in, read_compose, read_env


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["init-env", "--out", str(folder), *arguments])


def shape(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_installation_has_secrets_of_its_own(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run(tmp_path / name, "--domain", "crm.example.org").exit_code == 0
    one, two = (read_env((tmp_path / name / ".env").read_text()) for name in ("one", "two"))
    secret = {name for name in one if name.endswith(("_PASSWORD", "_SECRET", "_KEYS", "_TOKEN")) and one[name]}
    assert len(secret) == 12
    assert not {name for name in secret if one[name] == two[name]}
    assert len({one[name] for name in secret}) == len(secret)
    assert all(len(one[name]) >= 44 for name in secret)


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    assert run(tmp_path, "--trial").exit_code == 0
    before = shape(tmp_path)
    again = run(tmp_path, "--domain", "other.example.org")
    assert again.exit_code == 1
    assert f"{tmp_path / '.env'} and {tmp_path / 'certificates'} are there already" in again.stderr
    assert shape(tmp_path) == before
    (tmp_path / ".env").unlink()
    assert run(tmp_path, "--trial").exit_code == 1  # certificates of somebody are there still
    assert not (tmp_path / ".env").exists()


def test_a_trial_can_be_reached_from_its_own_machine_only(tmp_path: Path) -> None:
    for wanted, where in ((("--trial",), "127.0.0.1:"), (("--domain", "crm.example.org"), "")):
        run(tmp_path / wanted[0], *wanted)
        given = read_env((tmp_path / wanted[0] / ".env").read_text())
        ports = [filled_in(port, given) for port in read_compose()["services"]["front_door"]["ports"]]
        assert ports == [f"{where}80:80", f"{where}443:443"]


def test_others_of_the_machine_read_neither_secrets_nor_keys(tmp_path: Path) -> None:
    run(tmp_path, "--trial")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / ".env", tmp_path / "certificates")}
    assert modes == {tmp_path / ".env": 0o600, tmp_path / "certificates": 0o700}
    assert stat.S_IMODE((tmp_path / "certificates/ca.key").stat().st_mode) == 0o600


def test_the_certificates_are_trusted_by_whoever_trusts_the_authority(tmp_path: Path) -> None:
    run(tmp_path, "--domain", "crm.example.org")
    context = ssl.create_default_context(cafile=str(tmp_path / "certificates/ca.crt"))
    for name, host in (("postgres", "postgres"), ("front_door/front_door", "crm.example.org")):
        pair = [tmp_path / "certificates" / f"{name}.{kind}" for kind in ("crt", "key")]
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*pair)
        assert _handshake(context, pair, host) == host
        with pytest.raises(ssl.SSLCertVerificationError):
            _handshake(context, pair, "other.example.org")


def _handshake(context: ssl.SSLContext, pair: list[Path], host: str) -> str:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*pair)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = context.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (ours, theirs):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return str(ours.server_hostname)


def test_a_certificate_never_outlives_its_authority() -> None:
    now = datetime.now(UTC)
    old = new_authority(now - timedelta(days=3640))
    served = new_server(old, "postgres", now=now).certificate
    assert served.not_valid_after_utc == old.certificate.not_valid_after_utc


def test_the_front_doors_certificate_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    run(tmp_path, "--domain", "crm.example.org")
    before = shape(tmp_path)
    assert run(tmp_path, "--renew").exit_code == 0
    after = shape(tmp_path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {f"certificates/front_door/front_door.{kind}" for kind in ("crt", "key")}
    served = x509.load_pem_x509_certificate(after["certificates/front_door/front_door.crt"])
    served.verify_directly_issued_by(
        Pair.read(*(after[f"certificates/ca.{kind}"] for kind in ("crt", "key"))).certificate
    )


def test_a_public_domain_gets_its_certificate_from_caddy(tmp_path: Path) -> None:
    run(tmp_path, "--domain", "crm.example.org", "--public")
    assert list((tmp_path / "certificates/front_door").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "--domain"),
        (["--domain", "localhost"], "a host name with a dot"),
        (["--domain", "https://crm.example.org"], "without https://"),
        (["--domain", "crm.example.org", "--issuer", "http://login.example.org"], "must be https://"),
        (["--trial", "--issuer", "https://login.example.org"], "an issuer of its own"),
        (["--trial", "--public"], "not for the world"),
        (["--renew"], "Nothing was renewed"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = run(tmp_path, *arguments)
    assert done.exit_code in (1, 2) and reason in done.stderr
    assert list(tmp_path.iterdir()) == []
