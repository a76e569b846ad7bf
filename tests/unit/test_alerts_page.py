"""`docs/alerts.md` is the list of the code, and the code raises nothing that is not on it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tidegate.domain.alert_kinds import KINDS, Role, Severity, kind_of
from tidegate.domain.books.agreement import ONE_SIDED
from tidegate.domain.errors import GROUP_OF, Code, Group

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows below a heading."""
    text = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    return found[2:]


def test_the_page_is_the_list_of_the_code() -> None:
    listed = [[f"`{each.code}`", each.severity, each.role, each.when, each.ends] for each in KINDS.values()]
    assert table("Conditions") == listed


def test_the_groups_of_failures_are_on_the_page() -> None:
    shown = {group: rest for group, *rest in table("Failures")}
    for code, group in GROUP_OF.items():
        kind = kind_of(code)
        severity, role, when, ends = shown.get(group.value, shown["any other"])
        assert (kind.severity, kind.when, kind.ends) == (severity, when, ends)
        assert kind.role in (role, Role.FINANCE)
    assert {"halt and alert", "review", "hold for fix", "any other"} == set(shown)


def test_what_is_for_finance_is_named() -> None:
    named = re.findall(r"`([a-z-]+)`", PAGE.split("\n`totals-differ`")[1].split("finance")[0])
    assert {"totals-differ", *named} == {code for code in Code if kind_of(code).role is Role.FINANCE}


def test_every_kind_that_the_code_raises_is_on_the_list() -> None:
    """Names of alerts are constants beside `raise_alert`, or codes of failures."""
    raised = {kind.value for kind in ONE_SIDED}
    for path in (ROOT / "src" / "tidegate").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "raise_alert(" not in text and "agree(" not in text:
            continue
        tree = ast.parse(text)
        names = {
            node.args[0].id if isinstance(node.args[0], ast.Name) else node.args[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
            in ("raise_alert", "agree")
            and node.args
            and isinstance(node.args[0], ast.Name | ast.Constant)
        }
        for node in tree.body:
            for name, value in assigned(node):
                if name in names:
                    raised.add(value)
        raised |= {name for name in names if name.islower() and "-" in name}
    assert raised - set(Code) <= set(KINDS)
    assert len(raised) > 15


def assigned(node: ast.stmt) -> list[tuple[str, str]]:
    """Constants that a statement of a module names, also of `A, B = "a", "b"`."""
    if not isinstance(node, ast.Assign):
        return []
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Name):
        pairs = [(target, value)]
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))  # type: ignore[arg-type]
    else:
        return []
    return [
        (name.id, each.value)
        for name, each in pairs
        if isinstance(name, ast.Name) and isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]


def test_a_halt_is_critical_and_an_unknown_code_is_a_warning() -> None:
    assert {kind_of(code).severity for code, group in GROUP_OF.items() if group is Group.HALT_AND_ALERT} == {
        Severity.CRITICAL
    }
    assert kind_of("of-a-later-version").severity is Severity.WARNING
