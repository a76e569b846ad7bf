"""Query strings: contract §6."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from tidegate.sage.sage200 import queries


def test_quotes_are_doubled_and_everything_is_percent_encoded() -> None:
    encoded = queries.query(select=("id", "code"), where=queries.equals("code", "O'Brien & Söhne"), top=500)

    assert encoded == ("$filter=code%20eq%20%27O%27%27Brien%20%26%20S%C3%B6hne%27&$select=id,code&$top=500")


def test_numbers_stand_without_quotes() -> None:
    assert queries.equals("id", 17) == "id eq 17"


def test_empty_options_are_left_out() -> None:
    assert queries.query() == ""
    assert queries.query(orderby="id asc") == "$orderby=id%20asc"


def test_date_times_are_utc_with_z() -> None:
    at = datetime(2026, 1, 31, 10, 52, 11, 452_000, tzinfo=timezone(timedelta(hours=1)))

    assert queries.changed_after("date_time_updated", at) == "date_time_updated gt 2026-01-31T09:52:11.452Z"
    assert queries.changed_after("x", datetime(2026, 1, 1, tzinfo=UTC)) == "x gt 2026-01-01T00:00:00.000Z"


def test_the_next_page_keeps_the_whole_filter() -> None:
    assert queries.after("a eq 1 or b eq 2", 500) == "(a eq 1 or b eq 2) and id gt 500"
    assert queries.after("", 500) == "id gt 500"


@given(st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=60), max_size=120))
def test_pools_hold_every_name_once_within_both_limits(values: dict[str, str]) -> None:
    terms = {name: (queries.equals("code", value),) for name, value in values.items()}

    pools = list(queries.pools(terms, most=25, longest=900))

    assert [name for pool in pools for name in pool] == list(values)
    for pool in pools:
        assert len(pool) <= 25
        where = queries.any_of([term for name in pool for term in terms[name]])
        encoded = queries.query(where=where)
        assert len(pool) == 1 or len(encoded) <= 900 + len("$filter=")
        assert parse_qs(encoded)["$filter"] == [where]


def test_look_ups_stay_below_what_hosting_takes() -> None:
    terms = {
        f"magento:main:{number}": (
            queries.equals("customer_document_no", f"{number:09}"),
            queries.equals("spare_text_1", f"magento:main:{number}"),
        )
        for number in range(100_000, 100_025)
    }

    pools = list(queries.pools(terms, most=25))
    assert [len(pool) for pool in pools] == [17, 8]
    for pool in pools:
        where = queries.any_of([term for name in pool for term in terms[name]])
        assert len(queries.query(where=where)) < 1900

    short = {str(number): (f"id eq {number}",) for number in range(100)}
    assert [len(pool) for pool in queries.pools(short, most=100)] == [44, 44, 12]
