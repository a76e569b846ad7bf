"""Keys of customers and receipts: made by the product's rule once, kept in the table, parsed nowhere."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

import tidegate
from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import SETTLED
from tidegate.config import model
from tidegate.conformance.memory.calls import Trouble
from tidegate.conformance.stand import Call
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.stored_keys import short_customer_keys, short_keys
from tidegate.domain.states import State
from tidegate.engine import matching
from tidegate.flows import stored_keys
from tidegate.ledger import database, erasure, keys, models
from tidegate.ledger.database import transaction

migration = import_module("tidegate.ledger.migrations.0013_keys_of_customers")
SOURCES = Path(tidegate.__file__).parent


@pytest.fixture
def stage(tmp_path: Path, migrated: Path) -> Iterator[MemoryStage]:
    """A company whose product keeps twelve characters of every key."""
    ledger = tmp_path / "ledger.db"
    shutil.copyfile(migrated, ledger)
    built = MemoryStage(
        build_shop(f"sqlite:///{ledger}"),
        make_customer_keys=short_customer_keys(12),
        make_receipt_key=short_keys(12, prefix="R"),
    )
    built.reopen(customers=built.customers(unknown="create"))
    yield built
    try:
        built.check()
    finally:
        built.hub.close()
        database.set_trip(None)


def key_of(stage: MemoryStage, customer: int) -> str:
    """The customer's key in the table."""
    return keys.of_sources([("main", customer)], kind=keys.CUSTOMER)["main", customer]


def lose(stage: MemoryStage, kind: Call) -> None:
    """The next call of that kind is carried out, and its answer is lost."""
    heard = Failure(Code.NO_ANSWER, "no answer came")
    stage.room.calls_made.troubles.append(Trouble(kind, heard, carried_out=True, times=1))


def test_an_account_is_made_once_under_the_products_own_key_and_found_by_it(stage: MemoryStage) -> None:
    (customer,) = stage.world.register(1)
    placed = stage.order("customer", customer=customer)
    lose(stage, "create customer")
    stage.cycle()
    stage.cycle(after=SETTLED)
    stage.cycle(after=SETTLED)
    key = key_of(stage, customer)
    assert len(key) == 12
    assert [each.key for each in stage.books.accounts.values() if each.key] == [key], (
        "once, though its answer was lost"
    )
    assert stage.state(placed) is State.CONFIRMED


def test_a_key_stays_whatever_the_products_rule_becomes(stage: MemoryStage) -> None:
    (customer,) = stage.world.register(1)
    stage.order("customer", customer=customer)
    stage.cycle()
    key = key_of(stage, customer)
    stage.turn(make_customer_keys=short_customer_keys(20))
    source = ("main", customer)
    assert stored_keys.customer_keys(stage.connection, [source]) == {source: key}


def test_a_key_that_another_customer_has_is_passed_over(stage: MemoryStage) -> None:
    now = stage.now
    with transaction("test"):
        made = [
            keys.register(
                "sage", [("main", number)], lambda store, entity, again: f"C{again}", now, kind=keys.CUSTOMER
            )
            for number in (1, 2)
        ]
    assert made == [{("main", 1): "C0"}, {("main", 2): "C1"}]


def test_receipts_have_keys_of_their_own_rule(stage: MemoryStage) -> None:
    flows = {**stage.connection.settings.flows, "payments": model.Flow(every="15m")}
    stage.reopen(flows=flows, payments={"*": model.Payment(account="CARD", prepaid=True)})
    placed = stage.order()
    stage.cycle()
    lose(stage, "post receipt")
    stage.cycle("payments")
    stage.cycle("payments", after=SETTLED)
    (entry,) = [each for each in stage.books.entries.values() if each.key]
    assert len(entry.key) == 12
    assert entry.key == keys.of_sources([("main", placed)], kind=keys.RECEIPT)["main", placed]
    assert stage.state(placed, "deposit", "payments") is State.CONFIRMED


def test_whose_account_it_is_stands_in_the_table_for_matching_and_erasure_too(stage: MemoryStage) -> None:
    (customer,) = stage.world.register(1)
    stage.order("customer", customer=customer)
    stage.cycle()
    found = matching.look(stage.connection)
    assert not isinstance(found, Failure)
    (pair,) = [each for each in found.pairs["customer"] if each.store.id == str(customer)]
    assert pair.company is not None
    assert pair.company.values["key"] == key_of(stage, customer)
    theirs = erasure.find("web", "main", customer_id=customer)
    kept = models.Delivery.objects.get(step="customer")
    assert kept.pk in theirs.deliveries


def test_a_ledger_of_before_has_its_customers_and_receipts_in_the_table(stage: MemoryStage) -> None:
    stage.turn(make_customer_keys=stored_keys_of_before)
    (customer,) = stage.world.register(1)
    stage.order("customer", customer=customer)
    stage.cycle()
    before = list(
        models.StoredKey.objects.filter(kind=keys.CUSTOMER).values_list("key", "store", "entity_id", "name")
    )
    models.StoredKey.objects.exclude(kind=keys.ORDER).delete()
    migration.fill(apps, None)
    after = models.StoredKey.objects.filter(kind=keys.CUSTOMER).values_list(
        "key", "store", "entity_id", "name"
    )
    assert list(after) == before
    assert stage.cycle(after=timedelta(minutes=30)).outcome == "done"


def stored_keys_of_before(currency: str) -> stored_keys.KeyMaker:
    """Keys as they were until now: the whole name."""
    from tidegate.domain.orders.stored_keys import full_customer_keys

    return full_customer_keys(currency)


#: Taking a key apart, or asking what one begins with.
PARSED = re.compile(
    r"""\b((order|customer|stored|external)_)?key\)?\.(r?split|r?partition|removeprefix|startswith)\(\s*f?["']([:/]|magento)"""
    r"""|(split|partition|removeprefix|startswith)\(\s*f?["']magento:"""
    r"""|_key\([^)]*\)\.remove(prefix|suffix)"""
)
#: The drivers of demonstration and weeks read the simulated books, whose keys are whole.
DRIVERS = ("demo", "simulation")


def test_nobody_parses_a_key() -> None:
    told = [
        f"{path.relative_to(SOURCES)}:{number}"
        for path in sorted(SOURCES.rglob("*.py"))
        if "migrations" not in path.parts and path.relative_to(SOURCES).parts[0] not in DRIVERS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PARSED.search(line)
    ]
    assert told == []
