"""The records of one file, on disk: found by id, decoded one at a time, so that memory holds one of them.

Source: contract §5 ("streams to a spool file"). Sage 50 always sends everything it has, up to 50 MB.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable, Iterator, Mapping

from tidegate.reading.document import read
from tidegate.sage.sage50.fields import Record


class Spool(Mapping[str, Record]):
    """Records by id, in the order in which the file has them. Each access decodes a new record.

    The spool file has no name in the folder and is gone with this object. Safe to use from several threads.
    """

    def __init__(self, records: Iterable[tuple[str, bytes]]) -> None:
        """Write them down: the later one of two with the same id counts. OSError where the disk is full."""
        self._places: dict[str, tuple[int, int]] = {}
        end = 0
        with tempfile.TemporaryFile(prefix="tidegate-") as file:
            for id, raw in records:
                file.write(raw)
                self._places[id] = (end, end + len(raw))
                end += len(raw)
            file.flush()
            # What is mapped stays there when the file is closed.
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if end else b""

    def __getitem__(self, id: str) -> Record:
        begin, end = self._places[id]
        record: Record = read(self._bytes[begin:end])
        return record

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
