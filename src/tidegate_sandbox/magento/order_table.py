"""The orders of the shop, found by key, number, reference or time without looking at every one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.condition import instant, number, test_of
from tidegate_sandbox.magento.criteria import Criteria, Filter, Sort, UnknownColumn
from tidegate_sandbox.magento.order import Order

COLUMNS: Final = {
    name: kind for name, kind in recorded.columns("order").items() if kind not in ("array", "object")
}
EXT_ORDER_ID_LENGTH: Final = 32
_LAST: Final = 1 << 62
_LOWER: Final = frozenset({"gteq", "gt", "from", "moreq"})
_BOUNDS: Final = _LOWER | {"lteq", "lt", "to"}


class OrderTable:
    """All orders. Not safe to use from several threads: the store holds the lock."""

    def __init__(self) -> None:
        self._by_id: dict[int, Order] = {}
        self._ids: list[int] = []
        self._by_time: list[tuple[str, int]] = []
        self._by_number: dict[str, list[int]] = {}
        self._by_reference: dict[str, list[int]] = {}
        self._uncommitted: set[int] = set()

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, order: Order) -> None:
        """Keep ``order``; one with the same key is replaced."""
        entity_id = order.entity_id
        if entity_id in self._by_id:
            self._forget(self._by_id[entity_id])
        else:
            insort(self._ids, entity_id)
        self._by_id[entity_id] = order
        self._remember(order)
        if order.visible_from is not None:
            self._uncommitted.add(entity_id)

    def get(self, entity_id: int, now: datetime) -> Order | None:
        """The order with this key, if it is committed by ``now``."""
        order = self._by_id.get(entity_id)
        return None if order is None or self._is_hidden(order, now) else order

    def any(self, entity_id: int) -> Order | None:
        """The order with this key, committed or not."""
        return self._by_id.get(entity_id)

    def all(self) -> list[Order]:
        """Every order by key, committed or not."""
        return [self._by_id[entity_id] for entity_id in self._ids]

    def by_number(self, increment_id: str) -> list[Order]:
        """The orders with this number: one for every store view that counts it (point 9)."""
        return [self._by_id[found] for found in self._by_number.get(increment_id, [])]

    def change(self, order: Order, changes: Mapping[str, Any], now: str) -> bool:
        """Set columns; None makes one NULL. ``updated_at`` moves only if a value changed (point 17)."""
        row = order.row
        changed = {key: value for key, value in changes.items() if row.get(key) != value}
        if not changed:
            return False
        self._forget(order)
        for key, value in changed.items():
            if value is None:
                row.pop(key, None)
            else:
                row[key] = value
        if "updated_at" not in changed:
            row["updated_at"] = now
        self._remember(order)
        return True

    def touch(self, order: Order, now: str) -> None:
        """Move ``updated_at`` to ``now``."""
        self._forget(order)
        order.row["updated_at"] = now
        self._remember(order)

    def select(self, criteria: Criteria, now: datetime) -> list[Order]:
        """The committed orders that ``criteria`` find, in their order, all pages of them.

        Raises UnknownColumn. Without a sort they come by key, as the database finds them.
        """
        tests = {
            number: [(wanted.field, test_of(wanted, _known(wanted.field))) for wanted in group]
            for number, group in enumerate(criteria.groups)
        }
        for sort in criteria.sorts:
            _known(sort.field)
        found, by_time, settled = self._candidates(criteria)
        for settled_group in settled:
            del tests[settled_group]
        if self._uncommitted:
            found = [order for order in found if not self._is_hidden(order, now)]
        for group in tests.values():
            if len(group) == 1:
                ((field, passes),) = group
                found = [order for order in found if passes(order.row.get(field))]
            else:
                found = [order for order in found if any(test(order.row.get(field)) for field, test in group)]
        return self._sorted(found, criteria.sorts, by_time)

    def _candidates(self, criteria: Criteria) -> tuple[list[Order], bool, set[int]]:
        """Where to look, by the best index there is; whether that is sorted by time; which groups it settles."""
        low, high = ("", 0), ("~", _LAST)
        settled = set()
        for place, group in enumerate(criteria.groups):
            if len(group) != 1 or not isinstance(group[0].value, str):
                continue
            wanted = group[0]
            if wanted.condition == "eq" and (index := self._index(wanted)) is not None:
                return [self._by_id[key] for key in index], False, set()
            if wanted.field == "updated_at" and wanted.condition in _BOUNDS:
                bound = instant(str(wanted.value))
                if wanted.condition in _LOWER:
                    low = max(low, (bound, 0))
                else:
                    high = min(high, (bound, _LAST))
                if wanted.condition not in ("gt", "lt"):
                    settled.add(place)
        if low == ("", 0) and high == ("~", _LAST) and not _starts_with_time(criteria.sorts):
            return [self._by_id[key] for key in self._ids], False, settled
        window = self._by_time[bisect_left(self._by_time, low) : bisect_right(self._by_time, high)]
        return [self._by_id[key] for _, key in window], True, settled

    def _index(self, wanted: Filter) -> list[int] | None:
        match wanted.field:
            case "entity_id":
                key = int(number(wanted.value))
                return [key] if key in self._by_id else []
            case "increment_id":
                return self._by_number.get(str(wanted.value), [])
            case "ext_order_id":
                return sorted(self._by_reference.get(_folded(str(wanted.value)), []))
            case _:
                return None

    def _sorted(self, found: list[Order], sorts: tuple[Sort, ...], by_time: bool) -> list[Order]:
        if by_time and _is_time_then_key(sorts):
            return found
        if by_time or not sorts:
            found.sort(key=lambda order: order.entity_id)
        for sort in reversed(sorts):
            found.sort(key=_sort_key(sort.field), reverse=not sort.ascending)
        return found

    def _is_hidden(self, order: Order, now: datetime) -> bool:
        if order.visible_from is None:
            return False
        if order.visible_from <= now:
            order.visible_from = None
            self._uncommitted.discard(order.entity_id)
            return False
        return True

    def _remember(self, order: Order) -> None:
        row, entity_id = order.row, order.entity_id
        insort(self._by_time, (row["updated_at"], entity_id))
        if "increment_id" in row:
            self._by_number.setdefault(row["increment_id"], []).append(entity_id)
        if "ext_order_id" in row:
            self._by_reference.setdefault(_folded(row["ext_order_id"]), []).append(entity_id)

    def _forget(self, order: Order) -> None:
        row, entity_id = order.row, order.entity_id
        del self._by_time[bisect_left(self._by_time, (row["updated_at"], entity_id))]
        if "increment_id" in row:
            self._by_number[row["increment_id"]].remove(entity_id)
        if "ext_order_id" in row:
            self._by_reference[_folded(row["ext_order_id"])].remove(entity_id)


def _known(field: str) -> str:
    if field not in COLUMNS:
        raise UnknownColumn(field)
    return COLUMNS[field]


def _folded(text: str) -> str:
    return text.casefold().rstrip(" ")


def _starts_with_time(sorts: tuple[Sort, ...]) -> bool:
    return bool(sorts) and sorts[0].field == "updated_at"


def _is_time_then_key(sorts: tuple[Sort, ...]) -> bool:
    """Whether ``sorts`` ask for the order in which the index by time stands: ties by key."""
    fields = [(sort.field, sort.ascending) for sort in sorts]
    return fields in ([("updated_at", True)], [("updated_at", True), ("entity_id", True)])


def _sort_key(field: str) -> Callable[[Order], Any]:
    """Sorts as the database does: NULL first."""
    if COLUMNS[field] in ("integer", "number"):
        return lambda order: (field in order.row, number(order.row.get(field, 0)))
    return lambda order: (field in order.row, str(order.row.get(field, "")).casefold())
