"""Secrets: encrypted, by name, and renewed once however many ask."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.fernet import Fernet

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW, side_by_side
from tidegate.clock import VirtualClock
from tidegate.ledger import database, models
from tidegate.ledger.faults import LedgerError
from tidegate.ledger.secrets import Kept, SecretStore

KEY = Fernet.generate_key()
HOUR = timedelta(hours=1)


def saved(store: SecretStore, refresh: str = "r1") -> dict[str, Kept]:
    new = {"refresh": Kept(refresh, NOW, granted_at=NOW), "access": Kept("a1", NOW, NOW + HOUR)}
    with database.transaction("test"):
        store.keep("uk", new, NOW)
    return store.load("uk")


def values(secrets: dict[str, Kept]) -> dict[str, str]:
    return {name: kept.value for name, kept in secrets.items()}


def test_secrets_come_back_by_name_and_are_not_readable_on_disk(ledger: Ledger) -> None:
    store = SecretStore(KEY)
    assert store.load("uk") == {}
    saved(store)
    found = store.load("uk")
    assert values(found) == {"refresh": "r1", "access": "a1"}
    assert found["access"].expires_at == NOW + HOUR
    assert found["refresh"].expires_at is None
    assert "r1" not in repr(found)
    long = "refresh-token-of-france"  # two letters stand in a sealed text by chance
    with database.transaction("test"):
        store.keep("fr", {"refresh": Kept(long, NOW + HOUR)}, NOW + HOUR)
    for row in models.Secret.objects.all():
        assert not {b"r1", b"a1"} & {bytes(row.sealed)}
        assert long.encode() not in bytes(row.sealed)


def test_a_renewal_keeps_when_a_person_granted_it_and_leaves_the_others(ledger: Ledger) -> None:
    store = SecretStore(KEY)
    saved(store)
    with database.transaction("test"):
        store.keep("uk", {"refresh": Kept("r2", NOW + HOUR)}, NOW + HOUR)
    found = store.load("uk")
    assert (found["refresh"].version, found["refresh"].granted_at) == (2, NOW)
    assert values(found) == {"refresh": "r2", "access": "a1"}
    with database.transaction("test"):
        store.keep("uk", {}, NOW, forget=("refresh",))
        assert values(store.load("uk")) == {"access": "a1"}
        assert store.forget("uk", ("access",), NOW)
        assert not store.forget("uk", ("access",), NOW)


def test_a_wrong_key_says_what_to_do(ledger: Ledger) -> None:
    saved(SecretStore(KEY))
    with pytest.raises(LedgerError, match="sign in again"):
        SecretStore(Fernet.generate_key()).load("uk")
    with pytest.raises(LedgerError, match="32 bytes"):
        SecretStore(b"sesame")


def test_the_key_can_be_replaced(ledger: Ledger) -> None:
    saved(SecretStore(KEY))
    fresh = Fernet.generate_key()
    both = SecretStore(fresh + b"," + KEY)
    assert both.load("uk") != {}
    saved(both)
    assert SecretStore(fresh).load("uk") != {}


@pytest.mark.parametrize(("owner", "name"), [("fr", "refresh"), ("uk", "initial-key")])
def test_a_row_copied_under_another_name_is_refused(ledger: Ledger, owner: str, name: str) -> None:
    store = SecretStore(KEY)
    saved(store)
    row = models.Secret.objects.get(name="refresh")
    models.Secret.objects.create(owner=owner, name=name, sealed=row.sealed, obtained_at=NOW)
    with pytest.raises(LedgerError, match="cannot be decrypted"):
        store.load(owner)


def old_pair(owner: str = "uk") -> None:
    """What the migration leaves of a pair that an older version kept."""
    pair = {"name": owner, "secret": {"access_token": "a0", "refresh_token": "r0"}}
    models.Secret.objects.create(
        owner=owner,
        name="",
        sealed=Fernet(KEY).encrypt(msgspec.json.encode(pair)),
        obtained_at=NOW,
        expires_at=NOW + HOUR,
        granted_at=NOW - HOUR,
        version=7,
    )


def test_an_old_pair_is_read_by_names_and_kept_so_with_the_next_change(ledger: Ledger) -> None:
    store = SecretStore(KEY)
    old_pair()
    found = store.load("uk")
    assert values(found) == {"access-token": "a0", "refresh-token": "r0"}
    assert (found["access-token"].expires_at, found["refresh-token"].expires_at) == (NOW + HOUR, None)
    assert {each.granted_at for each in found.values()} == {NOW - HOUR}

    with database.transaction("test"):
        store.keep("uk", {"sign-in-state": Kept("s", NOW)}, NOW)
    assert models.Secret.objects.filter(name="").exists(), "nothing has replaced it yet"
    with database.transaction("test"):
        store.keep("uk", {"access-token": Kept("a1", NOW, NOW + HOUR)}, NOW, forget=("sign-in-state",))

    found = store.load("uk")
    assert values(found) == {"access-token": "a1", "refresh-token": "r0"}
    assert found["access-token"].granted_at == NOW - HOUR
    assert sorted(models.Secret.objects.values_list("name", flat=True)) == ["access-token", "refresh-token"]
    assert values(store.load("uk")) == values(found)


@pytest.mark.parametrize("old", [True, False])
def test_after_the_key_was_lost_a_person_can_sign_in_again(ledger: Ledger, old: bool) -> None:
    if old:
        old_pair()
    else:
        saved(SecretStore(KEY))
    store = SecretStore(Fernet.generate_key())
    names = ("access-token", "refresh-token") if old else ("access", "refresh")
    with store.rotating("uk", "me", NOW) as turn:
        kept = turn.keep({name: Kept("new", NOW) for name in names}, NOW)

    assert set(values(kept).values()) == {"new"}
    assert set(values(store.load("uk"))) == set(names)


def test_of_eight_threads_one_renews(ledger: Ledger) -> None:
    saved(SecretStore(KEY))
    renewals: list[int] = []

    def work(number: int) -> str:
        store = SecretStore(KEY)
        with store.rotating("uk", f"thread-{number}", NOW) as turn:
            if turn.secrets["refresh"].value == "r1":
                renewals.append(number)
                turn.keep({"refresh": Kept("r2", NOW)}, NOW)
            return turn.secrets["refresh"].value

    assert side_by_side(8, work) == ["r2"] * 8
    assert len(renewals) == 1


RACE = """
import sys, time
from datetime import UTC, datetime
from tidegate.ledger import database
from tidegate.ledger.secrets import Kept, SecretStore
now = datetime(2026, 3, 2, 9, tzinfo=UTC)
database.open_ledger(sys.argv[1])
store = SecretStore(sys.argv[2].encode())
with store.rotating("uk", sys.argv[3], now) as turn:
    if turn.secrets["refresh"].version == 1:
        time.sleep(0.3)  # the other system answers slowly
        turn.keep({"refresh": Kept("by " + sys.argv[3], now)}, now)
    print(turn.secrets["refresh"].version, turn.secrets["refresh"].value)
"""


@pytest.mark.process
def test_of_two_processes_one_renews(ledger: Ledger, tmp_path: Path) -> None:
    saved(SecretStore(KEY))
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


def test_who_died_while_renewing_is_waited_for_no_longer_than_its_lease(ledger: Ledger) -> None:
    clock = VirtualClock(NOW)
    store = SecretStore(KEY, clock=clock)
    saved(store)
    dead = store.rotating("uk", "dead", NOW, ttl_seconds=60)
    turn = dead.__enter__()
    with store.rotating("uk", "alive", NOW, ttl_seconds=60) as mine:
        assert clock.now() >= NOW + timedelta(seconds=60)
        mine.keep({"refresh": Kept("mine", NOW)}, NOW)
        # the dead one comes back: what was kept meanwhile stays, and is what it gets
        late = turn.keep({"refresh": Kept("late", NOW)}, NOW)
    assert late["refresh"].value == "mine"
    found = store.load("uk")["refresh"]
    assert (found.version, found.value) == (2, "mine")
    impatient = store.rotating("uk", "d", NOW, patience=5)
    with store.rotating("uk", "c", NOW), pytest.raises(LedgerError, match="another process"):
        impatient.__enter__()


def test_a_renewal_never_holds_the_ledger(ledger: Ledger) -> None:
    turn = SecretStore(KEY).rotating("uk", "me", NOW)
    with pytest.raises(RuntimeError, match="transaction"), database.transaction("test"):
        turn.__enter__()
