"""Order Entry: entering, changing, reading back (contract §6)."""

from __future__ import annotations

import pytest

from integration.sandbox.intacct.documents import LESS, SHIPPING, TAX, convert, line, state, stock
from integration.sandbox.intacct.world import World


def test_an_order_is_entered_and_read_back(world: World) -> None:
    before = stock(world)
    more = "<needbydate><year>2026</year><month>03</month><day>09</day></needbydate><customerponumber>PO-778</customerponumber>"
    made = world.done(
        world.order(("WIDGET-01", "3", "19.90"), key="main:1", more=more, subtotals=SHIPPING + TAX + LESS)
    )
    assert made.findtext("key") == "Sales Order-SO0001"
    fields = [
        "DOCNO",
        "DOCPARCLASS",
        "STATE",
        "CUSTVENDID",
        "PONUMBER",
        "CUSTOMERPONUMBER",
        "TERM.NAME",
        "SUBTOTAL",
        "TOTAL",
        "TRX_TOTAL",
        "CURRENCY",
    ]
    [row] = world.rows(
        "SODOCUMENT", *fields, "WHENCREATED", "WHENDUE", "MAGENTO_ORDER_ID", docparid="Sales Order"
    )
    assert row == {
        "DOCNO": "SO0001",
        "DOCPARCLASS": "Order",
        "STATE": "Pending",
        "CUSTVENDID": "C-10001",
        "PONUMBER": "main:1",
        "CUSTOMERPONUMBER": "PO-778",
        "TERM.NAME": "Net 30",
        "SUBTOTAL": "59.7",
        "TOTAL": "70.57",
        "TRX_TOTAL": "70.57",
        "CURRENCY": "USD",
        "WHENCREATED": "03/02/2026",
        "WHENDUE": "04/01/2026",
        "MAGENTO_ORDER_ID": "main:1",
    }
    assert stock(world) == (before[0], before[1] + 3)
    [entry] = world.rows(
        "SODOCUMENTENTRY",
        "DOCHDRID",
        "LINE_NO",
        "ITEMID",
        "UNIT",
        "QUANTITY",
        "PRICE",
        "VALUE",
        "WAREHOUSE.LOCATION_NO",
        "LOCATIONID",
    )
    assert entry == {
        "DOCHDRID": "Sales Order-SO0001",
        "LINE_NO": "0",
        "ITEMID": "WIDGET-01",
        "UNIT": "Each",
        "QUANTITY": "3",
        "PRICE": "19.9",
        "VALUE": "59.7",
        "WAREHOUSE.LOCATION_NO": "WH1",
        "LOCATIONID": "100",
    }
    sums = world.rows("SODOCUMENTSUBTOTALS", "DESCRIPTION", "TRX_TOTAL")
    assert sums == [
        {"DESCRIPTION": "Shipping", "TRX_TOTAL": "7.5"},
        {"DESCRIPTION": "Sales Tax", "TRX_TOTAL": "5.37"},
        {"DESCRIPTION": "Discount", "TRX_TOTAL": "-2"},
    ]
    books = world.company.books()
    assert [one["number"] for one in books["orders_by_key"]["main:1"]] == ["SO0001"]
    read = world.done(
        "<readByName><object>SODOCUMENT</object><keys>Sales Order-SO0001</keys><fields>*</fields></readByName>"
    )
    assert [one.findtext("ITEMID") for one in read.iter("sodocumententry")] == ["WIDGET-01"]
    assert len(list(read.iter("sodocumentsubtotals"))) == 3
    assert read.find(".//SHIPTO/MAILADDRESS/COUNTRYCODE") is not None


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [
        ("<customerid>C-10001", "<customerid>NOBODY", "BL03000018"),
        ("<customerid>C-10001", "<customerid>C-ONHOLD", "BL03001974"),
        ("<customerid>C-10001", "<customerid>C-NOCREDIT", "BL03001974"),
        ("Sales Order", "No Such Order", "BL03000018"),
        ("<itemid>WIDGET-01", "<itemid>NOTHING", "BL03000018"),
        ("<unit>Each", "<unit>each", "BL03000018"),
        ("<warehouseid>WH1</warehouseid>", "", "BL03000018"),
        ("<warehouseid>WH1", "<warehouseid>WH9", "BL03000018"),
        ("<locationid>100</locationid>", "", "BL03000018"),
        ("<locationid>100", "<locationid>999", "BL03000018"),
        ("<quantity>3", "<quantity>0", "BL01001973"),
        ("<quantity>3", "<quantity>three", "BL01001973"),
        ("<price>19.90", "<price>-1", "BL01001973"),
        ("<termname>Net 30", "<termname>Net 99", "BL03000018"),
        ("<currency>USD</currency>", "", "BL03000018"),
        ("<currency>USD", "<currency>EUR", "BL01001973"),
        ("<exchratetype>Intacct Daily Rate</exchratetype>", "", "BL03000018"),
        ("<month>03", "<month>13", "PL03000006"),
        ("<year>2026", "<year>2020", "BL03000130"),
        ("MAGENTO_ORDER_ID", "NOT_A_FIELD", "BL03000018"),
    ],
)
def test_an_order_that_names_what_is_not_there_is_refused(
    world: World, old: str, new: str, number: str
) -> None:
    before = world.company.books()
    assert (
        world.refused(world.order(("WIDGET-01", "3", "19.90"), key="main:1").replace(old, new))[0] == number
    )
    assert world.company.books() == before


def test_the_general_error_stands_behind_the_specific_one(world: World) -> None:
    bad = world.order(("WIDGET-01", "3", "19.90"), subtotals=SHIPPING.replace("Shipping", "Postage"))
    found = world.call(bad)
    assert [one.text for one in found.iter("errorno")] == ["BL03000018", "BL01001973"]


def test_a_single_currency_company_refuses_a_currency() -> None:
    world = World(multi_currency=False)
    assert world.refused(world.order(("WIDGET-01", "1", "1.00")))[0] == "BL01001973"
    bare = world.order(("WIDGET-01", "1", "1.00")).replace(
        "<currency>USD</currency><exchratetype>Intacct Daily Rate</exchratetype>", ""
    )
    world.done(bare)


def test_orders_are_changed_by_line_number_and_closed(world: World) -> None:
    world.done(world.order(("WIDGET-01", "3", "19.90"), ("KIT-1", "1", "45.00"), more="", subtotals=SHIPPING))
    change = (
        '<update_sotransaction key="Sales Order-SO0001"><referenceno>NEW</referenceno><message>Hello</message>'
        '<updatesotransitems><updatesotransitem line_num="2"><quantity>2</quantity><price>40.00</price></updatesotransitem>'
        "<sotransitem><itemid>WIDGET-02</itemid><warehouseid>WH2</warehouseid><quantity>1</quantity><price>9.00</price>"
        "<locationid>200</locationid></sotransitem></updatesotransitems><updatesubtotals><updatesubtotal>"
        "<description>Shipping</description><total>1.00</total><locationid>100</locationid></updatesubtotal></updatesubtotals>"
        "</update_sotransaction>"
    )
    assert world.done(change).findtext("key") == "Sales Order-SO0001"
    [row] = world.rows("SODOCUMENT", "PONUMBER", "MESSAGE", "TOTAL")
    assert row == {"PONUMBER": "NEW", "MESSAGE": "Hello", "TOTAL": "149.7"}
    bad = change.replace('line_num="2"', 'line_num="9"')
    assert world.refused(bad)[0] == "BL03000018"
    on_hand, allocated = stock(world)
    assert allocated == 3
    world.done('<update_sotransaction key="Sales Order-SO0001"><state>Closed</state></update_sotransaction>')
    assert stock(world) == (on_hand, 0)
    [row] = world.rows("SODOCUMENT", "STATE", "CLOSED", "TOTAL")
    assert row == {"STATE": "Closed", "CLOSED": "true", "TOTAL": "149.7"}
    assert world.refused(change)[0] == "BL01001973"


def test_a_partly_converted_order_keeps_its_quantities_when_staff_closes_it(world: World) -> None:
    world.done(world.order(("WIDGET-01", "3", "10.00")))
    world.done(convert("Sales Order-SO0001", "Shipper", line("WIDGET-01", "1")))
    refused = '<update_sotransaction key="Sales Order-SO0001"><state>Closed</state></update_sotransaction>'
    assert "Partially Converted" in world.refused(refused)[1]
    world.act("cancel", order="SO0001")
    assert world.rows("SODOCUMENT", "DOCID", where="<equalto><field>STATE</field><value>C</value></equalto>")


def test_an_external_id_finds_a_document_to_change(world: World) -> None:
    world.done(
        world.order(("WIDGET-01", "1", "1.00")).replace(
            "<currency>", "<externalid>main:77</externalid><currency>"
        )
    )
    by_key = '<update_sotransaction key="main:77" externalkey="true"><message>Found</message></update_sotransaction>'
    assert world.done(by_key).findtext("key") == "Sales Order-SO0001"
    assert world.rows("SODOCUMENT", "MESSAGE", "EXTERNALID") == [
        {"MESSAGE": "Found", "EXTERNALID": "main:77"}
    ]


def test_in_progress_allows_no_change(world: World) -> None:
    world.done(world.order(("WIDGET-01", "1", "1.00")))
    world.act("in-progress", document="Sales Order-SO0001")
    assert state(world, "Sales Order-SO0001") == "In Progress"
    change = '<update_sotransaction key="Sales Order-SO0001"><message>x</message></update_sotransaction>'
    assert "In Progress" in world.refused(change)[1]
    assert (
        len(
            world.rows("SODOCUMENT", "DOCID", where="<equalto><field>STATE</field><value>G</value></equalto>")
        )
        == 1
    )


def test_orders_are_deleted_only_before_anything_was_converted(world: World) -> None:
    world.done(world.order(("WIDGET-01", "1", "1.00")))
    world.done(world.order(("WIDGET-01", "2", "1.00")))
    world.done(convert("Sales Order-SO0002", "Shipper", line("WIDGET-01", "1")))
    assert world.done('<delete_sotransaction key="Sales Order-SO0001"/>').find("key") is None
    assert world.refused('<delete_sotransaction key="Sales Order-SO0001"/>')[0] == "BL03000018"
    assert world.refused('<delete_sotransaction key="Sales Order-SO0002"/>')[0] == "BL01001973"
    assert world.refused('<delete_sotransaction key="Shipper-SHP0001"/>')[0] == "BL01001973"


def test_an_updated_invoice_has_another_ar_invoice(world: World) -> None:
    world.done(world.document("Sales Invoice", ("WIDGET-01", "1", "10.00")))
    [before] = world.rows("SODOCUMENT", "PRRECORDKEY")
    world.done(
        '<update_sotransaction key="Sales Invoice-INV0001"><message>New text</message></update_sotransaction>'
    )
    [after] = world.rows("SODOCUMENT", "PRRECORDKEY")
    assert before != after
    assert world.rows("ARINVOICE", "RECORDNO", "TOTALDUE") == [
        {"RECORDNO": after["PRRECORDKEY"], "TOTALDUE": "10"}
    ]
    line_change = (
        '<update_sotransaction key="Sales Invoice-INV0001"><updatesotransitems><updatesotransitem line_num="1">'
        "<quantity>2</quantity></updatesotransitem></updatesotransitems></update_sotransaction>"
    )
    assert world.refused(line_change)[0] == "BL01001973"


def test_own_numbers_are_unique_and_documents_come_in_base_64(world: World) -> None:
    numbered = world.order(("WIDGET-01", "1", "1.00")).replace(
        "<referenceno>", "<documentno>MY-1#a</documentno><referenceno>"
    )
    assert world.done(numbered).findtext("key") == "Sales Order-MY-1#a"
    assert world.refused(numbered)[0] == "BL34000061"
    store_document = world.done(
        "<retrievepdf><SODOCUMENT><DOCID>Sales Order-MY-1#a</DOCID></SODOCUMENT></retrievepdf>"
    )
    assert store_document.findtext("data/pdfdata")


def test_documents_of_an_entity_stay_there(world: World) -> None:
    world.sign_in("E100")
    world.done(world.order(("WIDGET-01", "1", "1.00"), key="main:1"))
    world.done(convert("Sales Order-SO0001", "Sales Invoice", line("WIDGET-01", "1")))
    assert {one["MEGAENTITYID"] for one in world.rows("SODOCUMENT", "MEGAENTITYID")} == {"E100"}
    assert world.rows("ARINVOICE", "MEGAENTITYID") == [{"MEGAENTITYID": "E100"}]
    world.sign_in("E200")
    assert world.rows("SODOCUMENT", "DOCID") == world.rows("ARINVOICE", "RECORDNO") == []
    world.sign_in()
    assert world.rows("SODOCUMENT", "DOCID") == []
    assert len(world.rows("SODOCUMENT", "DOCID", private=True)) == 2


def test_rules_of_a_line(world: World) -> None:
    good = world.order(("WIDGET-01", "1", "1.00"))
    for old, new in (
        ("<price>", "<linelevelsimpletaxtype/><price>"),
        ("</locationid></sotransitem>", "</locationid><departmentid>NONE</departmentid></sotransitem>"),
        ("</locationid></sotransitem>", "</locationid><taskid>T</taskid></sotransitem>"),
        (
            "<locationid>100</locationid></sotransitem>",
            "<conversiontype>Price</conversiontype><locationid>100</locationid></sotransitem>",
        ),
    ):
        status = world.request(good.replace(old, new)).findtext("operation/result/status")
        assert status == ("success" if "linelevel" in new else "failure"), new
    there = good.replace(
        "</locationid></sotransitem>",
        "</locationid><departmentid>SALES</departmentid><shipto>Ada</shipto></sotransitem>",
    )
    world.done(there)
    assert {one["NEEDBYDATE"] for one in world.rows("SODOCUMENT", "NEEDBYDATE")} == {"04/01/2026"}


def test_docparid_shows_which_fields_there_are_not_which_documents(world: World) -> None:
    world.done(world.order(("WIDGET-01", "1", "1.00"), key="main:1"))
    world.act("convert", document="Sales Order-SO0001")
    query = (
        "<query><object>SODOCUMENT</object><select><field>DOCID</field></select><filter><in><field>MAGENTO_ORDER_ID</field>"
        "<value>main:1</value></in></filter><docparid>Sales Order</docparid></query>"
    )
    assert len(world.done(query).findall("data/SODOCUMENT")) == 2
    assert world.refused(query.replace("<docparid>Sales Order</docparid>", ""))[0] == "DL02000001"
    world.face.options.docparid_narrows = True
    assert len(world.done(query).findall("data/SODOCUMENT")) == 1
