"""Checks of `[api]` and the portals that need it."""

from __future__ import annotations

import ipaddress

from tidegate.config.model import Configuration
from tidegate.config.problem import Report, joined
from tidegate.config.store_rules import check_range

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def check(configuration: Configuration, report: Report) -> None:
    """Add every problem and warning to `report`."""
    api = configuration.api
    if api.listen:
        host, _, port = api.listen.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65535:
            remedy = 'write host and port, e.g. "127.0.0.1:8090"'
            report.problem("api.listen", f'the text "{api.listen}"', remedy)
        elif host not in LOOPBACK:
            remedy = "put a reverse proxy with TLS in front of it, and let only the proxy reach this address"
            report.warning("api.listen", f"plain http on {host}", remedy)
        check_range(api.threads, 1, 64, "api.threads", report)
        if api.trusted_proxy and not is_address(api.trusted_proxy):
            remedy = 'write the address that the proxy connects from, e.g. "127.0.0.1"'
            report.problem("api.trusted_proxy", f'the text "{api.trusted_proxy}"', remedy)
    elif api.token:
        report.warning("api.token", "[api] does not listen", 'set listen = "127.0.0.1:8090"')
    for name, store in configuration.stores.items():
        for key in ("hook_secret", "hook_key"):
            if getattr(store, key) and not api.listen:
                where = joined("stores", name, key)
                report.warning(where, "[api] does not listen", 'set [api] listen = "127.0.0.1:8090"')
    for name, connection in configuration.connections.items():
        if connection.prices.customer_prices == "api" and not (api.listen and api.token):
            key = joined("connections", name, "prices", "customer_prices")
            remedy = "set listen and token in [api]: without them prices cannot be asked for"
            report.warning(key, 'the value "api"', remedy)
        if connection.portal.enabled and not api.listen:
            key = joined("connections", name, "portal", "enabled")
            report.warning(key, "[api] does not listen", 'set [api] listen = "127.0.0.1:8090"')


def is_address(text: str) -> bool:
    """Whether it is one IP address: names, networks and `*` would let callers name themselves."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
