"""Servers on a private network: an authority of their own, a pinned certificate, plain http by a switch."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tidegate.transport import Answer, HttpClient, NoAnswer, PlainHttpRefused
from tidegate.trust import Trust, UnusableAuthority, is_private, plain_fingerprint
from unit.config.configuration_files import problems, warnings, whole

COMPANY = 'company_id = "1"'


class Hello(BaseHTTPRequestHandler):
    """Says so, and counts nothing."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Secured:
    """A server with a certificate that it signed itself."""

    url: str
    file: str
    fingerprint: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sage on the network")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(pem)
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    serving.socket = context.wrap_socket(serving.socket, server_side=True)
    thread = Thread(target=serving.serve_forever)
    thread.start()
    der = certificate.public_bytes(serialization.Encoding.DER)
    yield Secured(
        f"https://127.0.0.1:{serving.server_port}", str(folder / "ca.pem"), hashlib.sha256(der).hexdigest()
    )
    serving.shutdown()
    thread.join()
    serving.server_close()


def asked(server: Secured, trust: Trust) -> Answer | NoAnswer:
    client = HttpClient(server.url, timeout=30, max_bytes=1000, trust=trust)
    try:
        return client.request("GET", "/")
    finally:
        client.close()


def test_a_server_that_signed_itself_is_refused_unless_somebody_says_otherwise(server: Secured) -> None:
    answer = asked(server, Trust())
    assert isinstance(answer, NoAnswer)
    assert not answer.sent
    assert isinstance(asked(server, Trust(ca_file=server.file)), Answer)
    assert isinstance(asked(server, Trust(fingerprint=server.fingerprint)), Answer)


def test_another_certificate_than_the_pinned_one_is_refused_before_anything_is_sent(server: Secured) -> None:
    answer = asked(server, Trust(fingerprint="0" * 64))
    assert isinstance(answer, NoAnswer)
    assert not answer.sent
    assert "pinned" in answer.text


def test_a_file_that_holds_no_authority(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "missing.pem"):
        with pytest.raises(UnusableAuthority, match=name):
            Trust(ca_file=str(tmp_path / name)).context()


@pytest.mark.parametrize(
    ("url", "switch", "fine"),
    [
        ("http://192.168.1.5", True, True),
        ("http://[fd00::5]", True, True),
        ("http://192.168.1.5", False, False),
        ("http://8.8.8.8", True, False),
        ("http://sage.local", True, False),
    ],
)
def test_plain_http_goes_to_a_private_address_and_only_by_the_switch(
    url: str, switch: bool, fine: bool
) -> None:
    more = f'{COMPANY}\nbase_url = "{url}"\nplain_http = {str(switch).lower()}'
    found = problems(whole((COMPANY, more)))
    assert [problem.key for problem in found] == ([] if fine else ["companies.uk.base_url"])
    if fine:
        assert "companies.uk.plain_http" in warnings(whole((COMPANY, more)))
        HttpClient(url, timeout=1, max_bytes=1, trust=Trust(plain_http=True)).close()
    else:
        with pytest.raises(PlainHttpRefused):
            HttpClient(url, timeout=1, max_bytes=1, trust=Trust(plain_http=switch))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('ca_file = "ca.pem"', "ca_file"),
        ('pinned_certificate = "abc"', "pinned_certificate"),
        (f'ca_file = "/ca.pem"\npinned_certificate = "{"a" * 64}"', "pinned_certificate"),
    ],
)
def test_what_cannot_be_meant_is_refused(line: str, key: str) -> None:
    assert [each.key for each in problems(whole((COMPANY, f"{COMPANY}\n{line}")))] == [f"companies.uk.{key}"]


def test_fingerprints_as_tools_show_them() -> None:
    assert plain_fingerprint(":".join(["AB"] * 32)) == "ab" * 32
    assert plain_fingerprint("ab" * 31) == ""
    assert is_private("10.0.0.1")
    assert not is_private("shop.example")
