"""Very many values at once, by the shop's message queue; its word is checked.

Contract point 27. Operations are counted one by one; what failed is written call by call; what stays open
because no consumer runs is in doubt, and reported under its own name. So `auto` tries the queue with a few values
first, and uses it only where it was seen to finish; stock, of which a synchronous call carries many values, too, only
where it was also seen to be faster. While a bulk is open nothing of it is read back: it may still be carried out, hours
later, over anything that was written since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.flows import mirrored, store_limits
from tidegate.flows.cycle import Cycle
from tidegate.flows.item_words import name_of
from tidegate.flows.store_limits import Queue
from tidegate.flows.writing.attempts import commit_mirrored
from tidegate.ledger import alerts, marks, mirror
from tidegate.ledger.database import transaction
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.bulk import MODULE, BulkCalls, BulkStatus, Operation, open_ones

ALERT = "bulk-consumer"
#: Smallest number of waiting values that go through Magento's queue, of stock and of records that have a call each.
WORTH_IT, RECORDS_WORTH_IT = 2000, 100
#: Values of the first try of a queue, how long it may take, and values of the two that are compared.
PROBE, PROBE_PATIENCE, TRIAL = 20, timedelta(seconds=30), 500
#: How long a cycle waits for the consumer to go on, and when an operation counts as lost.
PATIENCE, LOST_AFTER = timedelta(minutes=2), timedelta(days=1)
#: Seconds between two questions how far it is: at first, and after half a minute.
STEP, LONGER_STEP, AT_FIRST = 3, 10, timedelta(seconds=30)
#: Values of one bulk that are read back, evenly spread.
SAMPLES = 20


@dataclass(frozen=True, slots=True)
class ByQueue:
    """How a flow's items go by the queue."""

    method: str  #: of the synchronous call that an element of a bulk is
    path: str  #: as the bulk call names it
    worth_it: int  #: the smallest number of waiting values that go through the queue
    most: int  #: values of one bulk
    races: bool  #: it is used only where it was seen to be faster than the synchronous calls
    answers: bool  #: an operation's result shows what was written; else samples are read back


class QueueWriter(mirrored.Writer, Protocol):
    """Writes a flow's items by the queue, too. An element of a bulk is what one synchronous call would carry."""

    @property
    def queued(self) -> ByQueue:
        """How its items go."""
        ...

    def by_queue(self, item: MirrorItem) -> bool:
        """Whether the item may go by the queue."""
        ...

    def body(self, items: Sequence[MirrorItem]) -> msgspec.Struct:
        """The body of an element."""
        ...

    def carried_out(self, operation: Operation, items: Sequence[MirrorItem]) -> Mapping[str, Failure]:
        """What is not proved to be there by an operation that the store calls done; by key."""
        ...


class Open(msgspec.Struct, frozen=True):
    """A bulk that was handed in and has not ended."""

    uuid: str
    count: int
    since: datetime


_read = msgspec.json.Decoder(Open).decode


def mark_of(cycle: Cycle) -> str:
    """The name of the mark that keeps the open bulk."""
    return f"bulk:{cycle.name}:{cycle.flow}"


def still_open(cycle: Cycle) -> bool:
    """Whether an earlier bulk has operations that may still be carried out."""
    kept = marks.read(mark_of(cycle))
    if kept is None:
        return False
    bulk = _read(kept)
    left = still_to_do(BulkCalls(cycle.connection.store.client), bulk)
    if isinstance(left, Failure):
        if left.code is not Code.REFUSED:  # refused: the shop has forgotten it, nothing more will come of it
            cycle.call_failed(left, of_company=False)
            return True
        left = 0
    if left and cycle.now() - bulk.since < LOST_AFTER:
        tell(cycle, bulk, left)
        return True
    with transaction("bulk"):
        marks.remove(mark_of(cycle), cycle.now())
        alerts.clear_alert(ALERT, cycle.name, cycle.connection.settings.store, cycle.now())
    return False


def still_to_do(calls: BulkCalls, bulk: Open) -> int | Failure:
    """How many operations may still be carried out: by the short answer, and once that is none by all."""
    left = calls.open(bulk.uuid, bulk.count)
    if isinstance(left, Failure) or left:
        return left
    listed = calls.operations(bulk.uuid, bulk.count)
    return listed if isinstance(listed, Failure) else open_ones(listed)


def tell(cycle: Cycle, bulk: Open, count: int) -> None:
    """Raise the alert that the shop's queue has no running consumer; its administrators must start one."""
    text = (
        f"{count} of {bulk.count} updates of the flow {cycle.flow} queued in the store at "
        f"{bulk.since:%Y-%m-%d %H:%M} UTC were "
        "not processed: start the store's queue consumer async.operations.all (`bin/magento "
        f'queue:consumers:start`), or set bulk = "sync" at [stores.{cycle.connection.settings.store}]'
    )
    with transaction("alert"):
        alerts.raise_alert(ALERT, cycle.name, cycle.connection.settings.store, text, cycle.now())


def is_worth_it(cycle: Cycle, writer: QueueWriter) -> bool:
    """Whether to use bulk: by the store's setting; `auto` needs many values, the module and a good trial."""
    choice = cycle.connection.store.config.bulk
    few = 1 if choice == "async" else writer.queued.worth_it
    if choice == "sync" or mirror.account(cycle.name, cycle.flow).waiting < few:
        return False
    if len(due(cycle, writer, few)) < few:
        return False
    if choice == "async":
        return True
    modules = cycle.connection.store.shop.modules()
    if isinstance(modules, Failure) or MODULE not in modules:
        return False
    learnt = store_limits.queue(cycle.connection.settings.store, cycle.now())
    if learnt is None or (writer.queued.races and not learnt.is_measured):
        learnt = tried(cycle, writer)
    return learnt is not None and (learnt.is_faster if writer.queued.races else learnt.finished)


def due(
    cycle: Cycle, writer: QueueWriter, count: int, after: MirrorItem | None = None
) -> Sequence[MirrorItem]:
    """The first values behind `after` that are due and may go by the queue."""
    found: list[MirrorItem] = []
    while len(found) < count:
        items = mirror.due(cycle.name, cycle.flow, cycle.now(), count, after)
        if not items:
            break
        after = items[-1]
        found += [
            item for item in items if not item.wanted.startswith(mirrored.LEFT_OUT) and writer.by_queue(item)
        ]
    return found[:count]


def tried(cycle: Cycle, writer: QueueWriter) -> Queue | None:
    """A few values by the queue; once it was seen to finish, in a race as many by the queue as by the call.

    What does not finish in good time is a few values in doubt, and all others go call by call. None when the
    cycle ended over it, or the store refused: then nothing was found out.
    """
    first = begun(cycle, writer, PROBE)
    if not first:
        return None
    finished = one_bulk(cycle, writer, first, PROBE_PATIENCE)
    found = Queue(finished, cycle.now())
    if finished and writer.queued.races and (direct := begun(cycle, writer, TRIAL)):
        clock = cycle.connection.clock
        began = clock.monotonic()
        failures = mirrored.written(writer, direct)
        direct_ms = int((clock.monotonic() - began) * 1000)
        mirrored.settle(cycle, direct, failures)
        queued = begun(cycle, writer, len(direct))
        began = clock.monotonic()
        finished = bool(queued) and one_bulk(cycle, writer, queued)
        queue_ms = int((clock.monotonic() - began) * 1000)
        if failures or len(queued) < len(direct):
            return None
        found = Queue(finished, cycle.now(), len(direct), max(queue_ms, 1), direct_ms)
    if cycle.may_go_on():
        with transaction("queue"):
            store_limits.keep_queue(cycle.connection.settings.store, found, cycle.now())
    return found


def begun(cycle: Cycle, writer: QueueWriter, count: int) -> list[MirrorItem]:
    """Up to `count` values that are due, each with an attempt recorded; none once the cycle has ended."""
    if not cycle.may_go_on():
        return []
    return commit_mirrored(cycle, due(cycle, writer, count))


def carry(cycle: Cycle, writer: QueueWriter) -> None:
    """Hand in what is due, bulk by bulk, as long as the consumer follows."""
    after: MirrorItem | None = None
    while cycle.may_go_on() and not cycle.should_stop() and cycle.now() - cycle.started < mirrored.LONGEST:
        items = due(cycle, writer, writer.queued.most, after)
        if not items:
            return
        after = items[-1]
        leaving = commit_mirrored(cycle, items)
        if leaving and not one_bulk(cycle, writer, leaving):
            return


def one_bulk(
    cycle: Cycle, writer: QueueWriter, items: list[MirrorItem], patience: timedelta = PATIENCE
) -> bool:
    """One bulk from handing in to settling; whether all of it was carried out in that time."""
    size = len(writer.together(items)) or 1
    elements = [items[start : start + size] for start in range(0, len(items), size)]
    calls = BulkCalls(cycle.connection.store.client)
    bodies = [writer.body(part) for part in elements]
    uuid = calls.submit(writer.queued.path, bodies, method=writer.queued.method)
    if isinstance(uuid, Failure):
        if uuid.code is Code.REFUSED:  # the store has an array limit, or takes no bulk: call by call
            for part in elements:
                cycle.keep_lease()
                end = cycle.ended_by and replace(cycle.ended_by, sent=False)
                uncalled = dict.fromkeys((item.key for item in part), end) if end else None
                mirrored.settle(cycle, part, uncalled or mirrored.written(writer, part))
        else:
            mirrored.settle(cycle, items, {item.key: uuid for item in items})
        return False
    bulk = Open(uuid, len(elements), cycle.now())
    with transaction("bulk"):
        marks.write(mark_of(cycle), msgspec.json.encode(bulk).decode(), cycle.now())
    operations = followed(cycle, calls, bulk, patience)
    failures: dict[str, Failure] = {}
    for operation, part in zip(operations, elements, strict=True):
        if operation.status is BulkStatus.OPEN:
            text = "the store's queue has not processed it yet; the value is read back when it has"
            failures |= {item.key: Failure(Code.NO_ANSWER, text) for item in part}
        elif operation.status is not BulkStatus.DONE:
            failures |= mirrored.written(writer, part)
        else:
            failures |= writer.carried_out(operation, part)
    mirrored.settle(cycle, items, failures)
    if open_ones(operations):
        tell(cycle, bulk, open_ones(operations))
        return False
    with transaction("bulk"):
        marks.remove(mark_of(cycle), cycle.now())
    if not writer.queued.answers:
        sample(cycle, writer, [item for item in items if item.key not in failures])
    return True


def followed(cycle: Cycle, calls: BulkCalls, bulk: Open, patience: timedelta) -> list[Operation]:
    """The operations once all have ended, or when patience has: nothing more was carried out for so long.

    Asked for in full only at the end.
    """
    left, since = bulk.count, bulk.since
    while cycle.now() - since < patience and cycle.now() - cycle.started < mirrored.LONGEST:
        cycle.connection.clock.wait(STEP if cycle.now() - bulk.since < AT_FIRST else LONGER_STEP)
        cycle.keep_lease()
        open_now = calls.open(bulk.uuid, bulk.count)
        if open_now == 0:
            break
        if isinstance(open_now, int) and open_now < left:
            left, since = open_now, cycle.now()
    found = calls.operations(bulk.uuid, bulk.count)
    if isinstance(found, Failure):
        return [Operation(number, BulkStatus.OPEN) for number in range(bulk.count)]
    return found


def sample(cycle: Cycle, writer: QueueWriter, items: list[MirrorItem]) -> None:
    """Read some values back: "done" is the shop's word. What it does not have is queued again."""
    chosen = items[:: max(len(items) // SAMPLES, 1)]
    there = writer.read([item.key for item in chosen]) if chosen else {}
    if isinstance(there, Failure):
        return  # the daily full comparison finds it
    lost = {item.key: there[item.key] for item in chosen if there[item.key] != item.wanted}
    if not lost:
        return
    with transaction("sample"):
        mirror.observe(cycle.lease, cycle.name, lost, cycle.now())
        first = name_of(cycle.flow, next(iter(lost)))
        text = (
            "the store answered that stock was written, but reading it back shows other numbers, "
            f"such as the {first}. They are written again"
        )
        alerts.raise_alert("lost-write", cycle.name, cycle.flow, text, cycle.now())
