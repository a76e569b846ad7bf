"""One call of the API, past the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.table import R, Table
from tidegate_sandbox.sage200.body import Body, read_body
from tidegate_sandbox.sage200.contract import schemas
from tidegate_sandbox.sage200.listing import ONE_OPTIONS, Query, check, metadata, read_query, show
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import ApplicationProblem, GatewayProblem
from tidegate_sandbox.sage200.view import Profile, View


@dataclass(slots=True)
class Call:
    """A call with what its handler needs: the company, who may see what, ids in the path, query and body."""

    company: Company
    options: Options
    profile: Profile
    verb: str
    path: str
    ids: tuple[int, ...]
    query_options: dict[str, str]
    raw: bytes

    @property
    def professional(self) -> bool:
        """Whether the Professional edition is asked."""
        return self.profile.professional

    def query(self) -> Query:
        """The options of a read of a collection. Raises ApplicationProblem 400."""
        return read_query(self.query_options, top_max=self.options.top_max)

    def body(self, schema: str) -> Body:
        """The body by a documented schema. Raises ApplicationProblem 400."""
        return read_body(self.raw, schema, self.profile, self.options)

    def show(self, view: View, record: Any, *expand: str) -> dict[str, Any]:
        """A record as the answer of a POST or PUT: the full stored record."""
        return view.show(record, self.profile, expand)

    def show_one(self, view: View, record: Any, extra_expands: frozenset[str] = frozenset()) -> Any:
        """A record as the answer of a read by id: ``$select``, ``$expand`` and ``$metadata`` only."""
        query = read_query(self.query_options, top_max=self.options.top_max, allowed=ONE_OPTIONS)
        check(view, query, self.profile, extra_expands)
        if query.metadata:
            return metadata(view, self.profile)
        return show(view, record, query, self.profile)


def found(table: Table[R], id: int) -> R:
    """The record with this id. Raises GatewayProblem 404 for an unknown id (contract §8)."""
    record = table.get(id)
    if record is None:
        raise not_found()
    return record


def not_found() -> GatewayProblem:
    """The answer to an unknown path, verb or id."""
    return GatewayProblem(404, "Resource not found")


def required(body: Body, schema: str, *names: str) -> None:
    """Raises ApplicationProblem 400 when a needed field is not in the body."""
    for name in names:
        if body.get(name) in (None, "", []):
            raise ApplicationProblem(
                400, f"The value of {schema}.{name} is required.", {f"{schema}.{name}": ["required"]}
            )


def blank(schema: str, profile: Profile, **values: Any) -> dict[str, Any]:
    """A template that is not stored: every field of a schema that the profile shows, without a value."""
    row: dict[str, Any] = {
        name: False if one.kind == "boolean" else one.default
        for name, one in schemas()[schema].fields.items()
        if not one.is_child and profile.shows(one)
    }
    return {**row, **values}
