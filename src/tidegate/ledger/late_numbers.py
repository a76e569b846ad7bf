"""Orders that a company has without a number, and the number that it gives them later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tidegate.domain.states import State
from tidegate.ledger import item_rows, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.queue import Item
from tidegate.ledger.texts import storable

#: The words of the partial index `delivery_numberless`: only so is it used.
_NUMBERLESS = f"step = 'order' AND state = '{State.CONFIRMED.value}' AND target_number = ''"


def numberless(connection: str, limit: int) -> list[Item]:
    """Confirmed orders whose number is not known, the oldest first; cheap."""
    ending = (
        f"{rows.by_index('delivery_numberless')} WHERE connection = %s AND {_NUMBERLESS} AND target_id <> '' "
        f"ORDER BY id LIMIT {limit}"
    )
    return item_rows.find(ending, connection)


def give(numbers: Mapping[int, str], now: datetime) -> set[int]:
    """The number of each delivery, also at its place in the chain; returns those that had none until now."""
    inside(now)
    given: set[int] = set()
    for part in rows.chunks(sorted(pk for pk, number in numbers.items() if number)):
        waiting = models.Delivery.objects.select_for_update().filter(
            pk__in=part, state=State.CONFIRMED.value, target_number=""
        )
        for delivery in waiting.order_by("pk"):
            number = storable(numbers[delivery.pk])
            delivery.target_number = number
            delivery.save(update_fields=["target_number"])
            if delivery.source is not None:
                links = models.Link.objects.filter(source=delivery.source, identifier=delivery.target_id)
                links.filter(number="").update(number=number)
            state = State.CONFIRMED.value
            models.Event.objects.create(
                delivery=delivery,
                at=now,
                before=state,
                after=state,
                text=f"the company's number is {number}",
            )
            given.add(delivery.pk)
    return given
