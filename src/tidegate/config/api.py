"""`[api]` and `[connections.NAME.portal]`: what the hub answers over HTTP."""

from __future__ import annotations

from typing import Literal

from tidegate.config.references import Reference
from tidegate.config.strict import Strict


class Api(Strict, frozen=True, kw_only=True):
    """`[api]`: the hub's own HTTP interface, for the shop and its portal."""

    listen: str = ""  #: host:port, e.g. 127.0.0.1:8090; "" = off
    token: Reference = ""  #: what the shop's server shows to ask for prices
    metrics_token: Reference = ""  #: what Prometheus shows to read /metrics; "" = there are none
    threads: int = 4
    trusted_proxy: str = ""  #: IP address of the proxy whose X-Forwarded-For names the caller; "" = none


class Portal(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.portal]`: the invoices that a signed-in customer sees."""

    enabled: bool = False
    shows: Literal["own", "account"] = "own"  #: invoices of the customer's own orders, or of the account
