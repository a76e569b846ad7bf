"""The simulated eBusiness Web Services, called by zeep from their own WSDL (contract section 9)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import requests
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

from tidegate_sandbox.sage100.ews import PATH, EbusinessWebServices
from unit.agent.stand import installation

ADDRESS = f"https://sage.example{PATH}"
LOGON = {"Username": "tidegate", "Password": "secret"}


class InProcess(Transport):  # type: ignore[misc]
    """Calls the application without a socket."""

    def __init__(self, app: EbusinessWebServices) -> None:
        super().__init__()
        self._app = app

    def _call(self, method: str, data: bytes) -> tuple[int, bytes, dict[str, str]]:
        got: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": PATH,
            "HTTP_HOST": "sage.example",
            "wsgi.url_scheme": "https",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": BytesIO(data),
        }
        body = b"".join(self._app(environ, lambda status, headers, *_: got.extend((status, headers))))  # type: ignore[arg-type, return-value]
        return int(got[0].split()[0]), body, dict(got[1])

    def load(self, url: str) -> bytes:
        return self._call("GET", b"")[1]

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content, found = self._call("POST", message)
        response.headers.update(found)
        return response


class Stand:
    """The services of one installation."""

    def __init__(self, **options: Any) -> None:
        self.sage = installation(**options)
        self.app = EbusinessWebServices(self.sage)
        client = Client(f"{ADDRESS}?wsdl", transport=InProcess(self.app), settings=Settings(strict=True))
        self.service = client.service

    def call(self, name: str, **more: Any) -> Any:
        return getattr(self.service, name)(logon=LOGON, companyCode="ABC", **more)

    def order(self, number: str = "", **changes: Any) -> dict[str, Any]:
        return {
            "SalesOrderNo": number or self.call("GetNextSalesOrderNo"),
            "ARDivisionNo": "00",
            "CustomerNo": "WEB0001",
            "OrderDate": datetime(2026, 3, 2),
            "CustomerPONo": "000000123",
            "FreightAmt": Decimal("5.00"),
            "Lines": {
                "SalesOrderLine": [
                    {
                        "ItemCode": "ABC-1",
                        "QuantityOrdered": Decimal(2),
                        "UnitPrice": Decimal("19.95"),
                        "WarehouseCode": "001",
                    }
                ]
            },
            "OtherFields": {"Field": [{"MasFieldName": "UDF_MAGENTO_ORDER", "Value": "main:000000123"}]},
            **changes,
        }

    def refused(self, name: str, **more: Any) -> tuple[str, str]:
        with pytest.raises(Fault) as fault:
            self.call(name, **more)
        return str(fault.value.code).rpartition(":")[2], str(fault.value.message)


@pytest.fixture(scope="module")
def stand() -> Stand:
    return Stand()


def test_an_order_is_previewed_created_and_read_back() -> None:
    stand = Stand()
    order = stand.order()
    seen = stand.call("PreviewSalesOrder", salesOrder=order)
    assert (seen.SalesTaxAmt, seen.TaxableAmt) == (Decimal("3.19"), Decimal("39.90"))
    assert len(stand.sage.companies["ABC"].kernel.orders.table) == 0  # nothing is stored
    assert stand.call("CreateSalesOrder", salesOrder=order) is None
    found = stand.call("GetSalesOrder", salesOrderNo=order["SalesOrderNo"])
    assert (found.CustomerNo, found.FreightAmt, found.OrderDate) == (
        "WEB0001",
        Decimal("5.00"),
        datetime(2026, 3, 2),
    )
    assert found.Lines.SalesOrderLine[0].UnitPrice == Decimal("19.950000")
    assert found.OtherFields.Field[0].Value == "main:000000123"
    (kernel_order,) = stand.sage.companies["ABC"].kernel.orders.table
    assert (kernel_order.external_key, kernel_order.totals.gross) == ("main:000000123", Decimal("48.09"))


def test_the_same_number_again_is_refused() -> None:
    stand = Stand()
    order = stand.order()
    stand.call("CreateSalesOrder", salesOrder=order)
    assert stand.refused("CreateSalesOrder", salesOrder=order)[0] == "WS_AlreadyExists"
    assert stand.call("GetNextSalesOrderNo") == "0000002"  # the counter has moved on


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"CustomerNo": "NOBODY"}, "CI_NOF", "Could not set SO_SalesOrder_Bus column CustomerNo"),
        ({"ShipToZipCode": "00000"}, "CI_NOF", "Could not set SO_SalesOrder_Bus column ShipToZipCode"),
        ({"CustomerPONo": "x" * 31}, "CI_CharLength", "The CustomerPONo is greater than 30 character(s)"),
    ],
)
def test_a_refused_value_names_its_column(changes: dict[str, str], code: str, text: str) -> None:
    stand = Stand(zip_table=frozenset({"92618"}))
    assert stand.refused("CreateSalesOrder", salesOrder=stand.order(**changes)) == (code, text)
    assert len(stand.sage.companies["ABC"].kernel.orders.table) == 0


def test_an_order_is_changed_and_deleted() -> None:
    stand = Stand()
    order = stand.order()
    stand.call("CreateSalesOrder", salesOrder=order)
    number = order["SalesOrderNo"]
    whole = stand.call("GetSalesOrder", salesOrderNo=number)
    whole.Comment = "Leave with neighbour"
    stand.call("UpdateSalesOrder", salesOrder=whole)
    assert stand.call("GetSalesOrder", salesOrderNo=number).Comment == "Leave with neighbour"
    stand.call("DeleteSalesOrder", salesOrderNo=number)
    assert stand.refused("GetSalesOrder", salesOrderNo=number)[0] == "CI_NoKey"


def test_customers(stand: Stand) -> None:
    assert stand.call("GetCustomer", arDivisionNo="00", customerNo="WEB0001").CustomerName == "Web sales"
    new = {"ARDivisionNo": "00", "CustomerNo": "NEW0001", "CustomerName": "New", "TermsCode": "01"}
    stand.call("CreateCustomer", customer=new)
    assert stand.refused("CreateCustomer", customer=new)[0] == "WS_AlreadyExists"
    assert stand.call("GetCustomer", arDivisionNo="00", customerNo="NEW0001").CustomerName == "New"
    assert stand.refused("GetCustomer", arDivisionNo="00", customerNo="NONE")[0] == "CI_NoKey"


def test_what_the_service_states_without_a_logon(stand: Stand) -> None:
    told = stand.service.GetContractInformation()
    assert (told.ContractVersion, told.NullDateTime) == (2, datetime(1753, 1, 1))
    template = stand.call("GetSalesOrderTemplate", arDivisionNo="00", customerNo="WEB0001")
    assert template.TaxSchedule == "CA SALES"


@pytest.mark.parametrize("switch", ["system", "company", "user", "right", "password"])
def test_it_is_enabled_at_three_levels_and_by_role(switch: str) -> None:
    stand = Stand()
    options = stand.sage.options
    if switch == "right":
        options.rights.discard("SO_SalesOrder_ui")
    elif switch == "password":
        stand.sage.users["tidegate"] = "changed"
    else:
        setattr(options, f"ebusiness_{switch}", False)
    code, text = stand.refused("GetNextSalesOrderNo")
    assert (code, text) == (
        ("WS_Logon", "The user logon or password is invalid.")
        if switch == "password"
        else ("WS_NoAccess", "No Access - you are not authorized to perform this action")
    )


def test_a_locked_company_and_a_stopped_pool(stand: Stand) -> None:
    kernel = stand.sage.companies["ABC"].kernel
    kernel.window.lock("backup")
    assert stand.refused("GetNextSalesOrderNo") == ("WS_Exception", "An exception occurred.")
    kernel.window.unlock()
    stand.app.stopped = True
    assert InProcess(stand.app)._call("POST", b"")[0] == 503
    stand.app.stopped = False


def test_it_takes_no_seat() -> None:
    stand = Stand(seats=0)
    stand.call("CreateSalesOrder", salesOrder=stand.order())
    assert stand.sage.licence.taken == 0
