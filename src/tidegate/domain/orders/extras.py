"""Amounts of an order or document that are neither its lines, its shipping nor their tax.

A *source* names each kind: fixed product tax, gift wrapping, a fee of an extension are lines; gift cards,
store credit and reward points pay a part of the order, whose total in the ERP stays the full value. The
connection says by source where an amount goes; one that it does not name is refused by its own name, never
guessed and never left to the rounding line. The same types serve orders, invoices and credit memos.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, shown, total

#: What pays for an order instead of changing its price.
PAYMENTS = ("gift_card", "store_credit", "reward_points")
#: What makes an order dearer or cheaper: a line of its own.
FIXED_TAX = "fixed_product_tax"
LINES = (FIXED_TAX, "gift_wrapping", "gift_wrapping_items", "printed_card", "remainder")
#: Adobe Commerce's own among them, which a credit memo gives back.
WRAPPING = ("gift_wrapping", "gift_wrapping_items", "printed_card")
#: Their names for users.
NAMES = {
    FIXED_TAX: "fixed product tax",
    "gift_card": "gift card",
    "store_credit": "store credit",
    "reward_points": "reward points",
    "gift_wrapping": "gift wrapping",
    "gift_wrapping_items": "gift wrapping of items",
    "printed_card": "printed card",
    "remainder": "amount that no field explains",
}
#: What became of an amount later on: the names of such fields end so. They explain no total.
LATER = ("_invoiced", "_refunded", "_canceled", "_cancelled")
FEES, FIELDS, OTHER = "custom_fees", "fields", "*"


class Extra(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One such amount in both currencies, without tax, as the store states it.

    `source` is its key in `[connections.NAME.amounts]`; `field` the store's own name. Payments are positive.
    """

    source: str
    field: str
    amount: Decimal
    base: Decimal
    tax: Decimal = ZERO
    base_tax: Decimal = ZERO
    label: str = ""
    item_id: int | None = None
    tax_rate: Decimal = ZERO  #: percent
    tax_names: tuple[str, ...] = ()

    @property
    def is_payment(self) -> bool:
        """Whether it is one by nature; fees and fields may be by configuration."""
        return self.source in PAYMENTS

    def name(self) -> str:
        """Its name for users, with the store's own field: `gift card (gift_cards_amount)`."""
        known = NAMES.get(self.source, "")
        label = f' "{self.label}"' if self.label and self.label != self.field else ""
        return f"{known}{label} ({self.field})" if known else f"{self.field}{label}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountTerms:
    """Where the amounts of one source go. `base_field` and `tax_field` only for sources `fields.NAME`."""

    account: str = ""
    tax_code: str = ""
    text: str = ""
    code: str = ""  #: charge or item code of its line, where the product takes no free text
    payment: bool = False
    base_field: str = ""
    tax_field: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An amount in the document's currency, and where it goes."""

    extra: Extra
    terms: AmountTerms
    amount: Decimal
    tax: Decimal

    @property
    def text(self) -> str:
        """The text of its line, or beside the payment."""
        named = NAMES.get(self.extra.source, self.extra.field).replace("_", " ")
        return self.terms.text or self.extra.label or named.capitalize()


def terms_for(source: str, terms: Mapping[str, AmountTerms]) -> AmountTerms | None:
    """The connection's terms of a source; fees have a `*` for every code that is not listed."""
    found = terms.get(source)
    if found is None and source.startswith(f"{FEES}."):
        return terms.get(f"{FEES}.{OTHER}")
    return found


def payments(
    extras: Sequence[Extra], fields: Sequence[Extra], terms: Mapping[str, AmountTerms]
) -> list[Extra]:
    """What pays a part of the order: by nature, or because the connection says so of a fee or field."""
    pays = {source: each for source, each in terms.items() if each.payment}
    by_rule = [each for each in extras if (there := terms_for(each.source, terms)) and there.payment]
    by_nature = [each for each in extras if each.is_payment and each not in by_rule]
    return [*by_nature, *by_rule, *configured(fields, pays)]


def configured(fields: Sequence[Extra], terms: Mapping[str, AmountTerms]) -> list[Extra]:
    """The fields of extensions that the connection names, as amounts.

    `fields` are all numbers of the order that the store's contract does not know.
    """
    by_name = {each.field: each for each in fields}
    found: list[Extra] = []
    for source, each in terms.items():
        group, _, name = source.partition(".")
        if group != FIELDS:
            continue
        there = by_name.get(name)
        base = by_name.get(each.base_field) if each.base_field else None
        if there is None and base is None:
            continue
        tax = by_name.get(each.tax_field) if each.tax_field else None
        amount = there.amount if there is not None else ZERO
        found.append(
            Extra(
                source=source,
                field=name,
                amount=amount,
                base=base.amount if base is not None else (there.base if there is not None else ZERO),
                tax=tax.amount if tax is not None else ZERO,
                base_tax=tax.base if tax is not None else ZERO,
            )
        )
    return found


def cancelling(fields: Sequence[Extra], terms: Mapping[str, AmountTerms]) -> list[Extra]:
    """Two unmapped amounts that cancel each other out: +5 and -5. [] when there are none."""
    named = {source.partition(".")[2] for source in terms if source.startswith(f"{FIELDS}.")}
    named |= {name for each in terms.values() for name in (each.base_field, each.tax_field)}
    unnamed = [each for each in fields if each.field not in named and not _is_copy(each)]
    for one in unnamed:
        for other in unnamed:
            if one.amount > 0 and one.amount == -other.amount:
                return [one, other]
    return []


def explains(fields: Sequence[Extra], amount: Decimal, *, base: bool) -> list[Extra]:
    """The fields that hold exactly this amount, whatever their sign: what a remainder may be."""
    return [
        each
        for each in fields
        if abs(each.base if base else each.amount) == abs(amount) and not _is_copy(each)
    ]


def _is_copy(extra: Extra) -> bool:
    """Whether a field only repeats another field's amount: in base currency, or of a later day."""
    return extra.field.startswith("base_") or extra.field.endswith(LATER)


def placed(
    extras: Sequence[Extra], terms: Mapping[str, AmountTerms], *, base: bool, connection: str, subject: str
) -> tuple[Placed, ...] | Failure:
    """Where each amount goes, or UNMAPPED_AMOUNT with all that have no place, each by its own name.

    `base` takes the website's currency. `subject` names the document in the text: `Order 000000213`.
    """
    found: list[Placed] = []
    missing: dict[str, list[Extra]] = {}
    for extra in extras:
        amount, tax = (extra.base, extra.base_tax) if base else (extra.amount, extra.tax)
        if not amount and not tax:
            continue
        there = terms_for(extra.source, terms)
        if there is None:
            missing.setdefault(extra.source, []).append(extra)
        else:
            found.append(Placed(extra, there, amount, tax))
    return _unmapped(missing, connection, subject, base=base) if missing else tuple(found)


def _unmapped(
    missing: Mapping[str, Sequence[Extra]], connection: str, subject: str, *, base: bool
) -> Failure:
    amounts, keys = [], []
    for source, members in missing.items():
        amount = total((each.base if base else each.amount) for each in members)
        amounts.append(f"{members[0].name()} {shown(amount)}")
        keys.append(f"[connections.{connection}.amounts.{source}]")
    first = next(iter(missing))
    return Failure(
        Code.UNMAPPED_AMOUNT,
        (
            f"{subject} has {', '.join(amounts)}, and no key of the configuration says how to treat it. Add "
            f"{', '.join(keys)}."
        ),
        missing=f"amount:{first}",
        sent=False,
        details={"missing": ", ".join(missing), "keys": ", ".join(keys)},
    )
