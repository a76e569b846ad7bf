"""Every page of the console over a filled ledger, as `bench --only pages` asks for it; the statements are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import pages
from tidegate.console import installed
from tidegate.ledger import database


def test_every_page_answers_and_makes_few_statements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SEED_ORDERS": 50, "QUICK": 100, "OPEN": 20, "TIMES": 1, "LOOK_UPS": 1}.items():
        monkeypatch.setattr(pages, name, value)
    try:
        figures = {each.name: each for each in pages.measure(tmp_path, quick=True)}
    finally:
        database.close()
        installed.uninstall()
    assert {f"console {address}" for address in pages.PAGES} < set(figures)
    assert {"console /order", "console /search", "status-report"} < set(figures)
    assert figures["console-statements"].met
