"""What stands before the API on a customer's own server: IIS, ASP.NET and a proxy, with limits of theirs.

Source: contract, additions of 29 November. Only Professional is hosted so. A query that is too long is refused
with a web page before anything else is looked at; a filter of too many nodes by the API itself, with JSON (A:
a node is a comparison, a function, or an and, or, not between them).
"""

from __future__ import annotations

import re

from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import ApplicationProblem

PAGE = (
    "<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>{status}</h1>"
    "<p>The request filtering module is configured to deny a request where the query string is too long."
    "</p></body></html>"
)
_TEXTS = re.compile(r"'(?:[^']|'')*'")
_NODES = re.compile(r"(?i)\b(?:eq|ne|gt|ge|lt|le|and|or|not)\b|\b(?:contains|startswith|endswith)\s*\(")


def refuse_long_query(query: str, options: Options, faults: FaultPlan) -> tuple[int, bytes] | None:
    """Status and page where the (encoded) query is too long; the fault `short_queries` lowers the limit."""
    limit, status = options.longest_query, options.long_query_status
    lowered = faults.active("short_queries")
    if lowered is not None and len(query) > lowered.options.get("characters", 700):
        faults.take_kind("short_queries")
        limit, status = lowered.options.get("characters", 700), lowered.options.get("status", status)
    if limit is None or len(query) <= limit:
        return None
    return status, PAGE.format(status=status).encode()


def check_nodes(filter_text: str, options: Options) -> None:
    """Raises ApplicationProblem 400 where a filter has too many nodes."""
    if options.most_nodes is None:
        return
    count = len(_NODES.findall(_TEXTS.sub("''", filter_text)))
    if count > options.most_nodes:
        raise ApplicationProblem(
            400, f"The node count limit of '{options.most_nodes}' has been exceeded: {count} nodes."
        )


def takes_too_long(rows: object, faults: FaultPlan) -> bool:
    """Whether so many rows do not come in time; the fault `slow_large_reads` says from how many on."""
    slow = faults.active("slow_large_reads")
    if slow is None or not isinstance(rows, list) or len(rows) <= slow.options.get("rows", 25):
        return False
    return faults.take_kind("slow_large_reads") is not None
