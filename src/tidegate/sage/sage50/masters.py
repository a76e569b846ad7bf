"""Articles and customers as Sage 50 keeps them, from their files.

Source: contract §10, §12. A customer is matched by the id that is known, else by e-mail; a balance, a credit limit and
terms are in no file.
"""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.masters.master import CustomerRecord, ProductRecord
from tidegate.domain.money import plain
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery
from tidegate.sage.sage50 import wire_names
from tidegate.sage.sage50.articles import Articles, Records, readable_sku, sku_of
from tidegate.sage.sage50.fields import Record, figure_of, flag_of, name_of, number_of, text_of
from tidegate.sage.sage50.removals import Removals
from tidegate.sage.sage50.scope_files import ScopeFiles

ById = dict[str, CustomerMatch]
ByEmail = dict[str, list[CustomerMatch]]


class Products:
    """The articles of one company."""

    def __init__(self, articles: Articles, separator: str) -> None:
        """`separator`: between the levels of a category."""
        self._articles = articles
        self._separator = separator

    def read(self, since: str | None) -> Delta[ProductRecord] | Failure:
        """Every article, inactive ones included, where the file is a new one."""
        read = self._articles.records.read(since)
        if isinstance(read, Failure):
            return read
        rows, bad = read.rows(self._product, sku_of)
        return Delta(rows, read.cursor, full=read.new, bad=bad)

    def _product(self, record: Record) -> ProductRecord:
        levels = [part.strip() for part in text_of(record, "category").split(self._separator)]
        is_active = flag_of(record, "active", absent=True)
        return ProductRecord(
            id=name_of(record, "id"),
            sku=readable_sku(record),
            name=name_of(record, "name"),
            active=is_active,
            sellable=is_active,
            stocked=record.get("stock") is not None,
            weight=number_of(record, "weight"),
            group=levels[-1],
            barcode=text_of(record, "barCode"),
            tax_code=plain(figure_of(record, "tax")),
        )


class Customers:
    """The accounts of one company; new ones come inside orders."""

    def __init__(self, files: ScopeFiles, removals: Removals, currency: str) -> None:
        self._records = Records(files, removals, wire_names.CUSTOMERS)
        self._currency = currency
        self._known: tuple[str, ById, ByEmail] = ("", {}, {})  #: of the file with this checksum

    def read(self, since: str | None) -> Delta[CustomerRecord] | Failure:
        """Every account, where the file is a new one."""
        read = self._records.read(since)
        if isinstance(read, Failure):
            return read
        rows, bad = read.rows(self._customer, _id)
        return Delta(rows, read.cursor, full=read.new, bad=bad)

    def find(self, queries: Sequence[CustomerQuery]) -> dict[str, list[CustomerMatch]] | Failure:
        """Active accounts of the last file, by id or e-mail."""
        file = self._records.known()
        if isinstance(file, Failure):
            return file
        if self._known[0] != file.checksum:
            matches = [self._match(record) for record in file.records.values() if _is_active(record)]
            emails: ByEmail = {}
            for match in matches:
                emails.setdefault(match.email.lower(), []).append(match)
            self._known = file.checksum, {match.account.lower(): match for match in matches}, emails
        _, by_id, by_email = self._known
        found: dict[str, list[CustomerMatch]] = {}
        for query in queries:
            named = by_id.get(query.account.strip().lower()) if query.account else None
            email = query.email.strip().lower()
            there = [*([named] if named is not None else []), *(by_email.get(email, []) if email else [])]
            found[query.key] = list({match.id: match for match in there}.values())
        return found

    def _customer(self, record: Record) -> CustomerRecord:
        rate = number_of(record, "tax")
        return CustomerRecord(
            id=name_of(record, "id"),
            account=name_of(record, "id"),
            key=name_of(record, "id"),  # an account that came inside an order has our key for its id
            name=_name(record),
            email=text_of(record, "email"),
            price_list=text_of(record, "priceList"),
            tax_code=plain(rate) if rate is not None else "",
            vat_number=text_of(record, "idNumber"),
            currency=text_of(record, "currency") or self._currency,
            hidden=not _is_active(record),
        )

    def _match(self, record: Record) -> CustomerMatch:
        return CustomerMatch(
            id=_id(record),
            account=_id(record),
            name=_name(record),
            email=text_of(record, "email"),
            currency=text_of(record, "currency") or self._currency,
        )


def _id(record: Record) -> str:
    return text_of(record, "id")


def _name(record: Record) -> str:
    person = f"{text_of(record, 'firstName')} {text_of(record, 'lastName')}".strip(" -")
    return text_of(record, "company") or person


def _is_active(record: Record) -> bool:
    return flag_of(record, "active", absent=True)
