"""`erase`: one customer's personal data goes out of the ledger, and everything else still works."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.domain.orders.personal import Quotes
from tidegate.ledger import alerts, customers, database, delivery, erasure, models, personal
from tidegate.ledger.customers import KnownCustomer
from tidegate.ledger.database import transaction
from tidegate.ledger.delivery import NewDelivery

EMAIL, STREET, PHONE, NAME = "jo.doe@private.example", "17 Hidden Lane", "555 0177 0177", "Josephine Doe"


def sold_to(terminal: Terminal, **choices: Any) -> str:
    """An order of the customer; its number."""
    (entity_id,) = terminal.sell(1, **choices)
    order = terminal.world.shop.order(entity_id)
    order.row |= {"customer_email": EMAIL, "customer_firstname": "Josephine", "customer_lastname": "Doe"}
    order.row["customer_note"] = f"ring {PHONE}, please"
    for place in (order.billing, order.shipping):
        assert place is not None
        place |= {"email": EMAIL, "firstname": "Josephine", "lastname": "Doe"}
        place |= {"street": [STREET], "telephone": PHONE}
    return str(order.row["increment_id"])


def raw(terminal: Terminal) -> bytes:
    """Every byte that the ledger has on disk."""
    database.close()
    folder = terminal.config.parent
    return b"".join(path.read_bytes() for path in sorted(folder.glob("tidegate.db*")))


def quoted(terminal: Terminal, number: str) -> None:
    """What else a ledger of some age has of the customer: texts that quote, a tie, an alert, a registration."""
    now = terminal.world.clock.now()
    with terminal.world.open_hub(), transaction("test"):
        order = models.Delivery.objects.get(label=number, step="order")
        models.Delivery.objects.filter(pk=order.pk).update(reason=f"no account for {EMAIL.upper()}")
        models.Attempt.objects.filter(delivery=order).update(text=f"Sage: {NAME}, {STREET} is taken")
        models.Event.objects.filter(delivery=order).update(text=f"{NAME} asked")
        alerts.raise_alert("test", "web", EMAIL, f"{EMAIL} of {STREET}", now)
        customers.save([KnownCustomer("web", "base", EMAIL, "WEB")], now)
        subject = models.Source.objects.get(increment_id=number).document
        ids = delivery.create_many(
            [
                NewDelivery(
                    connection="web",
                    flow="registrations",
                    step="customer",
                    key="magento:main:customer:4711",
                    label=EMAIL,
                    subject=subject,
                )
            ],
            now,
        )
        models.Delivery.objects.filter(pk__in=ids.values()).update(state="confirmed")


@pytest.fixture
def known(terminal: Terminal) -> tuple[Terminal, str]:
    """A confirmed order of the customer, one of somebody else, and whatever quotes the customer."""
    number = sold_to(terminal)
    terminal.sell(1)
    terminal.cycle()
    terminal.cycle("order-status")
    assert terminal.state_of(number) == "confirmed"
    quoted(terminal, number)
    return terminal, number


PERSON = (EMAIL, EMAIL.upper(), STREET, PHONE, NAME)


def left(terminal: Terminal) -> list[str]:
    """What of the person is found in the bytes of the ledger."""
    content = raw(terminal)
    return [text for text in PERSON if text.encode() in content]


def test_nothing_of_the_person_is_left_in_the_file(known: tuple[Terminal, str]) -> None:
    terminal, number = known
    other = [row for row in terminal.deliveries("--flow", "orders") if row["label"] not in (number, EMAIL)]
    assert set(left(terminal)) == set(PERSON)
    before = terminal.json("trace", number)["orders"][0]
    told = terminal.json("erase", "--email", EMAIL.upper(), "--yes", "--by", "anna")
    assert told["counts"]["order documents"] == 1
    assert told["counts"]["payload copies"] == told["counts"]["mappings by e-mail"] == 1
    assert left(terminal) == []
    after = terminal.json("trace", number)["orders"][0]
    assert [each["target_number"] for each in after["deliveries"]] == [
        each["target_number"] for each in before["deliveries"]
    ]
    assert "was erased" in terminal.run("trace", number).stdout
    assert terminal.json("reconcile")["differences"] == []
    assert [
        row for row in terminal.deliveries("--flow", "orders") if row["label"] in (other[0]["label"],)
    ] == other
    with terminal.world.open_hub():
        untouched = models.Source.objects.exclude(increment_id=number).get().document
    assert personal.words_in([untouched])


def test_everything_that_would_be_erased_is_written_down_for_the_customer(
    known: tuple[Terminal, str], tmp_path: Path
) -> None:
    terminal, number = known
    path = tmp_path / "jo.json"
    before = raw(terminal)
    terminal.run("erase", "--email", EMAIL, "--export", str(path))
    assert raw(terminal) == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert [each for each in PERSON if each not in text and each != EMAIL.upper()] == []
    document = json.loads(text)
    assert [each["number"] for each in document["orders"]] == [number]
    assert document["orders"][0]["document"]["billing"]["telephone"] == PHONE
    assert {"order", "comment", "customer"} <= {each["step"] for each in document["steps"]}
    (order,) = [each for each in document["steps"] if each["step"] == "order"]
    assert STREET in json.dumps(order["sent"][0]["what"])
    assert document["accounts"] == [{"account": "WEB", "tied_by": EMAIL}]
    terminal.run("erase", "--email", "nobody@example.com", "--export", str(path), code=5)


def test_nothing_is_sent_a_second_time(known: tuple[Terminal, str]) -> None:
    terminal, _ = known
    sent = len(terminal.world.sage.company.orders.table)
    terminal.run("erase", "--email", EMAIL, "--yes")
    terminal.world.clock.advance(3600)
    terminal.cycle()
    assert len(terminal.world.sage.company.orders.table) == sent
    assert left(terminal) == []  # an order that did not change is not kept anew


def test_a_forgotten_payload_copy_is_found_in_the_bytes(
    known: tuple[Terminal, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, _ = known
    monkeypatch.setattr(personal, "blank_payloads", lambda deliveries, quotes: 0)
    terminal.run("erase", "--email", EMAIL, "--yes")
    assert {EMAIL, STREET} <= set(left(terminal))


def test_a_reader_that_keeps_the_old_pages_is_reported_and_the_next_call_finishes(
    known: tuple[Terminal, str],
) -> None:
    terminal, _ = known
    with closing(sqlite3.connect(terminal.config.parent / "tidegate.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM tidegate_source").fetchone()
        assert "another process" in terminal.run("erase", "--email", EMAIL, "--yes").stdout
        assert EMAIL in left(terminal)
    terminal.run("erase", "--email", EMAIL, "--yes", code=5)
    assert left(terminal) == []


def test_a_dry_run_counts_the_same_and_changes_nothing(known: tuple[Terminal, str]) -> None:
    terminal, _ = known
    shown = terminal.json("erase", "--email", EMAIL, "--dry-run")["counts"]
    assert set(left(terminal)) == set(PERSON)
    assert terminal.json("erase", "--history")["erasures"] == []
    assert terminal.json("erase", "--email", EMAIL, "--yes")["counts"] == shown


def test_it_asks_and_writes_down_who_and_how_much_but_not_whom(known: tuple[Terminal, str]) -> None:
    terminal, _ = known
    assert "nothing was changed" in terminal.run("erase", "--email", EMAIL, typed="n\n", code=1).stderr
    assert EMAIL in left(terminal)
    shown = terminal.run("erase", "--email", EMAIL, "--by", "anna", typed="y\n").stdout
    assert "backups" in shown
    (entry,) = terminal.json("erase", "--history")["erasures"]
    assert (entry["by"], entry["counts"]["order documents"]) == ("anna", 1)
    assert "anna" in terminal.run("erase", "--history").stdout
    assert (
        "the ledger has no data of this customer"
        in terminal.run("erase", "--email", EMAIL, "--yes", code=5).stderr
    )


def test_the_id_stands_for_the_e_mails_it_used(terminal: Terminal) -> None:
    sold_to(terminal)
    terminal.cycle()
    terminal.cycle("order-status")
    with terminal.world.open_hub(), transaction("test"):
        source = models.Source.objects.get()
        order = personal.order_in(source.document)
        assert order is not None
        document = source.document.replace('"customer":{', '"customer":{"id":4711,', 1)
        models.Source.objects.create(
            connection="web",
            store="main",
            entity_id=99,
            increment_id="000000099",
            document=document,
            first_read_at=source.first_read_at,
            read_at=source.read_at,
        )
    assert terminal.json("erase", "--customer", "4711", "--yes")["orders"] == 2  # the guest order, too
    assert left(terminal) == []


def test_open_deliveries_refuse_and_are_named(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    number = sold_to(terminal, method="banktransfer")
    terminal.cycle()
    refused = terminal.run("erase", "--email", EMAIL, "--yes", code=1).stderr
    assert f"{number} order (held" in refused
    assert "queue cancel" in refused
    assert EMAIL in left(terminal)
    terminal.run("queue", "cancel", number, "--yes")
    terminal.run("erase", "--email", EMAIL, "--yes")
    assert left(terminal) == []


def test_whom_nobody_knows(terminal: Terminal) -> None:
    assert (
        "there is no customer nobody@example.com"
        in terminal.run("erase", "--email", "nobody@example.com", "--yes", code=5).stderr
    )
    terminal.run("erase", code=2)
    terminal.run("erase", "--email", "a@b.example", "--customer", "1", code=2)
    terminal.run("erase", "--customer", "9" * 20, "--yes", code=2)


def test_the_ledger_itself_refuses_open_deliveries(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    sold_to(terminal, method="banktransfer")
    terminal.cycle()
    with terminal.world.open_hub(), pytest.raises(ValueError, match="finish"), transaction("test"):
        erasure.erase(erasure.find("web", "main", email=EMAIL), "anna", terminal.world.clock.now())


def test_words_are_taken_out_whole_and_the_longest_first() -> None:
    quotes = Quotes(["Anne Smith", "Anne Smith Ltd"])
    assert quotes.out_of("ANNE SMITH LTD; anne smith; Joanne Smith") == "[erased]; [erased]; Joanne Smith"
    assert Quotes([]).out_of("as it is") == "as it is"
