"""Faults of the wire between the hub and its systems, by the names that weeks count them by."""

from __future__ import annotations

from typing import Any

#: name -> options of the fault
WIRE_FAULTS: dict[str, dict[str, Any]] = {
    "refuse": {},
    "drop_before": {},
    "drop_after": {},
    "late": {"seconds": 45},
    "cut_body": {},
    "login_page": {},
    "garbage": {},
    "slow": {"seconds": 240},
    "status-401": {"status": 401},
    "status-403": {"status": 403},
    "status-429": {"status": 429},
    "status-429-retry-after": {"status": 429, "retry_after": 900},
    "status-500": {"status": 500},
    "status-500-effect": {"status": 500, "effect": True},
    "status-502": {"status": 502},
    "status-503": {"status": 503},
    "status-504-effect": {"status": 504, "effect": True},
}

#: What something in between may do: odd statuses, a pause until the year 5195, a page for a deletion.
ODD_FAULTS: dict[str, dict[str, Any]] = {
    "status-408": {"status": 408},
    "status-418": {"status": 418, "body": "<h1>418</h1>", "content_type": "text/html"},
    "status-429-absurd": {"status": 429, "retry_after": 10**11},
}
#: Deletions of orders that are answered with a web page and not carried out.
PAGE_FOR_DELETE = "login-page-delete"
