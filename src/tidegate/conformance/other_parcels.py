"""Accounts and the like that wait until the company works on them: for rooms whose session has `parcels`.

Beside a fixture `stand`, as `handed_over`; a room that answers them at once is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tidegate.conformance.customers import NEW
from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import Stand, accepted, failed
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.port.parcels import Scope


@pytest.fixture
def session(stand: Stand) -> Iterator[Opened]:
    """A session of a room that takes new accounts and works on them later."""
    with opened(stand.company) as found:
        if Scope.CUSTOMERS not in found.parcels.scopes or stand.desktop is None:
            pytest.skip("new accounts are answered at once")
        yield found


def _parcel(stand: Stand, tracking: str) -> Parcel:
    return Parcel(
        id=1,
        connection="web",
        company="acme",
        scope=Scope.CUSTOMERS,
        digest="",
        tracking=tracking,
        keys=(NEW.key,),
        opened_at=stand.clock.now(),
    )


def _created(session: Opened) -> str:
    outcome: Outcome = session.new_customers.create(NEW)
    assert isinstance(outcome, HandedOver), outcome
    assert outcome.parcel
    return outcome.parcel


def _collected(session: Opened, parcel: Parcel) -> Mapping[str, Outcome]:
    found: Mapping[str, Outcome] | Failure = session.parcels.collect([parcel])
    assert not isinstance(found, Failure), found
    assert set(found) <= set(parcel.keys)
    return found


def test_only_what_the_port_knows_is_handed_over(session: Opened) -> None:
    assert session.parcels.scopes <= set(Scope) - {Scope.ORDERS}


def test_an_account_that_lies_there_is_not_opened_and_stays_handed_over(
    stand: Stand, session: Opened
) -> None:
    parcel = _parcel(stand, _created(session))
    for _ in range(3):
        stand.advance(3600)
        assert isinstance(_collected(session, parcel)[NEW.key], HandedOver)
    assert stand.accounts(NEW.key) == []
    assert session.new_customers.find_created([NEW.key]) == {NEW.key: None}


def test_its_result_is_the_account(stand: Stand, session: Opened) -> None:
    parcel = _parcel(stand, _created(session))
    assert stand.desktop is not None
    stand.desktop.work()
    made = accepted(_collected(session, parcel)[NEW.key])
    assert stand.accounts(NEW.key) == [made.number]
    assert _collected(session, parcel)[NEW.key] == made, "reading a result takes nothing away"


def test_a_refusal_is_a_failure_of_this_record(stand: Stand, session: Opened) -> None:
    parcel = _parcel(stand, _created(session))
    assert stand.desktop is not None
    stand.desktop.refuse(NEW.key)
    stand.desktop.work()
    assert failed(_collected(session, parcel)[NEW.key]).code is Code.REFUSED
    assert stand.accounts(NEW.key) == []


def test_what_is_known_by_no_reference_is_found_by_its_key_or_never_came(
    stand: Stand, session: Opened
) -> None:
    unknown = _parcel(stand, "")
    assert failed(_collected(session, unknown)[NEW.key]).code is Code.TRANSIENT
    tracking = _created(session)
    lies = _collected(session, unknown)[NEW.key]
    assert isinstance(lies, HandedOver)
    assert lies.parcel == tracking
