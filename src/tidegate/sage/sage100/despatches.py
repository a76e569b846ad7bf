"""Despatches: invoices in data entry whose goods have left, and posted ones; both have one number.

Source: contract §7.2. A tracking number that comes after the posting may change no row's time stamp (A): invoices
without one are asked again for some days.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.delta import Delta
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import Despatch, DespatchLine, TrackedParcel
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.deltas import Changes, changes
from tidegate.sage.sage100.documents import Document, Documents, name_of_document
from tidegate.sage.sage100.rows import Row, day_of, name_of, number_of, text_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.shipments import OpenShipments, by_invoice
from tidegate.sage.sage100.web_orders import WebOrders
from tidegate.sage.sage100.wire_names import (
    CREDIT_MEMO,
    INVOICE_NUMBER,
    INVOICE_TYPE,
    INVOICES,
    REGULAR,
    SHIPPED,
    TRACKING,
)

ASKED_AGAIN = timedelta(days=14)  #: for a tracking number, after the goods have left
MOST_ASKED = 200


class _Position(msgspec.Struct, frozen=True, omit_defaults=True):
    posted: str  #: the cursor of posted invoices
    entered: dict[str, str] = {}  #: invoice in data entry -> digest
    waits: dict[str, str] = {}  #: posted invoice without a tracking number -> day


class Despatches:
    """Reads despatches."""

    def __init__(
        self,
        client: Sage100Client,
        orders: WebOrders,
        documents: Documents,
        shipments: OpenShipments,
        company: Sage100Settings,
    ) -> None:
        self._client = client
        self._orders = orders
        self._documents = documents
        self._shipments = shipments
        self._line_field = company.line_field

    def read(self, since: str | None) -> Delta[Despatch] | Failure:
        """Whole despatches of which anything changed; one of several orders is one for each."""
        before = _position(since)
        entered = self._entered(before)
        if isinstance(entered, Failure):
            return entered
        rows, digests, packages = entered
        found = changes(
            self._client,
            INVOICES,
            self._documents.columns,
            name_of_document,
            before.posted if before is not None else None,
            self._orders.first,
        )
        if isinstance(found, Failure):
            return found
        waits = before.waits if before is not None else {}
        posted = self._posted(found, waits)
        if isinstance(posted, Failure):
            return posted
        documents, numbers = posted
        in_entry = self._documents.of(rows, self._shipments.lines)
        if isinstance(in_entry, Failure):
            return in_entry
        made, bad = self._made([*in_entry, *documents], {**packages, **numbers})
        left = [one.name.removeprefix("despatch ") for one in bad]
        position = _Position(
            found.parking([name_of_document(one.row) for one in documents if _number(one) in left]),
            {number: digest for number, digest in digests.items() if number not in left},
            _waits(waits, documents, numbers),
        )
        return Delta(tuple(made), msgspec.json.encode(position).decode(), found.full, tuple(bad))

    def _entered(
        self, before: _Position | None
    ) -> tuple[list[Row], dict[str, str], dict[str, list[str]]] | Failure:
        """What is new or changed in data entry; the digests of everything in it; tracking numbers."""
        rows = self._shipments.headers()
        if isinstance(rows, Failure):
            return rows
        packages = self._shipments.packages() if rows else {}
        if isinstance(packages, Failure):
            return packages
        digests = {}
        for row in rows:
            number = text_of(row, INVOICE_NUMBER)
            text = msgspec.json.encode([row, packages.get(number)], order="deterministic")
            digests[number] = hashlib.sha256(text).hexdigest()[:16]
        seen = before.entered if before is not None else {}
        fresh = [
            row
            for row in rows
            if seen.get(text_of(row, INVOICE_NUMBER)) != digests[text_of(row, INVOICE_NUMBER)]
        ]
        return fresh, digests, packages

    def _posted(
        self, found: Changes, waits: Mapping[str, str]
    ) -> tuple[list[Document], dict[str, list[str]]] | Failure:
        """Documents that changed or got a tracking number, and the tracking numbers of both."""
        documents = self._documents.posted(
            [row for row in found.rows if text_of(row, INVOICE_TYPE) != CREDIT_MEMO]
        )
        if isinstance(documents, Failure):
            return documents
        asked = [*map(_number, documents), *waits]
        tracked = self._client.narrowed(
            TRACKING, INVOICE_NUMBER, asked, (INVOICE_NUMBER, "PackageNo", "TrackingID")
        )
        if isinstance(tracked, Failure):
            return tracked
        numbers = by_invoice(tracked)
        known = set(map(_number, documents))
        late = [number for number in waits if numbers.get(number) and number not in known]
        if late:
            rows = self._documents.numbered(late)
            if isinstance(rows, Failure):
                return rows
            more = self._documents.posted([row for row in rows if text_of(row, INVOICE_TYPE) != CREDIT_MEMO])
            if isinstance(more, Failure):
                return more
            documents += more
        return documents, numbers

    def _made(
        self, documents: Sequence[Document], packages: Mapping[str, list[str]]
    ) -> tuple[list[Despatch], list[BadRow]]:
        made: list[Despatch] = []
        bad: list[BadRow] = []
        for one in documents:
            try:
                made += self._despatches(one, packages.get(_number(one), []))
            except Unreadable as error:
                bad.append(BadRow(f"despatch {_number(one)}", str(error)))
        return made, bad

    def _despatches(self, document: Document, packages: Sequence[str]) -> list[Despatch]:
        made = []
        for order, key in document.orders.items():
            lines = [
                self._line(line)
                for line in document.lines
                if _is_goods(line) and document.order_of(line) == order
            ]
            left = tuple(line for line in lines if line.quantity > 0)
            if left:
                number, carrier = name_of(document.row, INVOICE_NUMBER), text_of(document.row, "ShipVia")
                made.append(
                    Despatch(
                        # the same in data entry and posted; a number that is used again is of another order
                        id=f"{number}-{order}",
                        number=number,
                        day=day_of(document.row, "ShipDate"),
                        order_id=order,
                        order_number=order,
                        order_key=key,
                        lines=left,
                        parcels=tuple(TrackedParcel(carrier, each) for each in packages),
                    )
                )
        return made

    def _line(self, row: Row) -> DespatchLine:
        return DespatchLine(
            line_id=text_of(row, "OrderLineKey") or text_of(row, "DetailSeqNo"),
            line_key=text_of(row, self._line_field),
            sku=name_of(row, "ItemCode"),
            warehouse=text_of(row, "WarehouseCode"),
            quantity=number_of(row, SHIPPED) or ZERO,
        )


def _is_goods(line: Row) -> bool:
    """Goods, and no component of a kit, which the kit's own line stands for."""
    return text_of(line, "ItemType") == REGULAR and text_of(line, "ExplodedKitItem") != "C"


def _number(document: Document) -> str:
    return text_of(document.row, INVOICE_NUMBER)


def _position(since: str | None) -> _Position | None:
    if not since:
        return None
    try:
        return msgspec.json.decode(since, type=_Position)
    except msgspec.MsgspecError:
        return None


def _waits(
    before: Mapping[str, str], documents: Sequence[Document], packages: Mapping[str, list[str]]
) -> dict[str, str]:
    """Invoices to ask again, the youngest ones; a day is that of the newest invoice, so that no clock is needed."""
    days = {_number(one): (day_of(one.row, "ShipDate") or date.min).isoformat() for one in documents}
    waits = {number: day for number, day in {**before, **days}.items() if not packages.get(number)}
    newest = max([*days.values(), *before.values()], default="")
    if newest <= date.min.isoformat():
        return {}
    oldest = (date.fromisoformat(newest) - ASKED_AGAIN).isoformat()
    young = sorted(((day, number) for number, day in waits.items() if day >= oldest), reverse=True)
    return {number: day for day, number in young[:MOST_ASKED]}
