"""Taking orders into the ledger: every order read ends in exactly one disposition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from tidegate.config import model
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.missing_thing import missing_order
from tidegate.domain.orders.capture import Action, CaptureRules, Disposition, Known, decide, is_over
from tidegate.domain.orders.keys import StoreStatus, content_of, order_key, revision, step_key
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import is_reduced
from tidegate.domain.states import FINAL, State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import invoicing, reductions, revived, withheld
from tidegate.flows.orders.withheld import HOLDED, ON_HOLD
from tidegate.flows.status.steps import last_progress
from tidegate.flows.stored_keys import register, stored_keys
from tidegate.flows.stored_order import source_row
from tidegate.ledger import alerts, cursors, delivery, intake, lookups, unknown_documents
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import SourceRow
from tidegate.ledger.operators import OPERATOR
from tidegate.magento.unreadable_orders import UnreadableOrder

FLOW, STEP, CANCEL, CHANGE = "orders", "order", "cancel", "change"
#: A known order changed, and the store cannot show it.
UNREAD_CHANGE = f"{CHANGE}-unread"
T = TypeVar("T")


class _Unforeseen(Exception):
    """An unforeseen error while one order was taken in."""

    def __init__(self, order: Order, failure: Failure) -> None:
        super().__init__(failure.text)
        self.order = order
        self.failure = failure


def sound(order: Order, act: Callable[[], T]) -> T:
    """The result for one order; raises `_Unforeseen` for an unforeseen error."""
    found = fenced(f"order {order.increment_id}", act)
    if isinstance(found, Failure):
        raise _Unforeseen(order, found)
    return found


class Intake:
    """Takes pages of orders in, each in one commit."""

    def __init__(self, cycle: Cycle) -> None:
        settings = cycle.connection.settings
        self.cycle = cycle
        self.store = settings.store
        self.rules = capture_rules(settings)
        #: Orders of this connection that could not be read so far.
        self.unreadable = lookups.unreadable_ids(cycle.name, self.store, "order")

    def take(
        self,
        orders: Sequence[Order],
        unreadable: Sequence[UnreadableOrder],
        *,
        cursor: tuple[str, datetime | None] | None = None,
    ) -> None:
        """One commit: the documents, what becomes of each, and the cursor behind them."""
        mine = [
            order for order in orders if self.concerns(order.website) or order.entity_id in self.unreadable
        ]
        self.fetch_parents(mine)
        wanted = {order.entity_id for order in mine} | {order.parent_entity_id or 0 for order in mine}
        known = intake.known(self.store, "order", wanted)
        unforeseen: list[UnreadableOrder] = []
        while True:
            try:
                self.all_of(mine, [*unreadable, *unforeseen], cursor, known)
                return
            except _Unforeseen as one:  # nothing of the page is kept yet: once more, without this order
                unforeseen.append(UnreadableOrder(one.order.entity_id, one.failure.text, one.failure.code))
                mine = [order for order in mine if order is not one.order]

    def all_of(
        self,
        orders: Sequence[Order],
        unreadable: Sequence[UnreadableOrder],
        cursor: tuple[str, datetime | None] | None,
        known: dict[int, intake.Known],
    ) -> None:
        """One commit; raises `_Unforeseen` for the first order with an unforeseen error."""
        now = self.cycle.now()
        with transaction("capture"):
            fresh = [
                each for each in orders if sound(each, partial(changed, each, known.get(each.entity_id)))
            ]
            rows = [sound(order, partial(source_row, self.cycle.name, order)) for order in fresh]
            sources = intake.save_sources(rows, now)
            for order in fresh:
                sound(order, partial(self.carry_out, order, known, sources[order.entity_id], now))
            new = [(self.store, order.entity_id) for order in fresh if order.entity_id not in known]
            keys = stored_keys(self.cycle.connection, new).values() if new else ()
            unknown_documents.read_again(self.cycle.name, keys, now)
            for order in orders:
                before = known.get(order.entity_id)
                source_id = sources.get(order.entity_id, before.source_id if before is not None else None)
                if source_id is not None:
                    invoicing.ask(self.cycle, order, source_id, now)
                if order.entity_id in self.unreadable:
                    self.read_again(order, now)
            self.park(unreadable, now, changed=cursor is not None)
            if cursor is not None and cursor[1] is not None:
                self.move_cursor(cursor[0], cursor[1], now)

    def concerns(self, website: str) -> bool:
        """Orders of other websites are other connections' business; a deleted store view has no website."""
        return not self.rules.websites or website in self.rules.websites or not website

    def move_cursor(self, name: str, read_up_to: datetime, now: datetime) -> None:
        """Move the cursor forwards only: what was proved in the overlap is already behind it."""
        written = cursors.read(self.cycle.name, FLOW, name)
        if written is None or datetime.fromisoformat(written) < read_up_to:
            cursors.move(self.cycle.name, FLOW, name, read_up_to.isoformat(), now)

    def fetch_parents(self, orders: Sequence[Order]) -> None:
        """An edited order follows its parent, so the parent must be known first."""
        parents = {order.parent_entity_id for order in orders if order.parent_entity_id is not None}
        parents -= {order.entity_id for order in orders}
        for missing in sorted(parents - intake.known_ids(self.store, "order", parents)):
            parent = self.cycle.connection.store.orders.read_one(missing)
            if isinstance(parent, Order):
                self.take([parent], [])

    def carry_out(self, order: Order, known: dict[int, intake.Known], source_id: int, now: datetime) -> None:
        """Carry out the disposition of one order, in the page's transaction."""
        before = known.get(order.entity_id)
        parent = known.get(order.parent_entity_id or 0)
        parent_state = self.parent_state(parent)
        if before is None or before.delivery_id is None:
            disposition = decide(order, None, self.rules, parent=parent_state)
            self.create(order, disposition, source_id, now)
            return
        if not before.increment_id:  # it could not be read, and has had no number so far
            delivery.rename(before.delivery_id, order.increment_id, now)
        if before.delivery_state == State.REVIEW and before.reason_code == Code.UNREADABLE:
            self.now_readable(order, before, parent_state, now)
            return
        known_now = self.what_is_known(before, order, now)
        disposition = decide(order, known_now, self.rules, parent=parent_state)
        self.watch_hold(order, before, now)
        self.change(order, before, disposition, source_id, now)

    def parent_state(self, parent: intake.Known | None) -> State | None:
        """The state of the replaced order; its cancellation counts once the company was looked at."""
        if parent is None or not parent.delivery_state:
            return None
        cancellation = lookups.step_of(parent.source_id, FLOW, CANCEL)
        if cancellation is not None and cancellation.state not in FINAL:
            return State.QUEUED
        return State(parent.delivery_state)

    def what_is_known(self, before: intake.Known, order: Order, now: datetime) -> Known:
        """The ledger's record in the rules' words, without a cancellation that the store has taken back."""
        state = State(before.delivery_state)
        recorded = lookups.step_of(before.source_id, FLOW, CANCEL)
        cancellation = revived.without_undone(self.cycle, order, recorded, now)
        unexplained = ""
        if before.maybe_sent and is_reduced(order):
            sent = lookups.step_of(before.source_id, FLOW, STEP)
            unexplained = reductions.unexplained_of(order, sent, before.source_id)
        return Known(
            state=state,
            revision=before.revision,
            status=StoreStatus.CANCELLED if before.state == "canceled" else StoreStatus.OPEN,
            maybe_sent=before.maybe_sent,
            cancelling=revived.is_recorded(order, before, cancellation),
            unexplained=unexplained,
            delivered=bool(unexplained) and reductions.is_delivered(before.source_id),
            left_out=before.reason_code == OPERATOR,
        )

    def watch_hold(self, order: Order, before: intake.Known, now: datetime) -> None:
        """Alert about an order that the company has and the store put on hold, until it is released."""
        if order.state != HOLDED:
            if before.state == HOLDED:
                alerts.clear_alert(ON_HOLD, self.cycle.name, order.increment_id, now)
        elif before.maybe_sent and not self.held_by_us(before.source_id):
            withheld.report_hold(self.cycle, order.increment_id, before.target_number)

    def held_by_us(self, source_id: int) -> bool:
        """Whether the store's hold only repeats Sage's."""
        progress = last_progress(source_id)
        return progress is not None and progress.status is SalesOrderStatus.ON_HOLD

    def create(self, order: Order, disposition: Disposition, source_id: int, now: datetime) -> None:
        """The order's first delivery."""
        self.look_up_forgotten(order, disposition, source_id, now)
        states = {Action.QUEUE: State.QUEUED, Action.SKIP: State.SKIPPED, Action.HOLD: State.HELD}
        self.new(order, STEP, states[disposition.action], disposition, source_id, now)
        self.cycle.count("captured")

    def change(
        self, order: Order, before: intake.Known, disposition: Disposition, source_id: int, now: datetime
    ) -> None:
        """What a new reading means for a delivery that exists."""
        delivery_id = before.delivery_id
        assert delivery_id is not None  # noqa: S101 - the caller has looked
        reason = disposition.reason
        match disposition.action:
            case Action.CANCEL:
                self.apply([Verdict(delivery_id, "m", text=reason)], now)
                self.cancel(order, disposition, source_id, now)
            case Action.CANCEL_SENT:
                self.cancel(order, disposition, source_id, now)
            case Action.REDUCED:
                reductions.ask(self.cycle, order, source_id, reason, now)
            case Action.CHANGED:
                step = unused(f"{CHANGE}-{content_of(revision(order))[-12:]}", source_id)
                reason = f"{reason} Then `tidegate queue skip {order.increment_id} --step {step} --reason corrected`."
                self.new(order, step, State.REVIEW, replace(disposition, reason=reason), source_id, now)
                self.alert(disposition.failure, order.increment_id, now)
            case Action.REFRESH:
                delivery.refresh_subject({delivery_id: ""}, now, text=reason)
            case Action.SKIP:
                self.apply([Verdict(delivery_id, "n", text=reason)], now)
                self.look_up_forgotten(order, disposition, source_id, now)
                self.release_children(order, now)
            case Action.HOLD:
                self.apply([Verdict(delivery_id, "i", text=reason, waits_for=disposition.waits_for)], now)
            case Action.UNSKIP:
                self.apply([Verdict(delivery_id, "p", text=reason)], now)
                held = lookups.held_before(delivery_id)
                if held is not None:  # only a person ends it
                    self.apply([Verdict(delivery_id, "k", code=OPERATOR, text=held)], now)
                elif disposition.waits_for:
                    self.apply([Verdict(delivery_id, "i", text=reason, waits_for=disposition.waits_for)], now)
            case Action.QUEUE:
                self.apply([Verdict(delivery_id, "a", text=reason)], now)
            case Action.NOTHING:
                if before.delivery_state == State.SKIPPED:
                    self.look_up_forgotten(order, disposition, source_id, now)

    def cancel(self, order: Order, disposition: Disposition, source_id: int, now: datetime) -> None:
        """The step of the cancellation; one that came to nothing before the order was revived begins again."""
        earlier = lookups.step_of(source_id, FLOW, CANCEL)
        if earlier is None:
            self.new(order, CANCEL, State.QUEUED, disposition, source_id, now)
        elif earlier.state in revived.IN_VAIN:
            self.apply([Verdict(earlier.id, "p", text="cancelled in the store again")], now)

    def look_up_forgotten(
        self, order: Order, disposition: Disposition, source_id: int, now: datetime
    ) -> None:
        """What is not to be sent may be there: an older ledger has forgotten it, or another ledger's hub has sent it."""
        if created_before(order, self.rules):
            return
        if is_over(order):
            self.new(order, CANCEL, State.QUEUED, disposition, source_id, now)
        elif disposition.action in (Action.SKIP, Action.NOTHING) and withheld.is_withheld(order):
            self.new(order, withheld.STEP, State.QUEUED, disposition, source_id, now)

    def now_readable(self, order: Order, before: intake.Known, parent: State | None, now: datetime) -> None:
        """An order that could not be read can be read now: decided as on first sight."""
        delivery_id = before.delivery_id
        assert delivery_id is not None  # noqa: S101 - the caller has looked
        disposition = decide(order, None, self.rules, parent=parent)
        self.apply([Verdict(delivery_id, "l", text="it can be read now")], now)
        if disposition.action is Action.SKIP:
            self.apply([Verdict(delivery_id, "n", text=disposition.reason)], now)
            self.look_up_forgotten(order, disposition, before.source_id, now)
        elif disposition.action is Action.HOLD:
            self.apply(
                [Verdict(delivery_id, "i", text=disposition.reason, waits_for=disposition.waits_for)], now
            )
        alerts.clear_alert(Code.UNREADABLE.value, self.cycle.name, str(order.entity_id), now)

    def read_again(self, order: Order, now: datetime) -> None:
        """What the change of a known order waited for has come: the order was read, and decided on."""
        waiting = lookups.unread_changes(self.store, "order", order.entity_id)
        self.apply([Verdict(delivery_id, "n", text="it was read again") for delivery_id in waiting], now)

    def park(self, unreadable: Sequence[UnreadableOrder], now: datetime, *, changed: bool) -> None:
        """Orders that break every page: kept by name, for a person, and tried again in every cycle.

        With `changed`, also those that are known: what changed about them must be read before it is
        forgotten, since the cursor moves on.
        """
        known = intake.known(self.store, "order", [each.entity_id for each in unreadable])
        for each in unreadable:
            before = known.get(each.entity_id)
            if before is None:
                row = SourceRow(
                    connection=self.cycle.name,
                    store=self.store,
                    entity_id=each.entity_id,
                    increment_id="",
                    revision="",
                    document="",
                )
                source_id = intake.save_sources([row], now)[each.entity_id]
                self.park_one(each, STEP, source_id, str(each.entity_id), now)
            elif changed and each.entity_id not in self.unreadable:
                step = f"{UNREAD_CHANGE}-{now:%Y%m%d%H%M%S}"
                self.park_one(each, step, before.source_id, before.increment_id, now)

    def park_one(self, each: UnreadableOrder, step: str, source_id: int, label: str, now: datetime) -> None:
        """One order that waits until the store can show it."""
        failure = Failure(Code.UNREADABLE, each.text, sent=False)
        wanted = NewDelivery(
            connection=self.cycle.name,
            flow=FLOW,
            step=step,
            key=step_key(order_key(self.store, each.entity_id), step),
            source_id=source_id,
            label=label,
            state=State.REVIEW,
            reason_code=failure.code.value,
            reason=failure.text,
        )
        delivery.create_many([wanted], now)
        if step == STEP:
            register(self.cycle.connection, {(self.store, each.entity_id): ""}, now)
        self.alert(failure, label, now)

    def new(
        self, order: Order, step: str, state: State, disposition: Disposition, source_id: int, now: datetime
    ) -> None:
        """A delivery of one step of the order."""
        wanted = NewDelivery(
            connection=self.cycle.name,
            flow=FLOW,
            step=step,
            key=step_key(order_key(order.store, order.entity_id), step),
            source_id=source_id,
            label=order.increment_id,
            state=state,
            reason_code=disposition.failure.code.value if disposition.failure else "",
            reason=disposition.reason,
            waits_for=disposition.waits_for if state is State.HELD else "",
        )
        delivery.create_many([wanted], now)
        if step == STEP:
            register(self.cycle.connection, {(order.store, order.entity_id): order.increment_id}, now)

    def release_children(self, order: Order, now: datetime) -> None:
        """The copy that replaces a cancelled order may go now."""
        waits_for = missing_order(order.store, order.entity_id)
        self.cycle.count("released", delivery.release_waiting(self.cycle.name, [waits_for], now))

    def apply(self, verdicts: Sequence[Verdict], now: datetime) -> None:
        """Transitions that follow from reading; no lease of the company is needed for them."""
        delivery.apply(verdicts, now, lease=self.cycle.lease)

    def alert(self, failure: Failure | None, label: str, now: datetime) -> None:
        """Raise an alert."""
        if failure is not None:
            alerts.raise_alert(failure.code.value, self.cycle.name, label, failure.text, now)


def unused(step: str, source_id: int) -> str:
    """The step's name, numbered where one of that name has ended: what was changed back can be changed once more."""
    number, name = 1, step
    while (earlier := lookups.step_of(source_id, FLOW, name)) is not None and earlier.state in FINAL:
        number += 1
        name = f"{step}-{number}"
    return name


def created_before(order: Order, rules: CaptureRules) -> bool:
    """Whether the order is older than this connection."""
    return rules.since is not None and order.created_at < rules.since


def capture_rules(settings: model.ConnectionSettings) -> CaptureRules:
    """Which orders the connection sends."""
    return CaptureRules(
        websites=frozenset(settings.websites),
        since=settings.capture.since,
        states=frozenset(settings.capture.states),
        statuses_never=frozenset(settings.capture.statuses_never),
    )


def changed(order: Order, before: intake.Known | None) -> bool:
    """Whether a reading has anything new; our own comments, read back, do not count."""
    return (
        before is None
        or before.delivery_id is None
        or (before.revision, before.state, before.status) != (revision(order), order.state, order.status)
    )
