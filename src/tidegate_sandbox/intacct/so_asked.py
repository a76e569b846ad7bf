"""An Order Entry transaction as a door asks for it, before anything is looked up (contract §6.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.document import text_of
from tidegate_sandbox.intacct.failure import invalid
from tidegate_sandbox.intacct.formats import Value, read_day, read_number

HEADER = {
    "referenceno": "PONUMBER",
    "termname": "TERM.NAME",
    "message": "MESSAGE",
    "shippingmethod": "SHIPVIA",
    "shipto/contactname": "SHIPTO.CONTACTNAME",
    "billto/contactname": "BILLTO.CONTACTNAME",
    "externalid": "EXTERNALID",
    "projectid": "PROJECT",
    "trackingnumber": "TRACKINGNUMBER",
    "customerponumber": "CUSTOMERPONUMBER",
    "vsoepricelist": "VSOEPRICELIST",
    "exchratetype": "EXCHRATETYPE",
}
DATES = {
    "dateposted": "WHENPOSTED",
    "datedue": "WHENDUE",
    "origdocdate": "ORIGDOCDATE",
    "exchratedate": "EXCHRATEDATE",
    "needbydate": "NEEDBYDATE",
    "shipbydate": "SHIPBYDATE",
    "cancelafterdate": "CANCELAFTERDATE",
    "donotshipbeforedate": "DONOTSHIPBEFOREDATE",
    "donotshipafterdate": "DONOTSHIPAFTERDATE",
    "servicedeliverydate": "SERVICEDELIVERYDATE",
    "shippeddate": "SHIPPEDDATE",
}
LINE = {
    "locationid": "LOCATIONID",
    "departmentid": "DEPARTMENTID",
    "memo": "MEMO",
    "projectid": "PROJECTID",
    "taskid": "TASKID",
    "classid": "CLASSID",
    "itemaliasid": "ITEMALIASID",
    "conversiontype": "CONVERSIONTYPE",
}


@dataclass(slots=True)
class AskedLine:
    """A line as it is asked for; None and empty texts take what the company has."""

    item: str = ""
    quantity: Decimal | None = None
    warehouse: str = ""
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal | None = None
    description: str = ""
    source: str = ""
    number: int | None = None  #: of the line to be changed, from 1
    key: str = ""  #: of the line to be changed, by RECORDNO
    removed: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class AskedSubtotal:
    """A subtotal as it is asked for."""

    name: str
    total: Decimal
    location: str = ""


@dataclass(slots=True)
class AskedDocument:
    """A document, or a change of one, as it is asked for."""

    definition: str = ""
    day: date | None = None
    customer: str = ""
    number: str = ""
    source: str = ""
    state: str = ""
    currency: str = ""
    rate: Decimal | None = None
    rate_type: str | None = None
    values: dict[str, Value] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    lines: list[AskedLine] = field(default_factory=list)
    subtotals: list[AskedSubtotal] | None = None


def day_of(parent: Element, name: str) -> date | None:
    """A legacy date, in three children or as one text; None where it is missing or empty."""
    found = parent.find(name)
    if found is None:
        return None
    if not len(found):
        text = (found.text or "").strip()
        return _day(text) if text else None
    parts = [text_of(found, part) for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except (ValueError, OverflowError):
        raise invalid(f"Invalid transaction date {'-'.join(parts)}.", errorno="PL03000006") from None


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise invalid(f"Invalid transaction date {text}.", errorno="PL03000006") from None


def amount_of(parent: Element, name: str) -> Decimal | None:
    """An amount; None where it is missing or empty. FunctionFailure for what is none."""
    text = text_of(parent, name)
    if not text:
        return None
    try:
        return read_number(text)
    except ValueError as error:
        raise invalid(f"{name}: {error}", field=name) from None


def custom_of(parent: Element) -> dict[str, str]:
    """Custom fields in the legacy shape."""
    return {
        text_of(one, "customfieldname"): text_of(one, "customfieldvalue")
        for one in parent.findall("customfields/customfield")
    }


def read_document(call: Element) -> AskedDocument:
    """A `create_sotransaction`, or an `update_sotransaction`. FunctionFailure for values nobody can read."""
    values: dict[str, Value] = {
        target: text_of(call, name) for name, target in HEADER.items() if call.find(name) is not None
    }
    values |= {target: day_of(call, name) for name, target in DATES.items() if call.find(name) is not None}
    rate_type = call.find("exchratetype")
    lines = [_line(one) for one in call.findall("sotransitems/sotransitem")]
    lines += [_line(one) for one in (call.find("updatesotransitems") or ())]
    holder = call.find("subtotals") if call.find("subtotals") is not None else call.find("updatesubtotals")
    return AskedDocument(
        definition=text_of(call, "transactiontype"),
        day=day_of(call, "datecreated"),
        customer=text_of(call, "customerid"),
        number=text_of(call, "documentno"),
        source=text_of(call, "createdfrom"),
        state=text_of(call, "state"),
        currency=text_of(call, "currency"),
        rate=amount_of(call, "exchrate"),
        rate_type=(rate_type.text or "").strip() if rate_type is not None else None,
        values=values,
        custom=custom_of(call),
        lines=lines,
        subtotals=None
        if holder is None
        else [
            AskedSubtotal(
                text_of(one, "description"), amount_of(one, "total") or Decimal(0), text_of(one, "locationid")
            )
            for one in holder
        ],
    )


def _line(given: Element) -> AskedLine:
    number = given.get("line_num")
    return AskedLine(
        item=text_of(given, "itemid"),
        quantity=amount_of(given, "quantity"),
        warehouse=text_of(given, "warehouseid"),
        unit=text_of(given, "unit"),
        price=amount_of(given, "price"),
        discount=amount_of(given, "discountpercent"),
        description=text_of(given, "itemdesc"),
        source=text_of(given, "sourcelinekey"),
        number=int(number) if number is not None else None,
        values={
            target: text_of(given, name) for name, target in LINE.items() if given.find(name) is not None
        },
        custom=custom_of(given),
    )
