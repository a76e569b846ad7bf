"""The house rules that a machine can see (design, *House rules*)."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from sources import nodes, text, tree

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for path in (ROOT / "src").rglob("*.py") if "migrations" not in path.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
HUB = [path for path in SOURCES if "tidegate" in path.relative_to(ROOT / "src").parts[0:1]]

#: Where the machine's own time may be asked for.
CLOCKS = {"tidegate/clock.py", "tidegate_agent/clock.py", "tidegate_sandbox/clock.py"}
#: Waiting on real sockets and measuring real programs needs real time, and nothing else does.
REAL_TIME = ("tidegate_sandbox/server.py", "tidegate/bench/", "tidegate/demo/", "tidegate/ledger/engines/")
#: Words that say nothing about what a file is.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "src").as_posix()


@cache
def calls(path: Path) -> list[tuple[int, str]]:
    """(line, dotted name) of every call of a plain name; what is called on an answer has none."""
    found = ((node.lineno, node.func) for node in nodes(path) if isinstance(node, ast.Call))
    return [(line, name) for line, function in found if (name := dotted(function))]


def dotted(node: ast.expr) -> str:
    """`datetime.now` of a name or of attributes of a name, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return f"{before}.{node.attr}"
    return ""


def test_there_is_something_to_check() -> None:
    assert len(HUB) > 100


def test_no_file_is_longer_than_400_lines() -> None:
    every = [*SOURCES, *TESTS]
    assert [path.relative_to(ROOT).as_posix() for path in every if len(text(path).splitlines()) > 400] == []


def test_no_file_is_named_after_nothing() -> None:
    named = [name_of(path) for path in SOURCES if path.stem in EMPTY_NAMES]
    # A database engine of Django's must be called base.py.
    assert [name for name in named if "/engines/" not in name] == []


def test_the_time_comes_from_the_clock() -> None:
    forbidden = re.compile(
        r"^(datetime\.(datetime\.)?(now|utcnow|today)|date\.today|time\.(time|monotonic|sleep))$"
    )
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in SOURCES
        if name_of(path) not in CLOCKS and not name_of(path).startswith(REAL_TIME)
        for line, call in calls(path)
        if forbidden.match(call)
    ]
    assert found == []


def test_chance_is_handed_in() -> None:
    forbidden = re.compile(r"^random\.(random|randint|choice|choices|sample|shuffle|randrange|getrandbits)$")
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in SOURCES
        if re.search(r"^import random$", text(path), re.MULTILINE)  # else `random` is one of ours
        for line, call in calls(path)
        if forbidden.match(call)
    ]
    assert found == []


def test_no_float_near_money() -> None:
    money = (
        "tidegate/domain/",
        "tidegate/flows/",
        "tidegate/sage/",
        "tidegate/magento/",
        "tidegate_sandbox/erp/",
    )
    found = [
        f"{name_of(path)}:{line}"
        for path in SOURCES
        if name_of(path).startswith(money)
        for line, call in calls(path)
        if call == "float"
    ]
    assert found == []


def test_every_http_call_goes_through_the_one_way_out() -> None:
    """`transport.py` gives every call a timeout, a size limit and redaction."""
    makers = re.compile(
        r"^(httpx\.(Client|AsyncClient|get|post|put|delete|request|stream)|urllib\.request\..*|requests\..*)$"
    )
    found = [
        f"{name_of(path)}:{line} {call}"
        for path in HUB
        if name_of(path) != "tidegate/transport.py"
        and not name_of(path).startswith(("tidegate/demo/", "tidegate/bench/"))
        for line, call in calls(path)
        if makers.match(call)
    ]
    assert found == []


def test_the_sandbox_imports_nothing_of_the_hub() -> None:
    imports = re.compile(r"^\s*(from|import) tidegate(\.|\s|$)", re.MULTILINE)
    sandbox = [path for path in SOURCES if name_of(path).startswith("tidegate_sandbox/")]
    assert [name_of(path) for path in sandbox if imports.search(text(path))] == []


def test_every_module_says_what_it_is() -> None:
    assert [name_of(path) for path in HUB if tree(path).body and not ast.get_docstring(tree(path))] == []


def imports_of(path: Path, modules: Mapping[str, Path]) -> set[str]:
    """The project's own modules that a file imports, also for types alone."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in modules else node.module for name in names}
    return found & modules.keys()


def circle_of(graph: Mapping[str, set[str]]) -> list[str]:
    """A circle of names, the first one again at its end; nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_file_stands_in_a_circle_of_imports() -> None:
    modules = {name_of(path).removesuffix(".py").replace("/", "."): path for path in SOURCES}

    assert circle_of({name: imports_of(path, modules) - {name} for name, path in modules.items()}) == []


def test_a_circle_of_imports_is_seen() -> None:
    assert set(circle_of({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()})) == {"b", "c"}
