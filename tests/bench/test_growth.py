"""What a hub does all day makes as many statements over a long past as over a short one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tidegate.bench import growth


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "SEED_ORDERS", 40)
    monkeypatch.setattr(growth, "QUICK", (40, 320))


@pytest.mark.usefixtures("small")
def test_statements_do_not_grow_with_the_past(tmp_path: Path, migrated: Path) -> None:
    for name in ("past.db", "documents.db"):
        shutil.copyfile(migrated, tmp_path / name)
    figures = [each for each in growth.measure(tmp_path, quick=True) if each.kind == "counted"]
    names = {each.name for each in figures}
    assert {f"growth idle {flow}" for flow in growth.FLOWS} < names
    assert {f"growth page {address}" for address in growth.PAGES} < names
    assert [(each.name, each.text) for each in figures if not each.met] == []
