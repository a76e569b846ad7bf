"""What this installation can do, as far as it can be seen (contract section 12.3)."""

from __future__ import annotations

from typing import Any

from tidegate_agent.caller import CallFailed, TablesFailed
from tidegate_agent.failure import Failure
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.columns import KEYS, width_of
from tidegate_agent.sage100.datasets import DATASETS
from tidegate_agent.sage100.lookup import HISTORY, OPEN_ORDERS
from tidegate_agent.sage100.reader import Reader

SHOWN_WIDTHS = {"name": "ShipToName", "address": "ShipToAddress1", "city": "ShipToCity", "po": "CustomerPONo"}
"""Widths that the hub cuts by: as the driver has them, else those of the 2023 set (P). Older releases have less."""


def capabilities(agent: Agent, company: str, *, probe: bool) -> dict[str, Any]:
    """Edition, fields, tasks, widths. With ``probe`` a session is opened and the tasks are looked up."""
    sage = agent.settings.sage100
    reader = agent.reader(company)
    found = {
        "edition": sage.edition,
        "version": sage.version or None,
        "modules": list(sage.modules),
        "reader": sage.reader,
        "writer": None if agent.settings.read_only else "boi",
        "receipts": False,  # neither by BOI nor by any other way: people enter them (contract sections 1, 7.1)
        "udf": {
            "order": _field(reader, OPEN_ORDERS, sage.udf_order),
            "order_history": _field(reader, HISTORY, sage.udf_order),
            "item": _field(reader, "SO_SalesOrderDetail", sage.udf_item),
            "customer": _field(reader, "AR_Customer", sage.udf_customer),
            "invoice": _field(reader, "AR_InvoiceHistoryHeader", sage.udf_order),
            "invoice_item": _field(reader, "AR_InvoiceHistoryDetail", sage.udf_item),
        },
        "tasks": None,
        "batch_entry": sage.batch_entry,
        "pricing_total_quantity": sage.pricing_total_quantity,
        "time_zone": sage.time_zone,
        "history": sage.history,
        "widths": _widths(reader),
        "missing_datasets": [name for name, one in DATASETS.items() if not _is_readable(reader, one.table)],
        "new_texts": list(agent.new_texts),
    }
    if probe:
        found["tasks"] = _tasks(agent, company)
    return found


def _widths(reader: Reader) -> dict[str, int]:
    found = reader.widths(OPEN_ORDERS, tuple(SHOWN_WIDTHS.values()))
    return {name: found.get(column) or width_of(OPEN_ORDERS, column) for name, column in SHOWN_WIDTHS.items()}


def _field(reader: Reader, table: str, field: str) -> dict[str, Any] | None:
    """A user-defined field, if the site has it, and its width, if that is known: asked for by reading it."""
    if not _can_read(reader, table, (field,)):
        return None
    width = reader.widths(table, (field,)).get(field)
    return {"name": field} if width is None else {"name": field, "width": width}


def _is_readable(reader: Reader, table: str) -> bool:
    return _can_read(reader, table, KEYS[table])


def _can_read(reader: Reader, table: str, columns: tuple[str, ...]) -> bool:
    try:
        reader.rows(table, columns, top=1)
    except TablesFailed:
        return False
    except Failure as failure:
        if failure.kind == "auth":  # the role does not see the table
            return False
        raise
    return True


def _tasks(agent: Agent, company: str) -> list[str]:
    """The tasks that the role of the user may run."""
    allowed = []
    with agent.lease(company, "probe") as held:
        for task in names.TASKS:
            try:
                held.session.end(held.session.begin(task, agent.today()))
            except Failure:
                continue
            except CallFailed:  # such a session is not used again
                held.spoil()
                break
            allowed.append(task.task)
    return allowed
