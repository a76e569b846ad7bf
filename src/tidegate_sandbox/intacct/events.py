"""Smart events: what was added or changed, noticed by the records' times of change; and the web hook (§14, §15.6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

import msgspec

from tidegate_sandbox.intacct.call import Call, Outcome
from tidegate_sandbox.intacct.condition import Condition, comparison, every, like, some
from tidegate_sandbox.intacct.document import node, row, text_of
from tidegate_sandbox.intacct.failure import bad_request, no_object
from tidegate_sandbox.intacct.formats import Value, xml_value
from tidegate_sandbox.intacct.object_type import Field
from tidegate_sandbox.intacct.outbox import Outbox, Sending
from tidegate_sandbox.intacct.so_document import Document
from tidegate_sandbox.intacct.store import SmartEvent

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.tenant import Tenant

WATCHED = (
    "SODOCUMENT",
    "CUSTOMER",
    "ITEM",
    "SOPRICELISTENTRY",
    "ITEMWAREHOUSEINFO",
    "ARINVOICE",
    "ARPYMT",
    "CONTACT",
)
REST_NAMES = {
    "SODOCUMENT": "order-entry/document",
    "CUSTOMER": "accounts-receivable/customer",
    "ITEM": "inventory-control/item",
}


@dataclass(slots=True)
class Subscription:
    """A Platform trigger that posts to a subscriber. Without ``secret`` it is neither signed nor repeated."""

    url: str
    objects: frozenset[str] = frozenset({"SODOCUMENT"})
    document_type: str = "Shipper"
    secret: str = ""
    client_id: str = ""


class SmartEvents:
    """Notices changes when it is asked to, tells subscribers of them, and lists them."""

    def __init__(self, tenant: Tenant, outbox: Outbox) -> None:
        self._tenant = tenant
        self._outbox = outbox
        self.subscriptions: list[Subscription] = []
        self.catch_up(quiet=True)

    def _records(self) -> Iterator[tuple[str, Any, int, datetime]]:
        for name in WATCHED:
            type = self._tenant.types[name]
            number = type.fields["RECORDNO"].getter
            for one in type.rows():
                record = one.record if isinstance(one, Document) else one
                yield name, one, int(str(number(one))), record.updated_at

    def catch_up(self, *, quiet: bool = False) -> int:
        """Note what was added or changed since the last look; how many events. ``quiet``: it is the seed."""
        with self._tenant.company.lock:
            seen: dict[tuple[str, int], datetime] = self._tenant.store.more.setdefault("seen", {})
            made = 0
            for name, one, number, at in self._records():
                before = seen.get((name, number))
                if before == at:
                    continue
                seen[name, number] = at
                if not quiet:
                    self.raise_event(f"{'ADD' if before is None else 'SET'}_{name}", name, one, at)
                    made += 1
            return made

    def raise_event(self, topic: str, owner: str, record: Any, at: datetime) -> SmartEvent:
        """Note an event and tell the subscribers."""
        company = self._tenant.company
        type = self._tenant.types.get(owner)
        own = xml_value(type.fields[type.own_id].getter(record)) if type is not None else str(record)
        event = SmartEvent(
            id=company.ids.next(),
            created_at=at,
            updated_at=at,
            topic=topic,
            owner=owner,
            key=own,
            user=company.user,
            document_type=record.definition if isinstance(record, Document) else "",
        )
        self._tenant.store.events.add(event)
        key = xml_value(type.fields["RECORDNO"].getter(record)) if type is not None else own
        for one in self.subscriptions:
            if owner in one.objects and (owner != "SODOCUMENT" or event.document_type == one.document_type):
                self._outbox.at(self._tenant.clock.now(), self._sending(one, event, key))
        return event

    def _sending(self, to: Subscription, event: SmartEvent, key: str) -> Callable[[], Sending]:
        """A web hook: signed and repeated only with delivery switched on and a client id (§15.6, additions)."""
        tenant = self._tenant
        name = "shipment" if event.document_type == "Shipper" else event.topic.lower()
        body = msgspec.json.encode({"event": name, "recordno": key, "docid": event.key})
        context = {
            "COMPANY": tenant.credentials.company_id,
            "ENTITY": "",
            "USER": event.user,
            "OBJECTNAME": event.owner,
            "RESTOBJECTNAME": REST_NAMES.get(event.owner, ""),
            "DOCTYPE": event.document_type,
            "ID": key,
            "VID": event.key,
            "EVENT": "after_create" if event.topic.startswith("ADD") else "after_update",
            "EVENTNAME": event.topic,
        }
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {hashlib.sha256(to.url.encode()).hexdigest()[:24]}",
            "x-clientcontext": base64.b64encode(msgspec.json.encode(context)).decode(),
            "X-IdempotencyKey": f"{event.id}-{hashlib.sha256(body).hexdigest()[:12]}",
        }
        signed = bool(tenant.options.webhook_delivery and to.client_id and to.secret)
        if signed:
            headers["X-IA-Sage-Signature"] = signature(
                body, to.secret, to.client_id, tenant.credentials.company_id, tenant.clock.now()
            )
        sending = Sending(to.url, headers, body, repeats=signed)
        return lambda: sending

    # The log

    def listing(self, call: Call) -> Outcome:
        """`get_list` of the smart event log: filtered, sorted, from ``start``, at most ``maxitems``."""
        element = call.element
        if element.get("object") != "smarteventlog":
            raise no_object(element.get("object", ""))
        self.catch_up()
        found = element.find("filter")
        holds = _filter(found[0]) if found is not None and len(found) else every([])
        events = [one for one in self._tenant.store.events if holds(one)]
        for sort in reversed(list(element.find("sorts") or ())):
            getter = _field((sort.text or "").strip()).getter
            events.sort(
                key=lambda one: xml_value(getter(one)).zfill(20), reverse=sort.get("order", "asc") == "desc"
            )
        numbers = element.get("start") or "0", element.get("maxitems") or "100"
        if not all(each.isascii() and each.isdigit() and len(each) < 10 for each in numbers):
            raise bad_request("start and maxitems must be numbers.")
        start, most = int(numbers[0]), int(numbers[1])
        page = events[start : start + most]
        rows = [
            row("smarteventlog", {name: field.getter(one) for name, field in FIELDS.items()}) for one in page
        ]
        end = start + len(page) - 1 if page else start
        return Outcome(
            [node("listtype", "smarteventlog", start=start, end=end, total=len(events)), node("data", rows)]
        )


FIELDS: dict[str, Field] = {
    "recordno": Field(lambda one: one.id, "number"),
    "smartlinkid": Field(lambda one: f"{one.topic.lower()}_event"),
    "topic": Field(lambda one: one.topic),
    "ownerobject": Field(lambda one: one.owner.lower()),
    "timestamp": Field(lambda one: one.created_at, "moment"),
    "userid": Field(lambda one: one.user),
    "objectkey": Field(lambda one: one.key),
}


def _field(name: str) -> Field:
    found = FIELDS.get(name)
    if found is None:
        raise bad_request(f"{name} is not a field of smarteventlog.")
    return found


def _filter(found: Element) -> Condition:
    """A filter of a `get_list`: expressions, alone or in a logical group."""
    if found.tag == "logical":
        parts = [_filter(child) for child in found]
        return some(parts) if found.get("logical_operator", "and").lower() == "or" else every(parts)
    name, operator, value = (text_of(found, part) for part in ("field", "operator", "value"))
    field = _field(name)
    if operator == "like":
        return like(field, value, folded=False)
    if operator == "is null":
        return lambda one: field.getter(one) in (None, "")
    if operator not in ("=", "!=", "<", "<=", ">", ">="):
        raise bad_request(f"'{operator}' is not an operator.")
    return comparison(name, field, operator, value, folded=False)


def signature(body: bytes, secret: str, client_id: str, tenant_id: str, at: datetime) -> str:
    """A JWT, HS256 with the client secret, over the SHA-256 of the raw body; times in milliseconds."""
    issued = int(at.timestamp() * 1000)
    claims: dict[str, Value | int] = {
        "iat": issued,
        "exp": issued + 3_600_000,
        "iss": "Sage Intacct",
        "tenant_id": tenant_id,
        "app_id": client_id,
        "payload_signature": hashlib.sha256(body).hexdigest(),
        "payload_signature_alg": "SHA-256",
    }
    return jwt(claims, secret)


def jwt(claims: dict[str, Any], secret: str) -> str:
    """A JSON Web Token with HS256."""
    parts = [base64url(msgspec.json.encode(one)) for one in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signed = ".".join(parts)
    return f"{signed}.{base64url(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def base64url(raw: bytes) -> str:
    """Base 64 for addresses, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
