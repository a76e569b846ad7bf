"""Bodies of documents, and what is asked about them."""

from __future__ import annotations

from decimal import Decimal

from integration.sandbox.intacct.world import World

SHIPPING = (
    "<subtotal><description>Shipping</description><total>7.50</total><locationid>100</locationid></subtotal>"
)
TAX = (
    "<subtotal><description>Sales Tax</description><total>5.37</total><locationid>100</locationid></subtotal>"
)
LESS = (
    "<subtotal><description>Discount</description><total>-2.00</total><locationid>100</locationid></subtotal>"
)


def only(definition: str) -> str:
    return f"<equalto><field>DOCPARID</field><value>{definition}</value></equalto>"


def convert(source: str, definition: str, *lines: str, more: str = "", subtotals: str = "") -> str:
    return (
        f"<create_sotransaction><transactiontype>{definition}</transactiontype>"
        f"<datecreated><year>2026</year><month>03</month><day>02</day></datecreated><createdfrom>{source}</createdfrom>"
        f"<customerid>C-10001</customerid><termname>Net 30</termname><currency>USD</currency><exchratetype/>{more}"
        f"<sotransitems>{''.join(lines)}</sotransitems>{subtotals}</create_sotransaction>"
    )


def line(item: str, quantity: str, source: str = "") -> str:
    key = f"<sourcelinekey>{source}</sourcelinekey>" if source else ""
    return f"<sotransitem><itemid>{item}</itemid><quantity>{quantity}</quantity>{key}</sotransitem>"


def stock(world: World, item: str = "WIDGET-01", warehouse: str = "WH1") -> tuple[Decimal, Decimal]:
    where = (
        f"<and><equalto><field>ITEMID</field><value>{item}</value></equalto>"
        f"<equalto><field>WAREHOUSEID</field><value>{warehouse}</value></equalto></and>"
    )
    [row] = world.rows("ITEMWAREHOUSEINFO", "WONHAND", "WALLOCATED", where=where)
    return Decimal(row["WONHAND"]), Decimal(row["WALLOCATED"])


def state(world: World, docid: str) -> str:
    where = f"<equalto><field>DOCID</field><value>{docid}</value></equalto>"
    return world.rows("SODOCUMENT", "STATE", where=where)[0]["STATE"]
