"""Where everything goes that orders can hold: the mappings against both systems' real lists, line by line.

`tidegate check` says what is wrong; this says what becomes of each method, rate and product group, so that
finance can read it before the first order is sent. Pure but for `coverage`, which asks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import ProductRecord
from tidegate.domain.money import plain
from tidegate.domain.orders.terms import OTHER, Terms
from tidegate.engine.mapping_check import bank_of, lists_by_kind
from tidegate.flows.books.books import keep_groups
from tidegate.flows.connection import Connection
from tidegate.flows.desks import lacks
from tidegate.magento.shop import MethodsInUse, TaxRate
from tidegate.sage.port.findings import CodeList
from tidegate.sage.port.session import Purpose

MAPPED, DEFAULT, MISSING, UNREADABLE = "mapped", "default", "missing", "unreadable"
#: What is not in order: a person looks at it.
OPEN = (MISSING, UNREADABLE)
NO_GROUP = "(no group)"


@dataclass(frozen=True, slots=True)
class Covered:
    """One thing that orders can hold.

    `verdict`: mapped, default (Sage's own choice), missing (held) or unreadable: a row of the lists that says nothing.
    """

    kind: str  #: payment, shipping, tax, products; store or company of a row that cannot be read
    name: str
    target: str
    verdict: str
    text: str = ""


def coverage(connection: Connection) -> list[Covered] | Failure:
    """Ask both systems for their lists; the first that does not answer is the failure."""
    connection.store.client.take_bad_rows()  # what another process's reading has left
    lists = connection.company.code_lists()
    if isinstance(lists, Failure):
        return lists
    rates = connection.store.shop.tax_rates()
    if isinstance(rates, Failure):
        return rates
    methods = connection.store.shop.methods_in_use()
    if isinstance(methods, Failure):
        return methods
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            return session
        if session.products is None:
            return lacks("products")
        products = session.products.read(None)
    if isinstance(products, Failure):
        return products
    if connection.settings.revenue.groups:
        keep_groups(connection, products.rows)
    terms = connection.terms()
    if isinstance(terms, Failure):
        return terms
    known = lists_by_kind(lists)
    return [
        *payments(terms, methods, known),
        *shipping(terms, methods, known),
        *taxes(terms, rates, known),
        *product_groups(terms, products.rows, known),
        *unreadable("store", connection.store.client.take_bad_rows()),
        *unreadable("company", products.bad),
    ]


def unreadable(side: str, bad: Iterable[BadRow]) -> Iterator[Covered]:
    """Rows of either side's lists that cannot be read, by their own names: where they belong is unknown."""
    return (Covered(side, row.name, "", UNREADABLE, row.why) for row in bad)


def payments(terms: Terms, methods: MethodsInUse, lists: Mapping[str, CodeList]) -> Iterator[Covered]:
    """Every payment method that is mapped or in use -> its clearing account."""
    for name in names(terms.payments, methods.payment):
        found = terms.payment(name)
        if found is None:
            yield Covered("payment", name, "", MISSING, "orders are held")
            continue
        text = _by_other(name, terms.payments)
        where = account("payment", name, found.account, lists, text)
        bank = bank_of(found.account, lists["bank"]) if where.verdict == MISSING and "bank" in lists else None
        # Receipts of prepaid orders go to a bank; `check` says when another method names one.
        yield (
            where
            if bank is None
            else Covered("payment", name, found.account, MAPPED, joined(text, f"bank {bank}"))
        )


def shipping(terms: Terms, methods: MethodsInUse, lists: Mapping[str, CodeList]) -> Iterator[Covered]:
    """Every shipping method that is mapped or in use -> its charge and freight account."""
    for name in names(terms.shipping, methods.shipping):
        found = terms.carriage(name)
        if found is None:
            yield Covered("shipping", name, "", MISSING, "orders are held")
            continue
        charge = (
            f"charge {found.charge}" if found.charge else ("no charge: orders with delivery costs are held")
        )
        where = account("shipping", name, found.account, lists, charge)
        yield where if found.charge else Covered("shipping", name, where.target, MISSING, charge)


def taxes(terms: Terms, rates: Sequence[TaxRate], lists: Mapping[str, CodeList]) -> Iterator[Covered]:
    """Every tax rate of the store -> the company's code, and untaxed lines."""
    codes = lists["tax"].codes if "tax" in lists else None
    for name, rate in [(each.code, plain(each.rate)) for each in rates] + [("untaxed", "0")]:
        code = terms.tax_code(name) or terms.tax_code(rate)
        if code is None:
            yield Covered("tax", name, "", MISSING, f"{rate} %: orders are held")
        elif codes is not None and code.strip().upper() not in {each.strip().upper() for each in codes}:
            yield Covered("tax", name, code, MISSING, f"{rate} %: Sage has no tax code {code}")
        else:
            yield Covered("tax", name, code, MAPPED, f"{rate} %")


def product_groups(
    terms: Terms, products: Iterable[ProductRecord], lists: Mapping[str, CodeList]
) -> Iterator[Covered]:
    """Every product group (category or division) -> the accounts of its products, the most frequent first."""
    targets: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    back = {code: sku for sku, code in terms.skus.items()}
    for product in products:
        if product.active and product.sellable:
            mapped = terms.revenue_account(back.get(product.sku, product.sku))
            where = (mapped, MAPPED) if mapped else (product.revenue_account, DEFAULT)
            targets[product.group or NO_GROUP][where] += 1
    for group in sorted(targets):
        for (target, verdict), count in targets[group].most_common():
            found = account("products", group, target, lists, f"{count} products")
            yield Covered(
                "products", group, target, MISSING if found.verdict == MISSING else verdict, found.text
            )


def account(kind: str, name: str, target: str, lists: Mapping[str, CodeList], text: str) -> Covered:
    """A line that ends at a nominal account, if the company has it."""
    if not target:
        return Covered(kind, name, "", DEFAULT, joined(text, "Sage's own choice of account"))
    known = lists["account"].codes if "account" in lists else None
    if known is not None and target.strip().upper() not in {each.strip().upper() for each in known}:
        return Covered(kind, name, target, MISSING, joined(text, "Sage has no such nominal account"))
    title = "" if known is None else known.get(target, "")
    return Covered(kind, name, target, MAPPED, joined(text, title))


def names(mapped: Mapping[str, object], used: Sequence[str]) -> list[str]:
    """What is mapped by name or in use, each once; `*` matches names, but is not one."""
    return sorted({*(name for name in mapped if name != OTHER), *used} - {"free"})


def joined(*texts: str) -> str:
    """Texts that say anything, as one."""
    return ", ".join(text for text in texts if text)


def _by_other(name: str, mapped: Mapping[str, object]) -> str:
    return "" if name in mapped else f'by "{OTHER}"'
