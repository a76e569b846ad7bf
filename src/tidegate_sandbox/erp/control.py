"""What scenarios and tests let happen in a company, by name and with plain values.

Every face serves these on its control surface, and in-process tests may call them as well. They do what the
company's own people would do, and so they are refused while the company is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate_sandbox.erp import events
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.refusal import Refusal

Body = dict[str, Any]
Action = Callable[[Company, Body], Any]


def perform(company: Company, action: str, body: Body) -> Any:
    """Carry out an action; the answer is plain JSON. KeyError for an unknown action.

    Raises ValueError, naming the key, for a value that cannot be meant, and Refusal when the company refuses.
    """
    return ACTIONS[action](company, body)


def _text(body: Body, key: str, default: str | None = None) -> str:
    value = body.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"'{key}' must be a text; got {value!r}")
    return value


def _number(body: Body, key: str) -> Decimal:
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"'{key}' must be a number, or one in quotes; got {value!r}")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError(f"'{key}' must be a number; got {value!r}") from None


def _moment(body: Body, key: str) -> datetime:
    moment = datetime.fromisoformat(_text(body, key))
    if moment.tzinfo is None:
        raise ValueError(f"'{key}' must have a zone")
    return moment


def _day(body: Body, key: str) -> date | None:
    return date.fromisoformat(_text(body, key)[:10]) if key in body else None


def _lock(company: Company, body: Body) -> Any:
    window, reason = company.window, _text(body, "reason", "backup")
    if "reads" in body:
        window.reads_allowed = bool(body["reads"])
    if body.get("locked") is True:
        window.lock(reason)
    elif body.get("locked") is False:
        window.unlock()
    if "from" in body:
        window.between(_moment(body, "from"), _moment(body, "to"), reason)
    if isinstance(body.get("daily"), dict):
        daily: Body = body["daily"]
        window.daily(time.fromisoformat(_text(daily, "at")), int(_number(daily, "minutes")), reason)
    if body.get("clear"):
        window.clear()
    return {"locked": window.closed(), "reads": window.reads_allowed}


def _period(company: Company, body: Body) -> Any:
    day = _day(body, "date")
    if day is None or not isinstance(body.get("open"), bool):
        raise ValueError("'date' and 'open' (true or false) are needed")
    period = company.set_period(day, is_open=body["open"])
    return {"period": period.number, "start": period.start.isoformat(), "open": period.is_open}


def _quantities(body: Body) -> dict[str, Decimal] | None:
    quantities = body.get("quantities")
    return {code: _number(quantities, code) for code in quantities} if quantities is not None else None


def _despatch(company: Company, body: Body) -> Any:
    chosen = _quantities(body)
    more: Body = {key: body[key] for key in ("consignment", "notes") if key in body}
    if "weight" in body:
        more["weight"] = _number(body, "weight")
    if "pieces" in body:
        more["pieces"] = int(_number(body, "pieces"))
    one = company.despatch(
        _text(body, "order"),
        chosen,
        courier=_text(body, "courier", ""),
        warehouse=_text(body, "warehouse", ""),
        **more,
    )
    return {"id": one.id, "number": one.number, "lines": len(one.lines)}


def _invoice_run(company: Company, body: Body) -> Any:
    made = company.invoice_run(
        body.get("orders"), day=_day(body, "date"), consolidate=bool(body.get("consolidate", False))
    )
    return {
        "invoices": [{"id": one.id, "number": one.number, "gross": str(one.totals.gross)} for one in made]
    }


def _receipt(company: Company, body: Body) -> Any:
    one = company.receipt(
        _text(body, "customer"),
        _number(body, "value"),
        reference=_text(body, "reference", ""),
        bank=_text(body, "bank", ""),
        invoice=_text(body, "invoice", ""),
    )
    return {"id": one.id, "urn": one.urn, "outstanding": str(one.outstanding)}


def _stock_adjust(company: Company, body: Body) -> Any:
    change = _number(body, "change") if "change" in body else None
    to = None if change is not None else _number(body, "to")
    holding = company.stock_adjust(
        _text(body, "item"), _text(body, "warehouse", "HOME"), change=change, to=to
    )
    return {"on_hand": str(holding.on_hand), "allocated": str(holding.allocated), "free": str(holding.free)}


def _price_change(company: Company, body: Body) -> Any:
    price = company.price_change(
        _text(body, "item"),
        _number(body, "price"),
        price_list=_text(body, "price_list", ""),
        uses_standard=bool(body.get("uses_standard", False)),
    )
    return {"price": str(price.amount)}


def _customer_change(company: Company, body: Body) -> Any:
    changes = body.get("changes")
    if not isinstance(changes, dict):
        raise ValueError("'changes' must be an object of the kernel's names, such as on_hold or credit_limit")
    changes = dict(changes)
    if "credit_limit" in changes:
        changes["credit_limit"] = _number(changes, "credit_limit")
    for name, key, table in (
        ("price_list", "price_list_id", company.prices.lists.first("name", changes.get("price_list"))),
        ("tax_code", "tax_code_id", company.tax_codes.first("code", changes.get("tax_code"))),
    ):
        if name in changes:
            if table is None:
                raise Refusal("unknown", f"There is no {name} {changes[name]}.", name)
            changes[key] = table.id
            del changes[name]
    customer = company.customer_change(_text(body, "customer"), **changes)
    return {"code": customer.code, "on_hold": customer.on_hold, "credit_limit": str(customer.credit_limit)}


def _track(company: Company, body: Body) -> Any:
    one = events.track(
        company, _text(body, "despatch"), _text(body, "consignment"), courier=_text(body, "courier", "")
    )
    return {"number": one.number, "consignment": one.consignment}


def _credit(company: Company, body: Body) -> Any:
    one = events.credit(
        company, _text(body, "order"), _quantities(body), returned=bool(body.get("returned", False))
    )
    return {"id": one.id, "number": one.number, "gross": str(one.totals.gross)}


def _settle(company: Company, body: Body) -> Any:
    value = _number(body, "value") if "value" in body else None
    allocated = events.settle(
        company, _text(body, "customer"), _text(body, "debit"), _text(body, "credit"), value
    )
    return {"allocated": str(allocated)}


def _item_change(company: Company, body: Body) -> Any:
    changes = body.get("changes")
    if not isinstance(changes, dict):
        raise ValueError("'changes' must be an object of the kernel's names, such as is_active or cost")
    amounts = {name: _number(changes, name) for name in ("cost", "weight") if name in changes}
    one = events.item_change(company, _text(body, "item"), **{**changes, **amounts})
    return {"code": one.code, "active": one.is_active, "cost": str(one.cost), "weight": str(one.weight)}


def _new_item(company: Company, body: Body) -> Any:
    price = _number(body, "price") if "price" in body else None
    one = events.new_item(
        company, _text(body, "item"), like=_text(body, "like"), name=_text(body, "name", ""), price=price
    )
    return {"id": one.id, "code": one.code}


def _other_channel_sale(company: Company, body: Body) -> Any:
    order = company.other_channel_sale(
        _text(body, "item"),
        _number(body, "quantity"),
        warehouse=_text(body, "warehouse", "HOME"),
        channel=_text(body, "channel", "counter"),
    )
    return {"order": order.number if order is not None else None}


def _hold(company: Company, body: Body) -> Any:
    with company.staff():
        order = company.order(_text(body, "order"))
        company.orders.hold(order, bool(body.get("on_hold", True)))
    return {"order": order.number, "status": order.status}


def _cancel(company: Company, body: Body) -> Any:
    with company.staff():
        order = company.order(_text(body, "order"))
        company.orders.cancel(order)
    return {"order": order.number, "status": order.status}


def _allocate(company: Company, _body: Body) -> Any:
    with company.staff():
        return {"lines": company.orders.allocate_waiting()}


def _rules(company: Company, body: Body) -> Any:
    for name, value in body.items():
        if not hasattr(company.rules, name):
            raise Refusal("unknown", f"There is no rule {name}.", name)
        setattr(company.rules, name, value)
    return {name: getattr(company.rules, name) for name in body}


def _posting_run(company: Company, _body: Body) -> Any:
    return {"journals": company.run_posting()}


ACTIONS: dict[str, Action] = {
    "lock": _lock,
    "period": _period,
    "despatch": _despatch,
    "invoice-run": _invoice_run,
    "receipt": _receipt,
    "stock-adjust": _stock_adjust,
    "price-change": _price_change,
    "customer-change": _customer_change,
    "item-change": _item_change,
    "new-item": _new_item,
    "track": _track,
    "credit": _credit,
    "settle": _settle,
    "other-channel-sale": _other_channel_sale,
    "hold": _hold,
    "cancel": _cancel,
    "allocate": _allocate,
    "rules": _rules,
    "posting-run": _posting_run,
}
