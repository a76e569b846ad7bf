"""The vendor's domain on this machine: TLS with a CA of the test's own, and its names mapped to loopback."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tidegate_sandbox import intacct
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.intacct import IntacctFace
from tidegate_sandbox.server import SandboxServer

HOST = "api.intacct.com"


@dataclass
class Stage:
    """A served simulator, and the file with the CA that its certificate is of."""

    face: IntacctFace
    faults: FaultPlan
    server: SandboxServer
    ca: Path


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for the vendor's host, and the file of the CA."""
    now = dt.datetime.now(dt.UTC)
    keys = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in ("Test CA", HOST)]
    made = []
    for subject, key in zip(names, keys, strict=True):
        is_ca = subject is names[0]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(names[0])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False
            )
        )
        if is_ca:
            usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            hosts = [x509.DNSName(HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()))
    ca, chain = folder / "ca.pem", folder / "server.pem"
    ca.write_bytes(made[0].public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    chain.write_bytes(
        keys[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made[1].public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, ca


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Stage]:
    """A simulator over TLS on a free port of this machine."""
    clock, faults = SandboxClock.running(), FaultPlan()
    face, wire = intacct.build(clock, faults, intacct.demo_company(clock, items=4), **options)
    context, ca = certificate(folder)
    with SandboxServer(wire, tls=context) as server:
        yield Stage(face, faults, server, ca)


def mapped(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    """Let this process find the vendor's host at the served simulator, whatever the port asked for."""
    find = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return (
            find("127.0.0.1", stage.server.port, *rest, **more)
            if host == HOST
            else find(host, port, *rest, **more)
        )

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stage.ca))
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
