"""The mutation that creates orders by GraphQL, where the administrator has mapped it (contract §7 and additions).

Names of the vendor's example are certain; what an order needs beyond them is ours (A), and each is an option: the site's
own mapping of the entry window decides it. The object's rules are the same as by SOAP.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.x3 import texts
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.order_object import ELEMENTS, OrderObject
from tidegate_sandbox.x3.problem import Problem
from tidegate_sandbox.x3.rest_class import Body

HEADER = {
    "id": "SOHNUM",
    "salesSite": "SALFCY",
    "soldToCustomer": "BPCORD",
    "currency": "CUR",
    "orderDate": "ORDDAT",
    "paymentTerm": "PTE",
    "taxRule": "VACBPR",
    "orderType": "SOHTYP",
    "customerOrderReference": "CUSORDREF",
    "magentoKey": "YMAGKEY",
    "shippingSite": "STOFCY",
    "priceType": "PRITYP",
    "shipToName": "BPDNAM",
    "shipToPostcode": "BPDPOSCOD",
    "shipToCity": "BPDCTY",
    "shipToState": "BPDSAT",
    "shipToCountry": "BPDCRY",
    "headerText": "SOHTEX",
}
LINE = {
    "product": "ITMREF",
    "salesUnit": "SAU",
    "quantityInSalesUnitOrdered": "QTY",
    "grossPrice": "GROPRI",
    "taxLevel": "VACITM",
    "shippingSite": "DSTOFCY",
    "description": "ITMDES",
    "magentoLine": "YMAGLIN",
}
ELEMENT = {"code": "INVDTA", "amount": "INVDTAAMT"}
REFERENCE = ("customerOrderReference", "magentoKey")


def inputs_of(options: Options) -> str:
    """The schema's part for writing; "" where nothing is mapped."""
    if not options.graphql_create:
        return ""
    header = [name for name in HEADER if options.graphql_reference or name not in REFERENCE]
    sales = "type Mutation { %s: X3SalesMutations }"
    if options.graphql == "older":
        sales = "type Mutation { sage: SageMutations } type SageMutations { %s: X3SalesMutations }"
    return (
        sales % "x3Sales"
        + " type X3SalesMutations { salesOrder: SalesOrderMutations }"
        + " type SalesOrderMutations { create(data: SalesOrder_Input!): SalesOrder! }"
        + f" input SalesOrder_Input {{ {_texts(header)} category: String company: String"
        + " shipToAddressLines: [String!] lines: [SalesOrderLine_Input!]!"
        + (" invoicingElements: [InvoicingElement_Input!] }" if options.graphql_elements else " }")
        + f" input SalesOrderLine_Input {{ lineNumber: Int! {_texts(LINE)} }}"
        + f" input InvoicingElement_Input {{ {_texts(ELEMENT)} }}"
    )


def _texts(names: Any) -> str:
    return " ".join(f"{name}: String" for name in names)


class Rejected(Exception):
    """The object's rules refuse the input."""

    def __init__(self, *messages: str) -> None:
        super().__init__(messages[0])
        self.messages = messages


class Creating:
    """The resolver of `create`."""

    def __init__(self, orders: OrderObject, node: Callable[[str], Body], options: Options) -> None:
        self._orders = orders
        self._denied = "salesOrder create" in options.denied
        self._node = node

    def create(self, _info: Any, data: Body) -> Body:
        """A new order, as its node."""
        if self._denied:
            raise Rejected(texts.RIGHTS.format("salesOrder"))
        header = {field: data[name] for name, field in HEADER.items() if data.get(name) is not None}
        header["ORDDAT"] = str(header.get("ORDDAT", "")).replace("-", "")
        header["BPDADDLIG"] = data.get("shipToAddressLines") or []
        tables = {
            self._orders.lines: [_named(one, LINE) for one in data["lines"]],
            ELEMENTS: [_named(one, ELEMENT) for one in data.get("invoicingElements") or ()],
        }
        try:
            order, _ = self._orders.save(header, tables)
        except Problem as problem:
            raise Rejected(*problem.messages) from None
        except Refusal as refusal:
            raise Rejected(refusal.text) from None
        return self._node(order.number)


def _named(row: Body, names: dict[str, str]) -> Body:
    return {field: row[name] for name, field in names.items() if row.get(name) is not None}


def error_of(error: Any) -> Body:
    """An error as the answer has it: the object's refusals are validation, others are about the document itself (A)."""
    cause = error.original_error
    messages = cause.messages if isinstance(cause, Rejected) else ()
    code = "validation" if messages else "GRAPHQL_VALIDATION_FAILED"
    diagnoses = [{"severity": 3, "message": one, "path": []} for one in messages]
    return {
        "message": error.message,
        "path": error.path,
        "extensions": {"code": code, "diagnoses": diagnoses},
    }
