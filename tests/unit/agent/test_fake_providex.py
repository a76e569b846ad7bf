"""The fake ProvideX is faithful in what the agent must survive (contract sections 3, 4 and 13)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tidegate_sandbox.com.late_bound import ByRef, ComError, LateBound
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.native import ProvidexNative
from tidegate_sandbox.sage100.pricing import Buyer, price
from unit.agent.stand import DAY, installation


class Sage:
    """Late-bound calls as a script would write them."""

    def __init__(self, one: Installation) -> None:
        self.native = ProvidexNative(one)
        self.script = self.native.create("ProvideX.Script")

    def __call__(self, obj: LateBound, name: str, *args: Any) -> Any:
        return self.native.invoke(obj, name, args, ())[0]

    def out(self, obj: LateBound, name: str, *args: Any) -> str:
        return str(self.native.invoke(obj, name, (*args, ""), (len(args),))[1][0])

    def session(self, company: str = "ABC") -> LateBound:
        self(self.script, "Init", "C:\\Sage\\MAS90\\Home")
        session = self(self.script, "NewObject", "SY_Session")
        assert self(session, "nSetUser", "tidegate", "secret") == 1
        assert self(session, "nSetCompany", company) == 1
        assert self(session, "nSetDate", "S/O", "20260302") == 1
        assert self(session, "nSetModule", "S/O") == 1
        assert self(session, "nSetProgram", self(session, "nLookupTask", "SO_SalesOrder_ui")) == 1
        made: LateBound = session
        return made

    def order(self, session: LateBound) -> LateBound:
        made: LateBound = self(self.script, "NewObject", "SO_SalesOrder_bus", session)
        return made

    def begun(self, number: str = "", company: str = "ABC") -> LateBound:
        """A new order of WEB0001."""
        order = self.order(self.session(company))
        number = number or self.out(order, "nGetNextSalesOrderNo")
        self(order, "nSetKeyValue", "SalesOrderNo$", number)
        assert self(order, "nSetKey") == 2
        assert self(order, "nSetValue", "ARDivisionNo$", "00") == 1
        assert self(order, "nSetValue", "CustomerNo$", "WEB0001") == 1
        return order

    def line(self, order: LateBound, item: str = "ABC-1", quantity: float = 2) -> LateBound:
        lines: LateBound = self.native.get(order, "oLines")
        assert self(lines, "nAddLine") != 0
        assert self(lines, "nSetValue", "ItemCode$", item) == 1
        assert self(lines, "nSetValue", "QuantityOrdered", quantity) == 1
        return lines

    def text(self, obj: LateBound) -> str:
        return str(self.native.get(obj, "sLastErrorMsg"))


def test_names_are_found_without_regard_to_case_and_unknown_ones_raise() -> None:
    sage = Sage(installation())
    order = sage.begun()
    assert sage(order, "NSETVALUE", "Comment$", "x") == 1
    with pytest.raises(ComError) as unknown:
        sage(order, "nSetValues", "Comment$", "x")
    assert unknown.value.hresult == -2147352573


def test_properties_answer_both_ways() -> None:
    sage = Sage(installation())
    order = sage.begun()
    assert sage(order, "sLastErrorMsg") == sage.native.get(order, "sLastErrorMsg")
    assert sage(order, "oLines") is sage.native.get(order, "oLines")


def test_a_session_knows_module_and_company() -> None:
    sage = Sage(installation())
    session = sage.session()
    assert sage.native.invoke(session, "nGetModuleInfo", ("S/O", "", ""), (1, 2)) == (1, ["S/O", "20260302"])
    assert sage.native.invoke(session, "nGetModuleInfo", ("A/R", "", ""), (1, 2))[0] == 0
    assert (sage.native.get(session, "sCompanyCode"), sage.native.get(session, "sModuleDate")) == (
        "ABC",
        "20260302",
    )


@pytest.mark.parametrize(
    "wrong", ["object before Init", "business object before session", "value before key"]
)
def test_the_wrong_order_of_calls_is_refused(wrong: str) -> None:
    sage = Sage(installation())
    if wrong == "object before Init":
        with pytest.raises(ComError):
            sage(sage.script, "NewObject", "SY_Session")
    elif wrong == "business object before session":
        sage(sage.script, "Init", "C:\\Sage\\MAS90\\Home")
        with pytest.raises(ComError):
            sage(sage.script, "NewObject", "SO_SalesOrder_bus", sage(sage.script, "NewObject", "SY_Session"))
    else:
        order = sage.order(sage.session())
        assert sage(order, "nSetValue", "Comment$", "x") == 0


def test_a_line_error_stands_on_the_lines_and_not_on_the_order() -> None:
    sage = Sage(installation())
    order = sage.begun()
    lines = sage.native.get(order, "oLines")
    sage(lines, "nAddLine")
    assert sage(lines, "nSetValue", "QuantityOrdered", 1.0) == 0  # the item comes first
    assert sage(lines, "nSetValue", "ItemCode$", "NONE") == 0
    assert sage.text(lines) == "The ItemCode is not on file."
    assert sage.text(order) == ""


def test_the_counter_moves_on_even_if_nothing_is_written() -> None:
    sage = Sage(installation())
    order = sage.order(sage.session())
    assert [sage.out(order, "nGetNextSalesOrderNo") for _ in range(3)] == ["0000001", "0000002", "0000003"]


def test_the_item_brings_its_price_and_the_customer_his_terms() -> None:
    sage = Sage(installation())
    order = sage.begun()
    assert (sage(order, "sValue", "TermsCode$"), sage(order, "sValue", "TaxSchedule$")) == ("01", "CA SALES")
    lines = sage.line(order)
    assert Decimal(sage.out(lines, "nGetValue", "UnitPrice")) == Decimal("19.95")
    assert Decimal(sage.out(lines, "nGetValue", "ExtensionAmt")) == Decimal("39.90")
    assert sage(lines, "nWrite") == 1
    assert Decimal(sage.out(lines, "nGetValue", "UnitPrice")) == 0  # after the write they read as nothing
    assert Decimal(sage.out(order, "nGetValue", "SalesTaxAmt")) == Decimal("3.19")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("ShipToName$", "x" * 51, "The ShipToName is greater than 50 character(s)"),
        ("TermsCode$", "99", "The TermsCode is not on file."),
        ("WarehouseCode$", "999", "The WarehouseCode is not on file."),
        ("ShipVia$", "PIGEON", "The ShipVia is not on file."),
        ("TaxSchedule$", "XX", "The TaxSchedule is not on file."),
        ("SalesTaxAmt", 1.0, "The SalesTaxAmt cannot be changed."),
        ("OrderDate$", "19990101", "The date is not within a valid accounting period."),
        ("OrderType$", "Z", "The OrderType is invalid."),
        ("NoSuch$", "x", "The column NoSuch$ does not exist."),
        ("FreightAmt", Decimal("5"), "The FreightAmt is invalid."),
        ("FreightAmt", 5.001, "The FreightAmt is invalid."),
    ],
)
def test_values_are_checked_field_by_field(field: str, value: Any, text: str) -> None:
    sage = Sage(installation())
    order = sage.begun()
    assert sage(order, "nSetValue", field, value) == 0
    assert sage.text(order) == text


def test_a_zip_code_is_checked_where_the_site_has_a_table() -> None:
    sage = Sage(installation(zip_table=frozenset({"92618"})))
    order = sage.begun()
    assert sage(order, "nSetValue", "ShipToZipCode$", "00000") == 0
    assert sage(order, "nSetValue", "ShipToZipCode$", "92618") == 1


def written(sage: Sage, order: LateBound) -> str:
    sage(sage.line(order), "nWrite")
    assert sage(order, "nWrite") == 1
    return str(sage(order, "sValue", "SalesOrderNo$"))


def test_a_second_order_with_the_same_po_is_a_warning() -> None:
    sage = Sage(installation())
    first = sage.begun()
    sage(first, "nSetValue", "CustomerPONo$", "000000123")
    written(sage, first)
    second = sage.begun()
    assert sage(second, "nSetValue", "CustomerPONo$", "000000123") == -1
    assert sage.text(second).startswith("This customer PO number already exists")


def test_a_number_that_somebody_has_is_not_new() -> None:
    sage = Sage(installation())
    number = written(sage, sage.begun())
    order = sage.order(sage.session())
    assert sage(order, "nSetKey", number) == 1


def test_a_record_that_another_session_edits_is_locked_until_it_is_dropped() -> None:
    one = installation()
    mine, theirs = Sage(one), Sage(one)
    number = written(mine, mine.begun())
    editing = theirs.order(theirs.session())
    assert theirs(editing, "nSetKey", number) == 1
    order = mine.order(mine.session())
    assert mine(order, "nSetKey", number) == 0
    assert mine.text(order) == "The record is in use by another user."
    theirs(editing, "DropObject")
    assert mine(order, "nSetKey", number) == 1


def test_an_order_in_invoicing_is_not_edited() -> None:
    one = installation()
    sage = Sage(one)
    number = written(sage, sage.begun())
    one.companies["ABC"].invoicing[number] = "0100001"
    order = sage.order(sage.session())
    assert sage(order, "nSetKey", number) == 0
    assert sage.text(order) == "The sales order is currently being invoiced."


def test_nothing_is_stored_before_the_header_is_written() -> None:
    one = installation()
    sage = Sage(one)
    order = sage.begun()
    sage(sage.line(order), "nWrite")
    sage(order, "DropObject")
    assert len(one.companies["ABC"].kernel.orders.table) == 0


def test_a_death_after_the_write_leaves_the_order_and_frees_the_seat() -> None:
    one = installation()
    sage = Sage(one)
    order = sage.begun()
    sage(sage.line(order), "nWrite")
    one.arrange("die_after", "nWrite", "SO_SalesOrder_bus")
    with pytest.raises(ComError):
        sage(order, "nWrite")
    assert len(one.companies["ABC"].kernel.orders.table) == 1
    assert one.licence.held == []


def test_garbage_collection_gives_no_seat_back() -> None:
    one = installation()
    sage = Sage(one)
    sage.begun()
    del sage
    assert one.licence.held == ["tidegate"]


def test_by_reference_arguments_come_back() -> None:
    box = ByRef("")
    sage = Sage(installation())
    order = sage.begun()
    assert order.call("nGetValue", ("CustomerNo$", box)) == 1
    assert box.value == "WEB0001"


@pytest.mark.parametrize(
    ("row", "quantity", "expected"),
    [
        (
            {"PriceCodeRecord": "2", "ARDivisionNo": "00", "CustomerNo": "WANDA01", "ItemCode": "ABC-1"},
            1,
            "15",
        ),
        ({"PriceCodeRecord": "1", "CustomerPriceLevel": "1", "ItemCode": "ABC-1"}, 1, "15"),
        ({"PriceCodeRecord": "1", "CustomerPriceLevel": "", "ItemCode": "ABC-1"}, 1, "15"),
        ({"PriceCodeRecord": "0", "PriceCode": "WDG", "CustomerPriceLevel": "1"}, 1, "15"),
        ({"PriceCodeRecord": "0", "PriceCode": "WDG", "CustomerPriceLevel": "2"}, 1, "19.95"),
        ({"PriceCodeRecord": "1", "CustomerPriceLevel": "1", "ItemCode": "ABC-1"}, 10, "15"),
        ({"PriceCodeRecord": "1", "CustomerPriceLevel": "1", "ItemCode": "ABC-1"}, 11, "12"),
    ],
)
def test_prices_are_looked_up_in_sages_order(row: dict[str, str], quantity: int, expected: str) -> None:
    company = installation().companies["ABC"]
    steps = {"BreakQuantity1": 10, "DiscountMarkup1": 15, "BreakQuantity2": 99999999, "DiscountMarkup2": 12}
    company.price_codes.append({"PricingMethod": "O", **steps, **row})
    item = company.item("ABC-1")
    assert item is not None
    buyer = Buyer("00", "WANDA01", "1")
    assert price(company, item, buyer, Decimal(quantity), DAY) == Decimal(expected)


@pytest.mark.parametrize(("together", "expected"), [(False, "19.95"), (True, "12")])
def test_breaks_go_by_the_line_or_by_all_lines_of_the_order(together: bool, expected: str) -> None:
    one = installation(pricing_total_quantity=together)
    steps = {"BreakQuantity1": 10, "DiscountMarkup1": 0, "BreakQuantity2": 99999999, "DiscountMarkup2": 12}
    row = {
        "PriceCodeRecord": "1",
        "CustomerPriceLevel": "",
        "ItemCode": "ABC-1",
        "PricingMethod": "O",
        **steps,
    }
    one.companies["ABC"].price_codes.append({**row, "DiscountMarkup1": Decimal("19.95")})
    sage = Sage(one)
    order = sage.begun()
    sage(sage.line(order, quantity=8), "nWrite")
    lines = sage.line(order, quantity=3)
    assert Decimal(sage.out(lines, "nGetValue", "UnitPrice")) == Decimal(expected)
