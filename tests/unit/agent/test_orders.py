"""Orders through the agent's HTTP face: written once, refused with Sage's words, settled after a crash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.embedded import VirtualClock
from tidegate_sandbox.sage100.company import columns_of
from tidegate_sandbox.sage100.native import ProvidexNative
from tidegate_sandbox.sage100.texts import DUPLICATE_PO
from unit.agent.hub import Stand, order


@pytest.fixture
def stand(tmp_path: Path) -> Any:
    made = Stand(tmp_path)
    yield made
    assert made.is_even()


def test_the_contracts_example_is_written_and_answered(stand: Stand) -> None:
    (result,) = stand.send(
        order(deposit={"amount": "44.90", "payment_type": "WEB", "reference": "PAY-77812"})
    )
    assert (result["outcome"], result["sales_order_no"], result["error"]) == ("created", "0000001", None)
    assert result["totals"] == {
        "taxable": "39.90",
        "nontaxable": "0.00",
        "discount": "0.00",
        "freight": "5.00",
        "tax": "3.19",
        "total": "48.09",
    }
    assert result["lines"][0]["key"] == "551"
    assert result["lines"][0]["line_key"] == "000001"
    (header,) = stand.get("/v1/companies/ABC/data/orders")["rows"]
    assert header["SalesOrderNo"] == "0000001"
    assert header["ShipToName"] == "Jane Buyer"
    assert header["DepositAmt"] == "44.90"
    lines = stand.get("/v1/companies/ABC/data/order-lines")["rows"]
    assert [line["ItemCode"] for line in lines] == ["ABC-1", "/SHIP", "/C"]


def test_calls_are_made_in_the_contracts_order(stand: Stand) -> None:
    stand.send(order(ship_to={**order()["ship_to"], "code": ""}))
    fields = [str(call.args[0]) for call in stand.sage.calls if call.method == "nSetValue"]
    assert fields.index("ARDivisionNo$") < fields.index("CustomerNo$") < fields.index("OrderDate$")
    assert fields.index("ItemCode$") < fields.index("QuantityOrdered") < fields.index("UnitPrice")
    writes = [(call.object, call.method) for call in stand.sage.calls if call.method == "nWrite"]
    assert writes[-1] == ("SO_SalesOrder_bus", "nWrite")


def test_a_repeat_is_existing_and_nothing_is_called(stand: Stand) -> None:
    stand.send(order())
    calls = len(stand.sage.calls)
    (again,) = stand.send(order())
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")
    assert len(stand.sage.calls) == calls
    assert stand.orders() == ["main:000000123"]


def test_a_repeat_is_existing_without_the_journal(stand: Stand) -> None:
    stand.send(order())
    stand.journal._db.execute("DELETE FROM entry")
    (again,) = stand.send(order())
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")
    assert again["warnings"] == []
    assert stand.orders() == ["main:000000123"]


def test_the_same_key_with_another_content_is_a_conflict(stand: Stand) -> None:
    stand.send(order())
    (other,) = stand.send(order(fingerprint="sha256:other"))
    assert other["outcome"] == "conflict"
    assert stand.orders() == ["main:000000123"]


@pytest.mark.parametrize(
    ("changes", "stage", "field", "line", "text"),
    [
        ({"customer": "NOBODY"}, "header.set", "CustomerNo$", None, "The CustomerNo is not on file."),
        ({"ship_via": "PIGEON"}, "header.set", "ShipVia$", None, "The ShipVia is not on file."),
        (
            {"lines": [{"key": "9", "type": "item", "item": "NONE", "quantity": "1"}]},
            "line.set",
            "ItemCode$",
            "9",
            "The ItemCode is not on file.",
        ),
        (
            {"lines": [{"key": "9", "type": "item", "item": "ABC-1", "quantity": "0"}]},
            "line.write",
            None,
            "9",
            "The QuantityOrdered is invalid.",
        ),
        (
            {"customer_po": "x" * 31},
            "header.set",
            "CustomerPONo$",
            None,
            "The CustomerPONo is greater than 30 character(s)",
        ),
    ],
)
def test_a_refusal_names_stage_field_line_and_sages_text(
    stand: Stand, changes: Any, stage: str, field: str | None, line: str | None, text: str
) -> None:
    result, good = stand.send(order(**changes), order(124))
    error = result["error"]
    assert result["outcome"] == "rejected"
    assert (error["class"], error["stage"], error["field"], error["line"], error["sage_text"]) == (
        "validation",
        stage,
        field,
        line,
        text,
    )
    assert good["outcome"] == "created"  # the rest of the batch goes on


def test_another_total_is_not_written(stand: Stand) -> None:
    (result,) = stand.send(order(expected={"total": "50.00", "tax": "3.19", "tolerance": "0.02"}))
    assert (result["outcome"], result["error"]["class"]) == ("rejected", "total_mismatch")
    assert result["totals"]["total"] == "48.09"
    assert "50.00" in result["error"]["message"]
    assert stand.orders() == []


def test_tax_that_is_not_known_before_the_write_is_compared_after_it(tmp_path: Path) -> None:
    stand = Stand(tmp_path, tax_before_write=False)
    (result,) = stand.send(order())
    assert (result["outcome"], result["warnings"], result["totals"]["total"]) == ("created", [], "48.09")
    (other,) = stand.send(order(124, expected={"total": "50.00", "tax": "3.19", "tolerance": "0.02"}))
    assert (other["outcome"], other["warnings"]) == ("created", ["total_mismatch_after_write"])
    assert stand.is_even()


def test_a_warning_is_reported_and_one_on_the_list_refuses(stand: Stand) -> None:
    (held,) = stand.send(order(customer="ONHOLD"))
    assert (held["outcome"], held["warnings"]) == ("created", ["The customer is on credit hold."])
    (first,) = stand.send(order(200, customer_po="PO-1"))
    (second,) = stand.send(order(201, customer_po="PO-1"))
    assert first["outcome"] == "created"
    assert (second["outcome"], second["error"]["sage_text"]) == ("rejected", DUPLICATE_PO)


def test_an_order_with_our_po_that_a_person_entered_is_not_entered_again(stand: Stand) -> None:
    stand.send(order())
    kernel_order = next(iter(stand.sage.companies["ABC"].kernel.orders.table))
    kernel_order.extra["sage100"]["UDF_MAGENTO_ORDER"] = ""
    stand.journal._db.execute("DELETE FROM entry")
    (agreed,) = stand.send(order())
    assert (agreed["outcome"], agreed["sales_order_no"]) == ("existing", "0000001")
    (differs,) = stand.send(order(expected={"total": "60.00", "tax": "3.19", "tolerance": "0.02"}))
    assert (differs["outcome"], differs["error"]["class"]) == ("conflict", "review")


def test_a_locked_record_defers_and_the_batch_goes_on(stand: Stand) -> None:
    stand.sage.companies["ABC"].locks["SO_SalesOrderHeader", "0000001"] = "bob"
    locked, good = stand.send(order(), order(124))
    assert (locked["outcome"], locked["error"]["class"]) == ("deferred", "record_locked")
    assert good["outcome"] == "created"
    (again,) = stand.send(order())
    assert again["outcome"] == "created"


def test_a_company_that_closes_stops_the_batch(stand: Stand) -> None:
    stand.sage.after_call = lambda _object, method: (
        stand.sage.companies["ABC"].kernel.window.lock("backup") if method == "nWrite" else None
    )
    answer = stand.post(
        "/v1/companies/ABC/orders", {"batch": "b", "orders": [order(), order(124), order(125)]}
    )
    assert answer["stopped"] == "locked"
    assert [one["outcome"] for one in answer["results"]] == ["not_attempted"] * 3
    stand.sage.after_call = lambda _object, _method: None
    stand.sage.companies["ABC"].kernel.window.unlock()
    assert [one["outcome"] for one in stand.send(order(), order(124))] == ["created", "created"]


def test_a_dry_run_writes_nothing(stand: Stand) -> None:
    (result,) = stand.send(order(), dry_run=True)
    assert (result["outcome"], result["totals"]["total"]) == ("not_attempted", "48.09")
    assert stand.orders() == []
    assert stand.journal.find("ABC", "main:000000123") is None


def test_the_number_is_on_the_disk_before_sage_hears_of_it(stand: Stand) -> None:
    seen = []

    def look(_object: str, method: str) -> None:
        if method == "nSetKeyValue":
            entry = stand.journal.find("ABC", "main:000000123")
            seen.append((entry.number, entry.state) if entry is not None else None)
        if method == "nWrite" and _object == "SO_SalesOrder_bus":
            entry = stand.journal.find("ABC", "main:000000123")
            seen.append(entry.state if entry is not None else None)

    stand.sage.before_call = look
    stand.send(order())
    assert seen == [("0000001", "reserved"), "writing"]


def test_the_journal_waits_for_the_disk(tmp_path: Path) -> None:
    assert Stand(tmp_path, durable=True).journal.is_durable


@pytest.mark.parametrize("kind", ["die_before", "die_during", "die_after", "hang", "hang_after"])
def test_a_death_at_the_write_is_settled_at_once(stand: Stand, kind: str) -> None:
    stand.sage.arrange(kind, "nWrite", "SO_SalesOrder_bus")
    answer = stand.post("/v1/companies/ABC/orders", {"batch": "b", "orders": [order(), order(124)]})
    first, second = answer["results"]
    assert first["outcome"] == ("created" if kind.endswith("after") else "deferred")
    assert (answer["stopped"], second["outcome"]) == ("session_lost", "not_attempted")
    assert {one["outcome"] for one in stand.send(order(), order(124))} <= {"created", "existing"}
    assert sorted(stand.orders()) == ["main:000000123", "main:000000124"]


def test_a_death_at_the_write_with_the_tables_down_is_in_doubt(stand: Stand) -> None:
    stand.sage.arrange("die_after", "nWrite", "SO_SalesOrder_bus")
    stand.sage.before_call = lambda _object, method: (
        setattr(stand.sage, "tables_down", "08001") if method == "nWrite" else None
    )
    (result,) = stand.send(order())
    assert (result["outcome"], result["sales_order_no"]) == ("in_doubt", "0000001")
    assert stand.call("POST", "/v1/companies/ABC/orders", {"batch": "b", "orders": [order(124)]})[0] == 503
    assert stand.get("/v1/health")["state"] == "degraded"
    stand.sage.tables_down = ""
    (again,) = stand.send(order())
    assert (again["outcome"], again["sales_order_no"]) == ("existing", "0000001")


def test_an_order_that_was_written_and_is_gone_is_never_written_again(stand: Stand) -> None:
    stand.send(order())
    company = stand.sage.companies["ABC"]
    company.options.retain_deleted = False
    company.kernel.orders.delete(next(iter(company.kernel.orders.table)))
    (answer,) = stand.get("/v1/companies/ABC/orders/by-key", key="main:000000123")["results"]
    assert answer["result"] == "review"
    assert stand.send(order())[0]["outcome"] == "existing"  # the journal answers first
    assert stand.orders() == []


def test_another_companys_batch_leaves_the_row_in_hand_alone(stand: Stand) -> None:
    """Both have open rows while one is written: only rows that nobody works on are settled."""
    states = []

    def other(obj: str, method: str) -> None:
        if (obj, method) == ("SO_SalesOrder_bus", "nWrite"):
            stand.sage.before_call = lambda _object, _method: None
            body = {"batch": "b", "orders": [order(200)]}
            assert stand.call("POST", "/v1/companies/XYZ/orders", body)[0] == 429
            entry = stand.journal.find("ABC", "main:000000123")
            states.append(entry.state if entry is not None else None)

    stand.sage.before_call = other
    assert stand.send(order())[0]["outcome"] == "created"
    assert states == ["writing"]


def test_an_open_row_of_a_company_that_is_not_served_any_more_stops_nobody(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    stand.journal.reserve("OLD", "main:1", "f", "0000009", "b")
    stand.restart()
    assert stand.get("/v1/health")["state"] == "ready"
    assert stand.send(order())[0]["outcome"] == "created"
    assert stand.is_even()


def test_every_line_with_a_key_keeps_it_charges_too(stand: Stand) -> None:
    lines = [
        {"key": "item:551", "type": "item", "item": "ABC-1", "quantity": "2", "unit_price": "19.95"},
        {"key": "item:552", "type": "charge", "item": "/SHIP", "amount": "9.00"},
        {"key": None, "type": "charge", "item": "/FEE", "amount": "1.00"},
    ]
    stand.send(order(lines=lines, expected=None))
    [stored] = [one for one in stand.sage.companies["ABC"].kernel.orders.table if one.external_key]
    kept = [columns_of(line).get("UDF_MAGENTO_ITEM") for line in stored.lines[: len(lines)]]
    assert kept == ["item:551", "item:552", ""]


def test_numbers_are_rounded_to_sages_places(stand: Stand) -> None:
    line = {"key": "1", "type": "item", "item": "ABC-1", "quantity": "2", "unit_price": "19.95000049"}
    (result,) = stand.send(order(lines=[line], freight="5.004"))
    assert (result["outcome"], result["totals"]["total"]) == ("created", "48.09")


def test_characters_that_sage_does_not_have_are_replaced_and_reported(stand: Stand) -> None:
    (result,) = stand.send(order(comment="für 東京"))
    assert (result["outcome"], result["warnings"]) == ("created", ["characters were replaced in comment"])
    assert stand.get("/v1/companies/ABC/data/orders")["rows"][0]["Comment"] == "für ??"


def test_a_write_that_hangs_in_a_server_that_cannot_be_ended_is_a_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may yet be written: not in Sage now is no proof, and a second one would be the second."""
    stand = Stand(tmp_path)
    monkeypatch.setattr(ProvidexNative, "server", None)
    stand.sage.arrange("hang", "nWrite", "SO_SalesOrder_bus")
    assert stand.send(order())[0]["outcome"] == "in_doubt"
    (again,) = stand.send(order())
    assert (again["outcome"], again["error"]["class"]) == ("conflict", "review")
    assert stand.orders() == []


def test_a_process_noted_before_the_machine_started_is_not_ours_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand = Stand(tmp_path)
    bob = stand.sage.licence.start()
    stand.sage.licence.take(bob, "bob")
    stand.journal.server_started(bob.process)
    stand.clock.advance(60)
    monkeypatch.setattr(VirtualClock, "seconds", lambda self: 10.0)
    stand.restart()
    assert stand.sage.licence.held == ["bob"]
    assert stand.journal.servers() == []
