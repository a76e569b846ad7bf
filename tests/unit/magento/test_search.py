"""Search criteria as query strings."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, unquote

import pytest

from tidegate.magento.search import Filter, Search, instant, utc_text
from unit.magento import recordings


def test_the_query_is_what_was_recorded() -> None:
    """The recorded client's own query: groups, conditions, sorting, fields."""
    recorded = recordings.exchange("orders-list-sorted-ties")["request"]["query"]
    search = (
        Search()
        .where(Filter("updated_at", "gteq", instant("2026-11-21 02:36:00")))
        .sorted_by("updated_at")
        .sized(12)
        .only("items[entity_id,updated_at],total_count")
    )
    assert parse_qsl(search.query) == parse_qsl(recorded)


def test_groups_are_anded_and_their_filters_ored() -> None:
    recorded = recordings.exchange("orders-list-or-in-one-group")["request"]["query_decoded"]
    either = Search().any_of(
        Filter("increment_id", "eq", "000000001"), Filter("increment_id", "eq", "000000002")
    )
    for pair in unquote(either.query).split("&"):
        assert pair in recorded
    both = Search().where(Filter("a", "eq", 1), Filter("b", "eq", 2))
    assert "[filter_groups][1][filters][0][field]=b" in unquote(both.query)


def test_point_13_dates_are_sent_in_utc_without_a_zone() -> None:
    berlin = datetime(2026, 3, 2, 1, 30, 59, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert utc_text(berlin) == "2026-03-02 00:30:59"
    assert Filter("updated_at", "gteq", berlin).text == "2026-03-02 00:30:59"
    assert "2026-03-02%2000%3A30%3A59" in Search().where(Filter("updated_at", "gteq", berlin)).query
    with pytest.raises(ValueError, match="aware"):
        utc_text(datetime(2026, 3, 2))


@pytest.mark.parametrize("text", ["2026-03-02", "2026-03-02 00:30:59+05:00", "", "0000-00-00 00:00:00"])
def test_a_date_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        instant(text)


def test_point_16_an_empty_search_still_names_the_criteria() -> None:
    assert Search().query == "searchCriteria="
    assert recordings.body("orders-list-no-searchCriteria")["parameters"] == {"fieldName": "searchCriteria"}


def test_lists_are_joined_by_commas_and_everything_is_encoded() -> None:
    query = Search().where(Filter("entity_id", "nin", [3, 5]), Filter("sku", "eq", "A&B=/é ?")).query
    assert "3%2C5" in query
    assert "A%26B%3D%2F%C3%A9%20%3F" in query
    assert not set("[], ") & set(query)
