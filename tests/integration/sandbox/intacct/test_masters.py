"""Customers and contacts, items and stock, price lists (contract §7 to §9)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.sandbox.intacct.world import World

CONTACT = "<create><CONTACT><CONTACTNAME>{}</CONTACTNAME><PRINTAS>Ada</PRINTAS><MAILADDRESS><CITY>Bath</CITY></MAILADDRESS></CONTACT></create>"


def test_a_customer_brings_its_display_contact(world: World) -> None:
    world.done(
        "<create><CUSTOMER><CUSTOMERID>C-7</CUSTOMERID><NAME>Ada Byron</NAME><DISPLAYCONTACT><PRINTAS>Ada</PRINTAS>"
        "<EMAIL1>ada@example.com</EMAIL1></DISPLAYCONTACT><TERMNAME>Net 15</TERMNAME><CREDITLIMIT>500</CREDITLIMIT>"
        "<ONHOLD>false</ONHOLD><PRICELIST>Wholesale</PRICELIST></CUSTOMER></create>"
    )
    where = "<equalto><field>CUSTOMERID</field><value>C-7</value></equalto>"
    fields = (
        "ENTITY",
        "TERMNAME",
        "CREDITLIMIT",
        "ONHOLD",
        "TOTALDUE",
        "PRICELIST",
        "STATUS",
        "DISPLAYCONTACT.CONTACTNAME",
    )
    assert world.rows("CUSTOMER", *fields, where=where) == [
        {
            "ENTITY": "CC-7",
            "TERMNAME": "Net 15",
            "CREDITLIMIT": "500",
            "ONHOLD": "false",
            "TOTALDUE": "0",
            "PRICELIST": "Wholesale",
            "STATUS": "active",
            "DISPLAYCONTACT.CONTACTNAME": "Ada Byron(CC-7)",
        }
    ]
    found = "<equalto><field>CONTACTNAME</field><value>Ada Byron(CC-7)</value></equalto>"
    assert world.rows("CONTACT", "PRINTAS", where=found) == [{"PRINTAS": "Ada"}]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("<NAME>X</NAME>", "BL03000018"),
        ("<CUSTOMERID>X</CUSTOMERID>", "BL03000018"),
        (
            "<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><DISPLAYCONTACT><EMAIL1>a@b.c</EMAIL1></DISPLAYCONTACT>",
            "BL03000018",
        ),
        ("<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><TERMNAME>Never</TERMNAME>", "BL03000018"),
        ("<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><CREDITLIMIT>much</CREDITLIMIT>", "DL02000001"),
        ("<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><ONHOLD>perhaps</ONHOLD>", "DL02000001"),
        (
            "<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><SHIPTO><CONTACTNAME>Nobody</CONTACTNAME></SHIPTO>",
            "BL03000018",
        ),
        ("<CUSTOMERID>X</CUSTOMERID><NAME>X</NAME><CURRENCY>XXX</CURRENCY>", "BL03000018"),
        ("<CUSTOMERID>C-10001</CUSTOMERID><NAME>X</NAME>", "BL34000061"),
    ],
)
def test_customers_that_cannot_be(world: World, body: str, number: str) -> None:
    before = len(world.rows("CUSTOMER", "RECORDNO"))
    assert world.refused(f"<create><CUSTOMER>{body}</CUSTOMER></create>")[0] == number
    assert len(world.rows("CUSTOMER", "RECORDNO")) == before


def test_the_company_may_number_its_customers() -> None:
    world = World(customers_numbered=True)
    made = world.done("<create><CUSTOMER><NAME>X</NAME></CUSTOMER></create>")
    assert made.findtext("data/customer/CUSTOMERID")


def test_contacts_are_unique_by_name_in_the_whole_company(world: World) -> None:
    world.sign_in("E100")
    world.done(CONTACT.format("Byron, Ada (C-1) a1b2"))
    world.sign_in("E200")
    assert world.refused(CONTACT.format("Byron, Ada (C-1) a1b2"))[0] == "BL34000061"
    order = world.order(("WIDGET-01", "1", "1.00"))
    ship = "<shipto><contactname>Byron, Ada (C-1) a1b2</contactname></shipto><currency>"
    world.done(order.replace("<currency>", ship, 1))
    nobody = ship.replace("Byron", "Nobody")
    assert world.refused(order.replace("<currency>", nobody, 1))[0] == "BL03000018"
    read = world.done(
        "<readByName><object>SODOCUMENT</object><keys>Sales Order-SO0001</keys><fields>*</fields></readByName>"
    )
    assert read.findtext(".//SHIPTO/MAILADDRESS/CITY") == "Bath"
    assert (
        world.refused("<create><CONTACT><CONTACTNAME>No name</CONTACTNAME></CONTACT></create>")[0]
        == "BL03000018"
    )


def test_a_customer_with_documents_is_not_deleted(world: World) -> None:
    world.done(world.order(("WIDGET-01", "1", "1.00")))
    key = world.company.customer("C-10001").id
    assert world.refused(f"<delete><object>CUSTOMER</object><keys>{key}</keys></delete>")[0] == "BL01001973"


def test_holds_and_limits_may_be_ignored_by_configuration() -> None:
    world = World(refuse_held=False)
    for customer in ("C-ONHOLD", "C-NOCREDIT"):
        world.done(world.document("Sales Order", ("WIDGET-01", "9", "19.90"), customer=customer))


def test_items_of_every_type_and_no_stock_figure(world: World) -> None:
    rows = world.rows("ITEM", "ITEMID", "ITEMTYPE", "UOMGRP", "STATUS")
    assert {one["ITEMTYPE"] for one in rows} == {
        "Inventory",
        "Non-Inventory",
        "Non-Inventory (Purchase only)",
        "Non-Inventory (Sales only)",
        "Kit",
        "Stockable Kit",
    }
    assert not [name for name in world.face.tenant.types["ITEM"].names() if "ONHAND" in name]
    stocked = {one["ITEMID"] for one in world.rows("ITEMWAREHOUSEINFO", "ITEMID")}
    assert stocked == {one["ITEMID"] for one in rows if one["ITEMTYPE"] in ("Inventory", "Stockable Kit")}
    assert [one["WAREHOUSEID"] for one in world.rows("WAREHOUSE", "WAREHOUSEID", "LOCATIONID")] == [
        "WH1",
        "WH2",
    ]


def test_items_are_made_changed_and_deleted(world: World) -> None:
    made = world.done(
        "<create><ITEM><ITEMID>NEW-1</ITEMID><NAME>New</NAME><ITEMTYPE>Inventory</ITEMTYPE><BASEPRICE>3.50</BASEPRICE></ITEM></create>"
    )
    key = made.findtext("data/item/RECORDNO")
    where = "<equalto><field>ITEMID</field><value>NEW-1</value></equalto>"
    assert len(world.rows("ITEMWAREHOUSEINFO", "WONHAND", where=where)) == 2
    world.done(f"<update><ITEM><RECORDNO>{key}</RECORDNO><STATUS>inactive</STATUS></ITEM></update>")
    assert world.rows("ITEM", "STATUS", "BASEPRICE", where=where) == [
        {"STATUS": "inactive", "BASEPRICE": "3.5"}
    ]
    assert "inactive" in world.refused(world.order(("NEW-1", "1", "1.00")))[1]
    world.done(f"<delete><object>ITEM</object><keys>{key}</keys></delete>")
    assert world.rows("ITEM", "NAME", where=where) == []
    used = world.company.item("WIDGET-01").id
    assert world.refused(f"<delete><object>ITEM</object><keys>{used}</keys></delete>")[0] == "BL01001973"
    assert (
        world.refused(
            "<create><ITEM><ITEMID>N</ITEMID><NAME>N</NAME><ITEMTYPE>Odd</ITEMTYPE></ITEM></create>"
        )[0]
        == "BL03000018"
    )


def test_stock_moves_and_every_movement_is_listed(world: World) -> None:
    before = len(world.rows("INVENTORYTOTALDETAIL", "RECORDNO"))
    world.act("stock-adjust", item="WIDGET-01", warehouse="WH2", change="5")
    rows = world.rows("INVENTORYTOTALDETAIL", "ITEMID", "TOTALNAME", "QUANTITY", "UNIT")
    assert len(rows) == before + 1
    assert rows[-1] == {"ITEMID": "WIDGET-01", "TOTALNAME": "ONHAND", "QUANTITY": "5", "UNIT": "Each"}
    world.company.item("WIDGET-02").batches = {"LOT-1": Decimal(4)}
    assert world.rows("AVAILABLEINVENTORY", "ITEMID", "LOTNO", "QUANTITYLEFT") == [
        {"ITEMID": "WIDGET-02", "LOTNO": "LOT-1", "QUANTITYLEFT": "4"}
    ]


def entry(value: str, more: str = "", listed: str = "Autumn") -> str:
    return (
        f"<create><SOPRICELISTENTRY><PRICELISTID>{listed}</PRICELISTID><ITEMID>WIDGET-01</ITEMID><VALUE>{value}</VALUE>"
        f"{more}</SOPRICELISTENTRY></create>"
    )


def priced(world: World, quantity: str, customer: str = "C-7", more: str = "") -> str:
    order = world.document("Sales Order", ("WIDGET-01", quantity, "0"), customer=customer, more="").replace(
        "<price>0</price>", ""
    )
    key = world.done(order.replace("<state>", f"{more}<state>") if more else order).findtext("key")
    where = f"<equalto><field>DOCHDRID</field><value>{key}</value></equalto>"
    return world.rows("SODOCUMENTENTRY", "PRICE", where=where)[0]["PRICE"]


def test_price_lists_rank_by_customer_date_quantity_and_schedule(world: World) -> None:
    world.done("<create_sopricelist><name>Autumn</name><status>active</status></create_sopricelist>")
    world.done(entry("15.00"))
    world.done(entry("12.00", "<QTYLIMITMIN>10</QTYLIMITMIN>"))
    world.done(entry("1.00", "<DATEFROM>03/03/2026</DATEFROM><QTYLIMITMIN>20</QTYLIMITMIN>"))
    rows = world.rows(
        "SOPRICELISTENTRY",
        "PRICELISTID",
        "ITEMID",
        "VALUE",
        "QTYLIMITMIN",
        "DATEFROM",
        "VALUETYPE",
        where="<equalto><field>PRICELISTID</field><value>Autumn</value></equalto>",
    )
    assert [(one["VALUE"], one["QTYLIMITMIN"], one["DATEFROM"]) for one in rows] == [
        ("15", "", ""),
        ("12", "10", ""),
        ("1", "20", "03/03/2026"),
    ]
    world.done(
        "<create><CUSTOMER><CUSTOMERID>C-7</CUSTOMERID><NAME>Ada</NAME><PRICELIST>Autumn</PRICELIST></CUSTOMER></create>"
    )
    assert priced(world, "1", "C-10001") == "19.9"
    assert priced(world, "1") == "15"
    assert priced(world, "10") == "12"
    assert priced(world, "20") == "12"
    world.clock.advance(86400)
    world.sign_in()
    world.done(
        "<update><CUSTOMER><CUSTOMERID>C-7</CUSTOMERID><PRICESCHEDULE>Five percent</PRICESCHEDULE></CUSTOMER></update>"
    )
    assert priced(world, "1") == "14.25"
    world.done('<update_sopricelist key="Autumn"><status>inactive</status></update_sopricelist>')
    assert priced(world, "1") == "18.91"
    assert world.refused('<delete_sopricelist key="Autumn"/>')[0] == "BL01001973"
    assert world.refused("<create_sopricelist><name>Autumn</name></create_sopricelist>")[0] == "BL34000061"
    assert world.refused(entry("1.00", listed="None"))[0] == "BL03000018"


def test_entries_may_be_a_markup_or_a_percentage(world: World) -> None:
    world.done("<create><INVPRICELIST><NAME>Inner</NAME></INVPRICELIST></create>")
    assert world.rows("INVPRICELIST", "NAME", "STATUS") == [{"NAME": "Inner", "STATUS": "active"}]
    world.done("<create><SOPRICELIST><NAME>Autumn</NAME><DATETO>03/02/2026</DATETO></SOPRICELIST></create>")
    world.done(
        "<create><CUSTOMER><CUSTOMERID>C-7</CUSTOMERID><NAME>Ada</NAME><PRICELIST>Autumn</PRICELIST></CUSTOMER></create>"
    )
    made = world.done(entry("-10", "<VALUETYPE>Percent markup/discount</VALUETYPE>")).findtext(
        "data/sopricelistentry/RECORDNO"
    )
    assert priced(world, "1") == "17.91"
    world.done(
        f"<update><SOPRICELISTENTRY><RECORDNO>{made}</RECORDNO><VALUE>2.00</VALUE><VALUETYPE>Dollar markup/discount</VALUETYPE></SOPRICELISTENTRY></update>"
    )
    assert priced(world, "1") == "21.9"
    world.done(f"<delete><object>SOPRICELISTENTRY</object><keys>{made}</keys></delete>")
    assert priced(world, "1") == "19.9"
