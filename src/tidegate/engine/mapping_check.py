"""Whether a connection's mappings fit what both systems really have. Pure: compares lists.

Every code that a mapping names must exist in the company; every rate and method that the store uses
must be mapped. What is found here before the first order would hold orders later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

from tidegate.config import model
from tidegate.domain.money import parse, plain
from tidegate.domain.orders.expressed import Charged, Tax
from tidegate.domain.orders.terms import OTHER, Terms, tax_key
from tidegate.magento.shop import MethodsInUse, TaxRate
from tidegate.sage.port.findings import CodeList, Finding

SHOWN = 8  #: names in one line


@dataclass(frozen=True, slots=True)
class Facts:
    """What both systems say. `rates` and `methods` are None when the store did not answer."""

    lists: Mapping[str, CodeList]  #: by kind
    rates: Sequence[TaxRate] | None
    methods: MethodsInUse | None


def lists_by_kind(lists: Iterable[CodeList]) -> dict[str, CodeList]:
    """The company's lists by their kind."""
    return {each.kind: each for each in lists}


def check_mappings(
    name: str, settings: model.ConnectionSettings, terms: Terms, facts: Facts
) -> list[Finding]:
    """All findings about the mappings of connection `name`."""
    place = f"connections.{name}"
    return [
        *check_tax(place, settings, terms, facts),
        *check_rounding(place, settings, terms, facts),
        *check_methods(place, settings, terms, facts),
        *check_accounts(place, settings, facts),
        *check_warehouse(place, settings, facts),
    ]


# --- tax --------------------------------------------------------------------------------------


def check_tax(
    place: str, settings: model.ConnectionSettings, terms: Terms, facts: Facts
) -> Iterator[Finding]:
    """Both ways: what is mapped exists with the same rate, and what the store has is mapped."""
    codes = facts.lists.get("tax")
    if codes is not None:
        wrong = [
            finding
            for key, code in settings.tax.codes.items()
            if (finding := _tax_code(place, key, code, codes, facts.rates)) is not None
        ]
        yield from wrong
        if settings.tax.codes and not wrong:
            yield Finding(
                "tax codes", "pass", f"{len(settings.tax.codes)} mapped, each exists with the same rate"
            )
    if terms.tax is Tax.BY_SCHEDULE:
        return  # which needs no code for a rate: `check_taking` compares its destinations
    if not settings.tax.codes:
        remedy = f'write e.g. "20" = "1" into [{place}.tax.codes]'
        yield Finding("tax codes", "fail", "no tax rate is mapped: every order would be held", remedy)
    if facts.rates is None:
        return
    missing = [rate for rate in facts.rates if not _is_mapped(rate, terms)]
    if missing:
        names = _listed(f"{rate.code} ({plain(rate.rate)} %)" for rate in missing)
        remedy = f"map each by its name or its percent in [{place}.tax.codes], if orders can have it"
        yield Finding("tax rates of the store", "warn", f"not mapped: {names}", remedy)
    elif facts.rates:
        yield Finding("tax rates of the store", "pass", f"all {len(facts.rates)} are mapped")
    if terms.tax_code("0") is None:
        remedy = f'add "0" to [{place}.tax.codes]'
        yield Finding(
            "untaxed lines", "warn", "the rate 0 is not mapped: orders with untaxed lines are held", remedy
        )


def _tax_code(
    place: str, key: str, code: str, codes: CodeList, rates: Sequence[TaxRate] | None
) -> Finding | None:
    """What is wrong with one mapping; None when it fits."""
    known = _same(code, codes.codes)
    if known is None:
        return Finding(
            "tax codes", "fail", f'"{key}" = "{code}": Sage has no tax code {code}', _meant(code, codes)
        )
    theirs = codes.rates.get(known)
    ours = _percent(key, rates)
    if ours is None and rates is not None:
        text = f'"{key}" = "{code}": the store has no tax rate of this name'
        return Finding(
            "tax codes",
            "warn",
            text,
            f"look under Stores > Tax Zones and Rates, or remove it from [{place}.tax.codes]",
        )
    if theirs is not None and ours is not None and theirs != ours:
        fitting = [other for other, rate in codes.rates.items() if rate == ours]
        remedy = (
            f"codes with {plain(ours)} %: {_listed(fitting)}"
            if fitting
            else f"Sage has no code with {plain(ours)} %"
        )
        text = f'"{key}" = "{code}": {plain(ours)} % in the store, {plain(theirs)} % in Sage'
        return Finding("tax codes", "fail", text, remedy)
    return None


def _percent(key: str, rates: Sequence[TaxRate] | None) -> Decimal | None:
    """The store's percent behind a mapping's key: a number, a rate's name, or names joined by `+`."""
    try:
        return parse(tax_key(key))
    except ValueError:
        pass
    named = {rate.code.upper(): rate.rate for rate in rates or ()}
    if tax_key(key) in named:
        return named[tax_key(key)]
    parts = [part.strip() for part in tax_key(key).split("+")]
    if len(parts) > 1 and all(part in named for part in parts):
        return sum((named[part] for part in parts), Decimal(0))
    return None


def _is_mapped(rate: TaxRate, terms: Terms) -> bool:
    return terms.tax_code(rate.code) is not None or terms.tax_code(plain(rate.rate)) is not None


def check_rounding(
    place: str, settings: model.ConnectionSettings, terms: Terms, facts: Facts
) -> Iterator[Finding]:
    """The line that makes the cents meet needs an account and a code with rate 0."""
    rule = settings.rounding
    if rule.tolerance == 0:
        yield Finding("rounding", "pass", "off: an order with a difference of a cent goes to review")
        return
    if terms.rounding_as is Charged.HEADER_FIELD:
        yield Finding(
            "rounding", "pass", "no rounding line in this product: neither account nor tax code is needed"
        )
        return
    if not rule.account:
        where = (
            "the rounding line goes to Sage's default account"
            if terms.default_account
            else "orders that need a rounding line are held"
        )
        remedy = f"set account in [{place}.rounding]"
        yield Finding("rounding account", "warn", f"not set: {where}", remedy)
    codes = facts.lists.get("tax")
    code = rule.tax_code or terms.tax_code("0") or ""
    if not code:
        remedy = f'set tax_code in [{place}.rounding], or map "0" in [{place}.tax.codes]'
        yield Finding(
            "rounding tax code", "fail", "there is no tax code with rate 0 for the rounding line", remedy
        )
    elif codes is not None:
        known = _same(code, codes.codes)
        if known is None:
            yield Finding("rounding tax code", "fail", f"Sage has no tax code {code}", _meant(code, codes))
        elif codes.rates.get(known):
            rate = plain(codes.rates[known])
            remedy = f"choose a code with rate 0 as tax_code in [{place}.rounding]"
            yield Finding("rounding tax code", "fail", f"tax code {code} has {rate} %, not 0", remedy)
        else:
            yield Finding("rounding tax code", "pass", f"{code}, rate 0")


# --- methods ----------------------------------------------------------------------------------


def check_methods(
    place: str, settings: model.ConnectionSettings, terms: Terms, facts: Facts
) -> Iterator[Finding]:
    """The methods of the newest orders are mapped, and charges exist."""
    if facts.methods is not None:
        yield from _in_use(place, "payment", facts.methods.payment, terms.payment, facts.methods.orders)
        yield from _in_use(place, "shipping", facts.methods.shipping, terms.carriage, facts.methods.orders)
    charges = facts.lists.get("charge")
    named = {each.charge: method for method, each in settings.shipping.items() if each.charge}
    for charge, method in named.items():
        if charges is not None and _same(charge, charges.codes) is None:
            text = f'shipping "{method}": Sage has no additional charge {charge}'
            yield Finding("charges", "fail", text, _meant(charge, charges))
    if charges is not None and named and all(_same(charge, charges.codes) for charge in named):
        yield Finding("charges", "pass", f"found: {_listed(named)}")


def _in_use(place: str, kind: str, methods: Sequence[str], find: object, orders: int) -> Iterator[Finding]:
    assert callable(find)  # noqa: S101 - one of two methods of Terms
    subject = f"{kind} methods"
    missing = [method for method in methods if find(method) is None and method != "free"]
    table = "payments" if kind == "payment" else "shipping"
    if missing:
        remedy = f'add [{place}.{table}."{missing[0]}"], or [{place}.{table}."{OTHER}"] for any other'
        text = f"in use and not mapped, so orders would be held: {_listed(missing)}"
        yield Finding(subject, "fail", text, remedy)
    elif methods:
        yield Finding(
            subject, "pass", f"{_listed(methods)}: all that the newest {orders} orders use are mapped"
        )
    else:
        yield Finding(subject, "pass", "the store has no orders yet: nothing to compare")


# --- accounts and warehouse -------------------------------------------------------------------


def check_accounts(place: str, settings: model.ConnectionSettings, facts: Facts) -> Iterator[Finding]:
    """Every nominal account that a mapping names exists. A prepaid method's is a bank (`check_clearing`)."""
    accounts = facts.lists.get("account")
    if accounts is None:
        return
    banks = facts.lists.get("bank")
    wanted: dict[str, str] = {}
    for method, payment in settings.payments.items():
        if payment.prepaid and banks is not None and bank_of(payment.account, banks) is not None:
            continue
        wanted.setdefault(payment.account, f'{place}.payments."{method}".account')
    for method, shipping in settings.shipping.items():
        wanted.setdefault(shipping.account, f'{place}.shipping."{method}".account')
    for pattern, account in settings.revenue.accounts.items():
        wanted.setdefault(account, f'{place}.revenue.accounts."{pattern}"')
    wanted.setdefault(settings.rounding.account, f"{place}.rounding.account")
    wanted.pop("", None)
    missing = {account: key for account, key in wanted.items() if _same(account, accounts.codes) is None}
    for account, key in missing.items():
        text = f"{key}: Sage has no nominal account {account}"
        yield Finding("accounts", "fail", text, _meant(account, accounts))
    if wanted and not missing:
        yield Finding("accounts", "pass", f"found: {_listed(wanted)}")


def bank_of(name: str, banks: CodeList) -> str | None:
    """The code of the bank that a prepaid method names: by its code, its name or its nominal code."""
    known = _same(name, banks.codes)
    if known is not None:
        return known
    alias = _same(name, banks.aliases)
    return banks.aliases[alias] if alias is not None else None


def check_warehouse(place: str, settings: model.ConnectionSettings, facts: Facts) -> Iterator[Finding]:
    """The warehouse that the orders' lines name."""
    warehouses = facts.lists.get("warehouse")
    if warehouses is None:
        return
    if settings.warehouse:
        if _same(settings.warehouse, warehouses.codes) is None:
            text = f"Sage has no warehouse {settings.warehouse}"
            yield Finding("warehouse", "fail", text, _meant(settings.warehouse, warehouses))
        else:
            yield Finding("warehouse", "pass", settings.warehouse)
    elif len(warehouses.codes) > 1:
        remedy = f"set warehouse in [{place}] to one of {_listed(warehouses.codes)}"
        yield Finding("warehouse", "warn", "not set, but Sage has several warehouses", remedy)


def _same(code: str, known: Iterable[str]) -> str | None:
    """The company's own spelling of a code; Sage compares without regard to case."""
    return next((each for each in known if each.strip().upper() == code.strip().upper()), None)


def _meant(code: str, listed: CodeList) -> str:
    close = get_close_matches(code, list(listed.codes), n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"Sage has {_listed(listed.codes)}" if listed.codes else "Sage's list is empty"


def _listed(names: Iterable[str]) -> str:
    found = [str(name) for name in names]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + more
