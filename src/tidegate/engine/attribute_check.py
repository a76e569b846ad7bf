"""Which customer attributes the `customers` flow wants and the store lacks: part of `tidegate check`."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.domain.errors import Failure
from tidegate.flows.connection import Connection
from tidegate.magento.customers import StoreCustomers
from tidegate.sage.port.customers import CustomerQuery
from tidegate.sage.port.findings import Finding
from tidegate.sage.port.session import Purpose, Session

SUBJECT = "customer attributes"
PRICES = "customer prices"


def check_attributes(connection: Connection) -> Iterator[Finding]:
    """Magento's REST interface cannot make customer attributes, and silently drops unknown ones (26)."""
    wanted = connection.settings.accounts.attributes
    if not wanted or "customers" not in connection.settings.flows:
        return
    have = StoreCustomers(connection.store.client).attributes()
    if isinstance(have, Failure):
        yield Finding(SUBJECT, "warn", f"not read: {have.text}", "give the integration the permission")
        return
    missing = {name: code for name, code in wanted.items() if code not in have}
    if not missing:
        yield Finding(SUBJECT, "pass", f"the store has all {len(wanted)}")
        return
    named = ", ".join(f"{code} ({name})" for name, code in sorted(missing.items()))
    remedy = (
        "a module's data patch adds them (Magento\\Customer\\Setup\\CustomerSetup::addAttribute, text, "
        "user-defined, in the form adminhtml_customer); Adobe Commerce has them under Stores > Attributes "
        "> Customer. Without them the flow runs, and the values stay in the ledger only"
    )
    yield Finding(SUBJECT, "warn", f"the store does not have {named}", remedy)


def check_customer_prices(connection: Connection) -> Iterator[Finding]:
    """Groups for contracts need a company that can list what single customers agreed on, or is asked for some."""
    rules = connection.settings.prices
    if "prices" not in connection.settings.flows or rules.customer_prices != "groups":
        return
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            yield Finding(PRICES, "warn", f"not read: {session.text}", "see the findings of the company")
        elif session.prices is not None and not session.prices.lists_contracts:
            yield contract_accounts(connection, session)


def contract_accounts(connection: Connection, session: Session) -> Finding:
    """Whether the accounts that are to be asked for are there."""
    product, accounts = connection.company.about.product, connection.settings.prices.contract_accounts
    if session.enquiries is None:
        return Finding(
            PRICES,
            "warn",
            f"{product} does not report customer prices: no customer group is made",
            "map a price list",
        )
    if not accounts:
        text = f"{product} only answers price enquiries, and no account is named: no customer group is made"
        return Finding(PRICES, "warn", text, 'set prices.contract_accounts, or customer_prices = "api"')
    if session.customers is None:
        return Finding(PRICES, "warn", f"whether the accounts exist cannot be checked in {product}")
    found = session.customers.find([CustomerQuery(each, account=each) for each in accounts])
    if isinstance(found, Failure):
        return Finding(PRICES, "warn", f"not read: {found.text}", "see the findings of the company")
    unknown = sorted(account for account, matches in found.items() if not matches)
    if unknown:
        text = f"the company has no account {', '.join(unknown)}"
        return Finding(PRICES, "warn", text, "correct prices.contract_accounts")
    return Finding(PRICES, "pass", f"the prices of {len(found)} accounts are read")
