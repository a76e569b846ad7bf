"""One account in two roles that exclude each other: nothing fails, and the books say nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tidegate.config.model import ConnectionSettings
from tidegate.config.problem import Report

CLEARING, ROUNDING, REVENUE, FREIGHT, FEES = "clearing", "rounding", "revenue", "freight", "other amounts"
#: Money that was received is neither income nor a difference; a rounding difference is nothing else.
EXCLUDED = (
    (CLEARING, ROUNDING),
    (CLEARING, REVENUE),
    (CLEARING, FREIGHT),
    (CLEARING, FEES),
    (ROUNDING, REVENUE),
    (ROUNDING, FREIGHT),
    (ROUNDING, FEES),
)


def check(connection: ConnectionSettings, key: str, report: Report) -> None:
    """Warn of ledger accounts in two such roles, and of a named buyer on the account of strangers."""
    roles = nominal_roles(connection)
    for one, other in EXCLUDED:
        for account in sorted(roles[one] & roles[other]):
            found = f"the account {account} is used for {one} and for {other}"
            report.warning(key, found, "use different accounts: the ledger cannot distinguish the two")
    rule = connection.customers
    anybody = {rule.guest_account, rule.web_account} - {""}
    for customer, account in rule.accounts.items():
        if account in anybody:
            found = f"{account} is the account of {customer} and of guests or unknown customers"
            report.warning(f"{key}.customers", found, "give the buyer a separate account")


def nominal_roles(connection: ConnectionSettings) -> Mapping[str, frozenset[str]]:
    """The ledger accounts that the connection names, by role."""
    terms = connection.amounts.terms().values()
    return {
        CLEARING: named(
            [
                *(each.account for each in connection.payments.values()),
                *(t.account for t in terms if t.payment),
            ]
        ),
        ROUNDING: named([connection.rounding.account]),
        REVENUE: named([*connection.revenue.accounts.values(), *connection.revenue.groups.values()]),
        FREIGHT: named(each.account for each in connection.shipping.values()),
        FEES: named(each.account for each in terms if not each.payment),
    }


def named(accounts: Iterable[str]) -> frozenset[str]:
    """Those that are filled in."""
    return frozenset(account for account in accounts if account)
