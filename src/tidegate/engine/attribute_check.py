"""Which customer attributes the `customers` flow wants and the store lacks: part of `tidegate check`."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.domain.errors import Failure
from tidegate.flows.connection import Connection
from tidegate.magento.people import StorePeople
from tidegate.sage.port import Finding

SUBJECT = "customer attributes"


def check_attributes(connection: Connection) -> Iterator[Finding]:
    """Magento's REST interface cannot make customer attributes, and drops unknown ones without a word (26)."""
    wanted = connection.settings.accounts.attributes
    if not wanted or "customers" not in connection.settings.flows:
        return
    have = StorePeople(connection.store.client).attributes()
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
        "user-defined, in the form adminhtml_customer); Adobe Commerce has them under Stores > Attributes > "
        "Customer. The flow runs without; the ledger knows the values"
    )
    yield Finding(SUBJECT, "warn", f"the store does not have {named}", remedy)


def check_customer_prices(connection: Connection) -> Iterator[Finding]:
    """Groups for contracts need a company that can list what single customers agreed on."""
    rule = connection.settings.prices.customer_prices
    can = connection.company.capabilities.readings.customer_prices
    if "prices" in connection.settings.flows and rule == "groups" and can != "list":
        text = f"{connection.company.capabilities.product} cannot list them: no group is made"
        yield Finding("customer prices", "warn", text, 'set prices.customer_prices = "api"')
