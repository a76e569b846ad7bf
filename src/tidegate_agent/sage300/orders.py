"""Orders by the views of Order Entry: built in the stated sequence, stored as one. Source: contract section 16.

Nothing is stored before the header is inserted, and the header is inserted or not as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from tidegate_agent.caller import Ref
from tidegate_agent.sage300 import names
from tidegate_agent.sage300.document import Detail, Document, Setting
from tidegate_agent.sage300.refusal import Refused
from tidegate_agent.sage300.session import Session, View

Row = dict[str, str]


class Orders:
    """Writes and finds orders in one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # Finding

    def by(self, column: str, values: Sequence[str]) -> list[Row]:
        """The orders whose column has one of these values."""
        where = " OR ".join(_term(column, value) for value in values)
        with self._session.view(names.ORDERS) as view:
            return list(view.browse(where, names.SHOWN))

    # Writing

    def insert(self, document: Document, announce: Callable[[], object]) -> Row:
        """Store an order; the stored row. ``announce`` is called right before it. Refused: nothing was stored."""
        with self._built(document) as header:
            announce()
            header.call("Insert")
            return header.row(names.SHOWN)

    def preview(self, document: Document) -> Row:
        """The row that would be stored; the order is given up again."""
        with self._built(document) as header:
            try:
                return header.row(names.SHOWN)
            finally:
                header.call("Cancel")

    def update(self, document: Document) -> Row:
        """Change fields of the order that the document's own keys name. Refused ``not_found``."""
        keys = [one for one in document.settings if one.name in names.KEYS_OF_AN_ORDER]
        with self._composed() as views:
            header = views[names.ORDERS]
            self._only(header, keys)
            for one in document.settings:
                if one not in keys:
                    header.set(one.name, one.value, verify=one.verify)
            header.call("Update")
            return header.row(names.SHOWN)

    def delete(self, document: Document) -> Row:
        """Delete the one order that has all these values; how it was. Refused ``not_found`` for none or several."""
        with self._composed() as views:
            header = views[names.ORDERS]
            row = self._only(header, document.settings)
            header.call("Delete")
            return row

    def _only(self, header: View, settings: Sequence[Setting]) -> Row:
        missing = Refused("not_found", "there is no such record", header.name)
        if not settings:
            raise missing
        where = " AND ".join(_term(one.name, one.value) for one in settings)
        rows = list(header.browse(where, names.SHOWN))
        if len(rows) != 1:
            raise missing
        header.call("Browse", where, names.ASCENDING)
        header.call("Fetch")
        return rows[0]

    @contextmanager
    def _built(self, document: Document) -> Iterator[View]:
        with self._composed() as views:
            header = views[names.ORDERS]
            header.call("RecordCreate", 0)
            for one in document.settings:
                header.set(one.name, one.value, verify=one.verify)
            line = 0
            for detail in document.details:
                line += detail.view == names.LINES
                try:
                    _add(views, detail)
                except Refused as refused:
                    if detail.view == names.LINES:
                        refused.line = line
                    raise
            yield header

    @contextmanager
    def _composed(self) -> Iterator[dict[str, View]]:
        """All views of an order, each told of the others."""
        with ExitStack() as stack:
            views = {name: stack.enter_context(self._session.view(name)) for name in names.COMPOSED}
            for name, parts in names.COMPOSED.items():
                given: tuple[Ref | None, ...] = tuple(views[one].ref if one else None for one in parts)
                views[name].call("Compose", given)
            yield views


def _add(views: dict[str, View], detail: Detail) -> None:
    view = views.get(detail.view)
    if view is None or detail.view == names.ORDERS:
        raise Refused("format", f"there is no detail view {detail.view}", detail.view)
    view.call("RecordCreate", 0)
    for one in detail.settings:
        view.set(one.name, one.value, verify=one.verify)
    for part in detail.details:
        _add(views, part)
    view.call("Insert")


def _term(column: str, value: str) -> str:
    if column in names.VIEWS[names.ORDERS].numbers and value.isdigit():
        return f"{column} = {value}"
    return '{} = "{}"'.format(column, value.replace('"', '""'))
