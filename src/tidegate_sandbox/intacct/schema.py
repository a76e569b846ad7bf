"""The grammar of functions: the order of children in legacy ones, the shape of a query (contract §1, §5.1, §6)."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.failure import schema_failure

HEADER_END = (
    "projectid",
    "needbydate",
    "shipbydate",
    "cancelafterdate",
    "donotshipbeforedate",
    "donotshipafterdate",
    "servicedeliverydate",
    "trackingnumber",
    "shippeddate",
    "customerponumber",
)
HEADER_MIDDLE = (
    "message",
    "shippingmethod",
    "shipto",
    "billto",
    "supdocid",
    "externalid",
    "basecurr",
    "currency",
    "exchratedate",
    "exchratetype",
    "exchrate",
    "vsoepricelist",
    "customfields",
    "state",
)
CREATE = (
    "transactiontype",
    "datecreated",
    "dateposted",
    "createdfrom",
    "customerid",
    "documentno",
    "origdocdate",
    "referenceno",
    "termname",
    "datedue",
    *HEADER_MIDDLE,
    "projectid",
    "changelognumber",
    *HEADER_END[1:],
    "taxsolutionid",
    "sotransitems",
    "subtotals",
)
UPDATE = (
    "datecreated",
    "dateposted",
    "referenceno",
    "termname",
    "datedue",
    "origdocdate",
    *HEADER_MIDDLE,
    "projectid",
    "changelognumber",
    *HEADER_END[1:],
    "updatesotransitems",
    "updatesubtotals",
)
LINE_END = (
    "itemdetails",
    "customfields",
    "revrectemplate",
    "revrecstartdate",
    "revrecenddate",
    "renewalmacro",
    "projectid",
    "taskid",
    "customerid",
    "vendorid",
    "employeeid",
    "classid",
    "paymenttaxcapture",
    "contractid",
    "fulfillmentstatus",
    "taskno",
    "billingtemplate",
    "dropship",
    "shipto",
    "needbydate",
    "shipby",
    "donotshipbeforedate",
    "donotshipafterdate",
    "datepickticketprinted",
    "cancelafterdate",
    "shippeddate",
)
LINE_BEGIN = (
    "bundlenumber",
    "itemid",
    "itemaliasid",
    "itemdesc",
    "taxable",
    "warehouseid",
    "quantity",
    "unit",
    "linelevelsimpletaxtype",
    "discountpercent",
    "price",
    "conversiontype",
)
NEW_LINE = (
    *LINE_BEGIN,
    "sourcelinekey",
    "discsurchargememo",
    "locationid",
    "linesubtotals",
    "departmentid",
    "memo",
    *LINE_END,
)
CHANGED_LINE = (
    *LINE_BEGIN,
    "discsurchargememo",
    "locationid",
    "departmentid",
    "memo",
    "linesubtotals",
    *LINE_END,
)
SUBTOTAL = (
    "description",
    "total",
    "absval",
    "percentval",
    "locationid",
    "departmentid",
    "projectid",
    "taskid",
    "customerid",
    "vendorid",
    "employeeid",
    "classid",
    "itemid",
    "contractid",
)
INVOICE = (
    "customerid",
    "datecreated",
    "dateposted",
    "datedue",
    "termname",
    "batchkey",
    "action",
    "invoiceno",
    "ponumber",
    "onhold",
    "description",
    "externalid",
    "billto",
    "shipto",
    "basecurr",
    "currency",
    "exchratedate",
    "exchratetype",
    "exchrate",
    "nogl",
    "supdocid",
    "customfields",
    "taxsolutionid",
    "invoiceitems",
)
INVOICE_LINE = (
    "glaccountno",
    "accountlabel",
    "offsetglaccountno",
    "amount",
    "allocationid",
    "memo",
    "locationid",
    "departmentid",
    "key",
    "totalpaid",
    "totaldue",
    "customfields",
    "revrectemplate",
    "defrevaccount",
    "revrecstartdate",
    "revrecenddate",
    "projectid",
    "taskid",
    "customerid",
    "vendorid",
    "employeeid",
    "itemid",
    "classid",
    "contractid",
    "warehouseid",
)
APPLY = ("arpaymentkey", "paymentdate", "batchkey", "memo", "overpaylocid", "overpaydeptid", "arpaymentitems")
ONE = frozenset(
    {
        "equalto",
        "notequalto",
        "lessthan",
        "lessthanorequalto",
        "greaterthan",
        "greaterthanorequalto",
        "like",
        "notlike",
    }
)
CONDITIONS = ONE | {"and", "or", "between", "in", "notin", "isnull", "isnotnull"}
AGGREGATES = ("count", "avg", "min", "max", "sum")


def check(call: Element) -> None:
    """Look at a function's form. ControlFailure ``XL03000003`` for one that fits no schema."""
    rule = _RULES.get(call.tag)
    if rule is not None:
        rule(call)


def sequence(parent: Element, names: tuple[str, ...], required: tuple[str, ...] = ()) -> None:
    """The children in the schema's order, none unknown, none twice, none missing. ControlFailure else."""
    last = -1
    for child in parent:
        if child.tag not in names:
            raise schema_failure(
                f"Fatal Error 71: Element '{parent.tag}': The element '{child.tag}' is not expected."
            )
        at = names.index(child.tag)
        if at <= last:
            raise schema_failure(
                f"Fatal Error 71: Element '{child.tag}': This element is not expected here in '{parent.tag}'."
            )
        last = at
    for name in required:
        if parent.find(name) is None:
            _missing(parent, name)


def _missing(parent: Element, name: str) -> None:
    raise schema_failure(f"71: Element '{parent.tag}': Missing child element(s). Expected is ( {name} ).")


def _items(
    call: Element, holder: str, rules: dict[str, tuple[tuple[str, ...], tuple[str, ...]]], least: int
) -> None:
    found = call.find(holder)
    children = [] if found is None else list(found)
    if found is not None and len(children) < least:
        _missing(found, next(iter(rules)))
    for child in children:
        if child.tag not in rules:
            raise schema_failure(f"71: Element '{holder}': The element '{child.tag}' is not expected.")
        sequence(child, *rules[child.tag])


def _create(call: Element) -> None:
    sequence(call, CREATE, ("transactiontype", "datecreated", "customerid", "sotransitems"))
    if call.find("termname") is None and call.find("datedue") is None:
        _missing(call, "termname")
    _day_parts(call, "datecreated", "dateposted", "datedue", "origdocdate")
    _items(call, "sotransitems", {"sotransitem": (NEW_LINE, ("itemid", "quantity"))}, 1)
    _items(call, "subtotals", {"subtotal": (SUBTOTAL, ("description", "total"))}, 1)


def _update(call: Element) -> None:
    if not call.get("key"):
        raise schema_failure(
            "68: Element 'update_sotransaction': The attribute 'key' is required but missing."
        )
    sequence(call, UPDATE)
    _day_parts(call, "datecreated", "dateposted", "datedue", "origdocdate")
    rules: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "updatesotransitem": (CHANGED_LINE, ()),
        "sotransitem": (NEW_LINE, ("itemid", "quantity")),
    }
    _items(call, "updatesotransitems", rules, 0)
    for line in call.findall("updatesotransitems/updatesotransitem"):
        if not (line.get("line_num") or "").isdigit():
            raise schema_failure(
                "68: Element 'updatesotransitem': The attribute 'line_num' is required but missing."
            )
    _items(call, "updatesubtotals", {"updatesubtotal": (SUBTOTAL, ("description", "total"))}, 0)


def _keyed(call: Element) -> None:
    if not call.get("key"):
        raise schema_failure(f"68: Element '{call.tag}': The attribute 'key' is required but missing.")


def _invoice(call: Element) -> None:
    sequence(call, INVOICE, ("customerid", "datecreated", "invoiceitems"))
    if call.find("termname") is None and call.find("datedue") is None:
        _missing(call, "termname")
    _day_parts(call, "datecreated", "dateposted", "datedue")
    _items(call, "invoiceitems", {"lineitem": (INVOICE_LINE, ("amount",))}, 1)


def _apply(call: Element) -> None:
    sequence(call, APPLY, ("arpaymentkey", "paymentdate"))
    _day_parts(call, "paymentdate")
    _items(call, "arpaymentitems", {"arpaymentitem": (("invoicekey", "amount"), ("invoicekey", "amount"))}, 1)


def _day_parts(call: Element, *names: str) -> None:
    for name in names:
        found = call.find(name)
        if found is not None:
            sequence(found, ("year", "month", "day"), ("year", "month", "day"))


def _query(call: Element) -> None:
    known = ("object", "select", "filter", "orderby", "options", "docparid", "pagesize", "offset")
    for child in call:
        if child.tag not in known:
            raise schema_failure(f"71: Element 'query': The element '{child.tag}' is not expected.")
    for name in ("object", "select"):
        if call.find(name) is None:
            _missing(call, name)
    select = call.find("select")
    if select is None or not len(select):
        raise schema_failure("71: Element 'select': Missing child element(s). Expected is ( field ).")
    for child in select:
        if child.tag not in ("field", *AGGREGATES) or not (child.text or "").strip():
            raise schema_failure(f"71: Element 'select': The element '{child.tag}' is not expected.")
    _whole(call, "pagesize", 1, 2000)
    _whole(call, "offset", 0, None)
    found = call.find("filter")
    if found is not None:
        if len(found) != 1:
            raise schema_failure("71: Element 'filter': exactly one child element is expected.")
        condition(found[0])
    for order in call.findall("orderby/order"):
        if order.find("field") is None:
            _missing(order, "field")


def condition(found: Element) -> None:
    """The shape of a condition of a filter."""
    if found.tag not in CONDITIONS:
        raise schema_failure(f"71: Element 'filter': The element '{found.tag}' is not expected.")
    if found.tag in ("and", "or"):
        if len(found) < 2:
            raise schema_failure(f"71: Element '{found.tag}': two or more conditions are expected.")
        for child in found:
            condition(child)
        return
    if found.find("field") is None:
        _missing(found, "field")
    count = len(found.findall("value"))
    allowed = (
        range(1, 2)
        if found.tag in ONE
        else range(2, 3)
        if found.tag == "between"
        else range(1, 1001)
        if found.tag in ("in", "notin")
        else range(1)
    )
    if count not in allowed:
        raise schema_failure(f"71: Element '{found.tag}': {count} values are not expected.")


def _whole(call: Element, name: str, least: int, most: int | None) -> None:
    found = call.find(name)
    if found is None:
        return
    text = (found.text or "").strip()
    if (
        not text.isascii()
        or not text.isdigit()
        or int(text) < least
        or (most is not None and int(text) > most)
    ):
        raise schema_failure(f"1840: Element '{name}': [facet] The value '{text}' is out of range.")


_RULES: dict[str, Callable[[Element], None]] = {
    "create_sotransaction": _create,
    "update_sotransaction": _update,
    "delete_sotransaction": _keyed,
    "create_invoice": _invoice,
    "reverse_invoice": _keyed,
    "apply_arpayment": _apply,
    "query": _query,
}
