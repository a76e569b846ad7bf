"""Making and changing records through REST: JSON becomes what the gateway's objects take (contract §15.7)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.document import node
from tidegate_sandbox.intacct.formats import Value, read_day, read_number
from tidegate_sandbox.intacct.rest_failure import bad_form
from tidegate_sandbox.intacct.rest_objects import ITEM_TYPES, RestObject
from tidegate_sandbox.intacct.so_asked import AskedDocument, AskedLine, AskedSubtotal

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session
    from tidegate_sandbox.intacct.so_change import DocumentChange
    from tidegate_sandbox.intacct.so_document import Document
    from tidegate_sandbox.intacct.so_entry import DocumentEntry

HEADER = {
    "referenceNumber": "PONUMBER",
    "customerPONumber": "CUSTOMERPONUMBER",
    "externalId": "EXTERNALID",
    "notes": "MESSAGE",
    "paymentTerm.id": "TERM.NAME",
    "shippingMethod.id": "SHIPVIA",
    "contacts.shipTo.id": "SHIPTO.CONTACTNAME",
    "contacts.billTo.id": "BILLTO.CONTACTNAME",
    "trackingNumber": "TRACKINGNUMBER",
}
DATES = {"dueDate": "WHENDUE", "postingDate": "WHENPOSTED", "shippedDate": "SHIPPEDDATE"}
OTHERS = frozenset(
    {
        "customer.id",
        "customer.key",
        "state",
        "txnDate",
        "documentNumber",
        "txnCurrency",
        "baseCurrency",
        "exchangeRate.rate",
        "exchangeRate.typeId",
        "exchangeRate.date",
        "sourceDocument.id",
        "sourceDocument.key",
        "documentType",
    }
)
PAYMENT_METHODS = {
    "printedCheck": "Printed Check",
    "cash": "Cash",
    "eft": "EFT",
    "creditCard": "Credit Card",
    "online": "Online",
    "onlineChargeCard": "Online Charge Card",
    "onlineACHDebit": "Online ACH Debit",
}


def flat(body: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Leaves by dotted names; lists are leaves."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{name}."))
        else:
            found[f"{prefix}{name}"] = value
    return found


def records(value: Any, name: str) -> list[dict[str, Any]]:
    """A list of objects; nothing is an empty one. RestFailure 400 for anything else."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise bad_form(f"{name} must be a list of objects.")
    return value


def text(value: Any) -> str:
    """A leaf as the gateway takes it. RestFailure 400 for a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        raise bad_form("A text, a number, true or false was expected.")
    return str(value)


def amount(value: Any, name: str) -> Decimal | None:
    """An amount, as a text or a number. RestFailure 400 for anything else."""
    if value is None or value == "":
        return None
    try:
        return read_number(text(value))
    except ValueError:
        raise bad_form(f"{name} is not a number.") from None


def element(object: RestObject, body: dict[str, Any]) -> Element:
    """A record for the gateway. RestFailure 400 for a field that the object does not have."""
    root = node(object.type.name)
    if object.path == "accounts-receivable/payment":
        return _payment(root, body)
    lines = body.get("lines") if object.path == "general-ledger/journal-entry" else None
    for name, value in flat(
        {key: value for key, value in body.items() if key != "lines" or lines is None}
    ).items():
        xml = name.removeprefix("nsp::") if name.startswith("nsp::") else object.names.get(name)
        if xml is None:
            raise bad_form(f"The field {name} does not exist in the object {object.title}.")
        object.field(name)
        shown = ITEM_TYPES.get(text(value), text(value)) if name == "itemType" else text(value)
        if object.path == "general-ledger/journal-entry" and name == "state":
            shown = shown.title()
        _put(root, xml, shown)
    if lines is not None:
        root.append(node("ENTRIES", [_entry(one) for one in records(lines, "lines")]))
    return root


def _put(root: Element, path: str, value: str) -> None:
    parent = root
    *above, last = path.split(".")
    for part in above:
        inner = parent.find(part)
        if inner is None:
            parent.append(inner := node(part))
        parent = inner
    parent.append(node(last, value))


def _entry(line: dict[str, Any]) -> Element:
    values = flat(line)
    sign = {"debit": "1", "credit": "-1"}.get(text(values.get("txnType")), "")
    pairs = {
        "ACCOUNTNO": values.get("glAccount.id"),
        "TR_TYPE": sign,
        "TRX_AMOUNT": values.get("txnAmount"),
        "LOCATION": values.get("dimensions.location.id"),
        "DEPARTMENT": values.get("dimensions.department.id"),
        "CUSTOMERID": values.get("dimensions.customer.id"),
        "DESCRIPTION": values.get("description"),
        "DOCUMENT": values.get("documentId"),
    }
    return node("GLENTRY", [node(name, text(value)) for name, value in pairs.items() if value is not None])


def _payment(root: Element, body: dict[str, Any]) -> Element:
    values = flat({name: value for name, value in body.items() if name != "paymentDetails"})
    pairs = {
        "FINANCIALENTITY": values.get("financialEntity.entityId"),
        "UNDEPOSITEDACCOUNTNO": values.get("undepositedFundsGLAccount.id"),
        "PAYMENTMETHOD": PAYMENT_METHODS.get(
            text(values.get("paymentMethod")), text(values.get("paymentMethod"))
        ),
        "CUSTOMERID": values.get("customer.id"),
        "DOCNUMBER": values.get("documentNumber"),
        "DESCRIPTION": values.get("description"),
        "RECEIPTDATE": values.get("paymentSummary.receiptDate") or values.get("receiptDate"),
        "CURRENCY": values.get("txnCurrency.currency"),
        "BASECURR": values.get("baseCurrency.currency"),
        "TRX_AMOUNTTOPAY": values.get("txnCurrency.amount"),
    }
    root.extend([node(name, text(value)) for name, value in pairs.items() if value is not None])
    details = []
    for one in records(body.get("paymentDetails"), "paymentDetails"):
        detail = flat(one)
        key = detail.get("arInvoice.key") or detail.get("arInvoice.id")
        paid = [
            node("RECORDKEY", text(key)),
            node("TRX_PAYMENTAMOUNT", text(detail.get("txnCurrency.paymentAmount"))),
        ]
        details.append(node("ARPYMTDETAIL", paid))
    if details:
        root.append(node("ARPYMTDETAILS", details))
    return root


class DocumentWriting:
    """Order Entry documents through REST."""

    def __init__(self, entry: DocumentEntry, change: DocumentChange) -> None:
        self._entry = entry
        self._change = change

    def create(self, session: Session, object: RestObject, body: dict[str, Any]) -> Document:
        """A new document of the object's definition."""
        return self._entry.enter(session, self._asked(object, body, updating=False))

    def update(self, session: Session, object: RestObject, record: Document, body: dict[str, Any]) -> None:
        """A change of a document; its lines by ``key``."""
        self._change.change(session, record, self._asked(object, body, updating=True))

    def delete(self, session: Session, record: Document) -> None:
        """The end of an order of which nothing was converted."""
        self._change.delete(session, record)

    def _asked(self, object: RestObject, body: dict[str, Any], *, updating: bool) -> AskedDocument:
        values = flat({name: value for name, value in body.items() if name not in ("lines", "subtotals")})
        kept: dict[str, Value] = {}
        custom: dict[str, str] = {}
        for name, value in values.items():
            if name in HEADER:
                kept[HEADER[name]] = text(value)
            elif name in DATES:
                kept[DATES[name]] = _day(value, name) if value else None
            elif name.startswith("nsp::"):
                custom[name.removeprefix("nsp::")] = text(value)
            elif name not in OTHERS:
                raise bad_form(f"The field {name} does not exist in the object {object.title}.")
        currency = text(values.get("txnCurrency"))
        rate = amount(values.get("exchangeRate.rate"), "exchangeRate.rate")
        state = text(values.get("state"))
        subtotals = body.get("subtotals")
        source = text(values.get("sourceDocument.id")) or self._docid(text(values.get("sourceDocument.key")))
        return AskedDocument(
            definition="" if updating else object.definition,
            day=_day(values["txnDate"], "txnDate") if values.get("txnDate") else None,
            customer=text(values.get("customer.id")),
            number=text(values.get("documentNumber")),
            source=source,
            state=state[:1].upper() + state[1:],
            currency=currency,
            rate=rate,
            rate_type="" if currency and rate is None else None,
            values=kept,
            custom=custom,
            lines=[self._line(one, updating=updating) for one in records(body.get("lines"), "lines")],
            subtotals=None
            if subtotals is None
            else [self._subtotal(one) for one in records(subtotals, "subtotals")],
        )

    def _docid(self, key: str) -> str:
        if not key:
            return ""
        found = self._entry.tenant.type("SODOCUMENT").by_key
        one = found(int(key)) if found is not None and key.isdigit() else None
        return one.docid if one is not None else key

    def _line(self, body: dict[str, Any], *, updating: bool) -> AskedLine:
        values = flat(body)
        places = {
            "LOCATIONID": values.get("dimensions.location.id"),
            "DEPARTMENTID": values.get("dimensions.department.id"),
            "MEMO": values.get("memo"),
        }
        return AskedLine(
            item=text(values.get("dimensions.item.id") or values.get("item.id")),
            quantity=amount(values.get("unitQuantity", values.get("quantity")), "unitQuantity"),
            warehouse=text(values.get("dimensions.warehouse.id")),
            unit=text(values.get("unit")),
            price=amount(values.get("unitPrice"), "unitPrice"),
            discount=amount(values.get("discountPercent"), "discountPercent"),
            description=text(values.get("itemDescription")),
            source=text(values.get("sourceDocumentLine.key")),
            key=text(values.get("key")) if updating else "",
            removed=body.get("ia::operation") == "delete",
            values={name: text(value) for name, value in places.items() if value is not None},
            custom={
                name.removeprefix("nsp::"): text(value)
                for name, value in values.items()
                if name.startswith("nsp::")
            },
        )

    def _subtotal(self, body: dict[str, Any]) -> AskedSubtotal:
        values = flat(body)
        total = amount(values.get("txnTotal", values.get("total")), "txnTotal")
        if total is None:
            raise bad_form("A subtotal needs txnTotal.")
        # REST's own example gives no location: the company's first one is taken (A).
        location = text(values.get("dimensions.location.id")) or "100"
        return AskedSubtotal(text(values.get("description")), total, location)


def _day(value: Any, name: str) -> Any:
    try:
        return read_day(text(value))
    except ValueError:
        raise bad_form(f"{name} is not a date.") from None
