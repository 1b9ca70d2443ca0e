"""A certificate authority of the installation's own, and what it signs.

PostgreSQL's certificate lasts as long as the authority. Browsers refuse one that lasts longer than 825 days, so the
front door's is renewed: `leadrelay init-env --renew`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=3650)
DOOR_LASTS = timedelta(days=825)
# A clock somewhere may be behind.
_EARLIER = timedelta(hours=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """As files hold it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """As files hold it, without a passphrase."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @classmethod
    def read(cls, certificate: bytes, key: bytes) -> Pair:
        """From the text of two files. Raises ValueError or TypeError for anything else."""
        loaded = serialization.load_pem_private_key(key, password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError("not a key of an elliptic curve")
        return cls(x509.load_pem_x509_certificate(certificate), loaded)


def new_authority(now: datetime | None = None) -> Pair:
    """An authority that may sign certificates of servers, and no further authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Leadrelay, this installation's own authority")
    builder = _builder(name, name, key.public_key(), now or datetime.now(UTC), AUTHORITY_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return Pair(builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256()), key)


def new_server(authority: Pair, *names: str, lasts: timedelta = AUTHORITY_LASTS, now: datetime | None = None) -> Pair:
    """A certificate for a server of these names, for so long, and never for longer than its authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), now or datetime.now(UTC)
    lasts = min(lasts, authority.certificate.not_valid_after_utc - now)
    builder = _builder(_name(names[0]), authority.certificate.subject, key.public_key(), now, lasts)
    for extension, critical in (
        (x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False),
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number(), now - _EARLIER, now + lasts)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
