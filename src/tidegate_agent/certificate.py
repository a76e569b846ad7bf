"""A certificate of the agent's own: the hub pins it, so nobody else has to sign it."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import ssl
from datetime import timedelta
from pathlib import Path

from tidegate_agent.clock import Clock
from tidegate_agent.platforms.platform import NotHere

VALID = timedelta(days=1095)


def make(host: str, certificate: Path, key: Path, clock: Clock) -> str:
    """Write certificate and key for a host name or address; its fingerprint. NotHere without `cryptography`."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
    except ImportError:
        raise NotHere("Install tidegate-agent[certificate], or bring a certificate from elsewhere.") from None
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    now = clock.now()
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return fingerprint(certificate)


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate, as the hub's settings take it."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii"))).hexdigest()
