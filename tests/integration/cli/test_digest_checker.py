"""The judge of the digest sees a wrong number: deliberate bugs, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.engine import digest
from tidegate.ledger import daily, mirror
from tidegate.simulation import checking
from tidegate_sandbox import checker_digest
from tidegate_sandbox.checker import Verdict


@pytest.fixture
def busy(terminal: Terminal) -> Terminal:
    """Orders confirmed, held, waiting, and one of the day before."""
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(2)
    terminal.cycle()
    terminal.world.clock.advance(26 * 3600)
    terminal.sell(3)
    terminal.sell(2, method="banktransfer")
    terminal.cycle()
    return terminal


def checked(terminal: Terminal) -> list[str]:
    """What the judge finds wrong with the digest of now."""
    with terminal.world.open_hub() as hub:
        now = terminal.world.clock.now()
        verdict = Verdict()
        checker_digest.check(
            digest.digest(hub, "web", now),
            checking.all_deliveries(now),
            checking.accounts(hub, now),
            mirror.STEP,
            verdict,
        )
    return [each.subject for each in verdict.violations]


def test_an_honest_digest_is_trusted(busy: Terminal) -> None:
    assert checked(busy) == []


def older(real: Callable[..., Any]) -> Callable[..., Any]:
    return lambda connection, limit: real(connection, limit)[1:]


BUGS: dict[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "what is held is no longer pending": (
        digest,
        "PENDING",
        lambda _: ("waiting", "review"),
        "orders pending",
    ),
    "the oldest is left out": (daily, "oldest", older, "the oldest"),
    "all that was ever confirmed is of the day": (
        daily,
        "confirmed",
        lambda real: lambda *place: real(*place[:3], place[3].replace(year=2020), place[4]),
        "orders of the day",
    ),
    "what is held needs nobody": (daily, "held", lambda _: lambda _name: {}, "in held"),
    "reviews are made up": (daily, "reviews", lambda _: lambda _name: {"refused": 1}, "in review"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_wrong_number_is_seen(busy: Terminal, monkeypatch: pytest.MonkeyPatch, bug: str) -> None:
    module, name, broken, seen = BUGS[bug]
    monkeypatch.setattr(module, name, broken(getattr(module, name)))
    assert seen in checked(busy)
