"""Sites and companies of one folder: each sales site is a company of the configuration, with orders of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from conformance.x3_stand import X3Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, make_order, send
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.company import Company
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.faults import Fault


@pytest.fixture
def stand() -> Iterator[X3Stand]:
    built = X3Stand()
    yield built
    built.close()


def company(stand: X3Stand, **changes: object) -> Company:
    stand.settings = msgspec.structs.replace(stand.settings, **changes)
    return stand.open()


def test_site_and_prefix_distinguish_orders_of_two_sites(stand: X3Stand) -> None:
    other = company(stand, sales_site="FR012", key_prefix="lyon:")
    theirs = make_order(stand, 213, key="lyon:main:213", reference="LYON213")
    with opened(stand.company) as first, opened(other) as second:
        ours = accepted(send(first, make_order(stand, 213)))
        made = accepted(send(second, theirs))
        sites = {one.number: one.extra["SALFCY"] for one in stand.erp.orders.table}
        assert (sites[ours.number], sites[made.number]) == ("FR011", "FR012")
        seen = [{row.order_id for row in session.progress.read(None).rows} for session in (first, second)]
    assert seen == [{ours.number}, {made.number}]
    other.close()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sales_site": "US011"}, "code"),  # a site of another company of the folder
        ({"sales_site": "XX999"}, "XX999"),
    ],
    ids=["another company", "no such site"],
)
def test_a_site_of_another_company_takes_no_orders(stand: X3Stand, changes: dict[str, str], why: str) -> None:
    other = company(stand, **changes)
    with other.session(Purpose.WRITING) as session:
        assert isinstance(session, Failure)
    assert session.code is Code.WRONG_COMPANY
    assert why in failed(session).text
    other.close()


@pytest.mark.parametrize(("hidden", "opens"), [("FACILITY", True), ("(FACILITY|ITMMASTER)", False)])
def test_whoever_may_not_see_the_site_is_let_in_and_whoever_may_see_nothing_is_not(
    stand: X3Stand, hidden: str, opens: bool
) -> None:
    stand.face.faults.add(Fault("status", None, "GET", f"{hidden}$", options={"status": 403}))
    with company(stand).session(Purpose.WRITING) as session:
        assert isinstance(session, Failure) is not opens
    if not opens:
        assert failed(session).code is Code.NOT_PERMITTED


def test_the_volume_that_the_licence_leaves_is_a_budget(stand: X3Stand) -> None:
    other = company(stand, megabytes=50)
    [allowance] = other.budget()
    assert (allowance.amount, allowance.per.days) == (50_000_000, 1)
    before = other.usage().bytes
    with opened(other) as session:
        accepted(send(session, make_order(stand, 214)))
    assert other.usage().bytes > before
    other.close()
