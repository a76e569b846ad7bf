"""Every room that the suite is run for: a name, and how its stand is built."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from conformance.business_cloud_stand import BusinessCloudStand
from conformance.intacct_stand import POLICY, TOKEN, IntacctStand
from conformance.sage50_stand import Sage50Stand
from conformance.sage100_stand import Sage100Stand
from conformance.sage200_stand import Sage200Stand
from conformance.sage300_stand import Sage300Stand
from conformance.x3_stand import X3Stand
from tidegate.conformance.memory.stand import MemoryStand
from tidegate.conformance.stand import Stand
from tidegate.domain.orders.arithmetic import Arithmetic, TaxRounding
from tidegate.domain.orders.sales_order import LineKind
from tidegate.sage.port.invoice_due import InvoiceDue
from tidegate.sage.port.orders import Charged, Customers, Guard, Tax
from tidegate.sage.port.outcomes import Kind
from tidegate.sage.port.parcels import Scope
from tidegate.sage.sage300.writers import ByGateway
from tidegate.sage.x3.writers import ByGraphQL, ByTemplate

OTHERWISE: dict[str, Any] = {
    "subscription_key": "",
    "date_suffix": "Z",
    "absent_text": "empty",
    "model_state": False,
    "single_as_object": True,
    "unknown_fields": "reject",
    "unflagged_price": "price_book",
    "rotation": False,
    "top_max": 500,
}
"""What the contract assumes of Sage 200, turned the other way: the client must not depend on it."""

SAGE_200: dict[str, Callable[[], Stand]] = {
    "sage200-standard": Sage200Stand,
    "sage200-professional": lambda: Sage200Stand(edition="professional"),
    "sage200-analysis-code": lambda: Sage200Stand(key_field="analysis_code_3", spare_fields=False),
    "sage200-otherwise": lambda: Sage200Stand(**OTHERWISE, subscription="ignored"),
}

INTACCT_OTHERWISE: dict[str, Any] = {
    "docparid_narrows": True,
    "multi_currency": False,
    "multi_entity": False,
    "repeat_errorno": "XL99999999",
    "closed_period_errorno": "BL99999999",
    "session_seconds": 600,
}
"""What the contract assumes of Intacct, turned the other way; sessions that run out all the time; one currency."""

INTACCT: dict[str, Callable[[], Stand]] = {
    "intacct": lambda: IntacctStand(sockets=True),
    "intacct-otherwise": lambda: IntacctStand(
        entity="E100", settings={"multi_currency": False, "location": ""}, **INTACCT_OTHERWISE
    ),
}

OFFLINE: dict[str, Any] = {"offline_policy": POLICY, "call_back_token": TOKEN}
"""Orders go in offline requests, whose responses are posted to the doorbell."""

SAGE_300_OTHERWISE: dict[str, Any] = {
    "at_prefix": False,
    "count_as_text": True,
    "ge_supported": False,
    "date_literals": "quoted",
    "answer_in_value": True,
    "general_status": 500,
    "costing": "at_posting",
    "cancelled": "completed",
    "extra_resources": ("ICLocationDetails",),
}
"""What the contract assumes of Sage 300, turned the other way; shipments are told by invoices alone."""

SAGE_300: dict[str, Callable[[], Stand]] = {
    "sage300": lambda: Sage300Stand(sockets=True, page_size=1000),
    "sage300-otherwise": lambda: Sage300Stand(
        settings={
            "own_order_number": True,
            "stock": "ICLocationDetails",
            "shipments": "",
            "date_form": "date",
            "held": "most",
        },
        **SAGE_300_OTHERWISE,
    ),
}

SAGE_300["sage300-gateway"] = lambda: Sage300Stand(
    gateway=True,
    settings={"stock": "gateway", "writer": ByGateway()},
    extra_resources=("OEShipments",),
    page_size=1000,
)

SAGE_300["sage300-agent"] = lambda: Sage300Stand(
    agent=True, tables="gateway", settings={"writer": ByGateway()}, extra_resources=(), page_size=1000
)

X3_OTHERWISE: dict[str, Any] = {
    "basic": False,
    "multi_ref": True,
    "xml_results": True,
    "lines_group": "YSOH_4",
    "header_moves_with_lines": False,
    "none_date": "9999-12-31",
    "refuse_held": True,
    "pool_size": 1,
    "children": 2,
}
"""What the contract assumes of X3, turned the other way; signed tokens; numbers of ours; the base price."""

X3: dict[str, Callable[[], Stand]] = {
    "x3": lambda: X3Stand(sockets=True),
    "x3-otherwise": lambda: X3Stand(
        settings={"sign_in": "bearer", "own_order_number": True, "held": "most"}, **X3_OTHERWISE
    ),
}

X3_GRAPHQL: dict[str, Callable[[], Stand]] = {
    f"x3-graphql-{generation}": lambda generation=generation: X3Stand(  # type: ignore[misc]
        settings={
            "sign_in": "bearer",
            "look_up": "graphql",
            "graphql_fields": {"YMAGKEY": "magentoKey", "ORDINVATI": "totalIncludingTax"},
        },
        graphql=generation,
    )
    for generation in ("older", "newer")
}
"""Orders are looked up by GraphQL, in both generations."""

X3_CREATING: dict[str, Callable[[], Stand]] = {
    f"x3-creating-{generation}": lambda generation=generation: X3Stand(  # type: ignore[misc]
        settings={
            "sign_in": "bearer",
            "writer": ByGraphQL(fields={"YMAGKEY": "magentoKey", "YMAGLIN": "magentoLine"}),
            "graphql_fields": {"ORDINVATI": "totalIncludingTax"},
        },
        graphql=generation,
    )
    for generation in ("older", "newer")
}
"""Orders are created by GraphQL, in both generations."""


BUSINESS_CLOUD_OTHERWISE: dict[str, Any] = {
    "stale_token_body": "list",
    "size_member": "$items_per_page",
    "next_always": True,
    "sales_touch_items": True,
    "movements_touch_items": True,
    "needs_currency_tax": True,
    "cut_unit_price": True,
    "conversion_names_order": False,
    "quote_words": ("OPEN", "CONVERTED"),
}
"""What the contract assumes of Business Cloud Accounting, turned the other way."""

BUSINESS_CLOUD: dict[str, Callable[[], Stand]] = {
    "business-cloud-invoice": BusinessCloudStand,
    "business-cloud-draft": lambda: BusinessCloudStand(sockets=True, settings={"orders": "draft"}),
    "business-cloud-quote": lambda: BusinessCloudStand(
        settings={"orders": "quote", "currency_tax_amount": True}, **BUSINESS_CLOUD_OTHERWISE
    ),
}

INVOICING: dict[str, Callable[[], Stand]] = {
    "memory-draft": lambda: MemoryStand(makes=Kind.DRAFT, invoice_due=InvoiceDue.SHIPPED),
    "business-cloud-draft": BUSINESS_CLOUD["business-cloud-draft"],
    "business-cloud-quote": BUSINESS_CLOUD["business-cloud-quote"],
}
"""Rooms whose orders are drafts or quotes first: `invoicing`."""

SAGE_100: dict[str, Callable[[], Stand]] = {
    "sage100": Sage100Stand,
    "sage100-sql": lambda: Sage100Stand(
        history="unknown", edition="premium", line_values_after_write_zero=False, svc_setkey_refuses=False
    ),
    "sage100-web-services": lambda: Sage100Stand(web_services=True, edition="advanced"),
    "sage100-web-services-sql": lambda: Sage100Stand(web_services=True, edition="premium"),
}

SAGE_100_BY_FEEDS: dict[str, Callable[[], Stand]] = {
    "sage100-sdata": lambda: Sage100Stand(edition="advanced", told={"reader": "sdata"}),
    "sage100-boi": lambda: Sage100Stand(told={"reader": "boi"}),
}
"""Sites whose tables are read by SData feeds or by business objects: the questions about reading, in `test_sage100_feeds.py`."""

LEAST = frozenset(
    {
        "cancelling",
        "new_customers",
        "receipts",
        "stock",
        "web_lines",
        "prices",
        "enquiries",
        "products",
        "progress",
        "despatches",
        "invoices",
        "ledgers",
        "postings",
    }
)
"""Desks that a product may do without."""

MEMORY: dict[str, Callable[[], Stand]] = {
    "memory": MemoryStand,
    "memory-refuses": lambda: MemoryStand(guard=Guard.TARGET_REFUSES),
    "memory-replays": lambda: MemoryStand(guard=Guard.TARGET_REPLAYS, guard_days=7),
    "memory-overwrites": lambda: MemoryStand(guard=Guard.TARGET_OVERWRITES),
    "memory-lengths": lambda: MemoryStand(key_length=20, account_length=20, orders_per_call=25, seats=1),
    "memory-least": lambda: MemoryStand(without=LEAST),
}

TAKING: dict[str, Callable[[], Stand]] = {
    "memory": MemoryStand,
    "memory-schedule": lambda: MemoryStand(tax=Tax.BY_SCHEDULE),
    "memory-schedule-before": lambda: MemoryStand(tax=Tax.BY_SCHEDULE, computes_before=True),
    "memory-per-rate": lambda: MemoryStand(
        tax=Tax.PER_RATE, arithmetic=Arithmetic(tax_rounding=TaxRounding.PER_RATE)
    ),
    "memory-given": lambda: MemoryStand(tax=Tax.GIVEN),
    "memory-inside": lambda: MemoryStand(customers=Customers.INSIDE_THE_ORDER),
    "memory-items": lambda: MemoryStand(shipping=Charged.ITEM_LINE, rounding=Charged.ITEM_LINE),
    "memory-goods-alone": lambda: MemoryStand(
        line_kinds=frozenset({LineKind.GOODS}),
        shipping=Charged.HEADER_FIELD,
        rounding=Charged.HEADER_FIELD,
        customers=Customers.INSIDE_THE_ORDER,
    ),
    "sage200-standard": SAGE_200["sage200-standard"],
    "intacct": IntacctStand,
    "sage300": Sage300Stand,
    "sage100": Sage100Stand,
    "x3": X3Stand,
    "business-cloud": BusinessCloudStand,
    "business-cloud-quote": BUSINESS_CLOUD["business-cloud-quote"],
}
"""Every way to take an order."""

IN_THE_CAMPAIGN = frozenset({"sage100-web-services", "sage300-agent"})
"""Rooms whose every part is tried elsewhere with every change. Web services: this writer beside the other reader, this reader
beside the other writers, and both together in weeks and in `test_sage100_web_services.py`. The gateway of the agent: the
simulator's gateway in its place, and its own questions in `test_sage300_agent.py`."""

ROOMS = MEMORY | SAGE_200 | INTACCT | SAGE_300 | SAGE_100 | X3 | BUSINESS_CLOUD
"""Rooms that answer at once: the whole suite is theirs."""

LETTING_IN: dict[str, Callable[[], Stand]] = {
    "memory-consent": lambda: MemoryStand(asks_consent=True),
    "intacct": IntacctStand,
    "sage50-consent": lambda: Sage50Stand(
        settings={"signed_only": True}, consents=False, at_once=True, is_on=True
    ),
}
"""Rooms that a person inside the product lets in, and whose product calls: `consent` and `doorbell`."""

HANDING_OVER: dict[str, Callable[[], Stand]] = {
    "memory-files": lambda: MemoryStand(hands_over=True, orders_per_call=25, kept_for=timedelta(days=7)),
    "memory-one-file": lambda: MemoryStand(
        hands_over=True, orders_per_call=25, second_file_replaces=True, guard=Guard.TARGET_OVERWRITES
    ),
    "memory-named": lambda: MemoryStand(hands_over=True, orders_per_call=25, names_parcels=True),
    "intacct-offline": lambda: IntacctStand(settings=OFFLINE, offline_seconds=10**7),
    "sage50": Sage50Stand,
    "sage50-served": lambda: Sage50Stand(served=True),
    "sage100-import-job": lambda: Sage100Stand(import_job=True, edition="advanced"),
    "sage100-import-job-sql": lambda: Sage100Stand(import_job=True, edition="premium"),
    "sage300-csv": lambda: Sage300Stand(csv=True),
    "x3-files": lambda: X3Stand(files=True),
    "x3-template": lambda: X3Stand(settings={"writer": ByTemplate(), "sign_in": "bearer"}, **X3_OTHERWISE),
    "sage50-one-file": lambda: Sage50Stand(upload_mode="replace"),
}
"""Rooms that hand orders over: `handed_over` instead of what asks for an answer."""

HANDING_OVER_MORE: dict[str, Callable[[], Stand]] = {
    "memory-requests": lambda: MemoryStand(hands_over_too=frozenset(Scope) - {Scope.ORDERS}),
    "sage300-csv-accounts": lambda: Sage300Stand(csv=True, accounts=True),
}
"""Rooms that work on accounts, receipts or cancellations later: `other_parcels`."""
