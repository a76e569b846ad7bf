"""Copies of what attempts sent: kept with the attempt, never with a secret, gone by age, by erasure, by key."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import CONNECTION
from tidegate.config.copies import Copies
from tidegate.engine import reports
from tidegate.engine.erasing import erase
from tidegate.engine.retention import forget_when_due
from tidegate.ledger import copies, erasure, models
from tidegate.redaction import HIDDEN, remember_secret

QUOTED = 'a"secret\\of-the-door'


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    return in_memory()


def sent(stage: MemoryStage, entity_id: int, step: str = "order") -> list[object]:
    """What the attempts of one step of an order sent, by `trace --attempts`."""
    report = reports.traced(str(stage.shop_order(entity_id)["increment_id"]), stage.now)
    reports.add_sent(report)
    return [
        attempt["sent"]
        for order in report["orders"]
        for each in order["deliveries"]
        if each["step"] == step
        for attempt in each["attempts"]
    ]


def kept() -> str:
    found = models.PayloadCopy.objects.values_list("content", flat=True)
    return "\n".join(copies.unpack(content) for content in found)


def test_every_attempt_has_what_it_sent_and_what_was_answered(stage: MemoryStage) -> None:
    order = stage.order(po_number="PO-77")
    stage.cycle()
    stage.notes()
    (first,) = sent(stage, order)
    assert isinstance(first, dict)
    assert first["po_number"] == "PO-77"
    (note,) = sent(stage, order, "comment")
    assert "text" in msgspec.json.encode(note).decode()
    (attempt,) = models.Attempt.objects.filter(key=f"magento:main:{order}/order")
    there = stage.delivery(order)
    assert attempt.text.startswith(there.target_number)
    assert f"total {there.target_total}" in attempt.text


def test_no_secret_is_in_a_copy(stage: MemoryStage) -> None:
    remember_secret(QUOTED)
    words = f'{QUOTED} password="swordfish" Bearer abcdefgh12345678 client_secret: xyzzy'
    stage.order(note=words)
    stage.cycle()
    stage.notes()
    text = kept()
    assert HIDDEN in text
    for secret in ("secret\\of", "of-the-door", "swordfish", "abcdefgh12345678", "xyzzy"):
        assert secret not in text


def test_a_key_switches_copies_off(stage: MemoryStage) -> None:
    stage.reopen(copies=Copies(keep=False))
    order = stage.order()
    stage.cycle()
    assert sent(stage, order) == [None]


def test_copies_go_after_their_days(stage: MemoryStage) -> None:
    stage.reopen(copies=Copies(days=30))
    stage.order()
    stage.cycle()
    stage.pass_time(timedelta(days=29))
    stage.order()
    stage.cycle()
    forget_when_due(stage.hub, stage.connection)
    assert models.PayloadCopy.objects.count() == 2
    stage.pass_time(timedelta(days=2))
    forget_when_due(stage.hub, stage.connection)
    assert models.PayloadCopy.objects.count() == 1


def test_an_erased_customer_is_in_no_copy(stage: MemoryStage) -> None:
    stage.order(email="jo.bloggs@example.com")
    stage.order(email="other@example.com")
    stage.cycle()
    stage.notes()
    assert "jo.bloggs@example.com" in kept()
    customer = erasure.find(CONNECTION, "main", email="jo.bloggs@example.com")
    counts, _ = erase(customer, "anna", stage.now)
    assert counts["copies of what was sent"] > 0
    assert "jo.bloggs@example.com" not in kept()
    assert "other@example.com" in kept()
