"""Order Entry: what becomes of an order, Shippers, invoices, returns (contract §6.2)."""

from __future__ import annotations

from integration.sandbox.intacct.documents import SHIPPING, TAX, convert, line, only, state, stock
from integration.sandbox.intacct.world import World


def test_quantities_are_converted_in_parts_until_nothing_is_left(world: World) -> None:
    on_hand, _ = stock(world)
    world.done(
        world.order(
            ("WIDGET-01", "3", "19.90"), ("INSTALL", "1", "40.00"), key="main:1", subtotals=SHIPPING + TAX
        )
    )
    first, second = world.rows("SODOCUMENTENTRY", "RECORDNO")
    order = "Sales Order-SO0001"
    track = "<trackingnumber>1Z1,1Z2</trackingnumber>"
    shipped = convert(order, "Shipper", line("WIDGET-01", "2", first["RECORDNO"]), more=track)
    assert world.done(shipped).findtext("key") == "Shipper-SHP0001"
    assert state(world, order) == "Partially Converted"
    assert stock(world) == (on_hand - 2, 1)
    too_much = convert(order, "Shipper", line("WIDGET-01", "2", first["RECORDNO"]))
    assert world.refused(too_much)[0] == "BL01001973"
    assert world.refused(convert(order, "Shipper", line("KIT-1", "1")))[0] == "BL01001973"
    rest = convert(order, "Shipper", line("WIDGET-01", "1"), line("INSTALL", "1", second["RECORDNO"]))
    world.done(rest)
    assert state(world, order) == "Converted"
    assert stock(world) == (on_hand - 3, 0)
    shippers = world.rows(
        "SODOCUMENT", "DOCID", "CREATEDFROM", "STATE", "TRACKINGNUMBER", "SHIPPEDDATE", where=only("Shipper")
    )
    assert shippers[0] == {
        "DOCID": "Shipper-SHP0001",
        "CREATEDFROM": order,
        "STATE": "Pending",
        "TRACKINGNUMBER": "1Z1,1Z2",
        "SHIPPEDDATE": "03/02/2026",
    }
    entries = world.rows("SODOCUMENTENTRY", "DOCHDRID", "QUANTITY", "QTY_CONVERTED", "SOURCE_DOCLINEKEY")
    assert [one["QTY_CONVERTED"] for one in entries if one["DOCHDRID"] == order] == ["3", "1"]
    assert [one["SOURCE_DOCLINEKEY"] for one in entries if one["DOCHDRID"] == "Shipper-SHP0001"] == [
        first["RECORDNO"]
    ]


def test_shippers_are_invoiced_and_invoices_returned(world: World) -> None:
    world.done(world.order(("WIDGET-01", "3", "19.90"), key="main:1", subtotals=SHIPPING + TAX))
    on_hand, _ = stock(world)
    world.done(convert("Sales Order-SO0001", "Shipper", line("WIDGET-01", "3")))
    part = f"<subtotals>{SHIPPING}</subtotals>"
    assert (
        world.done(
            convert("Shipper-SHP0001", "Sales Invoice", line("WIDGET-01", "1"), subtotals=part)
        ).findtext("key")
        == "Sales Invoice-INV0001"
    )
    assert state(world, "Shipper-SHP0001") == "Partially Converted"
    world.done(
        convert(
            "Shipper-SHP0001",
            "Sales Invoice",
            line("WIDGET-01", "2"),
            subtotals=f"<subtotals>{TAX}</subtotals>",
        )
    )
    assert state(world, "Shipper-SHP0001") == "Converted"
    invoices = world.rows(
        "SODOCUMENT", "DOCID", "CREATEDFROM", "TOTAL", "TOTALDUE", "PRRECORDKEY", where=only("Sales Invoice")
    )
    assert [(one["CREATEDFROM"], one["TOTAL"], one["TOTALDUE"]) for one in invoices] == [
        ("Shipper-SHP0001", "27.4", "27.4"),
        ("Shipper-SHP0001", "45.17", "45.17"),
    ]
    receivables = world.rows("ARINVOICE", "RECORDNO", "RECORDID", "STATE", "TOTALDUE", "MODULEKEY")
    assert [one["RECORDNO"] for one in receivables] == [one["PRRECORDKEY"] for one in invoices]
    assert {one["MODULEKEY"] for one in receivables} == {"8.SO"}
    batch = world.rows(
        "GLDETAIL",
        "ACCOUNTNO",
        "AMOUNT",
        where="<and><equalto><field>MODULEKEY</field><value>8.SO</value></equalto><equalto><field>RECORDID</field><value>INV0002</value></equalto></and>",
    )
    assert {one["ACCOUNTNO"]: one["AMOUNT"] for one in batch} == {
        "1100": "45.17",
        "4000": "-39.8",
        "2200": "-5.37",
    }
    assert stock(world)[0] == on_hand - 3
    world.done(
        convert(
            "Sales Invoice-INV0002",
            "Sales Return",
            line("WIDGET-01", "1"),
            subtotals=f"<subtotals>{TAX}</subtotals>",
        )
    )
    assert stock(world)[0] == on_hand - 2
    assert state(world, "Sales Invoice-INV0002") == "Partially Converted"
    [back] = world.rows(
        "SODOCUMENT", "DOCID", "CREATEDFROM", "TOTAL", "DOCPARCLASS", where=only("Sales Return")
    )
    assert back == {
        "DOCID": "Sales Return-RTN0001",
        "CREATEDFROM": "Sales Invoice-INV0002",
        "TOTAL": "25.27",
        "DOCPARCLASS": "Adjustment",
    }
    assert world.rows("ARADJUSTMENT", "RECORDID", "TOTALENTERED") == [
        {"RECORDID": "RTN0001", "TOTALENTERED": "25.27"}
    ]
    assert world.company.books()["violations"] == []


def test_an_invoice_straight_from_an_order_ships_as_well(world: World) -> None:
    on_hand, _ = stock(world)
    world.done(world.order(("WIDGET-01", "2", "19.90"), key="main:1", subtotals=SHIPPING))
    world.done(convert("Sales Order-SO0001", "Sales Invoice", line("WIDGET-01", "2")))
    assert state(world, "Sales Order-SO0001") == "Converted"
    assert stock(world) == (on_hand - 2, 0)
    assert world.rows("SODOCUMENT", "DOCID", where=only("Shipper")) == []
    [one] = world.rows("SODOCUMENT", "CREATEDFROM", "TOTAL", where=only("Sales Invoice"))
    assert one == {"CREATEDFROM": "Sales Order-SO0001", "TOTAL": "47.3"}


def test_documents_of_their_own_need_no_order(world: World) -> None:
    on_hand, _ = stock(world)
    assert (
        world.done(world.document("Shipper", ("WIDGET-01", "1", "5.00"))).findtext("key") == "Shipper-SHP0001"
    )
    made = world.done(world.document("Sales Invoice", ("WIDGET-01", "2", "5.00"), subtotals=SHIPPING))
    assert made.findtext("key") == "Sales Invoice-INV0001"
    assert stock(world)[0] == on_hand - 3
    found = world.rows("SODOCUMENT", "DOCID", "CREATEDFROM", "TOTAL")
    assert found == [
        {"DOCID": "Shipper-SHP0001", "CREATEDFROM": "", "TOTAL": "5"},
        {"DOCID": "Sales Invoice-INV0001", "CREATEDFROM": "", "TOTAL": "17.5"},
    ]
    assert world.refused(world.document("Shipper", ("WIDGET-01", "9999", "5.00")))[0] == "BL01001973"
    assert world.refused(world.document("Sales Return", ("WIDGET-01", "1", "5.00")))[0] == "BL03002129"
    assert world.done(world.order(("WIDGET-01", "1", "1.00"))).findtext("key") == "Sales Order-SO0001"


def test_what_may_not_be_converted_is_refused(world: World) -> None:
    world.done(world.order(("WIDGET-01", "1", "1.00"), state="Draft"))
    world.done(world.order(("WIDGET-01", "1", "1.00")))
    world.done('<update_sotransaction key="Sales Order-SO0002"><state>Closed</state></update_sotransaction>')
    for order in ("Sales Order-SO0001", "Sales Order-SO0002"):
        assert world.refused(convert(order, "Shipper", line("WIDGET-01", "1")))[0] == "BL01001973"
    assert (
        world.refused(convert("Sales Order-SO0001", "Sales Return", line("WIDGET-01", "1")))[0]
        == "BL03002129"
    )
    assert world.refused(convert("Sales Order-SO0099", "Shipper", line("WIDGET-01", "1")))[0] == "BL03000018"
