"""`[console]`: the web pages that people work with."""

from __future__ import annotations

from tidegate.config.references import Identifier, Reference
from tidegate.config.strict import Strict

#: Where the console listens when the file says nothing: this machine alone can reach it.
LOOPBACK = "127.0.0.1:8900"


class OpenId(Strict, frozen=True, kw_only=True):
    """`[console.openid]`: single sign-on by OpenID Connect, beside passwords."""

    name: str = "Single sign-on"  #: what the button says
    server_url: str = ""  #: the issuer, or its `.well-known/openid-configuration`; "" = off
    client_id: Identifier = ""
    client_secret: Reference = ""


class Console(Strict, frozen=True, kw_only=True):
    """`[console]`: where the pages are served, and under which address people reach them."""

    listen: str = LOOPBACK  #: host:port; "" = off
    url: str = ""  #: the address that people type, where a proxy with TLS stands before it
    threads: int = 4
    trusted_proxy: str = ""  #: IP address of the proxy whose X-Forwarded-For names the caller; "" = none
    openid: OpenId = OpenId()

    @property
    def public(self) -> str:
        """The address for people's browsers, without a slash at its end."""
        return (self.url or f"http://{self.listen}").rstrip("/")
