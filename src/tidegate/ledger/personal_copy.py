"""Everything that the ledger has of one customer, for the customer: what erasing would take out, written down."""

from __future__ import annotations

from typing import Any

import msgspec

from tidegate.ledger import copies, models, rows, snapshot
from tidegate.ledger.erasure import CUSTOMERS, ErasedCustomer


def of(customer: ErasedCustomer) -> dict[str, Any]:
    """Orders as the shop stated them, what was sent, what was written about them, and the customer's own records."""
    return {
        "connection": customer.connection,
        "emails": sorted(customer.emails),
        "customer_ids": sorted(customer.ids),
        "orders": [order for part in rows.chunks(customer.sources) for order in _orders(part)],
        "steps": [step for part in rows.chunks(customer.deliveries) for step in _steps(part)],
        "customer": _as_the_shop_states(customer),
        "accounts": _accounts(customer),
    }


def _orders(sources: Any) -> list[dict[str, Any]]:
    found = models.Source.objects.filter(pk__in=list(sources)).order_by("pk")
    return [
        {
            "number": each.increment_id,
            "id": each.entity_id,
            "read_at": each.read_at.isoformat(),
            "document": _read(each.document),
        }
        for each in found
    ]


def _steps(deliveries: Any) -> list[dict[str, Any]]:
    ids = list(deliveries)
    attempts = list(models.Attempt.objects.filter(delivery_id__in=ids).order_by("pk"))
    sent = copies.of_attempts(each.pk for each in attempts)
    events = list(models.Event.objects.filter(delivery_id__in=ids).order_by("pk"))
    edits = list(models.Edit.objects.filter(delivery_id__in=ids).order_by("pk"))
    return [
        {
            "key": each.key,
            "flow": each.flow,
            "step": each.step,
            "label": each.label,
            "state": each.state,
            "number": each.target_number,
            "reason": each.reason,
            "document": _read(each.subject),
            "sent": [
                {
                    "at": one.started_at.isoformat(),
                    "text": one.text,
                    "what": _read(sent.get(one.pk, "")),
                }
                for one in attempts
                if one.delivery_id == each.pk
            ],
            "history": [
                {"at": one.at.isoformat(), "text": one.text} for one in events if one.delivery_id == each.pk
            ],
            "edits": [
                {"at": one.at.isoformat(), "field": one.field, "before": one.before, "value": one.value}
                for one in edits
                if one.delivery_id == each.pk
            ],
        }
        for each in models.Delivery.objects.filter(pk__in=ids).order_by("pk")
    ]


def _as_the_shop_states(customer: ErasedCustomer) -> list[Any]:
    """The customer as the flow `customers` read them last."""
    wanted = {str(one) for one in customer.ids}
    known = snapshot.read(customer.connection, f"{CUSTOMERS}:people").iter_rows()
    return [{"id": int(key), **msgspec.json.decode(value)} for key, value in known if key in wanted]


def _accounts(customer: ErasedCustomer) -> list[dict[str, Any]]:
    """Accounts that are tied to the customer by e-mail or by id, and those in Sage that bear the e-mail."""
    names = [*sorted(customer.emails), *(str(one) for one in sorted(customer.ids))]
    tied = models.CustomerLink.objects.filter(connection=customer.connection, customer_key__in=names)
    found = [{"account": each.account, "tied_by": each.customer_key} for each in tied.order_by("pk")]
    for key, value in snapshot.read(customer.connection, f"{CUSTOMERS}:accounts").iter_rows():
        stated = msgspec.json.decode(value)
        if str(stated.get("email", "")).strip().casefold() in customer.emails:
            found.append({"account": key, **stated})
    return found


def _read(text: str) -> Any:
    """A kept JSON text as a document; what is none as it is."""
    try:
        return msgspec.json.decode(text) if text else None
    except msgspec.DecodeError:
        return text
