"""The flows' tests run with a company in memory: what needs the wire of a Sage product is tested in that product's folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROOMS = TESTS.parent / "src" / "tidegate" / "sage"
PRODUCTS = sorted({each.parent.name for each in ROOMS.glob("*/__init__.py")} - {"port"})
FLOWS = sorted((TESTS / "integration" / "flows").glob("*.py"))
#: Files here that may start a simulator of a Sage product, each with the reason in its docstring.
WIRE_TESTS: frozenset[str] = frozenset()
#: The simulators, the kernel that they share, the rooms of the products, and the stage before a wire.
FOREIGN = (
    "tidegate_sandbox.erp",
    *(f"{package}.{product}" for package in ("tidegate_sandbox", "tidegate.sage") for product in PRODUCTS),
    "integration.over_the_wire",
    *(f"integration.{product}" for product in PRODUCTS),
)


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, and the names that it takes from them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def foreign(path: Path) -> list[str]:
    """What of it is of a Sage product."""
    return [
        name for name in imported(path) if any(name == one or name.startswith(f"{one}.") for one in FOREIGN)
    ]


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.name)
def test_no_test_of_the_flows_starts_a_simulator_of_a_sage_product(path: Path) -> None:
    assert path.name in WIRE_TESTS or foreign(path) == []


def test_worlds_are_built_with_the_company_in_memory_alone() -> None:
    builds = [path.name for path in FLOWS if "tidegate.simulation.world.build_world" in imported(path)]
    assert builds == ["in_memory.py"]


def test_the_rule_sees_who_breaks_it(tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text(
        "from tidegate_sandbox.sage200 import build\nfrom integration.over_the_wire import WireStage\n"
    )
    assert len(PRODUCTS) >= 7
    assert foreign(broken) == ["tidegate_sandbox.sage200.build", "integration.over_the_wire.WireStage"]
