"""Records by id, in the order they were made, with indexes for the keys people look things up by."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from tidegate_sandbox.erp.record import Record

R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """Records by id. Index keys are texts (compared without case) or numbers; None is not indexed."""

    def __init__(self, **indexes: Callable[[R], Hashable | None]) -> None:
        self._rows: dict[int, R] = {}
        self._ids: list[int] = []
        self._makers = tuple(indexes.items())
        self._found: dict[str, dict[Hashable, dict[int, R]]] = {name: {} for name in indexes}
        self._keys: dict[int, tuple[Hashable | None, ...]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(self._rows.values())

    def __contains__(self, id: object) -> bool:
        return id in self._rows

    def get(self, id: object) -> R | None:
        """The record with this id, or None."""
        return self._rows.get(id) if isinstance(id, int) else None

    def __getitem__(self, id: int) -> R:
        return self._rows[id]

    def add(self, row: R) -> R:
        """Store a record whose id is higher than every one before."""
        id = row.id
        self._rows[id] = row
        self._ids.append(id)
        keys = []
        for (
            name,
            maker,
        ) in self._makers:  # as `reindex`, of a row that is new: this makes most of a large company
            key = _folded(maker(row))
            keys.append(key)
            if key is not None:
                same = self._found[name].get(key)
                if same is None:
                    self._found[name][key] = {id: row}
                else:
                    same[id] = row
        self._keys[id] = tuple(keys)
        return row

    def remove(self, row: R) -> None:
        """Forget a record."""
        del self._rows[row.id]
        self._ids.remove(row.id)
        for (name, _), key in zip(self._makers, self._keys.pop(row.id), strict=True):
            self._drop(name, key, row)

    def reindex(self, row: R) -> None:
        """Call after a change of a value that an index is made of."""
        new = tuple(_folded(maker(row)) for _, maker in self._makers)
        old = self._keys.get(row.id)
        if old == new:
            return
        self._keys[row.id] = new
        for position, (name, _) in enumerate(self._makers):
            if old is not None and old[position] != new[position]:
                self._drop(name, old[position], row)
            if new[position] is not None:
                self._found[name].setdefault(new[position], {})[row.id] = row

    def _drop(self, name: str, key: Hashable | None, row: R) -> None:
        if key is None:
            return
        found = self._found[name][key]
        found.pop(row.id, None)
        if not found:
            del self._found[name][key]

    @property
    def indexes(self) -> frozenset[str]:
        """The names that ``find`` takes."""
        return frozenset(self._found)

    def find(self, index: str, key: Hashable | None) -> list[R]:
        """The records whose index ``index`` equals ``key``, oldest first."""
        found = self._found[index].get(_folded(key))
        if not found:
            return []
        rows = list(found.values())
        if len(rows) > 1:
            rows.sort(key=lambda row: row.id)
        return rows

    def first(self, index: str, key: Hashable | None) -> R | None:
        """The oldest record whose index ``index`` equals ``key``, or None."""
        rows = self.find(index, key)
        return rows[0] if rows else None

    def after(self, id: int) -> Iterator[R]:
        """The records with a higher id, oldest first."""
        rows = self._rows
        return (rows[one] for one in self._ids[bisect_right(self._ids, id) :])


def _folded(key: Hashable | None) -> Hashable | None:
    return key.lower() if isinstance(key, str) else key
