"""Controls of section 13: ``installations``, ``sage-upload``, ``sage-process``, ``orders``, ``result``, ``books``."""

from __future__ import annotations

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.sage50.control_call import ControlCall, Handler
from tidegate_sandbox.sage50.customer_record import customer_id
from tidegate_sandbox.sage50.demonstration import spanish_company
from tidegate_sandbox.sage50.installation import Installation
from tidegate_sandbox.sage50.json_text import moment
from tidegate_sandbox.sage50.order_result import order_status
from tidegate_sandbox.sage50.power import WorkingHours
from tidegate_sandbox.sage50.scope_files import DOWNLOADED
from tidegate_sandbox.sage50.uploads import Upload


def _show_installations(call: ControlCall) -> Any:
    """The installations, and whether their computers are on."""
    return [_installation(call, one) for one in call.platform.installations.values()]


def _installation(call: ControlCall, one: Installation) -> dict[str, Any]:
    return {
        **one.describe(),
        "on": one.power.is_on(call.platform.clock.now()),
        "uploadMinutes": one.upload_minutes,
        "fetchMinutes": one.fetch_minutes,
        "connected": len(call.platform.keys.of_installation(one.id)),
    }


def _installations(call: ControlCall) -> Any:
    """``add`` (a company's name) one, or change one: ``on``, ``hours``, ``uploadMinutes``, ``fetchMinutes``.

    ``hours``: {"from": "08:00", "to": "18:30", "days": [0, 1, 2, 3, 4]} in the company's own time; null: always.
    """
    platform, body = call.platform, call.body
    if "add" in body:
        company = spanish_company(platform.clock, name=call.text("add"), items=int(body.get("items", 20)))
        here = call.premises.install(company, id=body.get("id"))
    else:
        here = call.installation
    if "hours" in body:
        here.power.hours = _hours(body["hours"], here.company)
    if "on" in body:
        here.power.switch(bool(body["on"]), platform.clock.now())
    for scope, minutes in body.get("uploadMinutes", {}).items():
        if scope not in DOWNLOADED:
            raise ValueError(f"Sage 50 uploads {', '.join(DOWNLOADED)}; got {scope!r}")
        here.upload_minutes[scope] = _minutes(minutes)
    if "fetchMinutes" in body:
        here.fetch_minutes = _minutes(body["fetchMinutes"])
    return _installation(call, here)


def _minutes(value: Any) -> float:
    if not 0 < (minutes := float(value)) < float("inf"):
        raise ValueError(f"minutes must be more than 0; got {value!r}")
    return minutes


def _hours(value: Any, company: Company) -> WorkingHours | None:
    if value is None:
        return None
    start, end = time.fromisoformat(value["from"]), time.fromisoformat(value["to"])
    if start >= end:
        raise ValueError("'from' must be before 'to'")
    days = frozenset(int(day) for day in value.get("days", range(5)))
    if not days or not days <= frozenset(range(7)):
        raise ValueError("'days' are numbers from 0 (Monday) to 6")
    return WorkingHours(start, end, ZoneInfo(str(company.zone)), days)


def _must_be_on(call: ControlCall) -> Installation:
    here = call.installation
    if not here.power.is_on(call.platform.clock.now()):
        raise ValueError(f"the computer of {here.id} is off")
    return here


def _sage_upload(call: ControlCall) -> Any:
    """Upload a ``scope`` (all by default) now, in a ``form`` that may be broken."""
    here = _must_be_on(call)
    scopes = [call.text("scope")] if "scope" in call.body else list(DOWNLOADED)
    if not set(scopes) <= set(DOWNLOADED):
        raise ValueError(f"'scope' is one of {', '.join(DOWNLOADED)}")
    desktop, form = call.premises.desktops[here.id], call.text("form", "array")
    files = [desktop.upload(scope, form) for scope in scopes]
    return [
        {"scope": one.scope, "version": one.version, "size": len(one.content), "sha256": one.sha256}
        for one in files
        if one is not None
    ]


def _sage_process(call: ControlCall) -> Any:
    """Fetch the uploads that wait and work through them now: all, or ``most`` further orders of each file."""
    here = _must_be_on(call)
    desktop = call.premises.desktops[here.id]
    desktop.fetch()
    most = call.body.get("most")
    return [_upload(one) for one in desktop.finish_all(None if most is None else int(most))]


def _result(call: ControlCall) -> Any:
    """Let Sage 50 write the result file of an ``upload`` once more: how its orders stand now."""
    here = _must_be_on(call)
    upload = call.platform.uploads.get(call.text("upload"))
    if upload is None or not upload.has_ended:
        raise ValueError("'upload' must name one that has ended")
    return call.premises.desktops[here.id].report_again(upload)


def _uploads(call: ControlCall) -> Any:
    """The uploads that were announced, oldest first."""
    return [_upload(one) for one in call.platform.uploads]


def _upload(one: Upload) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": one.status,
        "orders": one.order_ids,
        "installation": one.connection.installation_id,
        "updatedAt": moment(one.updated_at),
    }


def _orders(call: ControlCall) -> Any:
    """The order book: the orders that came over the platform."""
    company = call.installation.company
    return [
        {
            "id": order.external_key,
            "documentNumber": order.number,
            "orderStatus": order_status(order),
            "customer": customer_id(company.customers.table[order.customer_id]),
            "net": order.totals.net,
            "gross": order.totals.gross,
            "lines": len(order.lines),
        }
        for order in call.installation.book
    ]


def _treat_orders(call: ControlCall) -> Any:
    """From now on ``refuse`` the orders with these ids, or say nothing of them in a result (``leaveOut``)."""
    book = call.installation.book
    for name, ids in (("refuse", book.refused), ("leaveOut", book.left_out)):
        ids.update(str(one) for one in call.body.get(name, ()))
    return {"refuse": sorted(book.refused), "leaveOut": sorted(book.left_out)}


def _books(call: ControlCall) -> Any:
    """The company's books, as :meth:`Company.books` gives them."""
    return call.installation.company.books()


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "installations"): _show_installations,
    ("POST", "installations"): _installations,
    ("POST", "sage-upload"): _sage_upload,
    ("POST", "sage-process"): _sage_process,
    ("POST", "result"): _result,
    ("GET", "uploads"): _uploads,
    ("GET", "orders"): _orders,
    ("POST", "orders"): _treat_orders,
    ("GET", "books"): _books,
}
