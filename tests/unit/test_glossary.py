"""One word for each thing: `docs/glossary.md`. No name and no message has a word that is not used any more."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from sources import nodes, text, tree
from tidegate.domain.states import State
from tidegate.engine.cycles import FLOWS

ROOT = Path(__file__).parents[2]
PACKAGES = ("tidegate", "tidegate_agent", "tidegate_sandbox")

#: The left column of the house's vocabulary, with what is said instead. Names only: as verbs of a command, as in
#: `queue show`, some of them are plain English.
NAMES = {
    "told": "sent, written, reported or notified",
    "tells": "sends, writes, reports",
    "paper": "document",
    "papers": "documents",
    "scribe": "writer",
    "clerk": "handler",
    "picture": "snapshot, overview",
    "standing": "status",
    "standings": "statuses",
    "sift": "filter",
    "sifted": "filtered",
    "walk": "traverse",
    "suspects": "unreadable pages",
    "portion": "page",
    "people": "customers, buyers or operators",
    "lay": "allocate",
    "laid": "allocation",
    "strange": "unmatched",
    "believe": "close",
    "believed": "closed",
    "performance": "scenario",
    "stage": "setup",
    "shift": "schedule",
    "judge": "checker",
    "judged": "checked",
    "judgement": "verdict",
    "mortality": "crashes",
    "happen": "inject, do",
    "happening": "event",
    "happenings": "events",
    "strike": "inject",
    "strikes": "injects",
    "struck": "injected",
}
#: In messages, where other words of the list are plain English in their place.
MESSAGES = (
    "told",
    "tells",
    "papers",
    "scribe",
    "clerk",
    "standing",
    "sift",
    "suspects",
    "portion",
    "lay",
    "laid",
)


#: Names that may hold a banned word, with the reason.
EXCEPTIONS = {
    "stage": "in the agent: the call of the COM session at which Sage refused, a field of its interface",
    "Stage": "the same, as a type; in the tests: the store and the company that flows are played on",
    "MemoryStage": "a Stage whose company is in memory",
    "WireStage": "a Stage whose company is served over the wire",
    "stage_at": "a Stage with its ledger at a path",
    "in_picture": "a column of the ledger, which only a migration could rename",
    "seats_reserved_for_people": "a key of the agent's settings: keys change only where they mislead",
    "test_a_refusal_names_stage_field_line_and_sages_text": "the agent's `stage`",
}

ROOMS = frozenset(("sage200", "intacct", "sage50", "sage100", "sage300", "x3", "business_cloud", "memory"))


def rows() -> list[tuple[str, str, str]]:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    found = re.findall(r"(?m)^\| ([^|]+?) \| ([^|]+?) \| ([^|]*?) \|$", text)
    return [row for row in found if row[0] not in ("term", "---")]


def words(name: str) -> list[str]:
    """`CreditClerk` and `credit_clerk` as credit, clerk; who stands down has no status."""
    name = name.replace("standing_down", "")
    return [each.lower() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def named(path: Path) -> Iterator[str]:
    """Names of classes, functions and parameters, and of what a class declares."""
    yield from defined(path)
    for node in nodes(path):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def defined(path: Path) -> list[str]:
    """Names of classes and functions alone: those of the tests, whose parameters are the names of fixtures."""
    return re.findall(r"(?m)^ *(?:class|def|async def) (\w+)", text(path))


def texts(path: Path) -> Iterator[str]:
    """Every text of the code that is no docstring and no single word: what people may read."""
    docs = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes(path):
        said = node.value if isinstance(node, ast.Constant) and id(node) not in docs else None
        if isinstance(said, str) and " " in said.strip():
            yield said


def template_texts(text: str) -> Iterator[str]:
    """What people may read of a template: its own text, and the quoted texts within its tags; no name of a value."""
    yield re.sub(r"{[{%#].*?[}%#]}", " ", text, flags=re.DOTALL)
    for tag in re.findall(r"{[{%].*?[}%]}", text, flags=re.DOTALL):
        yield from re.findall(r'"([^"]*)"', tag)


@cache  # most names stand in many places
def has_banned_word(name: str) -> bool:
    return name not in EXCEPTIONS and not NAMES.keys().isdisjoint(words(name))


@pytest.fixture(scope="module")
def found() -> dict[str, Counter[str]]:
    """Names that hold a banned word, banned words of messages, and terms that are several classes, with how often."""
    names: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for package in PACKAGES:
        for path in (ROOT / "src" / package).rglob("*.py"):
            for name in (path.stem, *named(path)):
                if has_banned_word(name):
                    names[name] += 1
            for said in texts(path):
                messages.update(each for each in re.findall(r"[a-z]+", said.lower()) if each in MESSAGES)
    return {"names": names, "messages": messages, "templates": of_templates(), "homonyms": homonyms()}


def of_templates() -> Counter[str]:
    """Banned words of the console's pages, each with the page that has it; a paper is a document here, too."""
    counted: Counter[str] = Counter()
    for path in (ROOT / "src" / "tidegate").rglob("templates/**/*.html"):
        for said in template_texts(path.read_text(encoding="utf-8")):
            for each in re.findall(r"[a-z]+", said.lower()):
                if each in MESSAGES or each == "paper":
                    counted[f"{each} {path.name}"] += 1
    return counted


def homonyms() -> Counter[str]:
    """Glossary terms that are the name of more than one class; rooms and their stand-in name things alike."""
    terms = {"".join(map(str.capitalize, words(term))) for term, _, _ in rows()}
    classes: Counter[str] = Counter()
    for path in (ROOT / "src" / "tidegate").rglob("*.py"):
        if not ROOMS.isdisjoint(path.relative_to(ROOT / "src").parts) or "models" in path.parts:
            continue
        classes.update(
            node.name for node in tree(path).body if isinstance(node, ast.ClassDef) and node.name in terms
        )
    return Counter({name: count for name, count in classes.items() if count > 1})


@pytest.mark.parametrize("kind", ["names", "messages", "templates", "homonyms"])
def test_no_name_and_no_message_has_a_banned_word(found: dict[str, Counter[str]], kind: str) -> None:
    say = {word: NAMES[word] for name in found[kind] for word in words(name) if word in NAMES}
    assert not found[kind], f"say it otherwise: {dict(found[kind])}; {say}"


def test_no_name_of_a_test_has_a_banned_word() -> None:
    found = Counter(
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in (path.stem, *defined(path))
        if has_banned_word(name)
    )
    assert not found, f"say it otherwise: {dict(found)}"


def test_no_key_of_the_configuration_has_a_banned_word() -> None:
    from tidegate.config.model import Configuration
    from tidegate.sage.rooms import SETTINGS

    seen: set[type] = set()
    keys: set[str] = set()

    def read(kind: object) -> None:
        for inner in getattr(kind, "__args__", ()):
            read(inner)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
            seen.add(kind)
            for field in msgspec.structs.fields(kind):
                keys.add(field.name)
                read(field.type)

    for settings in (Configuration, *SETTINGS):
        read(settings)
    assert len(keys) > 100
    assert [key for key in sorted(keys) if not NAMES.keys().isdisjoint(words(key))] == []


def test_each_term_stands_once_in_order_with_one_meaning() -> None:
    terms = [term for term, _, _ in rows()]
    assert terms == sorted(set(terms), key=lambda each: each.replace("-", " "))
    assert all(meaning and other for _, meaning, other in rows())
    meanings = Counter(meaning for _, meaning, _ in rows())
    assert [each for each, count in meanings.items() if count > 1] == []


def test_no_term_is_a_banned_word() -> None:
    assert [term for term, _, _ in rows() if not NAMES.keys().isdisjoint(words(term))] == []


def test_states_and_flows_are_terms_and_are_said_to_be_such() -> None:
    meanings = {term: meaning for term, meaning, _ in rows()}
    for kind, names in (("state", [each.value for each in State]), ("flow", FLOWS)):
        wrong = [name for name in names if not meanings.get(name, "").startswith(f"{kind}: ")]
        assert wrong == [], f"no {kind} of the glossary"
        said = {term for term, meaning in meanings.items() if meaning.startswith(f"{kind}: ")}
        assert said == set(names)


def test_what_is_said_of_a_word_instead_is_a_term_or_plain_english() -> None:
    """What replaces a banned word of the code stands in the glossary."""
    terms = {term for term, _, _ in rows()}
    assert {"document", "writer", "snapshot", "status", "page", "allocation", "unmatched"} <= terms
    assert {"checker", "verdict", "event", "scenario", "customer", "buyer", "operator", "desk"} <= terms


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("CreditClerk", ["credit", "clerk"]),
        ("order_standing", ["order", "standing"]),
        ("GLBatch", ["gl", "batch"]),
    ],
)
def test_words_of_names(name: str, has: list[str]) -> None:
    assert words(name) == has


def test_texts_of_templates_are_what_users_read() -> None:
    page = '{% if told %}<p title="Told">{{ row.told|default:"none told" }}</p>{% endif %}'
    assert [each.strip() for each in template_texts(page)] == ['<p title="Told"> </p>', "none told"]
