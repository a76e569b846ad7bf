"""A scope file is held whole: what an article costs in memory, so that the largest file has a bound."""

from __future__ import annotations

import json
import tracemalloc

from tidegate.sage.sage50.scope_files import ScopeFile, listed, records_by_id

ARTICLES, LARGEST = 2_000, 4_000  #: bytes for each article; 20,000 of them come to less than 80 MB
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


def test_a_file_of_many_articles_has_its_bound() -> None:
    body = json.dumps(
        [{"id": f"ART-{n}", "reference": f"SKU-{n}", **ARTICLE} for n in range(ARTICLES)]
    ).encode()
    tracemalloc.start()
    try:
        rows = listed(body)
        assert isinstance(rows, list)
        records, bad = records_by_id(rows)
        file = ScopeFile("products", "", records, tuple(bad))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(file.records) == ARTICLES
    assert peak < ARTICLES * LARGEST
