"""What the next cycle of `prices` would write."""

from __future__ import annotations

from typing import Any

from tidegate.domain.errors import Failure
from tidegate.domain.prices.prices import PriceKey
from tidegate.flows.connection import Connection
from tidegate.flows.prices.places import places
from tidegate.flows.prices.prices import calculated, setting_of, superseded
from tidegate.flows.prices.reading import FLOW, read_book, with_contracts
from tidegate.ledger import mirror
from tidegate.sage.port.session import Purpose


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What the next cycle would write, by SKU; nothing is kept and nothing is sent."""
    shelves = places(connection)
    if isinstance(shelves, Failure):
        return [{"problem": shelves.text}]
    with connection.company.session(Purpose.READING) as session:
        book = session if isinstance(session, Failure) else read_book(connection, session, full=True)
    if not isinstance(book, Failure):
        book = with_contracts(connection, book)
    setting = book if isinstance(book, Failure) else setting_of(connection, book, shelves)
    if isinstance(book, Failure) or isinstance(setting, Failure):
        problem = book if isinstance(book, Failure) else setting
        return [{"problem": problem.text if isinstance(problem, Failure) else ""}]
    wanted = calculated(connection, book, setting, None)
    going, _ = superseded(connection, wanted, None, setting)
    sent = dict(mirror.settled(connection.name, FLOW).iter_rows())
    shown = [
        _shown(text, sent.get(text, ""), value)
        for text, value in sorted((wanted.values | going).items())
        if sent.get(text) != value
    ]
    return shown + [_shown(text, "", "", why) for text, why in sorted(wanted.left_out.items())]


def _shown(text: str, before: str, after: str, left_out: str = "") -> dict[str, Any]:
    key = PriceKey.read(text)
    return {
        "sku": key.sku,
        "website": key.website,
        "price": key.kind,
        "group": key.group,
        "sent": before,
        "wanted": after,
        "left_out": left_out,
    }
