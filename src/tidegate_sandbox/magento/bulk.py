"""The shop's message queue: bulk operations that are accepted now and carried out later (point 27)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from tidegate_sandbox.magento.figure import encode
from tidegate_sandbox.magento.refusal import Crash, Refusal, filled

if TYPE_CHECKING:
    import threading

    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.faults import FaultPlan

DONE: Final = 1
FAILED: Final = 3
OPEN: Final = 4
_DELAY: Final = timedelta(seconds=2)

Row = dict[str, Any]


@dataclass
class Operation:
    """One element of a bulk call. ``run`` is the handler of the call of the same name without bulk.

    ``service`` is what Magento names as having done it; a service that is ``void`` leaves no result.
    ``unwritten``: it will be reported done without having been carried out.
    """

    id: int
    run: Callable[[], Any]
    body: Any
    store_id: int
    service: str
    void: bool
    unwritten: bool = False
    status: int = OPEN
    message: str | None = None
    code: int | None = None
    result: str | None = None

    def carry_out(self) -> None:
        """Do it, and note how it went."""
        try:
            value = None if self.unwritten else self.run()
        except Refusal as refusal:
            self.status, self.code = FAILED, 0
            self.message = filled(refusal.message, refusal.parameters)
        except Crash:
            self.status, self.code = FAILED, 0
            self.message = "An error has happened during application run."
        else:
            self.status = DONE
            self.message = f"Service execution success {self.service}"
            self.result = None if self.void or self.unwritten else encode(value).decode()

    @property
    def short(self) -> Row:
        """As ``status`` shows it."""
        return {
            "id": self.id,
            "status": self.status,
            "result_message": self.message,
            "error_code": self.code,
        }

    def whole(self, batch: Batch) -> Row:
        """As ``detailed-status`` shows it. What was sent is kept for as long as it is not done."""
        return {
            "id": self.id,
            "bulk_uuid": batch.uuid,
            "topic_name": batch.topic,
            "serialized_data": None if self.status == DONE else self._sent(),
            "result_serialized_data": self.result,
            "status": self.status,
            "result_message": self.message,
            "error_code": self.code,
        }

    def _sent(self) -> str:
        message = {
            "entity_id": None,
            "entity_link": "",
            "meta_information": encode(self.body).decode(),
            "store_id": str(self.store_id),
        }
        return encode(message).decode()


@dataclass
class Batch:
    """A bulk call. ``count`` is what was accepted; ``operations`` are those that Magento knows of."""

    uuid: str
    topic: str
    accepted: datetime
    count: int
    operations: list[Operation] = field(default_factory=list)

    @property
    def start_time(self) -> str:
        """When it was accepted: UTC, whole seconds."""
        return f"{self.accepted:%Y-%m-%d %H:%M:%S}"


class Bulk:
    """All bulk calls and the consumer of their operations, which starts on each ``delay`` after its call.

    It does so at the shop's next request, when a clock that attends to the shop is moved over that moment, or when a
    scenario says ``consume``; never while the fault ``consumer_stopped`` is armed.
    """

    def __init__(self, clock: SandboxClock, faults: FaultPlan, lock: threading.RLock) -> None:
        self.delay = _DELAY
        self.batches: dict[str, Batch] = {}
        self._clock, self._faults, self._lock = clock, faults, lock
        self._queue: deque[tuple[Batch, Operation]] = deque()

    def accept(self, topic: str, operations: list[Operation], lost: int | None = None) -> Batch:
        """Queue the operations; the one with the id ``lost`` is accepted and never heard of again."""
        uuid = str(uuid5(NAMESPACE_URL, f"bulk {len(self.batches) + 1}"))
        known = [operation for operation in operations if operation.id != lost]
        batch = Batch(uuid, topic, self._clock.now(), len(operations), known)
        self.batches[uuid] = batch
        self._queue.extend((batch, operation) for operation in known)
        if (stopped := self._faults.active("consumer_stopped")) is not None:
            self._faults.inject(stopped)  # it strikes whoever relies on the queue
        return batch

    def next_due(self) -> datetime | None:
        """When the operation that waits longest has waited long enough."""
        with self._lock:
            stopped = self._faults.active("consumer_stopped") is not None
            return self._queue[0][0].accepted + self.delay if self._queue and not stopped else None

    def advance(self) -> None:
        """Carry out what has waited long enough."""
        latest = self._clock.now() - self.delay
        with self._lock:
            while self._queue and self._queue[0][0].accepted <= latest and self.consume(1):
                pass

    def consume(self, count: int | None = None) -> int:
        """Carry out the next ``count`` operations, however young; all, if None. Returns how many it was."""
        with self._lock:
            if self._faults.active("consumer_stopped") is not None:
                return 0
            due = len(self._queue) if count is None else min(count, len(self._queue))
            for _ in range(due):
                self._queue.popleft()[1].carry_out()
            return due
