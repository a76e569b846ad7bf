"""What waits, in which order, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tidegate.domain.errors import Code
from tidegate.domain.states import WAITING, State
from tidegate.ledger import item_rows, models, rows
from tidegate.ledger.item import Item as Item
from tidegate.ledger.texts import storable


def due(
    connection: str,
    flow: str,
    step: str,
    limit: int,
    now: datetime,
    *,
    after: Item | None = None,
    state: State = State.QUEUED,
) -> list[Item]:
    """What may be begun now, the longest waiting first; a refused one goes to the back of the queue.

    So a record that ends every cycle it heads cannot keep the others waiting. Left out is what a batch
    that has not ended tried before: nothing is retried within the cycle that failed it. A cycle that
    pages through the queue passes the last item of the page before as `after`. With `state=State.CAPTURED`:
    what may become queued (transition a).
    """
    if not _any(connection, flow, step, state):
        return []
    behind, place = _behind(after)
    ending = (
        f"{_OF} AND (due_at IS NULL OR due_at <= %s) AND (batch_id IS NULL OR batch_id NOT IN ({_RUNNING})) "
        f"{behind} ORDER BY changed_at, id LIMIT %s"
    )
    which = (connection, flow, step, state.value, rows.instant(now), connection, flow, *place, limit)
    return item_rows.find(ending, *which, with_documents=True)


def in_doubt(
    connection: str,
    flow: str,
    step: str,
    started_before: datetime,
    limit: int,
    *,
    after: Item | None = None,
) -> list[Item]:
    """What must be looked up; an attempt that began after `started_before` may still take effect and waits."""
    if not _any(connection, flow, step, State.IN_DOUBT):
        return []
    behind, place = _behind(after)
    ending = f"{_OF} AND NOT EXISTS ({_UNSETTLED}) {behind} ORDER BY changed_at, id LIMIT %s"
    which = (connection, flow, step, State.IN_DOUBT.value, rows.instant(started_before), *place, limit)
    found = item_rows.find(ending, *which, with_documents=True)
    attempts = _unresolved([each.id for each in found])
    return [replace(each, **attempts.get(each.id, {})) for each in found]


def get(delivery_id: int) -> Item | None:
    """One delivery by its id."""
    row = models.Delivery.objects.filter(pk=delivery_id).select_related("source").first()
    if row is None:
        return None
    return item(row, models.Attempt.objects.filter(delivery_id=delivery_id, outcome="").first())


def by_key(key: str) -> Item | None:
    """One delivery by its idempotency key."""
    row = models.Delivery.objects.filter(key=storable(key)).only("pk").first()
    return get(row.pk) if row else None


def waiting_for(connection: str, flow: str | None = None) -> dict[str, int]:
    """What held deliveries wait for, `kind:name` -> how many; of one flow, or of all."""
    of_flow = ("", ()) if flow is None else ("AND flow = %s", (flow,))
    sql = _WAITING_FOR.format(of_flow[0])
    return dict(rows.fetch_all(sql, connection, State.HELD.value, *of_flow[1]))


_WAITING_FOR = """
    SELECT waits_for, count(*) FROM tidegate_delivery
    WHERE connection = %s AND state = %s AND waits_for <> '' {} GROUP BY waits_for ORDER BY waits_for
"""


def listing(
    *,
    connection: str | None = None,
    flow: str | None = None,
    step: str | None = None,
    state: State | Sequence[State] | None = None,
    label: str | None = None,
    code: str | None = None,
    without: str | None = None,
    waits_for: str | None = None,
    older_than: datetime | None = None,
    after: int = 0,
    upto: int | None = None,
    limit: int = 50,
) -> list[Item]:
    """Deliveries by filters, in the order of their ids; the next page has `after` = the last id shown.

    `upto` leaves out what came after the user looked.

    `without` leaves out those of one reason code.

    The documents are left out (""): a page of a list does not need them.
    """
    exact = {"connection": connection, "flow": flow, "step": step, "label": label, "reason_code": code}
    exact["waits_for"] = waits_for
    asked: dict[str, object] = {
        f"{name} = %s": storable(value) for name, value in exact.items() if value is not None
    }
    if older_than is not None:
        asked["created_at < %s"] = rows.instant(older_than)
    if upto is not None:
        asked["id <= %s"] = upto
    if without is not None:
        asked["reason_code <> %s"] = without
    states = (
        list(State) if state is None else [state] if isinstance(state, State) else list(dict.fromkeys(state))
    )
    if code:
        states = [one for one in states if one is not State.CONFIRMED]  # where nothing is wrong any more
    # one state after the other, so that each is read by an index; then the first of all of them. The state is no
    # parameter, or SQLite would not see that `delivery_finished` has it
    ending = f"AND {' AND '.join(['id > %s', *asked])} ORDER BY id LIMIT %s"
    found = [
        rows.find(
            models.Delivery, ("id",), f"WHERE state = '{one.value}' {ending}", after, *asked.values(), limit
        )
        for one in states
    ]
    ids = sorted(pk for part in found for (pk,) in part)[:limit]
    return [
        each
        for part in rows.chunks(ids)
        for each in item_rows.find(f"WHERE id IN ({rows.marks(part)}) ORDER BY id", *part)
    ]


def held(connection: str, flow: str, *, without: str | None = None) -> list[Item]:
    """All held deliveries of the flow, their documents left out; without those of the reason code `without`."""
    found: list[Item] = []
    while page := listing(
        connection=connection,
        flow=flow,
        state=State.HELD,
        without=without,
        after=found[-1].id if found else 0,
        limit=500,
    ):
        found += page
    return found


def depth(connection: str, flow: str | None = None, step: str | None = None) -> int:
    """How many deliveries wait to go out: captured, queued or sending."""
    rows = models.Delivery.objects.filter(connection=connection, state__in=[state.value for state in WAITING])
    exact = {"flow": flow, "step": step}
    return rows.filter(**{name: value for name, value in exact.items() if value is not None}).count()


def oldest_waiting(connection: str) -> datetime | None:
    """Since when the oldest delivery waits that has not arrived: also in doubt, held or in review.

    What waits for a buyer's payment does so for weeks, and is no delay.
    """
    states = (*WAITING, State.IN_DOUBT, State.HELD, State.REVIEW)
    return _oldest(connection, states, "AND reason_code <> %s", Code.PAYMENT_PENDING.value)


def oldest_going_out(connection: str) -> datetime | None:
    """Since when the oldest delivery waits that nothing but its turn, or the window, keeps."""
    return _oldest(connection, WAITING)


def _oldest(connection: str, states: Sequence[State], which: str = "", *more: str) -> datetime | None:
    """When the first delivery in any of these states was created: the first of each by its index, in one statement."""
    each = "SELECT created_at FROM tidegate_delivery WHERE connection = %s AND state = %s"
    first = f"SELECT * FROM ({each} {which} ORDER BY id LIMIT 1) AS oldest"  # noqa: S608 - all of it is our own
    parameters = [value for state in states for value in (connection, state.value, *more)]
    found = rows.fetch_all(" UNION ALL ".join([first] * len(states)), *parameters)
    return min((rows.aware(at) for (at,) in found), default=None)


def _behind(item: Item | None) -> tuple[str, tuple[Any, ...]]:
    """What comes after this one in the queue: the condition, and its parameters."""
    if item is None:
        return "", ()
    at = rows.instant(item.changed_at)
    return "AND (changed_at > %s OR (changed_at = %s AND id > %s))", (at, at, item.id)


_OF = "WHERE connection = %s AND flow = %s AND step = %s AND state = %s"
_RUNNING = "SELECT id FROM tidegate_batch WHERE connection = %s AND flow = %s AND ended_at IS NULL"
_UNSETTLED = """
    SELECT 1 FROM tidegate_attempt AS attempt
    WHERE attempt.delivery_id = tidegate_delivery.id AND attempt.outcome = '' AND attempt.started_at > %s
"""


def _unresolved(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The attempts without outcome, by delivery, as `Item` has them."""
    columns = ("delivery", "id", "started_at", "payload_hash")
    return {
        delivery_id: {"attempt_id": pk, "attempt_started_at": at, "payload_hash": payload_hash}
        for part in rows.chunks(ids)
        for delivery_id, pk, at, payload_hash in rows.find(
            models.Attempt, columns, f"WHERE outcome = '' AND delivery_id IN ({rows.marks(part)})", *part
        )
    }


def _any(connection: str, flow: str, step: str, state: State) -> bool:
    """Most cycles find nothing: that is asked for plainly, before the long question is put together."""
    return bool(rows.find(models.Delivery, ("id",), f"{_OF} LIMIT 1", connection, flow, step, state.value))


def item(row: models.Delivery, attempt: models.Attempt | None = None, *, with_document: bool = True) -> Item:
    """A row as the flows see it."""
    source = row.source
    return Item(
        id=row.pk,
        connection=row.connection,
        flow=row.flow,
        step=row.step,
        key=row.key,
        label=row.label,
        state=State(row.state),
        failures=row.failures,
        reason_code=row.reason_code,
        reason=row.reason,
        waits_for=row.waits_for,
        overruled=frozenset(row.overruled.split()),
        due_at=row.due_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
        subject=row.subject,
        target_id=row.target_id,
        target_number=row.target_number,
        target_status=row.target_status,
        target_kind=row.target_kind,
        target_total=row.target_total,
        adopted=row.adopted,
        batch_id=row.batch_id,
        source_id=row.source_id,
        entity_id=source.entity_id if source else None,
        store=source.store if source else "",
        document=source.document if source and with_document else "",
        attempt_id=attempt.pk if attempt else None,
        attempt_started_at=attempt.started_at if attempt else None,
        payload_hash=attempt.payload_hash if attempt else "",
    )
