"""Who stands before the door of Sage 50: its administrator, the platform that calls, and somebody who waits for a file."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tidegate.domain.errors import Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.port.session import Purpose, Session

if TYPE_CHECKING:
    from conformance.sage50_stand import Sage50Stand

NOTE = {"event": "fileUpdated", "id": "ntf-1", "domain": "ecommerce", "scope": "products", "version": 9}


class Administrator:
    """:class:`tidegate.conformance.door_stand.ConsentStand`."""

    def __init__(self, stand: Sage50Stand) -> None:
        self._stand = stand

    @property
    def consent(self) -> Consent:
        entrance = self._stand.company.entrance
        assert isinstance(entrance, Consent)
        return entrance

    def allow(self, passcode: str, heard_by: Company) -> Heard:
        return self._heard_by(heard_by, "consent", {"action": "grant", "passcode": passcode})

    def approval_again(self, heard_by: Company) -> Heard:
        return self._heard_by(heard_by, "again", {"kind": "approval"})

    def approval_of_another(self, heard_by: Company) -> Heard:
        settings = self._stand.settings
        path = f"/api/developers/{settings.developer_id}/applications/{settings.application_id}/passcodes"
        answer = self._stand.wire_http.post(path, json={"secret": "somebody-elses-secret"})
        return self.allow(answer.json()["passcode"], heard_by)

    def _heard_by(self, company: Company, control: str, body: dict[str, str]) -> Heard:
        calls = self._stand.call_backs
        before, calls.company = len(calls.answers), company
        self._stand.sim(control, body)
        calls.company = self._stand.company
        return calls.answers[before]

    def withdraw(self) -> None:
        self._stand.sim("consent", {"action": "withdraw"})

    def again(self) -> Company:
        return self._stand.open()


class Platform:
    """:class:`tidegate.conformance.door_stand.BellStand`, for a room that takes signed notifications alone."""

    hastens = frozenset({"inventory", "prices", "products"})

    def __init__(self, token: str, secret: str) -> None:
        self._token = token
        self._secret = secret

    def ring(self) -> Ring:
        return self._ring(NOTE, self._secret)

    def forged(self) -> Sequence[Ring]:
        genuine, other = self.ring(), self._ring({**NOTE, "scope": "customers"}, self._secret)
        return [
            replace(genuine, headers={}),
            self._ring(NOTE, "guessed"),
            self._ring(NOTE, ""),
            replace(genuine, body=other.body),
            replace(genuine, path="guessed/notify"),
            replace(genuine, path="notify"),
            replace(genuine, method="GET"),
        ]

    def garbled(self) -> Sequence[Ring]:
        return [
            self._ring(body, self._secret, what)
            for what in ("notify", "approval", "", "other")
            for body in (b"", b"{", [], 7, {"scope": 7}, {"scope": "ledgers"}, b"\xff\xfe")
        ]

    def _ring(self, message: Any, secret: str, what: str = "notify") -> Ring:
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return Ring("POST", f"{self._token}/{what}", {"hmac_sha256": signature}, body)


class Patient:
    """A company whose files are waited for: it answers at once, as the parts of the suite want that send an order."""

    def __init__(self, company: Company, stand: Sage50Stand) -> None:
        self._company = company
        self._stand = stand

    def __getattr__(self, name: str) -> Any:
        return getattr(self._company, name)

    @contextmanager
    def session(self, purpose: Purpose) -> Iterator[Session | Failure]:
        with self._company.session(purpose) as session:
            if isinstance(session, Failure):
                yield session
            else:
                yield replace(session, orders=PatientOrders(session.orders, self._stand))


class PatientOrders:
    """An order desk that lets the desktop work until it knows what became of each order."""

    def __init__(self, desk: Any, stand: Sage50Stand) -> None:
        self._desk = desk
        self._stand = stand

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        answers = dict(self._desk.send(batch))
        lying = next((one for one in answers.values() if isinstance(one, HandedOver)), None)
        if lying is not None:
            digest = digest_of((one.order.key, one.payload_hash) for one in batch)
            parcel = Parcel(
                1, "web", "acme", "orders", digest, lying.parcel, tuple(answers), self._stand.clock.now()
            )
            self._stand.desktop.work()
            found = self._desk.collect([parcel])
            answers = dict.fromkeys(answers, found) if isinstance(found, Failure) else dict(found)
        yield from answers.items()
