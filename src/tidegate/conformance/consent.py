"""Rooms that need a person's consent: a passcode, an approval that any process may receive, an end."""

from __future__ import annotations

import pytest

from tidegate.conformance.door_stand import ConsentStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import Stand, accepted, make_order, send
from tidegate.domain.errors import Code, Failure, Group
from tidegate.redaction import redact
from tidegate.sage.port.company import Company
from tidegate.sage.port.entrance import ConsentStatus, Passcode
from tidegate.sage.port.session import Purpose


@pytest.fixture
def consents_of(stand: Stand) -> ConsentStand:
    if stand.consents is None:
        pytest.skip("this product asks for no consent")
    return stand.consents


def asked(consents_of: ConsentStand) -> Passcode:
    """A new passcode."""
    passcode = consents_of.consent.ask()
    assert isinstance(passcode, Passcode), passcode
    return passcode


def refused(company: Company) -> Failure:
    """The door, which must not open."""
    with company.session(Purpose.READING) as session:
        assert isinstance(session, Failure), "the door is open without a consent"
        return session


def test_until_somebody_allows_it_the_door_is_shut_and_says_so(
    stand: Stand, consents_of: ConsentStand
) -> None:
    assert consents_of.consent.state().status is ConsentStatus.NOT_ASKED
    assert consents_of.consent.warning()
    passcode = asked(consents_of)

    state = consents_of.consent.state()
    assert (state.status, state.passcode) == (ConsentStatus.WAITING, passcode)
    assert passcode.expires > stand.clock.now()
    assert passcode.text not in repr(passcode)
    assert passcode.text not in redact(f"the passcode {passcode.text} was shown")
    failure = refused(stand.company)
    assert failure.code is Code.SIGN_IN_EXPIRED
    assert failure.group is Group.HALT_AND_ALERT
    assert failure.sent is False


def test_an_approval_that_one_process_hears_opens_the_door_of_all(
    stand: Stand, consents_of: ConsentStand
) -> None:
    other = consents_of.again()
    passcode = asked(consents_of)
    assert consents_of.allow(passcode.text, other).status == 200

    assert consents_of.consent.state().status is ConsentStatus.GRANTED
    assert consents_of.consent.warning() is None
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))
    with opened(other) as session:
        accepted(send(session, make_order(stand, 214)))
    other.close()


def test_an_approval_that_comes_twice_changes_nothing(stand: Stand, consents_of: ConsentStand) -> None:
    consents_of.allow(asked(consents_of).text, stand.company)
    consents_of.approval_again(stand.company)

    assert consents_of.consent.state().status is ConsentStatus.GRANTED
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))


def test_an_approval_of_a_passcode_that_we_do_not_have_is_refused(
    stand: Stand, consents_of: ConsentStand
) -> None:
    assert consents_of.approval_of_another(stand.company).status >= 400
    asked(consents_of)
    assert consents_of.approval_of_another(stand.company).status >= 400

    assert consents_of.consent.state().status is ConsentStatus.WAITING
    refused(stand.company)


def test_a_passcode_that_nobody_answers_ends_by_itself(stand: Stand, consents_of: ConsentStand) -> None:
    passcode = asked(consents_of)
    stand.advance((passcode.expires - stand.clock.now()).total_seconds() + 1)

    state = consents_of.consent.state()
    assert (state.status, state.passcode) == (ConsentStatus.NOT_ASKED, None)
    consents_of.allow(asked(consents_of).text, stand.company)
    assert consents_of.consent.state().status is ConsentStatus.GRANTED


def test_a_new_passcode_takes_the_place_of_the_former(stand: Stand, consents_of: ConsentStand) -> None:
    first, second = asked(consents_of), asked(consents_of)

    assert first.text != second.text
    assert consents_of.consent.state().passcode == second
    assert consents_of.allow(second.text, stand.company).status == 200


def test_a_consent_that_was_withdrawn_halts_and_a_new_one_leads_on(
    stand: Stand, consents_of: ConsentStand
) -> None:
    consents_of.allow(asked(consents_of).text, stand.company)
    consents_of.withdraw()

    with stand.company.session(Purpose.WRITING) as session:
        failure = session
        if not isinstance(session, Failure):  # a product that notices with the first call
            answer = session.orders.prepare([make_order(stand, 213)])[0]
            failure = answer if isinstance(answer, Failure) else session
    assert isinstance(failure, Failure)
    assert failure.group is Group.HALT_AND_ALERT
    assert consents_of.consent.state().status in (ConsentStatus.REVOKED, ConsentStatus.LOST)
    assert consents_of.consent.warning()

    consents_of.allow(asked(consents_of).text, stand.company)
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))


def test_a_key_that_is_typed_in_is_looked_at(stand: Stand, consents_of: ConsentStand) -> None:
    assert isinstance(consents_of.consent.enter("no key of this product"), Failure)
    refused(stand.company)
