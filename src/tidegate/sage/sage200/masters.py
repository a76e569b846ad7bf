"""Customers and products as Sage keeps them.

Source: contract §9.1, §9.3, §10. The stamp of a record is moved by its own fields alone: an e-mail address
(a contact's child) or a renamed band shows when the record itself changes or everything is read.
"""

from __future__ import annotations

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import CustomerRecord, ProductRecord
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import MANY, CodeBook
from tidegate.sage.sage200.deltas import Stream
from tidegate.sage.sage200.fields import Row, each, figure_of, flag_of, id_of, name_of, number_of, text_of
from tidegate.sage.sage200.reference import Coded, Lists, Reference, nominal_of

CUSTOMERS = Stream("/customers")
PRODUCTS = Stream("/products")
HIDDEN = "AccountStatusHidden"
STOCK = "EnumStockItemTypeStock"
TERMS = {
    "PaymentDueFromDocumentDate": "days from document date",
    "PaymentDueFromCalendarMonth": "days from the end of the calendar month",
    "PaymentDueFromEndOfMonth": "days from the end of the month",
}
_CUSTOMER = (
    "reference",
    "name",
    "balance",
    "on_hold",
    "account_status_type",
    "currency_id",
    "credit_limit",
    "default_tax_code_id",
    "vat_number",
    "payment_terms_days",
    "payment_terms_basis",
    "price_band_id",
)
_FLAT = ("id", "price_band_name", "contact_default_email_address")
_PRODUCT = (
    "code",
    "name",
    "barcode",
    "allow_sales_order",
    "product_group_id",
    "tax_code_id",
    "product_status_type",
    "weight",
    "standard_cost",
    "average_buying_price",
)


class CustomerRecords:
    """The accounts of one company."""

    def __init__(self, client: Sage200Client, reference: Reference, *, key_field: str) -> None:
        self._client = client
        self._reference = reference
        self._key_field = key_field

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Accounts, hidden ones included."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        changes = CUSTOMERS.read(self._client, since, select=(*_CUSTOMER, self._key_field))
        if isinstance(changes, Failure):
            return changes
        ids = {number for row in changes.rows if (number := id_of(row)) is not None}
        if len(ids) > MANY:
            flat = self._client.read_all("/customer_views", select=_FLAT, large=True)
        else:
            flat = self._client.read_by_ids("/customer_views", "id", ids, select=_FLAT)
        if isinstance(flat, Failure):
            return flat
        known = {id_of(row): row for row in flat}
        rows, bad = each(
            changes.rows,
            lambda row: self._customer(row, known.get(id_of(row), {}), lists),
            lambda row: text_of(row, "reference").strip() or f"account {text_of(row, 'id')}",
        )
        return Delta(tuple(rows), changes.parking(bad), changes.full, tuple(bad))

    def _customer(self, row: Row, flat: Row, lists: Lists) -> CustomerRecord:
        limit = figure_of(row, "credit_limit")
        days, basis = text_of(row, "payment_terms_days"), text_of(row, "payment_terms_basis")
        return CustomerRecord(
            id=text_of(row, "id"),
            account=name_of(row, "reference"),
            name=text_of(row, "name"),
            email=text_of(flat, "contact_default_email_address").strip(),
            price_list=text_of(flat, "price_band_name").strip(),
            tax_code=_tax_code(row, "default_tax_code_id", lists),
            vat_number=text_of(row, "vat_number").strip(),
            currency=lists.currencies.get(id_of(row, "currency_id") or 0, ""),
            credit_limit=limit or None,  # 0 = no limit (C)
            balance=figure_of(row, "balance"),
            terms=f"{days} {TERMS.get(basis, basis)}".strip() if days else "",
            on_hold=flag_of(row, "on_hold"),
            hidden=text_of(row, "account_status_type") == HIDDEN,
            key=text_of(row, self._key_field).strip(),
        )


class Products:
    """The products of one company."""

    def __init__(
        self, client: Sage200Client, reference: Reference, *, groups: CodeBook, nominals: CodeBook
    ) -> None:
        """`groups` knows every field of the product groups, `nominals` the triple of each code."""
        self._client = client
        self._reference = reference
        self._groups = groups
        self._nominals = nominals

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Products, inactive ones included; the revenue account is that of their group."""
        lists = self._reference.lists()
        if isinstance(lists, Failure):
            return lists
        changes = PRODUCTS.read(self._client, since, select=_PRODUCT)
        if isinstance(changes, Failure):
            return changes
        groups = self._groups.of(id_of(row, "product_group_id") for row in changes.rows)
        if isinstance(groups, Failure):
            return groups
        nominals = self._nominals.of(id_of(group, "revenue_nominal_code_id") for group in groups.values())
        if isinstance(nominals, Failure):
            return nominals
        rows, bad = each(
            changes.rows,
            lambda row: _product(row, groups.get(id_of(row, "product_group_id") or 0, {}), nominals, lists),
            lambda row: text_of(row, "code").strip() or f"product {text_of(row, 'id')}",
        )
        return Delta(tuple(rows), changes.parking(bad), changes.full, tuple(bad))


def _product(row: Row, group: Row, nominals: dict[int, Row], lists: Lists) -> ProductRecord:
    revenue = nominals.get(id_of(group, "revenue_nominal_code_id") or 0)
    return ProductRecord(
        id=text_of(row, "id"),
        sku=name_of(row, "code"),
        name=text_of(row, "name"),
        active="inactive" not in text_of(row, "product_status_type").casefold(),
        sellable=row.get("allow_sales_order") is None or flag_of(row, "allow_sales_order"),
        stocked=text_of(group, "product_type") in ("", STOCK),
        weight=number_of(row, "weight"),
        cost=number_of(row, "standard_cost") or number_of(row, "average_buying_price"),
        group=text_of(group, "code").strip(),
        barcode=text_of(row, "barcode").strip(),
        revenue_account=nominal_of(revenue).code if revenue is not None else "",
        tax_code=_tax_code(row, "tax_code_id", lists),
    )


def _tax_code(row: Row, field: str, lists: Lists) -> str:
    codes: dict[int, Coded] = {one.id: one for one in lists.taxes.values()}
    found = codes.get(id_of(row, field) or 0)
    return found.code if found is not None else ""
