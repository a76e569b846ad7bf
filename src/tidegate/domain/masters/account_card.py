"""What the store shall show of a company's account on a customer: group, VAT number, attributes.

Pure. Source: design, *Who owns what*; contract point 26 (`contracts/magento/README.md`): a customer is in
one group, which also decides the tax class; everything else needs an attribute of the shop's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tidegate.domain.masters.master import CustomerRecord
from tidegate.domain.money import plain
from tidegate.domain.orders.customers import mapped_by_email, mapped_by_id
from tidegate.domain.prices.prices import contract_group

GROUP = "group"
VAT = "taxvat"


@dataclass(frozen=True, slots=True)
class CardRules:
    """What the connection says. `groups` is price list -> customer group, "" the standard list's."""

    groups: Mapping[str, str] = field(default_factory=dict)
    default_group: str = ""
    tax_groups: Mapping[str, str] = field(default_factory=dict)
    contracts: frozenset[str] = frozenset()  #: accounts that have a group of their own
    vat_number: bool = True


@dataclass(frozen=True, slots=True)
class StoreCustomer:
    """A customer of the store, as far as an account is looked for."""

    id: int
    email: str
    website: str


def card(record: CustomerRecord, rules: CardRules) -> dict[str, str]:
    """All that is known of the account, by field; money in the account's currency, "" = none.

    The group: of a contract, else of the tax code, else of the price list, else the default; without any
    the field is left out and the customer's group stays as it is.
    """
    if record.account in rules.contracts:
        group = contract_group(record.account)
    else:
        group = general_group(record, rules)
    shown = {
        "account": record.account,
        "price_list": record.price_list,
        "tax_code": record.tax_code,
        "credit_limit": "" if record.credit_limit is None else plain(record.credit_limit),
        "balance": plain(record.balance),
        "terms": record.terms,
        "on_hold": "1" if record.on_hold or record.hidden else "0",
        "sales_rep": record.sales_rep,
        "currency": record.currency,
    }
    if group:
        shown[GROUP] = group
    if rules.vat_number and record.vat_number:
        # An account without one says nothing about the number that the customer gave.
        shown[VAT] = record.vat_number
    return shown


def general_group(record: CustomerRecord, rules: CardRules) -> str:
    """The account's group apart from a contract: of its tax code, its list, or the default; "" = none."""
    return rules.tax_groups.get(record.tax_code) or rules.groups.get(record.price_list) or rules.default_group


def account_of(
    customer: StoreCustomer,
    mapped: Mapping[str, str],
    proven: str,
    by_email: Mapping[str, Iterable[str]],
) -> tuple[str, str]:
    """(account, "") or ("", why there is none): by the mapping of the customer's id, or `proven` otherwise.

    What an account shows, prices above all, is never shown for an e-mail address alone.
    """
    account = mapped_by_id(customer.id, mapped) or proven
    if account:
        return account, ""
    email = customer.email.strip().lower()
    by_rule = mapped_by_email(email, mapped)
    found = [by_rule] if by_rule else sorted(set(by_email.get(email, ())))
    if not found:
        return "", f"no account has the e-mail {email}"
    if len(found) > 1:
        return (
            "",
            f"several accounts have the e-mail {email}: {', '.join(found)}; "
            f'map "{customer.id}" to one under customers.accounts',
        )
    return (
        "",
        f"only the e-mail {email} links the customer to account {found[0]}, and anybody can register with "
        f'an address: map "{customer.id}" = "{found[0]}" under customers.accounts, or decide in '
        "`tidegate match`",
    )


def withdrawn(shown: Mapping[str, str], default_group: str) -> dict[str, str]:
    """The card that takes back what an account showed on a customer to whom it does not belong for sure."""
    taken = {name: "" for name in shown if name not in (GROUP, VAT)}
    return taken | ({GROUP: default_group} if default_group and GROUP in shown else {})
