"""`trace`: where is order 100234? From either end, with every attempt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import showing
from tidegate.cli.complaint import Unknown
from tidegate.cli.invocation import here, zone_of
from tidegate.cli.showing import Json, local, safe

if TYPE_CHECKING:
    from rich.tree import Tree

#: What an order is called in the company unless the ledger says otherwise.
USUAL = ("", "order")
STYLES = {
    "confirmed": "green",
    "handed over": "cyan",
    "in doubt": "yellow",
    "review": "red",
    "held": "yellow",
    "cancelled": "dim",
    "skipped": "dim",
}


def trace(
    context: typer.Context,
    order: Annotated[
        str,
        typer.Argument(metavar="ORDER", help="Any number or id of the order or its documents, or a key."),
    ],
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="With or without each line of the history.")
    ] = True,
    attempts: Annotated[
        bool, typer.Option("--attempts", help="With what each attempt sent, as far as copies are kept.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show everything known about an order, by any of its numbers."""
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import reports

        prefixes = {each.reference_prefix for each in configuration.connections.values()}
        report = reports.traced(order, there.clock.now(), sorted(prefixes - {""}))
        if not report["orders"]:
            raise Unknown(
                "order, document or key",
                order,
                remedy="a new order is read by the next cycle of the flow `orders`",
            )
        reports.add_edits(report)
        if attempts:
            reports.add_sent(report)
        if as_json:
            showing.print_json(report)
            return
        zones = {name: zone_of(configuration, name) for name in configuration.connections}
    if len(report["orders"]) > 1:
        showing.paragraph(
            f"{order} fits {len(report['orders'])} orders: {fits(report['orders'])}", style="bold"
        )
    for found in report["orders"]:
        showing.console().print(tree_of(found, zones, history))


def fits(orders: list[dict[str, Any]]) -> str:
    """Each order that a number fits, with the document it was found by."""
    own = {"order": "number"}
    return "; ".join(
        f"{name_of(each)} by its {own.get(each['found_by'], each['found_by'])}" for each in orders
    )


def name_of(found: dict[str, Any]) -> str:
    """What people call an order; its key where nothing else is known."""
    source = found["magento"]
    if source and source["increment_id"]:
        return f"order {source['increment_id']} ({source['store']})"
    return str(found["deliveries"][0]["key"]) if found["deliveries"] else "an order without a number"


def tree_of(found: dict[str, Any], zones: dict[str, ZoneInfo], history: bool) -> Tree:
    """One order as a tree."""
    from rich.tree import Tree

    source = found["magento"]
    first = found["deliveries"][0] if found["deliveries"] else None
    connection = source["connection"] if source else first["connection"] if first else ""
    zone = zones.get(connection, ZoneInfo("UTC"))
    if source:
        tree = Tree(
            text(
                f"Magento order {source['increment_id'] or '?'} (entity {source['entity_id']}, {source['store']}, "
                f"website {source['website'] or '?'}): {source['state']} / {source['status'] or 'no status'}, "
                f"{source['grand_total'] or '?'} {source['currency']}, placed {local(source['created_at'], zone)}"
            ),
            style="",
        )
        for relation in ("replaces", "replaced_by"):
            if source[relation]:
                tree.add(text(f"{relation.replace('_', ' ')} order with entity id {source[relation]}"))
    else:
        tree = Tree(text("without a captured order"))
    for each in found["deliveries"]:
        add_delivery(tree, each, zone, history)
    if found["chain"]:
        add_chain(tree, found["chain"])
    return tree


def add_chain(tree: Tree, chain: dict[str, Any]) -> None:
    """The order's financial life, from Sage's order to the postings."""
    head = "[green]complete[/]" if chain["complete"] else f"[yellow]{len(chain['missing'])} missing[/]"
    branch = tree.add(f"chain: {head}")
    for each in chain["tree"]["children"]:
        add_node(branch, each)


def add_node(tree: Tree, node: dict[str, Any]) -> None:
    """One document of the chain and what hangs on it."""
    words = " ".join(
        part
        for part in (
            f"{node['kind']}:",
            node["number"],
            f"(id {node['identifier']})" if node["identifier"] and node["kind"] != "posting" else "",
            node["amount"] if node["amount"] and node["kind"] != "posting" else "",
            node["text"],
        )
        if part
    )
    style = {"missing": "yellow", "not linked": "dim"}.get(node["presence"], "")
    branch = tree.add(f"[{style}]{text(words)}[/]" if style else text(words))
    for child in node["children"]:
        add_node(branch, child)


def add_delivery(tree: Tree, each: dict[str, Any], zone: ZoneInfo, history: bool) -> None:
    """One step with its attempts and history."""
    style = STYLES.get(each["state"], "")
    state = f"[{style}]{each['state']}[/]" if style else each["state"]
    there = each["target_number"] or each["target_id"]
    kind = f"{each['target_kind']} " if each["target_kind"] not in USUAL else ""
    to = f" -> {kind}{there}" if there else ""
    total = f", {each['target_total']}" if each["target_total"] else ""
    adopted = ", adopted" if each["adopted"] else ""
    branch = tree.add(
        f"{text(each['flow'])} / {text(each['step'])}: {state}{text(to + total + adopted)} "
        f"{text('since ' + local(each['changed_at'], zone))} [dim]id:{each['id']}[/dim]"
    )
    if each["reason"]:
        branch.add(text(f"{each['code'] or 'reason'}: {each['reason']}"))
    if each["waits_for"]:
        branch.add(text(f"waits for {each['waits_for']}"))
    for edit in each.get("edits", ()):
        why = f" ({edit['reason']})" if edit["reason"] else ""
        values = " -> ".join(" / ".join(edit[name].splitlines()) or "-" for name in ("before", "value"))
        branch.add(text(f"edited {local(edit['at'], zone)} by {edit['by']}: {edit['field']} {values}{why}"))
    for attempt in each["attempts"]:
        started, answered = local(attempt["started_at"], zone), local(attempt["ended_at"], zone)
        ended = f", answered {answered}" if answered not in ("", started) else ""
        note = f": {attempt['text']}" if attempt["text"] else ""
        tried = branch.add(
            text(
                f"attempt {attempt['number']} {started}{ended}: {attempt['outcome']}"
                f"{' (' + attempt['code'] + ')' if attempt['code'] else ''}{note}"
            )
        )
        if "sent" in attempt:
            add_sent(tried, attempt["sent"])
    if history:
        before = ""
        for event in each["history"]:
            change = f"{event['before']} -> {event['after']}" if event["letter"] else event["after"] or "note"
            note = f": {event['text']}" if event["text"] else ""
            who = f" by {event['by']}" if event["by"] != "engine" else ""
            minute = local(event["at"], zone)
            at = " " * len(minute) if minute == before else minute  # said once for what happened within it
            before = minute
            branch.add(f"[dim]{at} {text(f'{change}{who}{note}')}[/dim]")


def add_sent(branch: Tree, sent: Any) -> None:
    """What one attempt sent, line by line."""
    if sent is None:
        branch.add("[dim]no copy of what was sent is left[/dim]")
        return
    for line in json.dumps(sent, ensure_ascii=False, indent=2).splitlines():
        branch.add(f"[dim]{text(line)}[/dim]")


def text(value: str) -> str:
    """Text that rich shows as it is, without secrets."""
    from rich.markup import escape

    return escape(safe(value))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trace")(trace)
