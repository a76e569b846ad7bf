"""Documents that were open when they were read last, looked at again: deleted quotes stand in no list (contract §3.1).

They are looked at once a day. What that costs depends on how old the oldest open one is, never on all that were ever
made; where few are open, and many were made since the oldest, each is asked for by itself. So is one that a list lacks:
nothing is called deleted but by its own answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tidegate.domain.errors import Failure
from tidegate.sage.business_cloud.client import PAGE, BusinessCloudClient
from tidegate.sage.business_cloud.deltas import MARKED, UNSENT
from tidegate.sage.business_cloud.rows import Row, text_of


def read_again(
    client: BusinessCloudClient, resource: str, dates: Mapping[str, str]
) -> dict[str, Row] | Failure:
    """Documents as they are now, by id; those that no longer exist are left out.

    `dates` is id -> the document's date as Sage writes it, "" where it is not known.
    """
    if not dates:
        return {}
    query = {"attributes": "all"}
    oldest = min(dates.values())
    if oldest:
        query["from_date"] = oldest
    counted = client.page(resource, {**query, "attributes": "date", "items_per_page": "1"})
    if isinstance(counted, Failure):
        return counted
    found: dict[str, Row] = {}
    if counted[1] <= PAGE * len(dates):
        rows = client.read(resource, query, sort="created_at")
        if isinstance(rows, Failure):
            return rows
        found = {text_of(row, "id"): row for row in rows if text_of(row, "id") in dates}
    alone = _one_by_one(client, resource, [id for id in dates if id not in found])
    return alone if isinstance(alone, Failure) else found | alone


def _one_by_one(client: BusinessCloudClient, resource: str, ids: Iterable[str]) -> dict[str, Row] | Failure:
    found: dict[str, Row] = {}
    for id in ids:
        row = client.entry(resource, id, UNSENT if resource in MARKED else None)
        if isinstance(row, Failure):
            return row
        if row is not None:
            found[id] = row
    return found
