"""The calls of Sage X3 that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target, of

WEB_SERVICE, GRAPHQL = "CAdxWebServiceXmlCC", "/xtrem/api"
SOAP = f"{WEB_SERVICE}$"
#: Whoever writes: the order's text begins so. Files come by no call.
ORDER_SENT = Target(SAGE, "POST", f"({WEB_SERVICE}|{GRAPHQL})$", "Web order ")
ORDER_READ = Target(SAGE, "GET", "SORDER$")
CUSTOMER_MADE = Target(SAGE, "POST", SOAP, "BCGCOD")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=Target(SAGE, "POST", SOAP, "CCLREN"),
    reference_read=Target(SAGE, "GET", "(ITMMASTER|BPCUSTOMER|FACILITY)$"),
    records_sent=CUSTOMER_MADE,
    faulty=(
        *(ORDER_SENT, ORDER_SENT, ORDER_SENT),
        ORDER_READ,
        Target(SAGE, "GET", "ITMMASTER$"),
        CUSTOMER_MADE,
        Target(SAGE, "GET", "FACILITY$"),
    ),
    faulty_back=(
        Target(SAGE, "GET", "S(DELIVERY|DELIVERYD|INVOICE|INVOICED)$"),
        Target(SAGE, "GET", "(ITMMVT|SPRICLIST)$"),
        Target(SAGE, "GET", "GACCDUDATE$"),
    ),
    reads=(
        *(ORDER_READ, ORDER_READ),
        *of(SAGE, "GET", "BPCUSTOMER$", "ITMMASTER$"),
        Target(SAGE, "GET", "(FACILITY|SORDERQ)$"),
    ),
    writes=(ORDER_SENT, ORDER_SENT, CUSTOMER_MADE),
    reads_back=of(
        SAGE,
        "GET",
        "S(DELIVERY|DELIVERYD|INVOICE|INVOICED|INVOICEV)$",
        "(ITMMVT|SPRICLIST)$",
        "(BPCUSTOMER|BPADDRESS)$",
        "GACC(DUDATE|ENTRY|ENTRYD)$",
    ),
    unreadable=(("SORDER$", "ORDINVATI"),),
    unreadable_back=(
        ("ITMMVT$", "PHYSTO"),
        ("SORDERQ$", "QTY"),
        ("SDELIVERYD$", "QTY"),
        ("SINVOICE$", "AMTATI"),
        ("GACCDUDATE$", "AMTCUR"),
        ("SPRICLIST$", "PRI"),
    ),
)
