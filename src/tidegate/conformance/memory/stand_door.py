"""The staff and the product outside the door of the room in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tidegate.conformance.memory.company import MemoryCompany
from tidegate.conformance.memory.door import APPROVAL, CHANGES, SIGNATURE, signature
from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent


class Administrator:
    """:class:`tidegate.conformance.door_stand.ConsentStand`."""

    def __init__(self, room: MemoryCompany) -> None:
        self._room = room
        self._last: Ring | None = None

    @property
    def consent(self) -> Consent:
        assert isinstance(self._room.entrance, Consent)
        return self._room.entrance

    def allow(self, passcode: str, heard_by: Company) -> Heard:
        self._last = self._room.office.grant(passcode)
        return heard(heard_by, self._last)

    def approval_again(self, heard_by: Company) -> Heard:
        assert self._last is not None
        return heard(heard_by, self._last)

    def approval_of_another(self, heard_by: Company) -> Heard:
        office = self._room.office
        return heard(
            heard_by, office.call(APPROVAL, {"event": "approved", "passcode": "other", "key": "theirs"})
        )

    def withdraw(self) -> None:
        self._room.office.keys.clear()

    def again(self) -> Company:
        room = self._room
        return MemoryCompany(
            room.name,
            room.inside.clock,
            room.switches,
            books=room.books,
            vault=room.vault,
            office=room.office,
        )


def heard(company: Company, ring: Ring) -> Heard:
    """What the room says to a call-back."""
    assert company.doorbell is not None
    return company.doorbell.ring(ring)


class Bells:
    """:class:`tidegate.conformance.door_stand.BellStand`."""

    hastens = frozenset({"order-status"})

    def __init__(self, room: MemoryCompany) -> None:
        self._office = room.office

    def ring(self) -> Ring:
        return self._office.call(CHANGES, {"changed": "orders"})

    def forged(self) -> Sequence[Ring]:
        genuine = self.ring()
        other = signature(genuine.body, "another secret")
        return (
            replace(genuine, headers={}),
            replace(genuine, headers={SIGNATURE: ""}),
            replace(genuine, headers={SIGNATURE: other}),
            replace(genuine, headers={SIGNATURE: signature(genuine.body, "")}),
            replace(genuine, body=genuine.body.replace(b"orders", b"stock")),
        )

    def garbled(self) -> Sequence[Ring]:
        bodies = (b"", b"\xff\xfe", b"null", b"[]", b'{"changed": {}}', b"[" * 20000)
        return [
            Ring("POST", CHANGES, {SIGNATURE: signature(body, self._office.secret)}, body) for body in bodies
        ]
