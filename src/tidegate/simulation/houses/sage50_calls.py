"""The calls of Sage 50's platform that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target

UPLOAD = Target(SAGE, "PUT", "/u/")
ANNOUNCED = Target(SAGE, "POST", "files/ecommerce/orders$")
TRACKED = Target(SAGE, "GET", "files/tracking/")
PRODUCTS = Target(SAGE, "GET", "files/ecommerce/products$")
CUSTOMERS = Target(SAGE, "GET", "files/ecommerce/customers$")
DOWNLOAD = Target(SAGE, "GET", "/d/")
RENEWAL = Target(SAGE, "PATCH", "")

CALLS = Calls(
    order_sent=UPLOAD,
    order_read=TRACKED,
    signing_in=RENEWAL,
    reference_read=PRODUCTS,
    records_sent=ANNOUNCED,
    faulty=(*(UPLOAD, UPLOAD, UPLOAD), ANNOUNCED, ANNOUNCED, TRACKED, PRODUCTS, DOWNLOAD, RENEWAL),
    faulty_back=(PRODUCTS, CUSTOMERS, DOWNLOAD),
    reads=(TRACKED, TRACKED, PRODUCTS, DOWNLOAD),
    writes=(UPLOAD, UPLOAD, ANNOUNCED),
    reads_back=(PRODUCTS, CUSTOMERS, DOWNLOAD),
    writes_back=(UPLOAD, ANNOUNCED),
)
