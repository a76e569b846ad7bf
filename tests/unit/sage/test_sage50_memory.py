"""A scope file lies on disk: what an article costs in memory, so that the largest file has a bound."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tidegate.sage.sage50 import scope_files
from tidegate.sage.sage50.scope_files import Parts, parts

ARTICLES, LARGEST = 2_000, 500  #: bytes for each article beside the body: 50,000 come to less than 25 MB
ARTICLE = {
    "name": "Martillo de carpintero, mango de fresno",
    "shortDescription": "x" * 60,
    "longDescription": "palabra " * 60,
    "netPrice": 12.34,
    "tax": 21,
    "discount": 0,
    "discountByUnit": True,
    "category": "Ferretería > Herramientas > Martillos",
    "stock": 41.5,
    "unit": "ud",
    "weight": 1.25,
    "active": True,
    "prices": [{"priceList": name, "netPrice": 10.5, "minQuantity": 1} for name in ("Mayorista", "Web")],
    "images": [],
    "timestamp": "2026-03-02T10:00:00Z",
    "barCodeType": "EAN13",
    "barCode": "8412345678905",
}


def body_of(articles: int) -> bytes:
    return json.dumps(
        [{"id": f"ART-{n}", "reference": f"SKU-{n}", **ARTICLE} for n in range(articles)]
    ).encode()


def peak_of(work: Callable[[], Any]) -> tuple[Any, int]:
    """What it gives, and the most bytes that it held."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_file_of_many_articles_has_its_bound() -> None:
    body = body_of(ARTICLES)
    found, peak = peak_of(lambda: parts(body))

    assert isinstance(found, Parts)
    assert len(found.records) == len(found.names) == ARTICLES
    assert peak < ARTICLES * LARGEST
    assert found.records["ART-7"]["netPrice"] == Decimal("12.34")


def test_what_reads_it_holds_one_record_at_a_time() -> None:
    found = parts(body_of(ARTICLES))
    assert isinstance(found, Parts)
    total, peak = peak_of(lambda: sum(len(record["name"]) for record in found.records.values()))

    assert total == ARTICLES * len(str(ARTICLE["name"]))
    assert peak < 100_000


def test_the_bug_that_holds_the_records_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_files, "_undecoded", lambda body: None)
    with pytest.raises(AssertionError):
        test_a_file_of_many_articles_has_its_bound()


def test_a_file_is_taken_apart_as_before() -> None:
    """The later one of two with one id; no id, no record, an unreadable one: each by itself."""
    body = b'{"x": 1, "products": [{"id": "1", "n": 1.50}, {"reference": "A"}, 7, {"id": "1", "n": 2}, {"id": "2"}]}'
    found = parts(body)
    assert isinstance(found, Parts)

    assert dict(found.records) == {"1": {"id": "1", "n": 2}, "2": {"id": "2"}}
    assert [(row.name, row.why) for row in found.bad] == [("A", "it has no id"), ("record 3", "it has no id")]


@pytest.mark.parametrize(
    "body", [b"", b"[", b"<html>", b'{"a": [], "b": []}', b'{"a": 1}', b"7", b'[{"id": "1"}']
)
def test_what_is_no_file_says_why(body: bytes) -> None:
    assert isinstance(parts(body), str)


def test_an_empty_file_is_one_and_a_loose_one_is_read() -> None:
    for body, ids in ((b"[]", []), (b'[{"id": "1", "stock": NaN}, {"id": "2"}]', ["1", "2"])):
        found = parts(body)
        assert isinstance(found, Parts)
        assert list(found.records) == ids
