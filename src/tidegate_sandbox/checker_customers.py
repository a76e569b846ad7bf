"""Checks of customers: what the shop shows of an account is what the company says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict


def check(shop: Book, company: Book, terms: Terms, verdict: Verdict) -> None:
    """Group, VAT number and attributes of everybody whose account is beyond doubt, when all has settled."""
    groups = {name: group for group, name in terms.bands.items()}
    for id, customer in shop["customers"].items():
        if customer["website_id"] != terms.website_id:
            continue
        accounts = list(accounts_of(id, customer, company, terms))
        if len(accounts) != 1:
            continue  # none, or a person says which
        (account,) = accounts
        shown = {"group": shop["groups"][str(customer["group_id"])], "VAT number": customer["taxvat"] or ""}
        wanted = {"group": groups.get(account["price_list"], ""), "VAT number": account["vat_number"]}
        for field, code in terms.attributes.items():
            shown[field] = str(customer["custom_attributes"].get(code, ""))
            wanted[field] = text(account[field])
        if not Decimal(wanted.get("credit_limit") or 0):
            wanted.pop("credit_limit", None)  # the company's way to say that there is no limit
        for what, value in wanted.items():
            if value and plain(shown[what]) != plain(value):  # without a value there the shop's own stays
                verdict.unexplained += 1
                difference = f"the shop has {shown[what]!r}, the company {value!r}"
                verdict.add("customers agree", customer["email"], f"{what}: {difference}")


def registered(deliveries: Iterable[Book], verdict: Verdict) -> None:
    """Who registers in the shop gets an account: none is refused but for a number that somebody else has."""
    for each in deliveries:
        refused = each["flow"] == "registrations" and (each["state"], each["code"]) == ("review", "refused")
        if refused and "is taken" not in each["reason"]:
            verdict.unexplained += 1
            verdict.add("nothing is stuck", each["label"], each["reason"])


def accounts_of(id: str, customer: Book, company: Book, terms: Terms) -> Iterator[Book]:
    """The accounts that were made for this customer, or have its e-mail."""
    for each in company["customers"]:
        made_for = each["key"] == f"magento:{terms.store}:customer:{id}"
        if made_for or (each["active"] and each["email"].casefold() == customer["email"].casefold()):
            yield each


def text(value: object) -> str:
    """A yes is 1 and a no is 0."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def plain(value: str) -> object:
    """Amounts are compared as such: the shop may spell them with more decimals."""
    try:
        return Decimal(value)
    except ArithmeticError:
        return value
