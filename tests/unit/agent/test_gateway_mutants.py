"""Deliberate bugs in the gateway: each is found by a check that holds without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tidegate.domain.errors import Failure
from tidegate_agent.http_face import HttpFace
from tidegate_agent.journal import Journal
from tidegate_agent.sage300 import agent, browsing
from tidegate_agent.sage300.agent import GatewayAgent
from tidegate_agent.sage300.orders import Orders
from tidegate_agent.sage300.session import Session
from unit.agent.gateway import KEY, GatewayStand

Patch = pytest.MonkeyPatch


def the_session_is_closed_before_its_link(patch: Patch) -> None:
    def drop(self: Session) -> None:
        for one in (self._session, self._link):
            assert one is not None
            self.worker.invoke(one, "Close")
        self.worker.end()

    patch.setattr(Session, "drop", drop)


def the_insert_is_not_announced(patch: Patch) -> None:
    insert = Orders.insert
    patch.setattr(Orders, "insert", lambda self, document, announce: insert(self, document, lambda: None))


def the_journal_is_not_asked(patch: Patch) -> None:
    patch.setattr(Journal, "find", lambda self, *_args, **_named: None)


def sage_is_not_asked_for_the_reference(patch: Patch) -> None:
    patch.setattr(agent, "_of_key", lambda orders, number, key: None)


def any_user_may_sign_in(patch: Patch) -> None:
    import base64

    patch.setattr(
        HttpFace, "_password", lambda self, _scheme, given: base64.b64decode(given).decode().partition(":")[2]
    )


def filters_are_not_looked_at(patch: Patch) -> None:
    patch.setattr(browsing, "checked", lambda where, view: where)


def pages_begin_at_the_first_row(patch: Patch) -> None:
    patch.setattr(browsing, "beyond", lambda where, last, known: where)


def read_only_is_ignored(patch: Patch) -> None:
    writing = GatewayAgent.writing_key

    def careless(self: GatewayAgent, company: str, key: str) -> Any:
        object.__setattr__(self.settings, "read_only", False)
        return writing(self, company, key)

    patch.setattr(GatewayAgent, "writing_key", careless)


def the_seat_is_given_back_politely(folder: Path) -> None:
    stand = GatewayStand(folder)
    stand.insert()
    stand.agent.stop()
    assert (stand.agent.pool.totals.dropped, stand.agent.pool.totals.killed) == (1, 0)


def the_row_says_that_it_is_being_written(folder: Path) -> None:
    stand = GatewayStand(folder)
    seen: list[str] = []

    def look(obj: str, method: str) -> None:
        if (obj, method) == ("AccpacView.OE0520", "Insert"):
            entry = stand.agent.journal.find("SAMLTD", KEY, kind="OE0520")
            seen.append(entry.state if entry is not None else "")

    stand.sage.before_call = look
    stand.insert()
    assert seen == ["writing"]


def gone_is_not_written_again(folder: Path) -> None:
    stand = GatewayStand(folder)
    stand.insert()
    stand.erp.orders.delete(next(iter(stand.erp.orders.table)))
    stand.insert()
    assert stand.keys() == []


def without_a_journal_nothing_is_doubled(folder: Path) -> None:
    stand = GatewayStand(folder)
    stand.insert()
    stand.agent.journal._db.execute("DELETE FROM entry")
    stand.insert()
    assert stand.keys() == [KEY]


def strangers_stay_outside(folder: Path) -> None:
    assert isinstance(GatewayStand(folder).room(user="ADMIN").ping(), Failure)


def only_plain_terms_reach_sage(folder: Path) -> None:
    stand = GatewayStand(folder)
    called: list[str] = []
    stand.sage.before_call = lambda _obj, method: called.append(method)
    assert isinstance(stand.room().read("IC0290", ["ITEMNO"], '(LOCATION = "1")'), Failure)
    assert "Browse" not in called


def no_row_comes_twice(folder: Path) -> None:
    stand = GatewayStand(folder)
    with stand.agent.lease("SAMLTD", "read") as held:
        asked: dict[str, Any] = {"index": 0, "limit": 3}
        first = browsing.read(held.session, "IC0290", ["ITEMNO"], "", after="", **asked)
        second = browsing.read(
            held.session, "IC0290", ["ITEMNO", "LOCATION"], "", after=first.after or "", **asked
        )
        whole = browsing.read(held.session, "IC0290", ["ITEMNO", "LOCATION"], "", index=0, limit=99, after="")
    assert second.rows == whole.rows[3:6]


def nothing_is_written_while_it_only_reads(folder: Path) -> None:
    stand = GatewayStand(folder, read_only=True)
    stand.insert()
    assert stand.keys() == []


MUTANTS: tuple[tuple[Callable[[Patch], None], Callable[[Path], None]], ...] = (
    (the_session_is_closed_before_its_link, the_seat_is_given_back_politely),
    (the_insert_is_not_announced, the_row_says_that_it_is_being_written),
    (the_journal_is_not_asked, gone_is_not_written_again),
    (sage_is_not_asked_for_the_reference, without_a_journal_nothing_is_doubled),
    (any_user_may_sign_in, strangers_stay_outside),
    (filters_are_not_looked_at, only_plain_terms_reach_sage),
    (pages_begin_at_the_first_row, no_row_comes_twice),
    (read_only_is_ignored, nothing_is_written_while_it_only_reads),
)


@pytest.mark.parametrize(("bug", "check"), MUTANTS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_deliberate_bug_is_found(
    bug: Callable[[Patch], None], check: Callable[[Path], None], monkeypatch: Patch, tmp_path: Path
) -> None:
    (tmp_path / "as-it-is").mkdir()
    check(tmp_path / "as-it-is")
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        check(tmp_path)
