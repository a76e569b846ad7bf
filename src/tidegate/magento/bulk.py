"""Asynchronous bulk calls: accepted at once, carried out later by the shop's queue consumer, if one runs.

Contract point 27: an element is one body of the synchronous call and becomes one operation. The shop's
own word about a whole bulk is not to be trusted: operations are counted here, and one that it does not
list is open, whatever it says of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.client import StoreClient
from tidegate.reading.shape import Shape

#: Store code `all`: operations without one would be of the default store view.
PATH = "/all/async/bulk"
#: The module without which there are no bulk calls.
MODULE = "Magento_WebapiAsync"


class BulkStatus(IntEnum):
    """How an operation stands; RETRIABLE and FAILED have not been carried out."""

    DONE = 1
    RETRIABLE = 2
    FAILED = 3
    OPEN = 4
    REJECTED = 5


@dataclass(frozen=True, slots=True)
class Operation:
    """One element of a bulk call; `result` is what the synchronous call would have answered, as JSON."""

    id: int
    status: BulkStatus
    message: str = ""
    result: str = ""


class _Accepted(msgspec.Struct):
    bulk_uuid: str


class _Listed(msgspec.Struct):
    id: int
    status: int
    result_message: str | None = None
    result_serialized_data: Any = None  #: longer than any field of a record


class _Report(msgspec.Struct):
    operations_list: list[_Listed] | None = None


_ACCEPTED: Shape[_Accepted] = Shape(_Accepted)
_REPORT: Shape[_Report] = Shape(_Report)
_COUNT: Shape[int] = Shape(int)


class BulkCalls:
    """The bulk calls of one store."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    def submit(self, path: str, elements: Sequence[msgspec.Struct], *, method: str = "POST") -> str | Failure:
        """Hand in bodies of the synchronous call; returns the bulk's id. Parameters of its path are in the bodies."""
        answer = self._client.write_as(method, PATH + path, list(elements), _ACCEPTED)
        if isinstance(answer, Failure):
            return answer
        if not answer.bulk_uuid.strip():
            return Failure(Code.UNCLEAR_ANSWER, f"the answer to the bulk call {path} has no id")
        return answer.bulk_uuid

    def open(self, uuid: str, count: int) -> int | Failure:
        """How many operations may still be carried out, by a short answer (points 32 and 40).

        The status of many operations carries all that was sent. One that the shop does not list is not
        counted here, but by `operations`. Asked that way, too, where the shop does not tell numbers.
        """
        answer = self._client.get_as(f"/V1/bulk/{uuid}/operation-status/{BulkStatus.OPEN.value}", _COUNT)
        if not isinstance(answer, Failure) or answer.code not in (Code.REFUSED, Code.UNKNOWN_ENDPOINT):
            return answer
        listed = self.operations(uuid, count)
        return listed if isinstance(listed, Failure) else open_ones(listed)

    def operations(self, uuid: str, count: int) -> list[Operation] | Failure:
        """How the `count` operations stand, in their order; those that the shop does not list are open."""
        answer = self._client.get_as(f"/V1/bulk/{uuid}/detailed-status", _REPORT)
        if isinstance(answer, Failure):
            return answer
        found = {one.id: one for one in answer.operations_list or []}
        return [_operation(number, found.get(number)) for number in range(count)]


def open_ones(operations: Sequence[Operation]) -> int:
    """How many may still be carried out."""
    return sum(operation.status is BulkStatus.OPEN for operation in operations)


def _operation(number: int, listed: _Listed | None) -> Operation:
    if listed is None:
        return Operation(number, BulkStatus.OPEN, "the store does not list it")
    try:
        status = BulkStatus(listed.status)
    except ValueError:
        status = BulkStatus.OPEN
    return Operation(number, status, listed.result_message or "", str(listed.result_serialized_data or ""))
