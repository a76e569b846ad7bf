"""Tokens: encrypted, and refreshed once however many ask."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, side_by_side
from tidegate.clock import VirtualClock
from tidegate.ledger import database, models
from tidegate.ledger.faults import LedgerError
from tidegate.ledger.tokens import TokenStore

KEY = Fernet.generate_key()
HOUR = timedelta(hours=1)


def saved(store: TokenStore, refresh: str = "r1") -> int:
    with database.transaction("test"):
        return store.save("uk", {"refresh": refresh}, NOW, expires_at=NOW + HOUR, signed_in_at=NOW).version


def test_a_token_comes_back_and_is_not_readable_on_disk(ledger: Ledger) -> None:
    store = TokenStore(KEY)
    assert store.load("uk") is None
    saved(store)
    token = store.load("uk")
    assert token is not None
    assert (token.secret, token.version, token.expires_at) == ({"refresh": "r1"}, 1, NOW + HOUR)
    assert "r1" not in repr(token)
    assert b"r1" not in bytes(models.Token.objects.get().secret)


def test_saving_again_keeps_when_a_person_signed_in(ledger: Ledger) -> None:
    store = TokenStore(KEY)
    saved(store)
    with database.transaction("test"):
        token = store.save("uk", {"refresh": "r2"}, NOW + HOUR, expires_at=NOW + 2 * HOUR)
    assert (token.version, token.signed_in_at, token.secret) == (2, NOW, {"refresh": "r2"})
    with database.transaction("test"):
        assert store.remove("uk", NOW)
        assert not store.remove("uk", NOW)


def test_a_wrong_key_says_what_to_do(ledger: Ledger) -> None:
    saved(TokenStore(KEY))
    with pytest.raises(LedgerError, match="sign in again"):
        TokenStore(Fernet.generate_key()).load("uk")
    with pytest.raises(LedgerError, match="32 bytes"):
        TokenStore(b"sesame")


def test_the_key_can_be_replaced(ledger: Ledger) -> None:
    saved(TokenStore(KEY))
    fresh = Fernet.generate_key()
    both = TokenStore(fresh + b"," + KEY)
    assert both.load("uk") is not None
    saved(both)
    assert TokenStore(fresh).load("uk") is not None


def test_a_row_copied_under_another_name_is_refused(ledger: Ledger) -> None:
    store = TokenStore(KEY)
    saved(store)
    row = models.Token.objects.get()
    models.Token.objects.create(name="fr", secret=row.secret, obtained_at=NOW)
    with pytest.raises(LedgerError, match="cannot be decrypted"):
        store.load("fr")


def test_of_eight_threads_one_refreshes(ledger: Ledger) -> None:
    saved(TokenStore(KEY))
    refreshes: list[int] = []

    def work(number: int) -> str:
        store = TokenStore(KEY)
        seen = store.load("uk")
        assert seen is not None
        with store.refreshing("uk", f"thread-{number}", NOW) as turn:
            if not turn.newer_than(1):
                refreshes.append(number)
                turn.save({"refresh": "r2"}, NOW, expires_at=NOW + HOUR)
            assert turn.token is not None
            return str(turn.token.secret["refresh"])

    assert side_by_side(8, work) == ["r2"] * 8
    assert len(refreshes) == 1


RACE = """
import sys, time
from datetime import UTC, datetime
from tidegate.ledger import database
from tidegate.ledger.tokens import TokenStore
now = datetime(2026, 3, 2, 9, tzinfo=UTC)
database.open_ledger(sys.argv[1])
store = TokenStore(sys.argv[2].encode())
with store.refreshing("uk", sys.argv[3], now) as turn:
    if not turn.newer_than(1):
        time.sleep(0.3)  # the other system answers slowly
        turn.save({"refresh": "by " + sys.argv[3]}, now, expires_at=None)
    print(turn.token.version, turn.token.secret["refresh"])
"""


@pytest.mark.process
def test_of_two_processes_one_refreshes(ledger: Ledger, tmp_path: Path) -> None:
    saved(TokenStore(KEY))
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, ledger.url, KEY.decode(), f"process-{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    answers = [run.communicate(timeout=60) for run in runs]
    assert len({answer[0] for answer in answers}) == 1, answers
    assert answers[0][0].startswith("2 by process-"), answers


def test_who_died_while_refreshing_is_waited_for_no_longer_than_its_lease(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    store = TokenStore(KEY, clock=clock)
    saved(store)
    dead = store.refreshing("uk", "dead", NOW, ttl_seconds=60)
    turn = dead.__enter__()
    with store.refreshing("uk", "alive", NOW, ttl_seconds=60) as mine:
        assert clock.now() >= NOW + timedelta(seconds=60)
        mine.save({"refresh": "mine"}, NOW, expires_at=None)
        # the dead one comes back: what was saved meanwhile stays, and is what it gets
        late = turn.save({"refresh": "late"}, NOW, expires_at=None)
    assert late.secret == {"refresh": "mine"}
    token = store.load("uk")
    assert token is not None
    assert (token.version, token.secret) == (2, {"refresh": "mine"})
    impatient = store.refreshing("uk", "d", NOW, patience=5)
    with store.refreshing("uk", "c", NOW), pytest.raises(LedgerError, match="somebody else"):
        impatient.__enter__()


def test_a_refresh_never_holds_the_ledger(ledger: Ledger) -> None:
    turn = TokenStore(KEY).refreshing("uk", "me", NOW)
    with pytest.raises(RuntimeError, match="transaction"), database.transaction("test"):
        turn.__enter__()
