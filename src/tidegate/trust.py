"""How a server on a private network proves who it is: by an authority of its own, or by its very certificate."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tidegate.http_library import httpx

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class UnusableAuthority(ValueError):
    """The file with the authority's certificate cannot be used."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the client of one server believes. Without anything: the authorities that browsers know."""

    ca_file: str = ""  #: PEM; its authorities and no others are believed, and the host's name must fit
    fingerprint: str = ""  #: SHA-256 of the certificate, `plain_fingerprint`; then nothing else is asked
    plain_http: bool = False  #: to a private address only

    def context(self) -> ssl.SSLContext:
        """For TLS. Raises UnusableAuthority."""
        if self.fingerprint:
            return _anybody()
        if not self.ca_file:
            return _public()
        try:
            found = Path(self.ca_file).stat()
            return _own(self.ca_file, found.st_mtime_ns, found.st_size)
        except OSError as error:  # ssl.SSLError is one, too
            raise UnusableAuthority(f"{self.ca_file}: {error.strerror or error}") from None

    def fits(self, certificate: bytes | None) -> bool:
        """Whether a server that shows this certificate (DER) is the right one; TLS has judged the rest."""
        if not self.fingerprint:
            return True
        shown = hashlib.sha256(certificate or b"").hexdigest()
        return hmac.compare_digest(shown, self.fingerprint)

    def allows_plain(self, host: str | None) -> bool:
        """Whether plain http may go to this host."""
        return self.plain_http and is_private(host or "")


PUBLIC = Trust()


@cache
def _public() -> ssl.SSLContext:
    """One for all clients: reading the authorities' certificates takes longer than opening a connection."""
    return httpx.create_ssl_context(trust_env=False)


@cache
def _own(ca_file: str, _changed: int, _size: int) -> ssl.SSLContext:
    """One for all clients that believe this file, until it is another one."""
    return ssl.create_default_context(cafile=ca_file)


@cache
def _anybody() -> ssl.SSLContext:
    """Encrypts, and believes whoever answers: `Trust.fits` decides, before a byte is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def is_private(host: str) -> bool:
    """Whether it is an IP address of a private network. A name may lead anywhere: never."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def plain_fingerprint(text: str) -> str:
    """`AB:CD:...` or `abcd...` of SHA-256 as 64 small hexadecimal digits; "" for anything else."""
    digits = text.replace(":", "").strip().lower()
    return digits if _FINGERPRINT.fullmatch(digits) else ""
