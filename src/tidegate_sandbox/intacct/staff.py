"""People at work in the company, and what its administrators set (contract §17)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.control import perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.document import node
from tidegate_sandbox.intacct.events import SmartEvents, Subscription
from tidegate_sandbox.intacct.failure import FunctionFailure
from tidegate_sandbox.intacct.formats import read_day
from tidegate_sandbox.intacct.sign_in import Session
from tidegate_sandbox.intacct.so_asked import AskedDocument, AskedLine
from tidegate_sandbox.intacct.so_change import DocumentChange
from tidegate_sandbox.intacct.so_document import Document, document_by_docid
from tidegate_sandbox.intacct.so_entry import DocumentEntry
from tidegate_sandbox.intacct.tenant import Tenant

Body = dict[str, Any]
NEXT = {"order": "despatch", "despatch": "invoice", "invoice": "credit"}
STAFF = frozenset(
    {
        "convert",
        "track-document",
        "in-progress",
        "receive-payment",
        "change-record",
        "close-period",
        "recreate-invoice",
        "sender",
        "policy",
        "webhook",
        "maintenance",
        "expire-company",
        "end-sessions",
        "reset-control-ids",
    }
)


class Staff:
    """What staff and administrators do, by name and with plain values. Each change raises its smart event."""

    def __init__(
        self, tenant: Tenant, entry: DocumentEntry, change: DocumentChange, events: SmartEvents
    ) -> None:
        self._tenant = tenant
        self._entry = entry
        self._change = change
        self._events = events

    def perform(self, name: str, body: Body) -> Any:
        """Carry out an action; the answer is plain JSON. Refusal when the company refuses; ValueError."""
        actions: dict[str, Callable[[Body], Any]] = {
            "convert": self.convert,
            "track-document": self.track,
            "in-progress": self.in_progress,
            "receive-payment": self.receive,
            "change-record": self.change_record,
            "close-period": self.close_period,
            "recreate-invoice": self.recreate,
            "sender": self.sender,
            "policy": self.policy,
            "webhook": self.webhook,
            "maintenance": self.maintenance,
            "expire-company": self.expire,
            "end-sessions": self.end_sessions,
            "reset-control-ids": self.reset_control_ids,
        }
        try:
            done = actions[name](body)
        except FunctionFailure as failure:
            raise Refusal("invalid", str(failure)) from None
        self._events.catch_up()
        return done

    def _session(self, entity: str = "") -> Session:
        now = self._tenant.clock.now()
        return Session("", "staff", entity, now, now, persistent=False)

    def _document(self, docid: object) -> Document:
        found = document_by_docid(self._tenant, str(docid))
        if found is None:
            raise Refusal("unknown", f"There is no document {docid}.", "document")
        return found

    def convert(self, body: Body) -> Any:
        """The next document of one: an order's Shipper, a Shipper's invoice, an invoice's return.

        ``document``; ``to`` the definition, the next of the chain by default; ``quantities`` by item, all that is
        left by default; ``tracking``, ``carrier``, ``date``.
        """
        with self._tenant.company.staff():
            source = self._document(body.get("document"))
            definitions = self._tenant.store.more["definitions"]
            definition = body.get("to") or definitions[NEXT[source.part]]
            wanted = {code: Decimal(str(value)) for code, value in (body.get("quantities") or {}).items()}
            lines = [
                AskedLine(
                    item=one.ordered.code, quantity=wanted.get(one.ordered.code, one.left), source=str(one.id)
                )
                for one in source.lines
                if one.left > 0 and (not wanted or one.ordered.code in wanted)
            ]
            company = self._tenant.company
            customer = company.customers.table[source.order.customer_id]
            asked = AskedDocument(
                definition=definition,
                customer=customer.code,
                source=source.docid,
                day=read_day(body["date"]) if "date" in body else None,
                currency=company.currencies[customer.currency_id].code
                if self._tenant.options.multi_currency
                else "",
                rate_type="" if self._tenant.options.multi_currency else None,
                lines=lines,
                subtotals=None,
            )
            for key, name in (("tracking", "TRACKINGNUMBER"), ("carrier", "SHIPVIA")):
                if body.get(key):
                    asked.values[name] = str(body[key])
            made = self._entry.enter(self._session(source.entity), asked)
            return {"docid": made.docid, "recordno": made.id, "total": str(made.total), "state": made.state}

    def track(self, body: Body) -> Any:
        """Give a document its tracking numbers (a list, or one with commas) later than it was made."""
        with self._tenant.company.staff():
            one = self._document(body.get("document"))
            numbers = body.get("tracking", "")
            text = ",".join(numbers) if isinstance(numbers, list) else str(numbers)
            asked = AskedDocument(values={"TRACKINGNUMBER": text})
            if body.get("carrier"):
                asked.values["SHIPVIA"] = str(body["carrier"])
            self._change.change(self._session(one.entity), one, asked)
            return {"docid": one.docid, "tracking": text}

    def in_progress(self, body: Body) -> Any:
        """The warehouse works on an order: it cannot be updated until it is converted or let go (``on`` false)."""
        with self._tenant.company.staff():
            one = self._document(body.get("document"))
            one.extra["state"] = "In Progress" if body.get("on", True) else "Pending"
            self._tenant.company.touch(one.record)
            return {"docid": one.docid, "state": one.state}

    def receive(self, body: Body) -> Any:
        """A customer pays: ``customer``, ``value``, ``invoice`` (number) that it pays, ``reference``, ``bank``."""
        return perform(self._tenant.company, "receipt", {"bank": "BOA", **body})

    def change_record(self, body: Body) -> Any:
        """Change a record as a person would: ``object``, ``record`` (its own id), ``values`` by the gateway's names."""
        with self._tenant.company.staff():
            type = self._tenant.type(str(body.get("object")))
            record = type.named(self._session(), str(body.get("record")))
            if record is None or type.update is None:
                raise Refusal("unknown", f"There is no {body.get('object')} {body.get('record')}.", "record")
            given = node(type.name)
            for name, value in dict(body.get("values") or {}).items():
                parent = given
                *path, last = str(name).split(".")
                for part in path:
                    inner = parent.find(part)
                    if inner is None:
                        parent.append(inner := node(part))
                    parent = inner
                parent.append(node(last, value))
            type.update(self._session(), record, given)
            return {"object": type.name, "record": body.get("record")}

    def close_period(self, body: Body) -> Any:
        """Close (or, ``open`` true, open) the period of a ``date``; that raises an event, too."""
        day = read_day(str(body.get("date")))
        period = self._tenant.company.set_period(day, is_open=bool(body.get("open", False)))
        topic = f"{'OPEN' if period.is_open else 'CLOSE'}_PERIOD"
        self._events.raise_event(topic, "PERIOD", period.start.isoformat(), self._tenant.clock.now())
        return {"start": period.start.isoformat(), "open": period.is_open}

    def recreate(self, body: Body) -> Any:
        """Recreate the AR invoice of an invoice document: it gets another RECORDNO."""
        with self._tenant.company.staff():
            one = self._document(body.get("document"))
            if one.posted is None:
                raise Refusal("invalid", f"{one.docid} has no AR invoice.", "document")
            self._change.recreate(one.record)  # type: ignore[arg-type]
            self._tenant.company.touch(one.record)
            return {"prrecordkey": self._tenant.store.invoice_keys[one.posted.id]}

    def sender(self, body: Body) -> Any:
        """Put a sender on the authorisation list, or take it off (``authorised`` false)."""
        name = str(body.get("sender", self._tenant.credentials.sender_id))
        if "password" in body:
            self._tenant.senders[name] = str(body["password"])
        (self._tenant.authorised.add if body.get("authorised", True) else self._tenant.authorised.discard)(
            name
        )
        return {"authorised": sorted(self._tenant.authorised)}

    def policy(self, body: Body) -> Any:
        """Arrange a transport policy: ``policy`` and the ``url`` that answers are posted to."""
        self._tenant.policies[str(body["policy"])] = str(body["url"])
        return {"policies": dict(self._tenant.policies)}

    def webhook(self, body: Body) -> Any:
        """A Platform trigger that posts to ``url``: ``objects``, ``document_type``, ``secret``, ``client_id``."""
        self._events.catch_up()
        self._events.subscriptions.append(
            Subscription(
                str(body["url"]),
                frozenset(body.get("objects") or ("SODOCUMENT",)),
                str(body.get("document_type", "Shipper")),
                str(body.get("secret", "")),
                str(body.get("client_id", "")),
            )
        )
        return {"subscriptions": len(self._events.subscriptions)}

    def maintenance(self, body: Body) -> Any:
        """Take the service off-line, or bring it back (``on`` false)."""
        self._tenant.is_offline = bool(body.get("on", True))
        return {"offline": self._tenant.is_offline}

    def expire(self, body: Body) -> Any:
        """Let the (demo) company expire, or not (``on`` false)."""
        self._tenant.expired = bool(body.get("on", True))
        return {"expired": self._tenant.expired}

    def end_sessions(self, _body: Body) -> Any:
        """End every session at once."""
        return {"ended": self._tenant.sessions.end_all()}

    def reset_control_ids(self, _body: Body) -> Any:
        """Forget which control ids were used."""
        count = len(self._tenant.store.used_ids)
        self._tenant.store.used_ids.clear()
        return {"forgotten": count}
