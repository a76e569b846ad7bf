"""Whether the currencies of website, company and accounts fit: the part of `tidegate check` about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidegate.flows.connection import Connection
from tidegate.magento.shop import StoreConfig, Website
from tidegate.sage.port.customers import CustomerMatch
from tidegate.sage.port.findings import Finding


def website_currencies(
    connection: Connection, websites: Sequence[Website] | None, configs: Sequence[StoreConfig] | None
) -> set[str]:
    """The currencies in which orders of the connection's websites may go out (ISO codes).

    With `amounts = "order"` those of its store views, else the websites' base currencies.
    """
    ids = {website.id for website in websites or () if website.code in connection.settings.websites}
    ours = [config for config in configs or () if config.website_id in ids]
    if connection.settings.amounts.side == "order":
        return {config.default_display_currency_code for config in ours} - {""}
    return {config.base_currency_code for config in ours} - {""}


def check_currencies(
    connection: Connection, websites: Sequence[Website] | None, configs: Sequence[StoreConfig] | None
) -> Iterator[Finding]:
    """With `amounts = "auto"` orders in other currencies than the company's are held: none may pass at all."""
    if websites is None or configs is None:
        return
    base = sorted(website_currencies(connection, websites, configs))
    ours = connection.company_settings.currency
    if not base or connection.settings.amounts.side != "auto":
        return
    text = f"the websites' base currency is {', '.join(base)}, but the company's is {ours}"
    remedy = "connect these websites to a company of that currency, or set `amounts`"
    if ours not in base:
        yield Finding("currency", "fail", f"{text}: every order would be held", remedy)
    elif len(base) > 1:
        yield Finding("currency", "warn", f"{text}: orders in other currencies are held", remedy)
    else:
        yield Finding("currency", "pass", f"base currency {', '.join(base)}, company {ours}")


def account_currency(
    purpose: str, match: CustomerMatch, currencies: set[str], company: str
) -> Finding | None:
    """An account takes documents in its own currency only; `company` is the company's."""
    if not match.currency:
        return None
    wanted = currencies or {company}
    if match.currency in wanted:
        return None
    text = (
        f"account {match.account} is in {match.currency}, but the orders are in {', '.join(sorted(wanted))}"
    )
    return Finding(purpose, "fail", text, "name an account of that currency, or open one in Sage")
