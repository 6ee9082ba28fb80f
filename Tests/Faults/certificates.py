# SPDX-License-Identifier: Apache-2.0
"""Certificates for servers of the tests, good ones and others."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@dataclass(frozen=True)
class Certificate:
    """The files of a server's, in PEM."""

    certificate: bytes
    key: bytes


class Authority:
    """Signs what it is told to."""

    def __init__(self, name: str) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named(name)
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self.certificate = self._begun(self.name, self.key, -1, 2).add_extension(constraints, critical=True)
        self.pem = self._signed(self.certificate)

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, first: int, last: int
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = x509.CertificateBuilder(subject_name=subject, issuer_name=self.name, public_key=key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now + first * DAY).not_valid_after(now + last * DAY)

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def save(self, path: Path) -> Path:
        path.write_bytes(self.pem)
        path.chmod(0o644)
        return path

    def certify(self, address: str, first: int = -1, last: int = 2) -> Certificate:
        """A server at an address, from one day to another, today being 0."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = self._begun(named(address), key, first, last).add_extension(names, critical=False)
        return Certificate(self._signed(builder), pem(key))
