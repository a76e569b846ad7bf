"""The grammar of ``$filter`` (contract §6)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.sandbox.sage200_world import Sage, sage
from tidegate_sandbox.sage200.filter_syntax import And, Comparison, Match, Not, Or, parse
from tidegate_sandbox.sage200.problem import ApplicationProblem


@pytest.fixture(scope="module")
def world() -> Sage:
    world = sage()
    world.post("customers", {"reference": "QUOTE", "name": "O'Brien & Sons (100%), Ltd"})
    for number in range(4):
        world.enter(customer_document_no=f"A{number}", document_date=f"2026-03-0{number + 1}T00:00:00Z")
    return world


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("id eq 12", Comparison("id", "eq", Decimal(12))),
        ("balance lt -1.50", Comparison("balance", "lt", Decimal("-1.50"))),
        ("name eq 'O''Brien'", Comparison("name", "eq", "O'Brien")),
        ("name eq ''", Comparison("name", "eq", "")),
        ("on_hold eq true", Comparison("on_hold", "eq", True)),
        ("on_hold ne false", Comparison("on_hold", "ne", False)),
        ("name eq null", Comparison("name", "eq", None)),
        ("day ge 2026-01-31", Comparison("day", "ge", date(2026, 1, 31))),
        (
            "at gt 2026-01-31T09:52:11.452Z",
            Comparison("at", "gt", datetime(2026, 1, 31, 9, 52, 11, 452000, UTC)),
        ),
        (
            "at gt 2026-01-31T09:52:11.4521234Z",
            Comparison("at", "gt", datetime(2026, 1, 31, 9, 52, 11, 452123, UTC)),
        ),
        ("contains(name,'x y')", Match("contains", "name", "x y")),
        ("startswith( name , 'x' ) eq true", Match("startswith", "name", "x")),
        ("endswith(name,'x') eq false", Match("endswith", "name", "x", False)),
        ("not contains(name,'x')", Not(Match("contains", "name", "x"))),
        (
            "a eq 1 or b eq 2 and c eq 3",
            Or(
                (
                    Comparison("a", "eq", Decimal(1)),
                    And((Comparison("b", "eq", Decimal(2)), Comparison("c", "eq", Decimal(3)))),
                )
            ),
        ),
        (
            "(a eq 1 or b eq 2) and not (c eq 3)",
            And(
                (
                    Or((Comparison("a", "eq", Decimal(1)), Comparison("b", "eq", Decimal(2)))),
                    Not(Comparison("c", "eq", Decimal(3))),
                )
            ),
        ),
    ],
)
def test_what_a_filter_means(text: str, node: Any) -> None:
    assert parse(text) == node


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "id",
        "id eq",
        "id eq 1 and",
        "id eq 1 or or id eq 2",
        "eq 1",
        "id = 1",
        "id EQ 1",
        "id eq 1 AND id eq 2",
        "name eq 'open",
        "name eq O'Brien",
        "name eq 'O'Brien'",
        'name eq "x"',
        "(id eq 1",
        "id eq 1)",
        "contains(name)",
        "contains(name,1)",
        "contains('x',name)",
        "startswith(name,'x') eq 1",
        "substringof('x',name)",
        "at gt 2026-01-31T09:52:11",
        "at gt 2026-01-31T09:52:11+01:00",
        "day eq 2026-02-30",
        "1 eq id",
        "id in (1,2)",
        "id eq 1; drop table",
        "(" * 200 + "id eq 1" + ")" * 200,
        "not " * 200 + "id eq 1",
    ],
)
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(ApplicationProblem) as caught:
        parse(text)
    assert caught.value.status == 400


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_problem_with_the_request(text: str) -> None:
    with suppress(ApplicationProblem):
        parse(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
def test_any_text_can_be_asked_for_with_its_quotes_doubled(text: str) -> None:
    assert parse(f"name eq '{text.replace(chr(39), chr(39) * 2)}'") == Comparison("name", "eq", text)


@pytest.mark.parametrize(
    ("path", "filter", "found"),
    [
        ("customers", "reference eq 'quote'", 1),  # case does not count (A)
        ("customers", "name eq 'O''Brien & Sons (100%), Ltd'", 1),
        ("customers", "contains(name,'brien') and reference ne 'WEB'", 1),
        ("customers", "startswith(reference,'TRADE') and endswith(reference,'7')", 3),
        ("customers", "not startswith(reference,'TRADE')", 6),
        ("customers", "startswith(reference,'TRADE') eq false", 6),
        ("customers", "reference eq 'WEB' or reference eq 'QUOTE' or reference eq 'nobody'", 2),
        ("customers", "reference eq 'WEB' and reference eq 'QUOTE'", 0),
        ("customers", "on_hold eq true", 1),
        ("customers", "credit_limit gt 0 and credit_limit le 1000.00", 7),
        ("customers", "vat_number eq null", 36),
        ("customers", "account_status_type eq '0' and reference eq 'WEB'", 1),
        ("tax_codes", "tax_rate ge 5 and tax_rate lt 20", 2),
        ("sop_orders", "document_status eq 'EnumDocumentStatusLive'", 4),
        ("sop_orders", "document_status eq '0'", 4),
        ("sop_orders", "document_status eq '2'", 0),
        ("sop_orders", "document_date ge 2026-03-03", 2),
        ("sop_orders", "document_date eq 2026-03-03", 1),
        ("sop_orders", "document_date eq 2026-03-03T00:00:00Z", 1),
        ("sop_orders", "document_date lt 2026-03-03T12:00:00Z and document_date gt 2026-03-01T12:00:00Z", 1),
        ("sop_orders", "date_time_updated gt 2026-03-02T09:59:59.999Z", 4),
        ("sop_orders", "date_time_updated gt 2026-03-02T11:00:00Z", 0),
        ("sop_orders", "date_time_created ge 2026-03-02", 4),
        ("sop_orders", "requested_delivery_date eq null", 4),
        ("sop_orders", "external_reference eq ''", 4),
        ("sop_order_return_views", "document_status_id eq 0", 4),
        ("sop_order_return_views", "document_status_id eq 'EnumDocumentStatusLive'", 4),
    ],
)
def test_what_a_filter_finds(world: Sage, path: str, filter: str, found: int) -> None:
    assert len(world.get(path, filter=filter)) == found


@pytest.mark.parametrize(
    "filter",
    [
        "no_such_field eq 1",
        "reference eq 1",
        "id eq 'x'",
        "on_hold eq 'true'",
        "credit_limit eq true",
        "date_time_updated gt 5",
        "contains(id,'1')",
        "name gt null",
        "contacts eq 1",
        "main_address.city eq 'Leeds'",
    ],
)
def test_filters_that_do_not_fit_the_fields_are_problems_with_the_request(world: Sage, filter: str) -> None:
    assert "Message" in world.refused("customers", filter=filter).json()


def test_a_look_up_of_fifty_numbers_finds_each_once(world: Sage) -> None:
    numbers = [f"A{number % 5}" for number in range(50)]
    found = world.get(
        "sop_orders",
        filter=" or ".join(f"customer_document_no eq '{one}'" for one in numbers),
        select="customer_document_no",
    )
    assert found == [{"customer_document_no": f"A{number}"} for number in range(4)]


def test_an_indexed_field_beside_others_gives_the_same_as_looking_at_all(world: Sage) -> None:
    customer = world.company.customer("WEB").id
    by_index = world.get("sop_orders", filter=f"customer_id eq {customer} and customer_document_no eq 'A2'")
    by_scan = world.get(
        "sop_orders", filter=f"customer_id eq {customer} and contains(customer_document_no,'a2')"
    )
    assert by_index == by_scan
    assert len(by_index) == 1
