"""New customers of the shop become accounts, or reviews, over both simulated systems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, PAUSE, SETTLED, Stage
from tidegate.config.accounts import Accounts
from tidegate.config.model import Flow
from tidegate.domain.states import State
from tidegate.engine import interventions
from tidegate.flows.masters.registrations import preview
from tidegate.ledger import account, lookups, queue

FLOWS = {name: Flow(every="15m") for name in ("orders", "registrations")}


def registering(build: Build, approval: str) -> Stage:
    """The flow is on."""
    stage = build()
    stage.reopen(accounts=Accounts(approval=approval), flows=FLOWS)  # type: ignore[arg-type]
    return stage


def cycle(stage: Stage, *, after: timedelta = PAUSE) -> Any:
    """One cycle of the flow."""
    stage.listen()
    return stage.cycle("registrations", after=after)


def newcomer(stage: Stage) -> int:
    """Somebody registers in the shop."""
    (customer,) = stage.world.register(1)
    row = stage.shop.customers.get(customer)
    at = stage.now.strftime("%Y-%m-%d %H:%M:%S")
    stage.shop.customers.put({**row, "created_at": at, "updated_at": at})
    return customer


def made(stage: Stage, customer: int) -> list[Any]:
    """The company's accounts that carry the customer's key."""
    key = f"magento:main:customer:{customer}"
    return [one for one in stage.company.kept.accounts.values() if one.key == key]


@pytest.mark.parametrize(("approval", "on_hold"), [("provisional", False), ("hold", True)])
def test_a_new_customer_gets_an_account_once(build: Build, approval: str, on_hold: bool) -> None:
    shop = registering(build, approval)
    customer = newcomer(shop)
    assert cycle(shop).outcome == "done"
    (one,) = made(shop, customer)
    assert one.on_hold is on_hold
    cycle(shop)
    assert len(made(shop, customer)) == 1
    assert account.account(CONNECTION, "registrations", "customer").unexplained == 0


def test_a_review_makes_the_account_when_a_person_says_so(build: Build) -> None:
    shop = registering(build, "review")
    customer = newcomer(shop)
    assert [row["would"] for row in preview(shop.connection) if row["customer"] == customer] == ["review"]
    cycle(shop)
    assert made(shop, customer) == []
    (item,) = lookups.items([1]) or queue.in_doubt(CONNECTION, "registrations", "customer", shop.now, 1)
    assert item.state is State.REVIEW
    (acted,) = interventions.act("retry", [item], actor="anna", now=shop.now)
    cycle(shop)
    assert len(made(shop, customer)) == 1, acted


def test_a_lost_answer_makes_no_second_account(build: Build) -> None:
    shop = registering(build, "provisional")
    customer = newcomer(shop)
    shop.break_sage("drop_after", on="create customer")
    cycle(shop)
    assert len(made(shop, customer)) == 1
    shop.mend()
    cycle(shop, after=SETTLED)
    assert len(made(shop, customer)) == 1
    (item,) = lookups.items([1])
    assert item.state is State.CONFIRMED


def test_who_has_an_account_makes_none(build: Build) -> None:
    shop = registering(build, "provisional")
    before = len(shop.company.kept.accounts)
    shop.shop.customers.put(
        {**shop.shop.customers.get(1), "created_at": shop.now.strftime("%Y-%m-%d %H:%M:%S")}
    )
    cycle(shop)
    assert len(shop.company.kept.accounts) == before
