"""Deliberate bugs in the agent: each a patch for the time of one check, never an edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tidegate_agent.caller import CallFailed, TablesFailed
from tidegate_agent.http_face import HttpFace
from tidegate_agent.inline_worker import InlineWorker
from tidegate_agent.journal import Journal
from tidegate_agent.pool import Held, Pool
from tidegate_agent.request import Body
from tidegate_agent.sage100 import boi, datasets, order_calls
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.boi import Boi
from tidegate_agent.sage100.lookup import Lookup, Sight
from tidegate_agent.sage100.names import SALES_ORDER, Task
from tidegate_agent.sage100.order_calls import OrderCalls
from tidegate_agent.sage100.order_writer import OrderWriter
from tidegate_agent.sage100.reader import Where
from tidegate_agent.sage100.session import Session

Patch = pytest.MonkeyPatch


def the_drop_order_is_reversed(patch: Patch) -> None:
    def drop(self: Session) -> None:
        worker = self.worker
        if self._session is not None:
            self._session.code("nCleanup")
            self._session.drop()
        for one in self._objects:
            one.drop()
        self._objects.clear()
        self._session = None
        worker.end()

    patch.setattr(Session, "drop", drop)


def the_agent_posts_before_it_leaves(patch: Patch) -> None:
    drop = Session.drop

    def posts(self: Session) -> None:
        journal = self.begin(Task("SO_SalesJournal_upd", SALES_ORDER, "SO_SalesJournal_ui"))
        journal.code("nProcessReport", "PRINT")
        journal.code("nUpdate")
        drop(self)

    patch.setattr(Session, "drop", posts)


def nothing_is_dropped_after_an_error(patch: Patch) -> None:
    close = Pool._close

    def forgets(self: Any, held: Held[Any]) -> None:
        if held.broken:
            held.session.drop = held.session.kill = lambda: None
        close(self, held)

    patch.setattr(Pool, "_close", forgets)


def the_number_is_written_after_the_order(patch: Patch) -> None:
    reserve, change = Journal.reserve, Journal.change
    waiting: dict[str, Any] = {}

    def later(self: Journal, company: str, key: str, *more: Any, **named: Any) -> None:
        waiting[key] = (company, key, *more), named

    def now(self: Journal, company: str, key: str, state: Any, *more: Any, **named: Any) -> None:
        if state == "written" and key in waiting:
            args, given = waiting.pop(key)
            reserve(self, *args, **given)
        if key not in waiting:
            change(self, company, key, state, *more, **named)

    patch.setattr(Journal, "reserve", later)
    patch.setattr(Journal, "change", now)


def the_journal_is_not_fsynced(patch: Patch) -> None:
    made = Journal.__init__

    def hurried(self: Journal, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        self._db.execute("PRAGMA synchronous=NORMAL")

    patch.setattr(Journal, "__init__", hurried)


def the_write_is_not_announced(patch: Patch) -> None:
    change = Journal.change
    patch.setattr(
        Journal,
        "change",
        lambda self, company, key, state, *more, **named: (
            None if state == "writing" else change(self, company, key, state, *more, **named)
        ),
    )


def a_warning_is_taken_for_a_failure(patch: Patch) -> None:
    patch.setattr(boi, "_code", lambda answer: max(0, int(answer or 0)))


def warnings_are_swallowed(patch: Patch) -> None:
    def done(self: Boi, stage: str, method: str, *args: Any, field: str = "") -> int:
        code = self.code(method, *args)
        if code == 0:
            raise self.refusal(stage, field)
        return code

    patch.setattr(Boi, "done", done)


def null_is_taken_for_done(patch: Patch) -> None:
    code = boi._code
    patch.setattr(boi, "_code", lambda answer: 1 if answer is None else code(answer))


def the_line_error_is_read_from_the_header(patch: Patch) -> None:
    child = Boi.child

    def deaf(self: Boi, name: str) -> Boi:
        made = child(self, name)
        made.text = self.text  # type: ignore[method-assign]
        return made

    patch.setattr(Boi, "child", deaf)


def a_second_seat_is_opened(patch: Patch) -> None:
    patch.setattr(Pool, "_has_room", lambda self, _company: True)
    patch.setattr(Pool, "_choose", lambda self, company: (None, None))


def drain_is_ignored(patch: Patch) -> None:
    patch.setattr(Pool, "drain", lambda self, wait_s: True)


def a_drain_does_not_stop_the_batch(patch: Patch) -> None:
    patch.setattr(OrderWriter, "_must_stop", lambda self, begun: None)


def a_used_number_is_taken_for_ours(patch: Patch) -> None:
    patch.setattr(order_calls, "NEW", 1)


def unreadable_tables_mean_absent(patch: Patch) -> None:
    by_udf = Lookup._by_udf

    def hopeful(self: Lookup, key: str) -> Sight | None:
        try:
            return by_udf(self, key)
        except TablesFailed:
            return None

    patch.setattr(Lookup, "_by_udf", hopeful)
    patch.setattr(Lookup, "_by_purchase_order", lambda self, buyer: None)


def the_journal_is_not_asked(patch: Patch) -> None:
    find = Journal.find
    patch.setattr(OrderWriter, "_known", lambda self, order: self._seen(order, self.lookup.by_key(order.key)))
    assert find is not None


def the_history_is_not_asked(patch: Patch) -> None:
    patch.setattr(Lookup, "_history_is_kept", lambda self: False)


def open_rows_are_not_settled(patch: Patch) -> None:
    patch.setattr(Agent, "settle", lambda self, company: True)


def servers_of_a_dead_agent_live_on(patch: Patch) -> None:
    patch.setattr(Journal, "servers", lambda self: [])


def a_broken_session_is_lent_again(patch: Patch) -> None:
    patch.setattr(Held, "spoil", lambda self: None)


def the_total_is_not_compared(patch: Patch) -> None:
    patch.setattr(OrderWriter, "_mismatch", lambda self, order, built: None)


def unknown_tax_is_trusted(patch: Patch) -> None:
    patch.setattr(OrderCalls, "_tax_is_known", lambda self, order, asked, totals: True)


def the_line_is_read_after_its_write(patch: Patch) -> None:
    amount = Boi.amount

    def late(self: Boi, field: str) -> Any:
        if field == "ExtensionAmt":
            self.code("nWrite")
        return amount(self, field)

    patch.setattr(Boi, "amount", late)


def numbers_go_in_as_decimals(patch: Patch) -> None:
    patch.setattr(
        Boi,
        "set",
        lambda self, field, value, stage="header.set": self.done(
            stage, "nSetValue", field, value, field=field
        ),
    )


def the_customer_comes_before_the_division(patch: Patch) -> None:
    kept = Boi.set

    def swapped(self: Boi, field: str, value: Any, stage: str = "header.set") -> int:
        if field == "ARDivisionNo$":
            self._division = value  # type: ignore[attr-defined]
            return 1
        done = kept(self, field, value, stage)
        if field == "CustomerNo$":
            kept(self, "ARDivisionNo$", self._division, stage)  # type: ignore[attr-defined]
        return done

    patch.setattr(Boi, "set", swapped)


def unknown_fields_are_taken(patch: Patch) -> None:
    patch.setattr(Body, "done", lambda self: None)


def the_token_is_not_checked(patch: Patch) -> None:
    patch.setattr(HttpFace, "_check_token", lambda self, environ: None)


def idle_sessions_are_kept(patch: Patch) -> None:
    patch.setattr(Pool, "tick", lambda self: None)


def seats_of_staff_are_taken(patch: Patch) -> None:
    patch.setattr(Agent, "_keep_reserved_seats", lambda self, company: None)


def the_server_of_a_hung_call_lives_on(patch: Patch) -> None:
    def kill(self: InlineWorker) -> None:
        self._caller = None

    patch.setattr(InlineWorker, "kill", kill)


def a_session_that_does_not_drop_is_left(patch: Patch) -> None:
    patch.setattr(Session, "kill", lambda self: None)
    drop = Session.drop

    def careless(self: Session) -> None:
        try:
            drop(self)
        except CallFailed:
            return

    patch.setattr(Session, "drop", careless)


def the_fingerprint_is_not_compared(patch: Patch) -> None:
    known = OrderWriter._known

    def same(self: OrderWriter, order: Any) -> Any:
        entry = self.journal.find(self.company, order.key)
        if entry is not None:
            object.__setattr__(order, "fingerprint", entry.fingerprint)
        return known(self, order)

    patch.setattr(OrderWriter, "_known", same)


def pages_go_by_the_first_part_of_the_key(patch: Patch) -> None:
    def short(key: Sequence[str], last: Sequence[Any]) -> Where:
        return Where(key[0], ">", last[0])

    patch.setattr(datasets, "beyond", short)


def hours_are_not_compared(patch: Patch) -> None:
    patch.setattr(datasets.DatasetReader, "_is_recent", lambda self, dataset, asked, row: True)


def references_are_lost(patch: Patch) -> None:
    """A by-reference argument is passed by value: the number comes back empty."""

    def by_value(self: Boi, stage: str, method: str, *args: Any) -> str:
        self._caller.invoke(self.ref, method, (*args, ""), (len(args),))
        return ""

    patch.setattr(Boi, "by_reference", by_value)


def a_look_up_knows_nothing_of_the_batch_in_hand(patch: Patch) -> None:
    patch.setattr(Agent, "in_hand", property(lambda self: set(), lambda self, value: None), raising=False)
