"""Persons in finished records go by age, a portion a night; records that are open stay whole."""

from __future__ import annotations

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from integration.cli.test_erase import EMAIL, NAME, PERSON, quoted, sold_to
from tidegate.cli.invocation import Invocation
from tidegate.engine import retention
from tidegate.engine.retention import forget_when_due
from tidegate.ledger import models, personal
from tidegate.ledger.database import transaction
from tidegate.simulation.world import SharedClock
from tidegate.transport import ClientFactory

YEAR = 366 * 86_400


@pytest.fixture
def aged(terminal: Terminal) -> tuple[Terminal, str]:
    """A confirmed order and a registration, both more than a year old."""
    number = sold_to(terminal)
    terminal.cycle()
    terminal.cycle("order-status")
    quoted(terminal, number)
    terminal.world.clock.advance(YEAR)
    return terminal, number


def night(terminal: Terminal, times: int = 1, pause: float = 86_400) -> None:
    """The end of a cycle, so many times, a day apart."""
    clock, factory = SharedClock(terminal.world.clock), ClientFactory(transport=terminal.world.transport)
    with Invocation(clock=clock, config=terminal.config, factory=factory).hub() as hub:
        for _ in range(times):
            forget_when_due(hub, hub.connections["web"])
            terminal.world.clock.advance(pause)


def keep(terminal: Terminal, **days: int) -> None:
    """Write the rule into the configuration."""
    rule = "\n".join(f"{kind} = {number}" for kind, number in days.items())
    text = terminal.config.read_text(encoding="utf-8")
    terminal.config.write_text(f"{text}\n[hub.retention]\n{rule}\n", encoding="utf-8")


def documents() -> str:
    return "".join(models.Source.objects.values_list("document", flat=True))


def quotes() -> str:
    """What deliveries and their history say."""
    found = [*models.Delivery.objects.values_list("label", "reason", "subject")]
    found += models.Event.objects.values_list("text", "text", "text")
    found += models.Attempt.objects.values_list("text", "text", "text")
    return " ".join(text for row in found for text in row)


def test_by_default_quotes_and_registrations_go_and_orders_stay(aged: tuple[Terminal, str]) -> None:
    terminal, _ = aged
    with terminal.world.open_hub():
        assert all(text in quotes() for text in (EMAIL, NAME))
    night(terminal)
    with terminal.world.open_hub():
        assert not [text for text in PERSON if text in quotes()]
        assert all(text in documents() for text in (EMAIL, NAME))


def test_orders_go_where_the_rule_says_so(aged: tuple[Terminal, str]) -> None:
    terminal, number = aged
    keep(terminal, orders=365, registrations=0, payloads=0)
    night(terminal)
    with terminal.world.open_hub():
        assert not [text for text in PERSON if text in documents()]
        registration = models.Delivery.objects.get(step="customer")
        assert registration.label == EMAIL  # for ever
    assert terminal.json("trace", number)["orders"][0]["deliveries"][0]["state"] == "confirmed"


def test_for_ever_and_the_young_stay(aged: tuple[Terminal, str]) -> None:
    terminal, _ = aged
    keep(terminal, orders=1000, registrations=0, payloads=0)
    night(terminal, 2)
    with terminal.world.open_hub():
        assert EMAIL in quotes()
        assert EMAIL in documents()


def test_what_is_open_stays_whole(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    sold_to(terminal, method="banktransfer")
    terminal.cycle()
    terminal.world.clock.advance(YEAR)
    keep(terminal, orders=30)
    night(terminal, 2)
    with terminal.world.open_hub():
        assert EMAIL in documents()


def test_portions_reach_every_record_and_begin_again(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.sell(3)
    terminal.cycle()
    terminal.cycle("order-status")
    terminal.world.clock.advance(YEAR)
    keep(terminal, orders=365)
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    night(terminal, 4)
    with terminal.world.open_hub():
        assert personal.words_in(models.Source.objects.values_list("document", flat=True)) == set()
        # the shop told one anew: whole, until the next round finds it old again
        source = models.Source.objects.order_by("pk")[0]
        order = personal.order_in(source.document)
        assert order is not None
        with transaction("test"):
            text = source.document.replace('"email":""', f'"email":"{EMAIL}"', 1)
            models.Source.objects.filter(pk=source.pk).update(document=text)
        assert EMAIL in documents()
    night(terminal, 4)
    with terminal.world.open_hub():
        assert EMAIL not in documents()


def test_once_a_day(aged: tuple[Terminal, str], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, _ = aged
    kinds: list[str] = []
    monkeypatch.setattr(retention, "blank_some", lambda kind, *_: kinds.append(kind) or 0)
    night(terminal, pause=3600, times=25)
    assert kinds == ["orders", "registrations", "payloads"] * 2
