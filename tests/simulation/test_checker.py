"""The judge can fail: books that are doctored, one promise at a time, are found out by that promise."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from simulation.mutants import MUTANTS
from simulation.script import Script, Scripted
from tidegate.simulation import checking
from tidegate.simulation.checking import Evidence
from tidegate.simulation.ledger_file import ledger_folder
from tidegate.simulation.settings import WINDOW
from tidegate_sandbox import checker, checker_calls

SCENARIO = Script(
    events=(
        (5, "register", {}),
        (6, "place", {"kind": "guest"}),
        (7, "place", {"kind": "configurable"}),
        (8, "place", {"kind": "guest"}),
        (9, "place", {"kind": "pending_payment"}),
        (100, "cancel-order", {"place": 1}),
        (101, "edit-order", {"place": 3}),
    ),
    settings={"window": WINDOW},
)


@pytest.fixture(scope="module")
def honest() -> Evidence:
    """The books of a small week in which everything went well."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder)
        scripted.run()
    assert scripted.evidence is not None
    return scripted.evidence


def promises(evidence: Evidence) -> set[str]:
    """What the judge finds broken."""
    return {each.promise for each in checking.check(evidence).violations}


def test_honest_books_pass(honest: Evidence) -> None:
    verdict = checking.check(honest)
    assert verdict.violations == []
    assert (verdict.lost, verdict.doubled, verdict.unexplained) == (0, 0, 0)
    assert verdict.orders == 6


# --- the places that are doctored ---------------------------------------------------------------


def order(evidence: Evidence, place: int = 0) -> dict[str, Any]:
    """The shop's order number `place`."""
    found: dict[str, Any] = evidence.shop["orders"][place]
    return found


def there(evidence: Evidence, place: int = 0) -> list[dict[str, Any]]:
    """What the company has of it."""
    found: list[dict[str, Any]] = evidence.company["orders_by_key"][key(evidence, place)]
    return found


def key(evidence: Evidence, place: int = 0) -> str:
    """The key that the company keeps with it."""
    return f"magento:main:{order(evidence, place)['entity_id']}"


def step(evidence: Evidence, place: int = 0, name: str = "order") -> dict[str, Any]:
    """The hub's delivery of one of its steps."""
    entity_id = order(evidence, place)["entity_id"]
    return next(
        each for each in evidence.deliveries if (each["entity_id"], each["step"]) == (entity_id, name)
    )


def account(evidence: Evidence) -> dict[str, Any]:
    """The account of the orders."""
    return next(each for each in evidence.accounts if each["step"] == "order")


Forgery = Callable[[Evidence], object]


def an_order_is_missing(books: Evidence) -> None:
    del books.company["orders_by_key"][key(books)]


def an_order_was_never_heard_of(books: Evidence) -> None:
    books.deliveries.remove(step(books))


def an_order_is_there_twice(books: Evidence) -> None:
    there(books).append({**there(books)[0], "number": "0000009999"})


def a_deleted_double(books: Evidence) -> None:
    there(books).append({**there(books)[0], "status": "deleted", "deleted_at": "2026-03-02T18:00:00+00:00"})


def an_account_is_there_twice(books: Evidence) -> None:
    made = next(each for each in books.company["customers"] if each["key"])
    books.company["customers"].append({**made, "code": "W9999999"})


def the_account_is_off_by_one(books: Evidence) -> None:
    account(books)["read"] += 1


def the_account_is_a_fairy_tale(books: Evidence) -> None:
    account(books).update(read=100, confirmed=100 - account(books)["cancelled"] - account(books)["skipped"])


def a_cent_is_missing(books: Evidence) -> None:
    there(books)[0]["gross"] = str(Decimal(there(books)[0]["gross"]) - Decimal("0.01"))


def a_piece_too_many(books: Evidence) -> None:
    next(line for line in there(books, 2)[0]["lines"] if line["kind"] == "item")["quantity"] = "99"


def a_comment_twice(books: Evidence) -> None:
    order(books)["comments"] *= 2


def no_comment(books: Evidence) -> None:
    order(books)["comments"].clear()


def no_number(books: Evidence) -> None:
    order(books)["ext_order_id"] = None


def the_status_was_erased(books: Evidence) -> None:
    order(books)["status"] = None


def another_number_is_reported(books: Evidence) -> None:
    step(books)["target_number"] = order(books)["ext_order_id"] = "0000004711"


def skipped_without_a_reason(books: Evidence) -> None:
    step(books, 4)["reason"] = ""


def skipped_though_it_can_be_sent(books: Evidence) -> None:
    step(books).update(state="skipped", reason="bad weather")


def in_review_for_nothing(books: Evidence) -> None:
    step(books).update(state="review", reason="nobody knows")


def a_note_that_never_goes_out(books: Evidence) -> None:
    step(books, 0, "comment")["state"] = "queued"


def still_there_after_its_cancellation(books: Evidence) -> None:
    there(books, 1)[0].update(status="live", deleted_at="")


def the_copy_came_before_its_parent_went(books: Evidence) -> None:
    there(books, 5)[0]["created_at"] = there(books, 3)[0]["created_at"]


def a_key_that_no_order_has(books: Evidence) -> None:
    books.company["orders_by_key"]["magento:main:4711"] = [{**there(books)[0], "key": "magento:main:4711"}]


def another_orders_number(books: Evidence) -> None:
    there(books)[0]["reference"] = "000004711"


def a_change_that_nobody_made(books: Evidence) -> None:
    books.deliveries.append({**step(books), "step": "change-1", "state": "review", "reason": "changed"})


def the_trial_balance_is_off(books: Evidence) -> None:
    books.company["violations"].append("the trial balance is not zero")


def a_call_in_the_window(books: Evidence) -> None:
    (start, _), *_ = books.terms.closed
    books.company_calls.append((start + timedelta(minutes=1), "GET", "/sop_orders", 200))


def a_second_try_in_one_cycle(books: Evidence) -> None:
    books.tries[step(books)["key"]] = [7, 7]


def an_order_left_unrecorded(books: Evidence) -> None:
    at = max(at for at, *_ in books.company_calls)
    books.company_calls.extend((at, "POST", "/uk/sage200/accounts/v1/sop_orders", None) for _ in range(20))


def knocking_at_a_closed_door(books: Evidence) -> None:
    at = max(at for at, *_ in books.company_calls)
    books.company_calls.extend((at + timedelta(hours=n), "GET", "/sop_orders", 401) for n in range(1, 8))


def going_on_after_a_403(books: Evidence) -> None:
    at = max(at for at, *_ in books.company_calls)
    for hours, method, status in ((1, "POST", 403), (2, "GET", 403), (3, "PUT", 200)):
        books.company_calls.append((at + timedelta(hours=hours), method, f"/{method}", status))


FORGERIES: dict[Forgery, str] = {
    an_order_is_missing: "nothing is lost",
    an_order_was_never_heard_of: "nothing is lost",
    skipped_though_it_can_be_sent: "nothing is lost",
    an_order_is_there_twice: "never twice",
    a_deleted_double: "never twice",
    an_account_is_there_twice: "never twice",
    the_account_is_off_by_one: "the account adds up",
    the_account_is_a_fairy_tale: "the account adds up",
    a_cent_is_missing: "totals agree",
    a_piece_too_many: "goods agree",
    a_comment_twice: "noted",
    no_comment: "noted",
    no_number: "noted",
    the_status_was_erased: "the store is not harmed",
    another_number_is_reported: "reports are true",
    skipped_without_a_reason: "nothing is hidden",
    in_review_for_nothing: "nothing is stuck",
    a_note_that_never_goes_out: "liveness",
    still_there_after_its_cancellation: "cancelled is cancelled",
    the_copy_came_before_its_parent_went: "documents keep their order",
    a_key_that_no_order_has: "nothing is invented",
    another_orders_number: "nothing is invented",
    a_change_that_nobody_made: "nothing is invented",
    the_trial_balance_is_off: "the company is sound",
    a_call_in_the_window: "windows",
    a_second_try_in_one_cycle: "retry discipline",
    an_order_left_unrecorded: "write-ahead",
    knocking_at_a_closed_door: "authentication",
    going_on_after_a_403: "authentication",
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_doctored_books_are_found_out(honest: Evidence, forgery: Forgery) -> None:
    doctored = deepcopy(honest)
    forgery(doctored)
    assert FORGERIES[forgery] in promises(doctored)


def test_a_lost_order_is_counted_once(honest: Evidence) -> None:
    doctored = deepcopy(honest)
    an_order_is_missing(doctored)
    assert checking.check(doctored).lost == 1


def test_a_double_is_counted(honest: Evidence) -> None:
    doctored = deepcopy(honest)
    an_order_is_there_twice(doctored)
    assert checking.check(doctored).doubled == 1


def test_a_fresh_start_forgives_a_403(honest: Evidence) -> None:
    doctored = deepcopy(honest)
    going_on_after_a_403(doctored)
    lifted = doctored.company_calls[-1][0] - timedelta(minutes=1)
    assert promises(replace(doctored, fresh_starts=[*doctored.fresh_starts, lifted])) == set()


@pytest.mark.parametrize("again", [200, 403])
def test_the_refused_read_itself_may_be_the_probe(honest: Evidence, again: int) -> None:
    doctored = deepcopy(honest)
    at = max(at for at, *_ in doctored.company_calls)
    calls = (("GET", "/products", 403), ("GET", "/products", again), ("POST", "/oauth/token", 200))
    doctored.company_calls.extend((at + timedelta(hours=n), *call) for n, call in enumerate(calls, start=1))
    assert promises(doctored) == (set() if again == 200 else {"authentication"})


@pytest.mark.parametrize("again", [200, 403])
def test_a_key_is_renewed_before_the_probe_and_not_after_it(honest: Evidence, again: int) -> None:
    doctored = deepcopy(honest)
    at = max(at for at, *_ in doctored.company_calls)
    renewal = ("PATCH", "/api/apikeys", 200)
    calls = (("GET", "/products", 403), renewal, ("GET", "/products", again), renewal)
    doctored.company_calls.extend((at + timedelta(hours=n), *call) for n, call in enumerate(calls, start=1))
    assert promises(doctored) == (set() if again == 200 else {"authentication"})


RENEWED = ("POST", "/oauth/token", 200)


@pytest.mark.parametrize(
    ("probes", "fine"),
    [
        ([401, 429], True),  # its token had ended
        ([401, RENEWED, 403], True),  # refused for good: nothing more
        ([401, RENEWED, 401, 401], False),  # once more is enough
        ([401, RENEWED, 401, RENEWED], False),
        ([403, 403], False),  # a renewal changes nothing of that
        ([403, RENEWED], False),
    ],
)
def test_a_probe_whose_sign_in_had_ended_is_made_once_more(
    honest: Evidence, probes: list[Any], fine: bool
) -> None:
    doctored = deepcopy(honest)
    at = max(at for at, *_ in doctored.company_calls)
    calls = [
        ("GET", "/sites", 403),
        *(each if isinstance(each, tuple) else ("GET", "/products", each) for each in probes),
    ]
    doctored.company_calls.extend((at + timedelta(hours=n), *call) for n, call in enumerate(calls, start=1))
    assert promises(doctored) == (set() if fine else {"authentication"})


def held_for_an_account(books: Evidence, street: list[str]) -> None:
    mine = step(books)["entity_id"]
    book = next(each for each in books.shop["orders"] if each["entity_id"] == mine)
    book.update(street=street, customer_id=4711)
    step(books).update(state="held", reason="the account must be created first")


def test_only_a_street_that_no_account_can_hold_excuses_an_order_without_one(honest: Evidence) -> None:
    fitting, doctored = deepcopy(honest), deepcopy(honest)
    held_for_an_account(fitting, ["1, The Street"])
    held_for_an_account(doctored, ["A very long line of a street, of sixty characters or of more"] * 5)
    assert "nothing is stuck" in promises(fitting)
    assert "nothing is stuck" not in promises(doctored)


def test_every_promise_of_the_checker_is_put_to_the_test() -> None:
    caught = {mutant.caught_by for mutant in MUTANTS} | {"idempotent flows"}
    for module in (checker, checker_calls):
        judged = set(re.findall(r'verdict\.add\(\s*"([^"]+)"', inspect.getsource(module)))
        assert judged <= set(FORGERIES.values())
        # the company's own books cannot be spoilt from outside
        assert judged <= caught | {"the company is sound"}
