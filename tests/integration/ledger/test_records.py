"""The small records: sources, chain, cursors, marks, customers, alerts, halts, closures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integration.ledger.making import (
    CONNECTION,
    FLOW,
    NOW,
    apply,
    begin,
    captured,
    create,
    open_batch,
    row,
    side_by_side,
    take_lease,
)
from tidegate.domain.errors import Code
from tidegate.domain.verdict import Verdict
from tidegate.ledger import (
    alerts,
    chain,
    closures,
    cursors,
    customers,
    database,
    halts,
    intake,
    marks,
    models,
)
from tidegate.ledger.chain import ChainLink
from tidegate.ledger.customers import KnownCustomer

LATER = NOW + timedelta(hours=1)


def save(*rows: intake.SourceRow, now: datetime = NOW) -> dict[int, int]:
    with database.transaction("test"):
        return intake.save_sources(rows, now)


def test_a_document_is_kept_and_renewed(ledger: object) -> None:
    ids = save(row(2, grand_total=Decimal("0.1000")), row(1, parent_entity_id=2))
    assert list(ids) == [1, 2]
    again = save(row(1, revision="1:bbbb", status="processing", connection="main-fr"), row(3), now=LATER)
    assert again[1] == ids[1]
    known = intake.known("main", "order", [1, 2, 3, 4])
    assert sorted(known) == [1, 2, 3]
    assert (known[1].revision, known[1].status, known[1].parent_entity_id) == ("1:bbbb", "processing", None)
    assert known[1].connection == CONNECTION  # its deliveries were made for that one
    stored = models.Source.objects.get(pk=ids[1])
    assert (stored.first_read_at, stored.read_at) == (NOW, LATER)
    assert intake.known_ids("main", "order", range(3000)) == {1, 2, 3}
    assert intake.known_ids("other", "order", [1]) == set()
    assert intake.document_of(ids[2]) == '{"entity_id": 1}'


def test_a_page_that_shows_an_order_twice(ledger: object) -> None:
    assert list(save(row(1, revision="a"), row(1, revision="b"))) == [1]
    assert intake.known("main", "order", [1])[1].revision == "b"
    assert save() == {}


def test_entity_ids_of_two_stores_are_not_mixed(ledger: object) -> None:
    with pytest.raises(ValueError, match="one store"):
        save(row(1), row(1, store="other"))


def test_what_is_known_of_the_delivery(ledger: object) -> None:
    held = take_lease()
    one, two = captured(1, 2)
    attempts = begin(held, open_batch(held), [one, two])
    apply(
        Verdict(one, "c", attempt_id=attempts[one], target_id="5", target_number="S5"),
        Verdict(two, "d", code=Code.NO_ANSWER),
        Verdict(two, "h", code=Code.DUPLICATE_FOUND, text="look"),
        held=held,
    )
    known = intake.known("main", "order", [1, 2])
    assert (known[1].delivery_id, known[1].delivery_state, known[1].target_number) == (one, "confirmed", "S5")
    assert (known[2].delivery_state, known[2].reason_code) == ("review", "duplicate-found")
    assert known[1].maybe_sent
    assert known[2].maybe_sent
    assert not intake.known("main", "order", [1], step="deposit")[1].maybe_sent


@pytest.mark.parametrize("amount", ["0.1000", "9999999999999999.9999", "-0.0001", "123456789012.3456"])
def test_amounts_stay_exact(ledger: object, amount: str) -> None:
    ids = save(row(1, grand_total=Decimal(amount)))
    found = models.Source.objects.get(pk=ids[1]).grand_total
    assert found == Decimal(amount)
    assert isinstance(found, Decimal)


def test_hostile_documents(ledger: object) -> None:
    ids = save(row(1, increment_id="0\x001", document='{"note": "half \ud83d"}', status="x" * 5000))
    stored = models.Source.objects.get(pk=ids[1])
    assert stored.increment_id == "0\ufffd1"
    assert stored.document == '{"note": "half ?"}'


def test_the_chain_is_walked_from_both_ends(ledger: object) -> None:
    (source,) = save(row(1)).values()
    links = [
        ChainLink(source, "magento-order", "1", "000000001"),
        ChainLink(source, "sage-order", "42", "S42"),
        ChainLink(source, "sage-invoice", "43", "I43"),
    ]
    with database.transaction("test"):
        chain.add([*links, links[0]], NOW)
        chain.add(links, LATER)
    assert chain.of(source) == links
    assert chain.find("I43") == [links[2]]
    assert chain.find("42", kind="sage-order") == [links[1]]
    assert chain.find("42") == []


def test_a_tie_learns_the_delivery_that_made_it_and_keeps_it(ledger: object) -> None:
    (source,) = save(row(1)).values()
    first, second = create("a", "b", source_id=source)
    tie = ChainLink(source, "sage-invoice", "43", "I43")
    with database.transaction("test"):
        chain.add([tie, ChainLink(source, "sage-order", "42", "S42")], NOW)
        chain.add([replace(tie, delivery_id=first)], NOW)
        chain.add([replace(tie, delivery_id=second)], LATER)
    assert [link.delivery_id for link in chain.of(source)] == [first, None]


def test_cursors_and_marks(ledger: object) -> None:
    assert cursors.read(CONNECTION, FLOW, "updated_at") is None
    with database.transaction("test"):
        cursors.move(CONNECTION, FLOW, "updated_at", "a", NOW)
        cursors.move(CONNECTION, FLOW, "updated_at", "b", LATER)
        marks.write("since", "1", NOW)
        marks.write("since", "2", NOW)
    assert cursors.read(CONNECTION, FLOW, "updated_at") == "b"
    assert cursors.moved_at(CONNECTION, FLOW, "updated_at") == LATER
    assert marks.read("since") == "2"
    with database.transaction("test"):
        assert marks.remove("since", NOW)
        assert not marks.remove("since", NOW)
    assert marks.read("since") is None


def test_customers_are_known_by_mail_or_number(ledger: object) -> None:
    ann = KnownCustomer(CONNECTION, "base", " Ann@Example.com", "W1", "9", "created")
    with database.transaction("test"):
        customers.save([ann, KnownCustomer(CONNECTION, "base", "17", "W2")], NOW)
        customers.save([KnownCustomer(CONNECTION, "base", "17", "W3")], LATER)
    found = customers.find(CONNECTION, "base", ["ann@example.COM", 17, "nobody"])
    assert {key: customer.account for key, customer in found.items()} == {"ann@example.com": "W1", "17": "W3"}
    assert customers.find(CONNECTION, "french", ["17"]) == {}
    with database.transaction("test"):
        assert customers.forget(CONNECTION, "W1", LATER) == 1
    assert customers.find(CONNECTION, "base", ["ann@example.com"]) == {}


def test_an_alert_is_raised_once_and_counted(ledger: object) -> None:
    with database.transaction("test"):
        assert alerts.raise_alert("oldest", CONNECTION, "orders", "first", NOW)
        assert not alerts.raise_alert("oldest", CONNECTION, "orders", "second", LATER)
        assert alerts.raise_alert("oldest", "", "", "the hub", LATER)
    (alert,) = alerts.open_alerts(CONNECTION)
    assert (alert.count, alert.text, alert.raised_at, alert.last_at) == (2, "second", NOW, LATER)
    assert len(alerts.open_alerts()) == 2
    with database.transaction("test"):
        assert alerts.clear_alert("oldest", CONNECTION, "orders", LATER)
        assert not alerts.clear_alert("oldest", CONNECTION, "orders", LATER)
        assert alerts.raise_alert("oldest", CONNECTION, "orders", "again", LATER)
        assert alerts.clear_all("oldest", CONNECTION, LATER) == 1
    assert alerts.open_alerts(CONNECTION) == []
    assert models.Alert.objects.count() == 3


def test_of_six_threads_one_reports(ledger: object) -> None:
    def work(_: int) -> bool:
        with database.transaction("test"):
            return alerts.raise_alert("code", CONNECTION, "subject", "text", NOW)

    assert sorted(side_by_side(6, work)) == [False] * 5 + [True]


def test_a_halt_keeps_its_first_reason_until_it_is_lifted(ledger: object) -> None:
    assert halts.halted(CONNECTION) is None
    with database.transaction("test"):
        assert halts.halt(CONNECTION, "token revoked", "sign-in-expired", NOW)
        assert not halts.halt(CONNECTION, "401 again", "not-authenticated", LATER)
    halted = halts.halted(CONNECTION)
    assert halted is not None
    assert (halted.reason, halted.code, halted.since, halted.by) == (
        "token revoked",
        "sign-in-expired",
        NOW,
        "engine",
    )
    assert halts.all_halted() == [halted]
    with database.transaction("test"):
        assert halts.lift(CONNECTION, LATER, by="ann")
        assert not halts.lift(CONNECTION, LATER)
    assert halts.halted(CONNECTION) is None
    with database.transaction("test"):
        assert halts.halt(CONNECTION, "again", "not-authenticated", LATER, by="bob")
    assert [(halt.reason, halt.lifted_by) for halt in halts.history(CONNECTION)] == [
        ("again", ""),
        ("token revoked", "ann"),
    ]


def test_a_closure_ends_by_itself(ledger: object) -> None:
    with database.transaction("test"):
        closures.learn("uk", LATER, "backup", NOW)
        closures.learn("uk", LATER, "posting", NOW)
    closed = closures.closed("uk", NOW)
    assert closed is not None
    assert (closed.until, closed.reason) == (LATER, "posting")
    assert closures.closed("uk", LATER) is None
    with database.transaction("test"):
        assert closures.forget("uk", NOW)
        assert not closures.forget("uk", NOW)
    assert closures.closed("uk", NOW) is None


def test_instants_come_back_in_utc(ledger: object) -> None:
    london = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=UTC).astimezone()
    with database.transaction("test"):
        cursors.move(CONNECTION, FLOW, "x", "1", london)
    assert cursors.moved_at(CONNECTION, FLOW, "x") == london
