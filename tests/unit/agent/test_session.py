"""A session of Sage 100 against the fake: order of opening and dropping, what refusals mean."""

from __future__ import annotations

import pytest

from tidegate_agent.caller import CallFailed, CallHung, ClassMissing, ServerDied
from tidegate_agent.failure import Failure
from tidegate_agent.sage100 import names
from unit.agent.stand import DAY, installation, opened, session


def test_the_seat_is_taken_and_given_back_children_first() -> None:
    one = installation()
    with opened(one) as made:
        made.begin(names.ORDER, DAY)
        assert one.licence.held == ["tidegate"]
    assert one.dropped == ["SO_SalesOrder_bus", "SY_Session"]
    assert list(one.methods("SY_Session"))[-2:] == ["nCleanup", "DropObject"]
    assert (one.licence.held, one.licence.taken, one.licence.returned, one.licence.ended) == ([], 1, 1, 0)


def test_the_worker_without_a_drop_keeps_the_seat() -> None:
    one = installation()
    made = session(one)
    made.open()
    del made
    assert one.licence.held == ["tidegate"]


def test_a_session_dropped_before_its_children_keeps_the_seat() -> None:
    one = installation()
    made = session(one)
    made.open()
    made.begin(names.ORDER, DAY)
    one.calls.clear()
    script = made.worker
    session_ref = made._session.ref  # type: ignore[union-attr]
    assert script.invoke(session_ref, "DropObject")[0] == 0
    assert one.licence.held == ["tidegate"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("password", "auth"),
        ("seats", "seat_limit"),
        ("locked", "locked"),
        ("access", "auth"),
        ("company", "unavailable"),
    ],
)
def test_what_a_refused_session_means(change: str, kind: str) -> None:
    one = installation(seats=0 if change == "seats" else 5)
    if change == "locked":
        one.companies["ABC"].kernel.window.lock("backup")
    one.options.external_access = change != "access"
    made = session(
        one,
        "NONE" if change == "company" else "ABC",
        password="wrong" if change == "password" else "secret",
    )
    with pytest.raises(Failure) as refused:
        made.open()
    made.drop()
    assert refused.value.kind == kind
    assert refused.value.sage_text == made_text(one, change)
    assert one.licence.held == []


def made_text(one: object, change: str) -> str:
    names_of = {
        "password": "wrong_user",
        "seats": "no_seat",
        "locked": "company_locked",
        "access": "no_external_access",
        "company": "no_company",
    }
    texts: dict[str, str] = one.texts  # type: ignore[attr-defined]
    return texts[names_of[change]]


def test_a_task_without_right_is_auth_and_the_wrong_path_error_90() -> None:
    one = installation()
    one.options.rights.discard("SO_SalesOrder_ui")
    with opened(one) as made, pytest.raises(Failure) as refused:
        made.begin(names.ORDER, DAY)
    assert refused.value.kind == "auth"
    one.home = "D:\\elsewhere"
    made = session(one)
    made._home = "C:\\wrong"
    with pytest.raises(ClassMissing):
        made.open()
    made.drop()


@pytest.mark.parametrize("stage", ["nSetUser", "nSetCompany", "nSetDate", "NewObject"])
def test_a_server_that_dies_leaves_no_seat(stage: str) -> None:
    one = installation()
    made = session(one)
    one.arrange("die_after", stage, skip=1 if stage == "NewObject" else 0)
    with pytest.raises(ServerDied):  # noqa: PT012 - whichever of the two it is
        made.open()
        made.begin(names.ORDER, DAY)
    with pytest.raises(CallFailed):
        made.drop()
    made.kill()
    assert one.licence.held == []


def test_a_hanging_call_ends_the_worker_with_its_server() -> None:
    one = installation()
    made = session(one)
    made.open()
    one.arrange("hang", "nSetDate")
    with pytest.raises(CallHung):
        made.begin(names.ORDER, DAY)
    assert one.licence.held == []
    assert one.licence.ended == 1
