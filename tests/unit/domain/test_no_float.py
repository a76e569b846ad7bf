"""The rules know no float, no clock and no chance: by their source text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tidegate.domain

FILES = sorted(Path(tidegate.domain.__file__).parent.glob("*.py"))
#: Seconds that a server asked for are no money (`Failure.retry_after`).
ALLOWED_FLOAT = {"errors.py"}
CLOCK = {"now", "today", "utcnow", "time", "monotonic"}
OUTSIDE = {"random", "secrets", "time", "os", "socket", "httpx", "django", "logging", "structlog", "pathlib"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_float_no_clock_no_chance(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{file.name}:{node.lineno}: a float"
        if isinstance(node, ast.Name) and node.id == "float":
            assert file.name in ALLOWED_FLOAT, f"{file.name}:{node.lineno}: float"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCK, f"{file.name}:{node.lineno}: the clock"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            pytest.fail(f"{file.name}:{node.lineno}: a division outside money.py")
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.partition(".")[0] for name in names} & OUTSIDE, f"{file.name}: {names}"
        within = [name for name in names if name.startswith("tidegate.")]
        assert all(name.startswith("tidegate.domain.") for name in within), f"{file.name}: {within}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_stay_short(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) < 400
