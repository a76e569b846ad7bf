"""Every deliberate bug in the agent is found by a check that holds without it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tidegate_agent.failure import Failure
from tidegate_agent.sage100 import names
from tidegate_sandbox.sage100.staff import Staff
from unit.agent import agent_bugs as bugs
from unit.agent.hub import Stand, order
from unit.agent.test_crash_sweep import Death, Killed

ORDERS = "/v1/companies/ABC/orders"


# Checks: each holds of the agent as it is


def the_seat_is_given_back_politely(folder: Path) -> None:
    stand = Stand(folder)
    with stand.agent.lease("ABC", "a price probe that was given up") as held:
        held.session.begin(names.ORDER, stand.agent.today())
    stand.post("/v1/drain")
    assert (stand.sage.licence.held, stand.sage.licence.ended) == ([], 0)
    assert stand.sage.dropped == ["SO_SalesOrder_bus", "SY_Session"]


def a_death_leaves_no_seat(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.arrange("busy", "nWrite", "SO_SalesOrder_bus")
    stand.send(order())
    assert stand.sage.licence.held == []
    assert stand.is_even()


def the_number_is_in_the_journal_first(folder: Path) -> None:
    stand = Stand(folder)
    seen: list[str | None] = []

    def look(obj: str, method: str) -> None:
        if method == "nSetKeyValue" or (method == "nWrite" and obj == "SO_SalesOrder_bus"):
            entry = stand.journal.find("ABC", "main:000000123")
            seen.append(entry.state if entry is not None else None)

    stand.sage.before_call = look
    stand.send(order())
    assert seen == ["reserved", "writing"]


def the_journal_is_durable(folder: Path) -> None:
    assert Stand(folder, durable=True).journal.is_durable


def a_warning_is_reported(folder: Path) -> None:
    (result,) = Stand(folder).send(order(customer="ONHOLD"))
    assert (result["outcome"], result["warnings"]) == ("created", ["The customer is on credit hold."])


def what_is_answered_is_true(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.arrange("null", "nWrite", "SO_SalesOrder_bus")
    (result,) = stand.send(order())
    assert (result["outcome"] == "created") == (stand.orders() == ["main:000000123"])


def a_refused_line_says_why(folder: Path) -> None:
    line = {"key": "9", "type": "item", "item": "NONE", "quantity": "1"}
    (result,) = Stand(folder).send(order(lines=[line]))
    assert result["error"]["sage_text"] == "The ItemCode is not on file."


def one_seat_is_one_seat(folder: Path) -> None:
    stand = Stand(folder)
    with stand.agent.lease("ABC", "one"), suppress(Failure), stand.agent.lease("XYZ", "two"):
        pass
    assert stand.sage.pool.peak == 1


def drained_is_empty(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    stand.post("/v1/drain")
    assert stand.sage.licence.held == []


def a_drain_stops_the_batch(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.before_call = lambda _obj, method: stand.agent.pool.drain(0) if method == "nCleanup" else None
    stand.sage.after_call = lambda obj, method: (
        stand.agent.pool.drain(0) if (obj, method) == ("SO_SalesOrder_bus", "nWrite") else None
    )
    outcomes = [one["outcome"] for one in stand.send(order(), order(124))]
    assert outcomes == ["created", "not_attempted"]


def somebody_elses_number_is_left_alone(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    company = stand.sage.companies["ABC"]
    company.order_number = lambda: "0000001"  # type: ignore[method-assign]
    (result,) = stand.send(order(124))
    assert result["outcome"] == "deferred"
    assert stand.orders() == ["main:000000123"]


def blind_is_not_absent(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.tables_down = "08001"
    (result,) = stand.send(order())
    assert result["outcome"] == "in_doubt"
    assert stand.orders() == []


def gone_is_not_absent(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    company = stand.sage.companies["ABC"]
    company.options.retain_deleted = False
    company.kernel.orders.delete(next(iter(company.kernel.orders.table)))
    stand.send(order())
    assert stand.orders() == []


def an_order_that_left_the_open_file_is_known(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    stand.journal._db.execute("DELETE FROM entry")
    kernel = stand.sage.companies["ABC"].kernel
    kernel.orders.cancel(next(iter(kernel.orders.table)))
    assert stand.send(order())[0]["outcome"] == "existing"


def killed(folder: Path, method: str) -> Stand:
    """An agent killed right after a method of the order, and started again."""
    stand = Stand(folder)
    death = Death(stand, 10**6, after=True)
    number = 0

    def count(_obj: str, name: str) -> None:
        nonlocal number
        number += 1
        if (_obj, name) == ("SO_SalesOrder_bus", method):
            death.is_dead = True
            raise Killed

    stand.sage.after_call = count
    with pytest.raises(Killed):
        stand.send(order())
    death.over()
    stand.restart()
    return stand


def a_new_agent_settles_first(folder: Path) -> None:
    stand = killed(folder, "nWrite")
    assert stand.journal.open_entries() == []


def a_new_agent_frees_old_seats(folder: Path) -> None:
    assert killed(folder, "nSetKey").sage.licence.held == []


def the_next_order_gets_a_whole_session(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.arrange("die_before", "nWrite", "SO_SalesOrder_bus")
    stand.send(order())
    status, answer, _ = stand.call("POST", ORDERS, {"batch": "b", "orders": [order()]})
    assert status == 200
    assert answer["results"][0]["outcome"] == "created"


def another_total_is_refused(folder: Path) -> None:
    (result,) = Stand(folder).send(order(expected={"total": "50.00", "tax": "3.19", "tolerance": "0.02"}))
    assert result["outcome"] == "rejected"


def late_tax_is_waited_for(folder: Path) -> None:
    (result,) = Stand(folder, tax_before_write=False).send(order())
    assert (result["outcome"], result["totals"]["total"]) == ("created", "48.09")


def the_example_is_written(folder: Path) -> None:
    (result,) = Stand(folder).send(order())
    assert (result["outcome"], result["sales_order_no"]) == ("created", "0000001")
    assert result["lines"][0]["extension"] == "39.90"


def the_divisions_customer_is_meant(folder: Path) -> None:
    (result,) = Stand(folder).send(order(division="01", customer="GUS01"))
    assert result["outcome"] == "created"


def unknown_fields_are_refused(folder: Path) -> None:
    assert Stand(folder).call("POST", ORDERS, {"batch": "b", "orders": [order(colour="red")]})[0] == 400


def a_wrong_token_is_refused(folder: Path) -> None:
    assert Stand(folder).call("GET", "/v1/health", token="wrong")[0] == 401


def idle_means_dropped(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    stand.clock.advance(31)
    stand.agent.tick()
    assert stand.sage.licence.held == []


def staff_keeps_its_seats(folder: Path) -> None:
    stand = Stand(folder, {"seats": {"seats_bought": 2, "seats_reserved_for_people": 2}})
    assert stand.call("POST", ORDERS, {"batch": "b", "orders": [order()]})[0] == 503


def a_hang_leaves_no_seat(folder: Path) -> None:
    stand = Stand(folder)
    stand.sage.arrange("hang", "nSetValue")
    stand.send(order())
    assert stand.sage.licence.held == []


def a_drop_that_hangs_leaves_no_seat(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    stand.sage.arrange("busy", "nCleanup")
    stand.post("/v1/drain")
    assert stand.sage.licence.held == []
    assert stand.get("/v1/health")["pool"]["leaked_total"] == 1


def another_content_is_a_conflict(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    assert stand.send(order(fingerprint="sha256:other"))[0]["outcome"] == "conflict"


def pages_are_whole(folder: Path) -> None:
    stand = Stand(folder)
    first = stand.get("/v1/companies/ABC/data/stock", limit=2)
    second = stand.get("/v1/companies/ABC/data/stock", limit=2, after=first["next"])
    assert second["rows"][0]["ItemCode"] == first["rows"][0]["ItemCode"]


def only_changes_are_read(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    page = stand.get("/v1/companies/ABC/data/orders", since="2026-03-02T10:30:00-05:00")
    assert page["rows"] == []


def what_is_being_written_is_not_absent(folder: Path) -> None:
    stand = Stand(folder)
    seen: list[str] = []

    def ask(obj: str, method: str) -> None:
        if (obj, method) == ("SO_SalesOrder_bus", "nWrite"):
            seen.append(stand.get(f"{ORDERS}/by-key", key="main:000000123")["results"][0]["result"])

    stand.sage.before_call = ask
    stand.send(order())
    assert seen == ["unknown"]


def posting_is_the_clerks(folder: Path) -> None:
    stand = Stand(folder)
    stand.send(order())
    company = stand.sage.companies["ABC"]
    (kept,) = company.kernel.orders.table
    Staff(stand.sage, company).ship(kept.number)
    stand.send(order(124))
    stand.post("/v1/drain")
    assert stand.sage.posted_in_sessions == []
    assert list(company.entries)


Check = Callable[[Path], None]


class Mutant(NamedTuple):
    """A bug, and the check that finds it."""

    bug: Callable[[Any], None]
    check: Check


MUTANTS = (
    Mutant(bugs.the_drop_order_is_reversed, the_seat_is_given_back_politely),
    Mutant(bugs.nothing_is_dropped_after_an_error, a_death_leaves_no_seat),
    Mutant(bugs.the_number_is_written_after_the_order, the_number_is_in_the_journal_first),
    Mutant(bugs.the_journal_is_not_fsynced, the_journal_is_durable),
    Mutant(bugs.the_write_is_not_announced, the_number_is_in_the_journal_first),
    Mutant(bugs.a_warning_is_taken_for_a_failure, a_warning_is_reported),
    Mutant(bugs.warnings_are_swallowed, a_warning_is_reported),
    Mutant(bugs.null_is_taken_for_done, what_is_answered_is_true),
    Mutant(bugs.the_line_error_is_read_from_the_header, a_refused_line_says_why),
    Mutant(bugs.a_second_seat_is_opened, one_seat_is_one_seat),
    Mutant(bugs.drain_is_ignored, drained_is_empty),
    Mutant(bugs.a_drain_does_not_stop_the_batch, a_drain_stops_the_batch),
    Mutant(bugs.a_used_number_is_taken_for_ours, somebody_elses_number_is_left_alone),
    Mutant(bugs.unreadable_tables_mean_absent, blind_is_not_absent),
    Mutant(bugs.the_journal_is_not_asked, gone_is_not_absent),
    Mutant(bugs.the_history_is_not_asked, an_order_that_left_the_open_file_is_known),
    Mutant(bugs.open_rows_are_not_settled, a_new_agent_settles_first),
    Mutant(bugs.servers_of_a_dead_agent_live_on, a_new_agent_frees_old_seats),
    Mutant(bugs.a_broken_session_is_lent_again, the_next_order_gets_a_whole_session),
    Mutant(bugs.the_total_is_not_compared, another_total_is_refused),
    Mutant(bugs.unknown_tax_is_trusted, late_tax_is_waited_for),
    Mutant(bugs.the_line_is_read_after_its_write, the_example_is_written),
    Mutant(bugs.numbers_go_in_as_decimals, the_example_is_written),
    Mutant(bugs.the_customer_comes_before_the_division, the_divisions_customer_is_meant),
    Mutant(bugs.unknown_fields_are_taken, unknown_fields_are_refused),
    Mutant(bugs.the_token_is_not_checked, a_wrong_token_is_refused),
    Mutant(bugs.idle_sessions_are_kept, idle_means_dropped),
    Mutant(bugs.seats_of_staff_are_taken, staff_keeps_its_seats),
    Mutant(bugs.the_server_of_a_hung_call_lives_on, a_hang_leaves_no_seat),
    Mutant(bugs.a_session_that_does_not_drop_is_left, a_drop_that_hangs_leaves_no_seat),
    Mutant(bugs.the_fingerprint_is_not_compared, another_content_is_a_conflict),
    Mutant(bugs.pages_go_by_the_first_part_of_the_key, pages_are_whole),
    Mutant(bugs.hours_are_not_compared, only_changes_are_read),
    Mutant(bugs.a_look_up_knows_nothing_of_the_batch_in_hand, what_is_being_written_is_not_absent),
    Mutant(bugs.references_are_lost, the_example_is_written),
    Mutant(bugs.the_agent_posts_before_it_leaves, posting_is_the_clerks),
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.bug.__name__)
def test_a_deliberate_bug_is_found(mutant: Mutant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("right", "wrong"):
        (tmp_path / name).mkdir()
    mutant.check(tmp_path / "right")
    mutant.bug(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        mutant.check(tmp_path / "wrong")
