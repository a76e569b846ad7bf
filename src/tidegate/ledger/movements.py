"""How the company's stock moved without web orders, by SKU and day: what the advisor calculates with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from tidegate.ledger import marks, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.texts import storable

#: So much history is kept.
KEPT = timedelta(days=90)
_NOTHING = Decimal(0)


def begin(connection: str, day: date, now: datetime) -> None:
    """Movements are watched from this day on; a connection that is watched already goes on."""
    if watched_since(connection) is None:
        marks.write(_since(connection), day.isoformat(), now)


def note(
    connection: str,
    day: date,
    moved: Mapping[str, Decimal],
    explained: Mapping[str, Decimal],
    now: datetime,
) -> None:
    """Add pieces by SKU, below zero what left, and forget days that are too old.

    `explained` are pieces that web orders turn out to account for later than the stock reported of them: they
    are taken back from what was noted on that day, never below nothing.
    """
    inside(now)
    names = {storable(sku): sku for sku in sorted({*moved, *explained})}
    for part in rows.chunks(list(names)):
        known = models.StockMovement.objects.filter(connection=connection, day=day, sku__in=part)
        noted = {row.sku: (row.left, row.came) for row in known}
        models.StockMovement.objects.bulk_create(
            [
                models.StockMovement(connection=connection, day=day, sku=sku, left=left, came=came)
                for sku in part
                for left, came in [
                    _added(
                        noted.get(sku, (_NOTHING, _NOTHING)),
                        moved.get(names[sku], _NOTHING),
                        explained.get(names[sku], _NOTHING),
                    )
                ]
                if left or came or sku in noted
            ],
            update_conflicts=True,
            unique_fields=["connection", "day", "sku"],
            update_fields=["left", "came"],
        )
    models.StockMovement.objects.filter(connection=connection, day__lt=day - KEPT).delete()


def _added(noted: tuple[Decimal, Decimal], moved: Decimal, explained: Decimal) -> tuple[Decimal, Decimal]:
    left, came = noted
    left, came = left + max(-moved, _NOTHING), came + max(moved, _NOTHING)
    return max(left - max(explained, _NOTHING), _NOTHING), max(came - max(-explained, _NOTHING), _NOTHING)


def watched_since(connection: str) -> date | None:
    """The first day of the history; None when nothing was watched yet."""
    written = marks.read(_since(connection))
    return date.fromisoformat(written) if written else None


def left(connection: str, since: date, until: date = date.max) -> dict[str, Decimal]:
    """Pieces by SKU that left from `since` to before `until`, for other than web orders."""
    found: dict[str, Decimal] = {}
    noted = models.StockMovement.objects.filter(connection=connection, day__gte=since, day__lt=until)
    for sku, pieces in noted.order_by("sku").values_list("sku", "left"):
        found[sku] = found.get(sku, _NOTHING) + pieces
    return {sku: pieces for sku, pieces in found.items() if pieces}


def _since(connection: str) -> str:
    return f"movements:{connection}"
