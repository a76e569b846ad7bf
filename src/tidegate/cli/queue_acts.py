"""`queue retry | release | hold | cancel | skip | link`: what an operator does with deliveries."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import here
from tidegate.cli.operator import By, operator_name
from tidegate.cli.queue import Connection, FlowName, known_code, known_flow
from tidegate.cli.queue import app as group
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.engine.interventions import Acted
    from tidegate.ledger.queue import Item

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ORDER|id:ID...]", help="Order numbers or ids."),
]
AllOfCode = Annotated[
    str | None,
    typer.Option(
        "--all-of-code", metavar="CODE", help=("All deliveries with this reason code, instead of numbers.")
    ),
]
Step = Annotated[str | None, typer.Option("--step", metavar="STEP", help="Only this step of the orders.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="The reason; the history shows it.")]


@group.command("retry")
def retry(
    context: typer.Context,
    names: Names = None,
    all_of_code: AllOfCode = None,
    connection: Connection = None,
    flow: FlowName = None,
    step: Step = None,
    overrule: Annotated[
        bool, typer.Option("--overrule", help="Overrule the present reason: do not stop for it again.")
    ] = False,
    reason: Reason = "",
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Try again. What Sage may already have is looked up first."""
    _act(
        context,
        "retry",
        names,
        all_of_code,
        connection,
        flow,
        step,
        reason,
        yes,
        by,
        as_json,
        overrule=overrule,
    )


@group.command("release")
def release(
    context: typer.Context,
    names: Names = None,
    all_of_code: AllOfCode = None,
    connection: Connection = None,
    flow: FlowName = None,
    step: Step = None,
    reason: Reason = "",
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Release what is held."""
    _act(context, "release", names, all_of_code, connection, flow, step, reason, yes, by, as_json)


@group.command("hold")
def hold(
    context: typer.Context,
    names: Names = None,
    all_of_code: AllOfCode = None,
    connection: Connection = None,
    flow: FlowName = None,
    step: Step = None,
    reason: Reason = "",
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Hold until somebody releases it."""
    _act(context, "hold", names, all_of_code, connection, flow, step, reason, yes, by, as_json)


@group.command("cancel")
def cancel(
    context: typer.Context,
    names: Names = None,
    all_of_code: AllOfCode = None,
    connection: Connection = None,
    flow: FlowName = None,
    step: Step = None,
    reason: Reason = "",
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Never send it. Refused once Sage may have it."""
    _act(context, "cancel", names, all_of_code, connection, flow, step, reason, yes, by, as_json)


@group.command("skip")
def skip(
    context: typer.Context,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="The reason why it is not sent; required.")
    ],
    names: Names = None,
    all_of_code: AllOfCode = None,
    connection: Connection = None,
    flow: FlowName = None,
    step: Step = None,
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Skip it, with a reason that stays on record."""
    _act(context, "skip", names, all_of_code, connection, flow, step, reason, yes, by, as_json)


def _act(
    context: typer.Context,
    wish: str,
    names: list[str] | None,
    code: str | None,
    connection: str | None,
    flow: str | None,
    step: str | None,
    reason: str,
    yes: bool,
    by: str | None,
    as_json: bool,
    *,
    overrule: bool = False,
) -> None:
    there = here(context)
    with there.ledger():
        from tidegate.engine import interventions

        act = interventions.Act(wish)
        known_flow(flow)
        items = chosen(act, names or [], code, connection, flow, step)
        if not yes:
            confirm(wish, items)
        done = interventions.act(
            act, items, actor=operator_name(by), now=there.clock.now(), text=reason, overrule=overrule
        )
    show_acted(done, as_json)


def chosen(
    act: str,
    names: Sequence[str],
    code: str | None,
    connection: str | None,
    flow: str | None,
    step: str | None,
) -> list[Item]:
    """The deliveries meant: those named by id, key or step as they are, of whole orders what makes sense."""
    from tidegate.engine import interventions

    wish = interventions.Act(act)
    if bool(names) == bool(code):
        raise typer.BadParameter("give either order numbers or ids, or --all-of-code")
    if code:
        known_code(code)
        return interventions.all_of(wish, code=code, connection=connection, flow=flow, step=step)
    items, unknown = interventions.find(names, connection=connection, flow=flow, step=step)
    if unknown:
        raise not_found(unknown[0], connection, flow, step)
    ids = {interventions.id_in(name) for name in names}
    whole = [item for item in items if not step and item.label in names and item.id not in ids]
    if not whole:
        return items
    one_order_each(whole)
    steps = interventions.meant(wish, whole)
    return [item for item in items if item in steps or item not in whole]


def not_found(name: str, connection: str | None, flow: str | None, step: str | None) -> Unknown:
    """What to say about a name that no delivery has, or none of this connection, flow and step."""
    of = [
        f"{kind} {asked}"
        for kind, asked in (("connection", connection), ("flow", flow), ("step", step))
        if asked
    ]
    if not of:
        return Unknown("order or delivery", name, remedy="`tidegate queue list` shows what there is")
    shows = f"`tidegate queue list --label {name}` shows the steps that an order has"
    return Unknown(f"delivery of {' and '.join(of)} for", name, remedy=shows)


def one_order_each(items: Sequence[Item]) -> None:
    """Refuse a number that several orders have: store views and stores count alike."""
    orders: dict[str, dict[tuple[str, int | None], Item]] = {}
    for item in items:
        orders.setdefault(item.label, {}).setdefault((item.store, item.entity_id), item)
    for label, found in orders.items():
        if len(found) > 1:
            choices = ", ".join(
                f"id:{item.id} ({item.connection}, {item.store}, entity {item.entity_id})"
                for item in found.values()
            )
            raise Refused(f"several orders have the number {label}", f"name one of {choices}", exits.USAGE)


def confirm(wish: str, items: Sequence[Item]) -> None:
    """Ask before acting; without a terminal the answer can only be --yes."""
    if not items:
        return
    from tidegate.engine.interventions import named

    shown = ", ".join(named(item) for item in items[:8])
    more = f" and {len(items) - 8} more" if len(items) > 8 else ""
    try:
        agreed = typer.confirm(f"{wish} {len(items)}: {shown}{more}?", err=True)
    except typer.Abort:
        raise typer.BadParameter("no answer was given: use --yes in scripts") from None
    if not agreed:
        print("nothing was changed", file=sys.stderr)
        raise typer.Exit(exits.FOUND)


def show_acted(done: Sequence[Acted], as_json: bool) -> None:
    """What became of each; exit 1 when one was refused."""
    refused = [each for each in done if each.result.value == "refused"]
    if as_json:
        showing.print_json(
            {
                "results": [
                    {
                        "id": each.delivery_id,
                        "label": each.label,
                        "step": each.step,
                        "result": each.result.value,
                        "before": each.before.value,
                        "after": each.after.value,
                        "text": each.text,
                    }
                    for each in done
                ]
            }
        )
    else:
        for each in done:
            note = {"done": "", "nothing to do": ": nothing to do", "refused": ""}[each.result.value]
            showing.say(f"{'refused: ' if each in refused else ''}{each.text}{note}")
        if not done:
            showing.say("no delivery has this reason: nothing to do")
    if refused:
        raise typer.Exit(exits.FOUND)


@group.command("link")
def link(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ORDER|id:ID", help="The order number or id.")],
    number: Annotated[
        str,
        typer.Argument(
            metavar="[NUMBER]", help="The document's number in Sage; may be left out for `cancel`."
        ),
    ] = "",
    step: Annotated[
        str | None,
        typer.Option("--step", metavar="STEP", help="Which step of the order; the order itself if left out."),
    ] = None,
    connection: Connection = None,
    sage_id: Annotated[
        str, typer.Option("--id", metavar="ID", help="The document's internal id, if known.")
    ] = "",
    reason: Reason = "",
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Link a delivery to a document that is already in Sage. It is never sent."""
    there = here(context)
    with there.ledger():
        from tidegate.engine import interventions

        items, _ = interventions.find([name], connection=connection, step=step)
        if step is None:  # a number means the order itself; an id or a key the one delivery that has it
            items = [item for item in items if item.step == "order" or item.label != name]
        if not items:
            raise not_found(name, connection, None, step or "order")
        if len(items) > 1:
            choices = ", ".join(f"id:{item.id} ({item.connection}, {item.store})" for item in items)
            raise Refused(f"{name} fits several deliveries", f"name one of {choices}", exits.USAGE)
        (item,) = items
        if not number and not sage_id:
            number, sage_id = target_of_order(item)
        if not yes:
            confirm(f"link to {number or sage_id}:", items)
        done = interventions.link(
            item, number, target_id=sage_id, actor=operator_name(by), now=there.clock.now(), text=reason
        )
    show_acted([done], as_json)


def target_of_order(item: Item) -> tuple[str, str]:
    """The number and id of the order that a later step belongs to."""
    from tidegate.ledger import lookups

    order = lookups.step_of(item.source_id, "orders", "order")
    if item.step == "order" or order is None or not (order.target_number or order.target_id):
        raise typer.BadParameter("give the number that the document has in Sage", param_hint="NUMBER")
    return order.target_number, order.target_id


def register(app: typer.Typer) -> None:
    """Add the group with all its commands."""
    app.add_typer(group, name="queue")
