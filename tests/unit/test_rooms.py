"""Every room of the flows and of the domain is named by the contract that says which room may import which."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", ["flows", "domain"])
def test_no_room_stands_outside_the_contract(package: str) -> None:
    folder = ROOT / "src" / "tidegate" / package
    rooms = {each.name for each in folder.iterdir() if (each / "__init__.py").exists()}
    shared = {each.stem for each in folder.glob("*.py") if each.stem != "__init__"}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = [each for each in contracts if each.get("containers") == [f"tidegate.{package}"]]
    named = {name for layer in contract["layers"] for name in re.split(r"\s*[|:]\s*", layer)}
    assert named == rooms | shared
