"""What a shipment, an invoice and a payment cost: counted, so that nobody makes it more unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import documents
from tidegate.simulation.products import SIMULATED


@pytest.mark.parametrize("sage", [house.name for house in SIMULATED.values() if house.document_calls])
def test_a_document_costs_no_more_calls_than_it_may(tmp_path: Path, sage: str) -> None:
    figures = documents.measure(tmp_path, quick=True, sage=sage)

    assert {figure.kind for figure in figures} == {"counted"}
    assert [(figure.name, figure.value) for figure in figures if not figure.met] == []


def test_sage_is_asked_once_for_many(tmp_path: Path) -> None:
    few, _ = documents.count(tmp_path, 3)
    assert {flow: calls.documents for flow, calls in few.items()} == dict.fromkeys(documents.LIMITS, 3)
    assert few["shipments"].sage == 2
    assert few["deposits"].sage <= 3 + 4
