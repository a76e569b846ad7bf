"""The self-test on a test company of Sage 300: every call and answer is recorded, and what is assumed is asked.

Until a site has run it, the product page says: proven against our fake only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from tidegate_agent.caller import Worker
from tidegate_agent.findings import Findings, collected
from tidegate_agent.sage300 import names
from tidegate_agent.sage300.document import Detail, Document, Setting
from tidegate_agent.sage300.orders import Orders
from tidegate_agent.sage300.refusal import Refused
from tidegate_agent.sage300.session import Session
from tidegate_agent.settings import Sage300
from tidegate_agent.texts import Texts

KEY = "selftest:000000001"
NOBODY = "NOSUCHNO1"  #: no customer, no item
FAKE = {
    **{f"view {name}": "its key is there" for name in names.VIEWS},
    "an unknown view": "The view ZZ0001 cannot be opened. (auth)",
    "an unknown field": "there is no field NOSUCH (format)",
    "a customer that is not there": f"Customer {NOBODY} does not exist. (validation, code 1024)",
    "an item that is not there": f"Item {NOBODY} does not exist. (validation, code 1024)",
    "the number before the insert": "",
    "the total before the insert": "is known",
    "the number after the insert": "is known",
    "the date that is read back": "is that which was set",
    "found by the reference": "1",
    "the same number again": "The order number already exists. (duplicate, code 1023)",
    "found when it was deleted": "0",
}
"""What the fake answers. What a site answers otherwise is worth knowing."""


@dataclass(frozen=True)
class Sample:
    """What the test order is made of: what the test company has. Empty: left out."""

    customer: str
    item: str
    location: str = ""
    order_option: str = ""
    line_option: str = ""

    def document(self, day: date, *, number: str = "") -> Document:
        """An order of one piece."""
        header = {
            "CUSTOMER": self.customer,
            names.NUMBER: number,
            names.REFERENCE: KEY,
            "ORDDATE": f"{day:%Y%m%d}",
            "LOCATION": self.location,
        }
        line = {"LINETYPE": "1", "ITEM": self.item, "LOCATION": self.location, "QTYORDERED": "1"}
        of_line = tuple(_option("OE0501", self.line_option))
        details = (Detail(names.LINES, _set(line), of_line), *_option("OE0526", self.order_option))
        return Document(KEY, names.ORDERS, _set(header), details)


def _set(values: dict[str, str]) -> tuple[Setting, ...]:
    return tuple(Setting(name, value) for name, value in values.items() if value)


def _option(view: str, name: str) -> Iterator[Detail]:
    if name:
        yield Detail(view, _set({"OPTFIELD": name, "VALUE": KEY}))


@dataclass
class SelfTest:
    """``writes``: store one order and delete it again; else nothing is stored."""

    sample: Sample
    writes: bool

    def run(self, session: Session, day: date) -> Findings:
        """Open, read, ask, write, look up, delete, drop. Problems are collected, not raised."""
        found = Findings(FAKE)
        with collected(found, session, Refused):
            session.open()
            found.facts["home currency"] = session.home_currency()
            self._views(session, found)
            self._refusals(session, day, found)
            self._preview(session, day, found)
            if self.writes:
                self._write(session, day, found)
        return found

    def _views(self, session: Session, found: Findings) -> None:
        """Every view that the hub may read opens, has its key, and is in its sequence."""
        for name, known in names.VIEWS.items():
            try:
                with session.view(name) as view:
                    first = next(iter(view.browse("", known.key)), None)
            except Refused as refused:
                found.facts[f"view {name}"] = _said(refused)
            else:
                found.facts[f"view {name}"] = "its key is there"
                found.facts[f"first row of {name}"] = "none" if first is None else ", ".join(first.values())

    def _refusals(self, session: Session, day: date, found: Findings) -> None:
        with self._refused("an unknown view", found), session.view("ZZ0001"):
            pass
        with session.view(names.ORDERS) as view, self._refused("an unknown field", found):
            view.field("NOSUCH")
        orders = Orders(session)
        for what, sample in (
            ("a customer that is not there", replace(self.sample, customer=NOBODY)),
            ("an item that is not there", replace(self.sample, item=NOBODY)),
        ):
            with self._refused(what, found):
                orders.preview(sample.document(day))

    @contextmanager
    def _refused(self, what: str, found: Findings) -> Iterator[None]:
        try:
            yield
        except Refused as refused:
            found.facts[what] = _said(refused)
        else:
            found.problems.append(f"{what}: Sage took it")

    def _preview(self, session: Session, day: date, found: Findings) -> None:
        row = Orders(session).preview(self.sample.document(day))
        found.facts["the number before the insert"] = row[names.NUMBER]
        found.facts["the total before the insert"] = _known(row["INVNETWTX"])

    def _write(self, session: Session, day: date, found: Findings) -> None:
        orders = Orders(session)
        if orders.by(names.REFERENCE, [KEY]):
            found.problems.append(f"an order {KEY} of an earlier self-test is there: delete it first")
            return
        made = orders.insert(self.sample.document(day), lambda: None)
        found.facts["the number after the insert"] = _known(made[names.NUMBER])
        is_same = made["ORDDATE"] == f"{day:%Y%m%d}"
        found.facts["the date that is read back"] = (
            "is that which was set" if is_same else f"{made['ORDDATE']}, not {day:%Y%m%d}"
        )
        found.facts["found by the reference"] = str(len(orders.by(names.REFERENCE, [KEY])))
        with self._refused("the same number again", found):
            orders.insert(self.sample.document(day, number=made[names.NUMBER]), lambda: None)
        for row in orders.by(names.REFERENCE, [KEY]):
            keys = _set({name: row[name] for name in names.KEYS_OF_AN_ORDER})
            orders.delete(Document(KEY, names.ORDERS, keys))
        found.facts["found when it was deleted"] = str(len(orders.by(names.REFERENCE, [KEY])))


def _known(text: str) -> str:
    return "is known" if text.strip("0.") else f"is {text!r}"


def _said(refused: Refused) -> str:
    code = f", code {refused.code}" if refused.code else ""
    return f"{refused.text} ({refused.kind}{code})"


def session_for(
    company: str,
    sage: Sage300,
    password: str,
    start_worker: Callable[[], Worker],
    drop_limit_s: float,
    today: Callable[[], date],
) -> Session:
    """A session as the agent itself opens it."""
    return Session(
        company,
        start_worker,
        user=sage.user,
        password=password,
        version=sage.version,
        today=today,
        drop_limit_s=drop_limit_s,
        texts=Texts(sage.texts.patterns(), names.TEXTS),
    )
