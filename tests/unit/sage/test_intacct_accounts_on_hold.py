"""An order of an account on hold waits for the hold's end, where the company does not take it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, make_order, send
from tidegate.domain.errors import Code
from tidegate.sage.intacct import answers


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    made = IntacctStand()
    hold(made, on=True)
    yield made
    made.close()


def hold(stand: IntacctStand, *, on: bool) -> None:
    values = {"ONHOLD": "true" if on else "false"}
    stand.face.staff.perform("change-record", {"object": "CUSTOMER", "record": "OTHER", "values": values})


def order(stand: IntacctStand, number: int = 213) -> Any:
    return make_order(stand, number, account="OTHER")


def test_it_is_held_and_not_sent_again_while_the_hold_lasts(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        first = failed(send(session, order(stand)))
        assert (first.code, first.missing, first.sent) == (Code.CUSTOMER_PENDING, "hold:OTHER", False)
        sent = stand.face.tenant.usage.transactions["create_sotransaction"]
        again = failed(session.orders.prepare([order(stand, 214)])[0])
        assert (again.code, again.missing) == (Code.CUSTOMER_PENDING, "hold:OTHER")
        assert stand.face.tenant.usage.transactions["create_sotransaction"] == sent
        hold(stand, on=False)
        accepted(send(session, order(stand)))
        accepted(send(session, order(stand, 214)))


def test_a_company_that_takes_it_has_it(stand: IntacctStand) -> None:
    stand.face.options.refuse_held = False
    with opened(stand.company) as session:
        accepted(send(session, order(stand)))


def test_the_bug_that_asks_a_person_shows(stand: IntacctStand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_HELD", answers._PERIOD)
    with opened(stand.company) as session:
        assert failed(send(session, order(stand))).code is Code.REFUSED
