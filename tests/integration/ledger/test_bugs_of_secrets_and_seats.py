"""The tests of secrets and seats bite: one fault each, and the test that finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from integration.ledger import test_seats as of_seats
from integration.ledger import test_secrets as of_secrets
from integration.ledger.conftest import Ledger
from tidegate.engine.seats import LedgerSeats
from tidegate.ledger import seats, secrets

Bug = Callable[[pytest.MonkeyPatch], None]
Question = Callable[[Ledger], None]


def counted_per_process(patch: pytest.MonkeyPatch) -> None:
    """Each process believes that all seats are its own."""
    patch.setattr(LedgerSeats, "take", lambda self, pool, limit, wait: object())
    patch.setattr(LedgerSeats, "give_back", lambda self, held: None)


def counted_per_holder(patch: pytest.MonkeyPatch) -> None:
    """Seats of others are taken for free ones of a pool of our own."""
    take = seats.take

    def apart(pool: str, limit: int, holder: str, *more: Any, **how: Any) -> Any:
        return take(f"{pool}|{holder}", limit, holder, *more, **how)

    patch.setattr(seats, "take", apart)


def a_seat_without_end(patch: pytest.MonkeyPatch) -> None:
    """What a lost process held stays held."""
    patch.setattr(seats, "SEAT_SECONDS", seats.SEAT_SECONDS * 1_000_000)


def a_seat_that_nobody_prolongs(patch: pytest.MonkeyPatch) -> None:
    """A long session loses its seat to others."""
    patch.setattr(LedgerSeats, "keep", lambda self: None)


def the_loser_keeps_its_own(patch: pytest.MonkeyPatch) -> None:
    """Whoever was too slow overwrites what the winner has kept."""
    patch.setattr(secrets, "_versions", lambda owner: {})


def a_name_is_not_sealed(patch: pytest.MonkeyPatch) -> None:
    """A row opens under any name."""

    def opened(self: secrets.SecretStore, row: Any) -> Any:
        return msgspec.json.decode(self._fernet.decrypt(bytes(row.sealed)))

    patch.setattr(secrets.SecretStore, "_opened", opened)


BUGS: list[tuple[Bug, Question]] = [
    (counted_per_process, of_seats.test_seats_are_counted_over_processes),
    (counted_per_holder, of_seats.test_seats_are_counted_over_processes),
    (a_seat_without_end, of_seats.test_a_lost_holder_keeps_its_seat_no_longer_than_its_lease),
    (a_seat_that_nobody_prolongs, of_seats.test_a_seat_that_is_kept_does_not_expire),
    (
        the_loser_keeps_its_own,
        of_secrets.test_who_died_while_renewing_is_waited_for_no_longer_than_its_lease,
    ),
    (
        a_name_is_not_sealed,
        lambda ledger: of_secrets.test_a_row_copied_under_another_name_is_refused(
            ledger, "uk", "initial-key"
        ),
    ),
]


@pytest.mark.parametrize(("bug", "question"), BUGS, ids=[each[0].__name__ for each in BUGS])
def test_the_tests_find_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, bug: Bug, question: Question
) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        question(ledger)
