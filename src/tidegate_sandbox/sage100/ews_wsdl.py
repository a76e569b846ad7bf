"""The WSDL of the simulated eBusiness Web Services: SOAP 1.1, document/literal (contract section 9, A)."""

from __future__ import annotations

from functools import cache
from xml.sax.saxutils import quoteattr

from tidegate_sandbox.sage100.schema import Column, shapes

NAMESPACE = "http://mas90.sage.com/ws"
KINDS = {"s": "xs:string", "t": "xs:string", "n": "xs:decimal", "d": "xs:dateTime"}
LEFT_OUT = ("UserCreatedKey", "UserUpdatedKey", "TimeCreated", "TimeUpdated", "DateCreated", "DateUpdated")

LOGON = (("logon", "tns:Logon"), ("companyCode", "xs:string"))
ORDER_NO, ORDER = ("salesOrderNo", "xs:string"), ("salesOrder", "tns:SalesOrder")
DIVISION, CUSTOMER_NO, CUSTOMER = (
    ("arDivisionNo", "xs:string"),
    ("customerNo", "xs:string"),
    ("customer", "tns:Customer"),
)
Part = tuple[str, str]

OPERATIONS: dict[str, tuple[tuple[Part, ...], str]] = {
    "GetContractInformation": ((), "tns:ContractInformation"),
    "GetDiagnosticInformation": ((), "xs:string"),
    "GetNextSalesOrderNo": (LOGON, "xs:string"),
    "GetSalesOrder": ((*LOGON, ORDER_NO), "tns:SalesOrder"),
    "GetSalesOrderTemplate": ((*LOGON, DIVISION, CUSTOMER_NO), "tns:SalesOrder"),
    "PreviewSalesOrder": ((*LOGON, ORDER), "tns:SalesOrder"),
    "CreateSalesOrder": ((*LOGON, ORDER), ""),
    "UpdateSalesOrder": ((*LOGON, ORDER), ""),
    "DeleteSalesOrder": ((*LOGON, ORDER_NO), ""),
    "GetNextCustomerNo": ((*LOGON, DIVISION), "xs:string"),
    "GetCustomer": ((*LOGON, DIVISION, CUSTOMER_NO), "tns:Customer"),
    "CreateCustomer": ((*LOGON, CUSTOMER), ""),
    "UpdateCustomer": ((*LOGON, CUSTOMER), ""),
    "DeleteCustomer": ((*LOGON, DIVISION, CUSTOMER_NO), ""),
}
"""Parameters and result of each operation; an empty result: nothing."""


def columns(table: str) -> list[Column]:
    """The columns of an object, in the order of the table."""
    return [one for one in shapes()[table].columns.values() if one.name not in LEFT_OUT]


def _element(name: str, kind: str, *, many: bool = False) -> str:
    most = ' maxOccurs="unbounded"' if many else ""
    return f'<xs:element name={quoteattr(name)} type={quoteattr(kind)} minOccurs="0"{most}/>'


def _type(name: str, elements: list[str]) -> str:
    return f'<xs:complexType name="{name}"><xs:sequence>{"".join(elements)}</xs:sequence></xs:complexType>'


def _object(name: str, table: str, more: list[str]) -> str:
    return _type(name, [*(_element(one.name, KINDS[one.kind]) for one in columns(table)), *more])


def _wrapper(name: str, parts: tuple[Part, ...]) -> str:
    elements = "".join(_element(part, kind) for part, kind in parts)
    return f'<xs:element name="{name}"><xs:complexType><xs:sequence>{elements}</xs:sequence></xs:complexType></xs:element>'


@cache
def wsdl(address: str) -> str:
    """The whole document for a service at this address."""
    other = [_element("OtherFields", "tns:OtherFields")]
    types = [
        _type("Logon", [_element("Username", "xs:string"), _element("Password", "xs:string")]),
        _type("Field", [_element("MasFieldName", "xs:string"), _element("Value", "xs:string")]),
        _type("OtherFields", [_element("Field", "tns:Field", many=True)]),
        _type(
            "ContractInformation",
            [
                _element("ContractVersion", "xs:int"),
                _element("AssemblyVersion", "xs:string"),
                _element("NullDateTime", "xs:dateTime"),
            ],
        ),
        _object("SalesOrderLine", "SO_SalesOrderDetail", other),
        _type("SalesOrderLines", [_element("SalesOrderLine", "tns:SalesOrderLine", many=True)]),
        _object("SalesOrder", "SO_SalesOrderHeader", [_element("Lines", "tns:SalesOrderLines"), *other]),
        _object("Customer", "AR_Customer", other),
        _type("MasFault", [_element("ErrorCode", "xs:string"), _element("ErrorMessage", "xs:string")]),
        '<xs:element name="MasFault" type="tns:MasFault"/>',
    ]
    messages, ports, bindings = [], [], []
    for name, (parts, result) in OPERATIONS.items():
        types.append(_wrapper(name, parts))
        types.append(_wrapper(f"{name}Response", ((f"{name}Result", result),) if result else ()))
        for suffix, element in (("In", name), ("Out", f"{name}Response")):
            messages.append(
                f'<wsdl:message name="{name}{suffix}"><wsdl:part name="parameters" element="tns:{element}"/></wsdl:message>'
            )
        ports.append(
            f'<wsdl:operation name="{name}"><wsdl:input message="tns:{name}In"/><wsdl:output message="tns:{name}Out"/>'
            f'<wsdl:fault name="MasFault" message="tns:MasFaultOut"/></wsdl:operation>'
        )
        body = '<soap:body use="literal"/>'
        bindings.append(
            f'<wsdl:operation name="{name}"><soap:operation soapAction="{NAMESPACE}/IMasService/{name}"/>'
            f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output>"
            f'<wsdl:fault name="MasFault"><soap:fault name="MasFault" use="literal"/></wsdl:fault></wsdl:operation>'
        )
    messages.append(
        '<wsdl:message name="MasFaultOut"><wsdl:part name="detail" element="tns:MasFault"/></wsdl:message>'
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
        f' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{NAMESPACE}" targetNamespace="{NAMESPACE}">'
        f'<wsdl:types><xs:schema targetNamespace="{NAMESPACE}" elementFormDefault="qualified">{"".join(types)}</xs:schema></wsdl:types>'
        f'{"".join(messages)}<wsdl:portType name="IMasService">{"".join(ports)}</wsdl:portType>'
        '<wsdl:binding name="MasServiceBinding" type="tns:IMasService">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{"".join(bindings)}</wsdl:binding>'
        '<wsdl:service name="MasService"><wsdl:port name="MasService" binding="tns:MasServiceBinding">'
        f"<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service></wsdl:definitions>"
    )
