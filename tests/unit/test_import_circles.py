"""Rooms whose files import one another one way only, imports for type checkers included."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
ROOMS = ("tidegate_sandbox/erp", "tidegate_sandbox/intacct", "tidegate/sage/port")


def imports(path: Path, room: str) -> set[str]:
    """The files of the room that a file imports, by name; what the room's own ``__init__`` says is left out."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            if node.module == room:
                found.update(alias.name for alias in node.names)
            elif node.module.startswith(room + "."):
                found.add(node.module.removeprefix(room + "."))
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_no_circle_of_files(room: str) -> None:
    files = {path.stem: path for path in (SRC / room).glob("*.py") if path.stem != "__init__"}
    graph = {name: imports(path, room.replace("/", ".")) & files.keys() for name, path in files.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail(f"{room} has a circle: {' > '.join(circle.args[1])}")
    assert set(order) == files.keys()
