"""Whose account an order goes to, and accounts that have to be made first."""

from __future__ import annotations

import pytest

from integration.flows import company_staff
from integration.flows.conftest import Build
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.orders.customers import account_reference
from tidegate.domain.states import State
from tidegate.engine import interventions
from tidegate.engine.interventions import Act


def account_of(stage: Stage, entity_id: int) -> str:
    return str(stage.only(entity_id)["customer"])


def stranger(stage: Stage) -> tuple[int, str]:
    """A shopper whom the company does not know: the Magento id, and the key that the account gets."""
    (known_as,) = stage.world.register(1)
    return known_as, f"magento:main:customer:{known_as}"


def test_the_mapping_comes_first(stage: Stage) -> None:
    mapped = {"1": "TRADE05", "wanda@example.com": "TRADE04", "77": "TRADE06"}
    stage.reopen(customers=stage.customers(accounts=mapped))
    placed = stage.order("customer", customer=1)
    stage.cycle()
    assert account_of(stage, placed) == "TRADE05"


def test_an_account_that_the_store_knows_comes_before_the_e_mail(stage: Stage) -> None:
    placed = stage.order("customer", customer=1)
    stage.shop.order(placed).row["ext_customer_id"] = "GUS01"
    stage.cycle()
    assert account_of(stage, placed) == "GUS01"


def test_the_e_mail_finds_the_account(stage: Stage) -> None:
    placed = stage.order("customer", customer=1)
    stage.cycle()
    assert account_of(stage, placed) == "WANDA01"


def test_an_e_mail_alone_waits_for_a_person_who_maps_the_customer(stage: Stage) -> None:
    stage.reopen(customers=stage.customers(trust_emails=()))
    placed, other = stage.order("customer", customer=1), stage.order("guest")
    stage.cycle()
    held = stage.delivery(placed)
    assert (held.state, held.reason_code) == (State.HELD, "unproven-customer")
    assert "WANDA01" in held.reason
    assert stage.state(other) is State.CONFIRMED
    stage.reopen(customers=stage.customers(accounts={"1": "WANDA01"}))
    stage.cycle()
    assert account_of(stage, placed) == "WANDA01"
    assert stage.alerts() == []


def test_what_an_e_mail_found_before_is_not_used_once_addresses_are_not_trusted(stage: Stage) -> None:
    stage.order("customer", customer=1)
    stage.cycle()
    stage.reopen(customers=stage.customers(trust_emails=()))
    placed = stage.order("customer", customer=1)
    stage.cycle()
    assert stage.delivery(placed).reason_code == "unproven-customer"


def test_a_guest_with_a_mapped_buyer_s_e_mail_books_on_the_guest_account(stage: Stage) -> None:
    stage.reopen(customers=stage.customers(accounts={"gus@example.com": "GUS01"}))
    placed = stage.order("guest")
    stage.cycle()
    assert account_of(stage, placed) == "WEB"


def test_a_customer_once_matched_is_not_looked_up_again(stage: Stage) -> None:
    stage.order("customer", customer=1)
    stage.cycle()
    stage.order("customer", customer=1)
    stage.listen()
    stage.cycle()
    assert stage.sage_calls("find customer") == []


def test_two_accounts_with_one_e_mail_are_a_review_that_names_both(stage: Stage) -> None:
    company_staff.opens_account(stage, "WANDA02", "wanda@example.com")
    placed, other = stage.order("customer", customer=1), stage.order("guest")
    stage.cycle()
    review = stage.delivery(placed)
    assert (review.state, review.reason_code) == (State.REVIEW, "ambiguous-customer")
    assert "WANDA01" in review.reason
    assert "WANDA02" in review.reason
    assert stage.state(other) is State.CONFIRMED


def test_guests_go_to_the_guest_account(stage: Stage) -> None:
    placed = stage.order("guest")
    stage.cycle()
    assert account_of(stage, placed) == "WEB"


def test_without_a_guest_account_guests_are_held_and_go_when_it_is_configured(stage: Stage) -> None:
    stage.reopen(customers=stage.customers(guest_account=""))
    placed, known = stage.order("guest"), stage.order("customer", customer=1)
    stage.cycle()
    held = stage.delivery(placed)
    assert (held.state, held.waits_for) == (State.HELD, "customer:base:guest")
    assert stage.state(known) is State.CONFIRMED
    stage.reopen(customers=stage.customers(guest_account="WEB"))
    stage.cycle()
    assert account_of(stage, placed) == "WEB"
    assert stage.alerts() == []


# --- the rule `create` --------------------------------------------------------------------------


def test_two_orders_of_one_stranger_in_one_batch_make_one_account(stage: Stage) -> None:
    customer, key = stranger(stage)
    placed = stage.orders(2, "customer", customer=customer)
    stage.cycle()
    (account,) = company_staff.accounts_with_key(stage, key)
    assert {account_of(stage, one) for one in placed} == {account}
    assert account == account_reference("W", str(customer), 8)


def test_a_lost_answer_makes_no_second_account(stage: Stage) -> None:
    customer, key = stranger(stage)
    placed = stage.order("customer", customer=customer)
    stage.break_sage("drop_after", on="create customer")
    stage.cycle()
    assert stage.state(placed) is State.HELD
    assert stage.delivery(placed).reason_code == "customer-pending"
    stage.cycle()
    stage.cycle(after=SETTLED)
    (account,) = company_staff.accounts_with_key(stage, key)
    assert account_of(stage, placed) == account
    assert stage.alerts() == []


def test_a_request_that_never_arrived_is_repeated_only_when_it_can_no_longer_take_effect(
    stage: Stage,
) -> None:
    customer, key = stranger(stage)
    placed = stage.order("customer", customer=customer)
    stage.break_sage("late", on="create customer", seconds=240)
    stage.cycle()
    for _ in range(4):
        stage.cycle()
    assert len(company_staff.accounts_with_key(stage, key)) <= 1
    stage.cycle(after=SETTLED)
    (account,) = company_staff.accounts_with_key(stage, key)
    assert account_of(stage, placed) == account


def test_a_reference_that_is_taken_gives_the_next_one(stage: Stage) -> None:
    customer, key = stranger(stage)
    company_staff.opens_account(stage, account_reference("W", str(customer), 8))
    placed = stage.order("customer", customer=customer)
    stage.cycle()
    assert company_staff.accounts_with_key(stage, key) == [account_reference("W", str(customer), 8, 1)]
    assert account_of(stage, placed) == account_reference("W", str(customer), 8, 1)


def test_an_account_refused_is_a_review_and_its_orders_wait_while_others_go(stage: Stage) -> None:
    customer, key = stranger(stage)
    placed, other = stage.order("customer", customer=customer), stage.order("guest")
    stage.break_sage("status", on="create customer", status=400, body_text="The name is not valid.")
    stage.cycle()
    assert stage.state(placed) is State.HELD
    assert stage.state(other) is State.CONFIRMED
    assert company_staff.accounts_with_key(stage, key) == []
    assert [code for code, _ in stage.alerts()] == ["refused"]


@pytest.mark.parametrize("act", [Act.SKIP, Act.CANCEL])
def test_an_account_that_a_person_does_not_want_is_not_made(stage: Stage, act: Act) -> None:
    """Seen before: cancelled by hand, and made with the next cycle, since an order needed it."""
    customer, key = stranger(stage)
    placed = stage.order("customer", customer=customer)
    stage.break_sage("status", on="create customer", status=400, body_text="The name is not valid.")
    stage.cycle()
    ((account,), _) = interventions.find([key])
    (acted,) = interventions.act(act, [account], actor="anna", now=stage.now, text="a bot")
    assert acted.result is interventions.Result.DONE
    stage.cycle()
    stage.cycle()
    assert company_staff.accounts_with_key(stage, key) == []
    assert stage.state(placed) is State.HELD
    interventions.act(Act.RETRY, interventions.find([key])[0], actor="anna", now=stage.now)
    stage.cycle()
    stage.cycle()
    assert len(company_staff.accounts_with_key(stage, key)) == 1
    assert stage.state(placed) is State.CONFIRMED


# --- the other rules ----------------------------------------------------------------------------


def test_the_web_account_takes_strangers(build: Build) -> None:
    stage = build(unknown="web-account")
    customer, key = stranger(stage)
    placed, known = stage.order("customer", customer=customer), stage.order("customer", customer=1)
    stage.cycle()
    assert account_of(stage, placed) == "WEB"
    assert account_of(stage, known) == "WANDA01"
    assert company_staff.accounts_with_key(stage, key) == []


def test_held_strangers_go_when_their_account_appears(build: Build) -> None:
    stage = build(unknown="hold")
    customer, _ = stranger(stage)
    placed = stage.orders(2, "customer", customer=customer)
    stage.cycle()
    email = f"customer{customer}@example.com"
    assert {stage.delivery(one).waits_for for one in placed} == {f"customer:base:{email}"}
    assert stage.alerts() == [("unknown-customer", f"customer:base:{email}")]
    company_staff.opens_account(stage, "NEWONE", email)
    stage.cycle()
    assert {account_of(stage, one) for one in placed} == {"NEWONE"}
    assert stage.alerts() == []
