"""Checks of `[console]`."""

from __future__ import annotations

from tidegate.config.api_rules import LOOPBACK, is_address
from tidegate.config.model import Configuration
from tidegate.config.problem import Report
from tidegate.config.store_rules import check_range, check_url, is_web_address


def check(configuration: Configuration, report: Report) -> None:
    """Add every problem and warning to `report`."""
    console = configuration.console
    if not console.listen:
        return
    host, _, port = console.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        remedy = 'write host and port, e.g. "127.0.0.1:8900", or "" for no console'
        report.problem("console.listen", f'the text "{console.listen}"', remedy)
    elif host not in LOOPBACK and not console.url.startswith("https://"):
        remedy = (
            "put a reverse proxy with TLS in front of it, and give the proxy's address as url: https://..."
        )
        report.warning("console.listen", f"plain http on {host}: passwords would be sent unencrypted", remedy)
    elif console.listen == configuration.api.listen and port != "0":
        report.problem("console.listen", "the same address as [api] listen", "use different ports")
    if console.url and not is_web_address(console.url):
        report.problem("console.url", f'the text "{console.url}"', "write e.g. https://tidegate.example")
    check_range(console.threads, 1, 64, "console.threads", report)
    if console.trusted_proxy and not is_address(console.trusted_proxy):
        remedy = 'write the address that the proxy connects from, e.g. "127.0.0.1"'
        report.problem("console.trusted_proxy", f'the text "{console.trusted_proxy}"', remedy)
    check_sign_on(configuration, report)


def check_sign_on(configuration: Configuration, report: Report) -> None:
    """Single sign-on is configured wholly or not at all."""
    openid = configuration.console.openid
    given = {
        "server_url": openid.server_url,
        "client_id": openid.client_id,
        "client_secret": openid.client_secret,
    }
    if openid.server_url:
        check_url(openid.server_url, "console.openid.server_url", report)
    missing = [name for name, value in given.items() if not value]
    if missing and len(missing) < len(given):
        for name in missing:
            remedy = "the identity provider shows it on the page of this client"
            report.warning(f"console.openid.{name}", "empty: single sign-on stays off", remedy)
