"""Generic functions: query, readByQuery, read, create, update, delete, lookup (contract §5)."""

from __future__ import annotations

import json

import pytest

from integration.sandbox.intacct.world import World
from tidegate_sandbox.intacct.object_type import listed_fields


def query(object: str, body: str = "<select><field>RECORDNO</field></select>") -> str:
    return f"<query><object>{object}</object>{body}</query>"


def names(world: World, where: str, more: str = "") -> list[str]:
    found = world.done(
        query(
            "ITEM",
            f"<select><field>ITEMID</field></select><filter>{where}</filter>"
            f"<orderby><order><field>ITEMID</field></order></orderby>{more}",
        )
    )
    return [one.text or "" for one in found.findall("data/ITEM/ITEMID")]


def test_every_listed_field_can_be_selected_and_no_other(world: World) -> None:
    for name in world.face.tenant.types:
        fields = listed_fields(name)
        if fields:
            world.done(
                query(name, "<select>" + "".join(f"<field>{one}</field>" for one in fields) + "</select>")
            )
        assert world.refused(query(name, "<select><field>NOT_A_FIELD</field></select>"))[0] == "DL02000001"
        assert world.refused(query(name, "<select><field>*</field></select>"))[0] == "DL02000001"
    number, text = world.refused(query("BADOBJECT"))
    assert (number, text.partition(" [")[0]) == ("Query Failed", "Object definition BADOBJECT not found")


def test_operators_of_a_query(world: World) -> None:
    def one(operator: str, field: str, *values: str) -> str:
        return f"<{operator}><field>{field}</field>{''.join(f'<value>{each}</value>' for each in values)}</{operator}>"

    assert names(world, one("equalto", "ITEMID", "WIDGET-01")) == ["WIDGET-01"]
    assert "WIDGET-01" not in names(world, one("notequalto", "ITEMID", "WIDGET-01"))
    assert names(world, one("greaterthan", "BASEPRICE", "45")) == ["SKIT-1"]
    assert names(world, one("greaterthanorequalto", "BASEPRICE", "45")) == ["KIT-1", "SKIT-1"]
    assert names(world, one("lessthan", "BASEPRICE", "10.37")) == ["PACKING"]
    assert names(world, one("lessthanorequalto", "BASEPRICE", "10.37")) == ["HUB-0001", "PACKING"]
    assert names(world, one("between", "BASEPRICE", "40", "50")) == ["INSTALL", "KIT-1"]
    assert names(world, one("in", "ITEMID", "WIDGET-01", "KIT-1", "X")) == ["KIT-1", "WIDGET-01"]
    assert len(names(world, one("notin", "ITEMID", "WIDGET-01", "KIT-1"))) == 9
    assert names(world, one("like", "ITEMID", "WIDGET-0_")) == ["WIDGET-01", "WIDGET-02"]
    assert "WIDGET-01" not in names(world, one("notlike", "ITEMID", "WIDGET%"))
    assert len(names(world, one("isnull", "UPC"))) == 11
    assert names(world, one("isnotnull", "UPC")) == []
    assert (
        names(world, one("equalto", "ITEMTYPE", "Kit"))
        == names(world, one("equalto", "ITEMTYPE", "K"))
        == ["KIT-1"]
    )
    both = f"<and>{one('like', 'ITEMID', 'W%')}<or>{one('equalto', 'BASEPRICE', '19.90')}{one('equalto', 'BASEPRICE', '1')}</or></and>"
    assert names(world, both) == ["WIDGET-01"]
    assert names(world, one("equalto", "ITEMID", "widget-01")) == []
    loose = "<options><caseinsensitive>True</caseinsensitive></options>"
    assert names(world, one("equalto", "ITEMID", "widget-01"), loose) == ["WIDGET-01"]
    for bad in (one("greaterthan", "BASEPRICE", "much"), one("equalto", "WHENMODIFIED", "yesterday")):
        assert (
            world.refused(query("ITEM", f"<select><field>ITEMID</field></select><filter>{bad}</filter>"))[0]
            == "DL02000001"
        )


def test_times_are_compared_to_the_second(world: World) -> None:
    world.clock.advance(60)
    item = "<equalto><field>ITEMID</field><value>WIDGET-01</value></equalto>"
    key = world.rows("ITEM", "RECORDNO", where=item)[0]["RECORDNO"]
    world.done(f"<update><ITEM><RECORDNO>{key}</RECORDNO><NAME>New</NAME></ITEM></update>")
    at = world.rows("ITEM", "WHENMODIFIED", where=item)[0]["WHENMODIFIED"]
    assert at == "03/02/2026 08:16:00"
    where = "<greaterthanorequalto><field>WHENMODIFIED</field><value>{}</value></greaterthanorequalto>"
    assert names(world, where.format(at)) == ["WIDGET-01"]
    assert names(world, where.format("03/02/2026 08:16:01")) == []


def test_pages_count_down_and_are_unordered_without_an_order(world: World) -> None:
    def page(offset: int, order: str) -> tuple[list[str], dict[str, str]]:
        body = f"<select><field>ITEMID</field></select>{order}<pagesize>4</pagesize><offset>{offset}</offset>"
        data = world.done(query("ITEM", body)).find("data")
        assert data is not None
        return [one.text or "" for one in data.iter("ITEMID")], dict(data.attrib)

    order = "<orderby><order><field>RECORDNO</field><ascending/></order></orderby>"
    seen, left = [], []
    for offset in (0, 4, 8):
        rows, attributes = page(offset, order)
        assert attributes["totalcount"] == "11"
        assert attributes["count"] == str(len(rows))
        assert attributes["offset"] == str(offset)
        seen += rows
        left.append(attributes["numremaining"])
    assert left == ["7", "3", "0"]
    assert len(set(seen)) == 11
    assert len({tuple(page(0, "")[0]) for _ in range(6)}) > 1
    world.face.options.shuffle = False
    assert len({tuple(page(0, "")[0]) for _ in range(6)}) == 1
    empty = world.done(query("SODOCUMENT")).find("data")
    assert empty is not None
    assert empty.attrib == {
        "listtype": "SODOCUMENT",
        "totalcount": "0",
        "offset": "0",
        "count": "0",
        "numremaining": "0",
    }


@pytest.mark.parametrize(
    "bad", ["<pagesize>2001</pagesize>", "<pagesize>0</pagesize>", "<offset>-1</offset>"]
)
def test_pages_out_of_range_fit_no_schema(world: World, bad: str) -> None:
    answer = world.request(query("ITEM", f"<select><field>ITEMID</field></select>{bad}"))
    assert answer.findtext("errormessage/error/errorno") == "XL03000003"


def test_aggregates(world: World) -> None:
    body = (
        "<select><count>RECORDNO</count><min>BASEPRICE</min><max>BASEPRICE</max><sum>BASEPRICE</sum></select>"
    )
    [row] = world.done(query("ITEM", body)).findall("data/ITEM")
    assert [one.tag for one in row] == ["COUNT.RECORDNO", "MIN.BASEPRICE", "MAX.BASEPRICE", "BASEPRICE"]
    assert [row.findtext(name) for name in ("COUNT.RECORDNO", "MIN.BASEPRICE", "MAX.BASEPRICE")] == [
        "11",
        "1",
        "55",
    ]
    grouped = world.done(query("ITEM", "<select><field>ITEMTYPE</field><count>RECORDNO</count></select>"))
    assert {one.findtext("ITEMTYPE"): one.findtext("COUNT.RECORDNO") for one in grouped.findall("data/ITEM")}[
        "Kit"
    ] == "1"


def test_other_return_formats_come_without_an_envelope(world: World) -> None:
    body = "<select><field>ITEMID</field></select><filter><equalto><field>ITEMID</field><value>KIT-1</value></equalto></filter>"
    world.sign_in()

    def bare(form: str) -> bytes:
        function = query("ITEM", f"{body}<options><returnformat>{form}</returnformat></options>")
        who = f"<sessionid>{world.session}</sessionid>"
        return world.post(
            "<request><control><senderid>HubSender</senderid><password>sender-secret</password><controlid>1</controlid>"
            f"<uniqueid>false</uniqueid></control><operation><authentication>{who}</authentication><content>"
            f'<function controlid="1">{function}</function></content></operation></request>'
        ).content

    assert json.loads(bare("json")) == [{"ITEMID": "KIT-1"}]
    assert bare("csv").decode().splitlines() == ["ITEMID", "KIT-1"]


def test_read_by_query_is_a_snapshot(world: World) -> None:
    first = world.done(
        "<readByQuery><object>ITEM</object><fields>ITEMID,STATUS</fields><query>ITEMID like 'HUB-%' AND STATUS = 'active'</query>"
        "<pagesize>3</pagesize></readByQuery>"
    )
    data = first.find("data")
    assert data is not None
    assert data.attrib["listtype"] == "item"
    assert (data.attrib["count"], data.attrib["totalcount"], data.attrib["numremaining"]) == ("3", "4", "1")
    assert [one.tag for one in data] == ["item"] * 3
    key = world.rows(
        "ITEM", "RECORDNO", where="<equalto><field>ITEMID</field><value>HUB-0004</value></equalto>"
    )[0]
    world.done(
        f"<update><ITEM><RECORDNO>{key['RECORDNO']}</RECORDNO><STATUS>inactive</STATUS></ITEM></update>"
    )
    more = f"<readMore><resultId>{data.attrib['resultId']}</resultId></readMore>"
    rest = world.done(more, login=world.login()).find("data")  # the result is the user's, not the session's
    assert rest is not None
    assert rest.attrib["numremaining"] == "0"
    assert rest[0].findtext("STATUS") == "active"
    assert (
        world.refused(f"<readMore><resultId>{data.attrib['resultId']}</resultId></readMore>")[0]
        == "DL02000001"
    )
    assert world.refused("<readMore><object>CUSTOMER</object></readMore>")[0] == "DL02000001"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 11),
        ("ITEMID = 'WIDGET-01'", 1),
        ("ITEMID in ('WIDGET-01','KIT-1') OR BASEPRICE >= 55", 3),
        ("NOT_A = 'x'", None),
        ("ITEMTYPE = 'I' AND (BASEPRICE &lt; 20 OR BASEPRICE &gt; 25)", 6),
        ("NAME not like 'Hub%' AND UPC IS NULL", 7),
        ("NAME IS NOT NULL", 11),
        ("NAME = 'It\\'s'", 0),
        ("ITEMID = 'WIDGET-01' ORDER BY ITEMID", None),
        ("ITEMID =", None),
    ],
)
def test_the_text_of_read_by_query(world: World, text: str, count: int | None) -> None:
    function = f"<readByQuery><object>ITEM</object><fields>ITEMID</fields><query>{text}</query><pagesize>1000</pagesize></readByQuery>"
    if count is None:
        assert world.refused(function)[0] == "DL02000001"
    else:
        assert len(world.done(function).findall("data/item")) == count


def test_read_leaves_missing_keys_out_and_reads_by_name(world: World) -> None:
    key = world.company.item("KIT-1").id
    found = world.done(
        f"<read><object>ITEM</object><keys>{key},99999</keys><fields>ITEMID,ITEMTYPE</fields></read>"
    ).find("data")
    assert found is not None
    assert found.attrib == {"listtype": "item", "count": "1"}
    assert [(one.tag, one.text) for one in found[0]] == [("ITEMID", "KIT-1"), ("ITEMTYPE", "Kit")]
    named = world.done(
        "<readByName><object>ITEM</object><keys>KIT-1,WIDGET-01</keys><fields>*</fields></readByName>"
    )
    assert len(named.findall("data/item")) == 2
    many = ",".join(str(number) for number in range(101))
    assert (
        world.refused(f"<read><object>ITEM</object><keys>{many}</keys><fields>*</fields></read>")[0]
        == "DL02000001"
    )


def test_update_changes_what_is_sent_and_empties_what_is_empty(world: World) -> None:
    world.done(
        "<create><CUSTOMER><CUSTOMERID>C1</CUSTOMERID><NAME>One</NAME><COMMENTS>Note</COMMENTS>"
        "<MAGENTO_CUSTOMER_ID>7</MAGENTO_CUSTOMER_ID><DISPLAYCONTACT><PRINTAS>One</PRINTAS>"
        "<MAILADDRESS><CITY>Bath</CITY></MAILADDRESS></DISPLAYCONTACT></CUSTOMER></create>"
    )
    where = "<equalto><field>MAGENTO_CUSTOMER_ID</field><value>7</value></equalto>"
    fields = ("NAME", "COMMENTS", "DISPLAYCONTACT.MAILADDRESS.CITY", "DISPLAYCONTACT.CONTACTNAME")
    assert world.rows("CUSTOMER", *fields, where=where) == [
        {
            "NAME": "One",
            "COMMENTS": "Note",
            "DISPLAYCONTACT.MAILADDRESS.CITY": "Bath",
            "DISPLAYCONTACT.CONTACTNAME": "One(CC1)",
        }
    ]
    world.done("<update><CUSTOMER><CUSTOMERID>C1</CUSTOMERID><COMMENTS></COMMENTS></CUSTOMER></update>")
    assert world.rows("CUSTOMER", "NAME", "COMMENTS", where=where) == [{"NAME": "One", "COMMENTS": ""}]
    assert (
        world.refused("<update><CUSTOMER><CUSTOMERID>NONE</CUSTOMERID></CUSTOMER></update>")[0]
        == "BL01001973"
    )
    bad = "<update><CUSTOMER><CUSTOMERID>C1</CUSTOMERID><NOT_A_FIELD>x</NOT_A_FIELD></CUSTOMER></update>"
    assert world.refused(bad)[0] == "DL02000001"


def test_several_records_of_one_create_belong_together(world: World) -> None:
    one = "<CUSTOMER><CUSTOMERID>{0}</CUSTOMERID><NAME>{0}</NAME></CUSTOMER>"
    assert world.refused(f"<create>{one.format('M1')}{one.format('C-10001')}</create>")[0] == "BL34000061"
    made = world.done(f"<create>{one.format('M1')}{one.format('M2')}</create>").find("data")
    assert made is not None
    assert (made.attrib["count"], len(made)) == ("2", 2)
    key = made[0].findtext("RECORDNO")
    world.done(f"<delete><object>CUSTOMER</object><keys>{key}</keys></delete>")
    assert world.refused(f"<delete><object>CUSTOMER</object><keys>{key}</keys></delete>")[0] == "BL01001973"


def test_lookup_reports_the_custom_fields_of_a_document_type(world: World) -> None:
    found = world.done("<lookup><object>SODOCUMENT</object><docparid>Sales Order</docparid></lookup>").find(
        "data"
    )
    assert found is not None
    assert found.attrib == {"listtype": "All", "count": "1"}
    assert found[0].attrib == {"Name": "SODOCUMENT", "DocumentType": "Sales Order"}
    fields = {one.findtext("ID"): one for one in found.iter("Field")}
    assert fields["MAGENTO_ORDER_ID"].findtext("ISCUSTOM") == "true"
    assert fields["DOCID"].findtext("ISCUSTOM") == "false"
    assert "Pending" in [one.text for one in fields["STATE"].iter("VALIDVALUE")]
    assert next(found.iter("Relationship")).findtext("OBJECTPATH")
    without = world.done("<lookup><object>SODOCUMENT</object></lookup>")
    assert "MAGENTO_ORDER_ID" not in [one.findtext("ID") for one in without.iter("Field")]
