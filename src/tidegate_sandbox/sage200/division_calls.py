"""Cost centres, departments and nominal accounts: reading and keeping them (contract §9.10)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.nominal import Division, NominalAccount, Target
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.table import Table
from tidegate_sandbox.sage200.body import Body, decode, read_object
from tidegate_sandbox.sage200.call import Call, found, required
from tidegate_sandbox.sage200.contract import schemas
from tidegate_sandbox.sage200.problem import ApplicationProblem
from tidegate_sandbox.sage200.routes import Context


def add_routes(context: Context) -> None:
    """The paths of cost centres, departments, and of making and changing nominal accounts."""
    company = context.company
    _add_divisions(context, "departments", "department", company.departments)
    _add_divisions(context, "cost_centres", "cost_centre", company.cost_centres)
    _add_accounts(context)


def _add_divisions(context: Context, path: str, schema: str, table: Table[Division]) -> None:
    company, routes, view = context.company, context.routes, context.views[schema]
    context.table(path, schema, table, finders={"code": "code"})

    def make(code: str, body: Body) -> Division:
        if table.first("code", code) is not None:
            raise Refusal("duplicate", "The code already exists.", f"{schema}.code")
        return apply(table.add(company.new(Division, code=code, name="")), body)

    def apply(one: Division, body: Body) -> Division:
        one.name = body.get("name", one.name)
        one.extra.update({name: value for name, value in body.items() if name not in ("id", "code", "name")})
        company.touch(one)
        return one

    def code_of(given: Any) -> str:
        """The code is read-only in the schema and required all the same: it counts when a record is made."""
        code = given.get("code") if isinstance(given, dict) else None
        if not isinstance(code, str) or not 1 <= len(code) <= 3:
            raise ApplicationProblem(400, f"The value of {schema}.code must have 1 to 3 characters.")
        return code

    def create(call: Call) -> Any:
        body = call.body(schema)
        return call.show(view, make(code_of(decode(call.raw)), body))

    def save_all(call: Call) -> Any:
        """PUT of the collection takes a list: with ``id`` change, without add."""
        given = decode(call.raw)
        if not isinstance(given, list):
            raise ApplicationProblem(400, "A list is expected.")
        saved = []
        for position, one in enumerate(given):
            body = read_object(one, schemas()[schema], call.profile, call.options, f"{schema}[{position}]")
            division = table.get(body.get("id"))
            saved.append(make(code_of(one), body) if division is None else apply(division, body))
        return [call.show(view, one) for one in saved]

    def delete(call: Call) -> None:
        one = found(table, call.ids[0])
        part = "department" if schema == "department" else "cost_centre"
        if any(getattr(account.target, part) == one.code for account in company.nominal_accounts):
            raise Refusal("forbidden", "The code is in use.")
        company.stamp()
        table.remove(one)

    routes.on("POST", path, create)
    routes.on("PUT", path, save_all)
    routes.on(
        "PUT",
        f"{path}/{{}}",
        lambda call: call.show(view, apply(found(table, call.ids[0]), call.body(schema))),
    )
    routes.on("DELETE", f"{path}/{{}}", delete)


def _add_accounts(context: Context) -> None:
    company, routes, view = context.company, context.routes, context.views["nominal_code"]
    table = company.nominal_accounts

    def code(links: Table[Division], id: int | None) -> str:
        if id is None:
            return ""
        one = links.get(id)
        if one is None:
            raise Refusal("unknown", "The cost centre or department does not exist.", "nominal_code")
        return one.code

    def create(call: Call) -> Any:
        body = call.body("nominal_code")
        required(body, "nominal_code", "reference")
        target = Target(
            body["reference"],
            code(company.cost_centres, body.get("cost_centre_id")),
            code(company.departments, body.get("department_id")),
        )
        if company.ledger.has(target):
            raise Refusal("duplicate", "The nominal account already exists.", "nominal_code.reference")
        account = company.new(NominalAccount, target=target, name=body.get("name", ""))
        company.ledger.open_account(table.add(account))
        return call.show(view, account)

    def update(call: Call) -> Any:
        account = found(table, call.ids[0])
        account.name = call.body("nominal_code").get("name", account.name)
        company.touch(account)
        return call.show(view, account)

    routes.on("POST", "nominal_codes", create)
    routes.on("PUT", "nominal_codes/{}", update)
