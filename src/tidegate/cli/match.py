"""`match`: the first load. Which customers and products of both systems are the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.adopt import refuse_when_stopped
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.domain.masters.match_decisions import Decision
    from tidegate.engine.matching import Matching

SHOWN = 50  #: rows on the screen; --export has them all


def match(
    context: typer.Context,
    connection: ConnectionName = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write every pair, to be decided.")
    ] = None,
    decided: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Apply the decisions of this file: all or none."),
    ] = None,
    account: Annotated[
        str, typer.Option("--account-attribute", metavar="CODE", help="Attribute with the account number.")
    ] = "",
    barcode: Annotated[
        str, typer.Option("--barcode-attribute", metavar="CODE", help="Attribute with the barcode.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Pair existing customers and products of Magento and Sage. Writes in neither system."""
    if export is not None and decided is not None:
        raise typer.BadParameter("choose one of --export and --import")
    there = here(context)
    with there.hub() as hub:
        from tidegate.domain.errors import Failure
        from tidegate.domain.masters.match_decisions import write
        from tidegate.engine import matching

        tied = hub.connections[only_connection(hub.configuration, connection)]
        refuse_when_stopped(hub, tied)
        found = matching.look(tied, account=account, barcode=barcode)
        if isinstance(found, Failure):
            raise Refused(f"nothing was changed: {found.text}", "correct that and run the command again")
        document = report_of(tied.name, found)
        if export is not None:
            export.write_text(write(found.pairs), encoding="utf-8")
        if decided is not None:
            decisions = read_decisions(decided, found)
            document["skus"] = matching.keep(tied, found, decisions)
            document["linked"] = sum(each.kind == "customer" for each in decisions)
    if as_json:
        showing.print_json(document)
    else:
        show(document)
    if document["counts"]["customer"]["likely"] + document["counts"]["product"]["likely"] and decided is None:
        raise typer.Exit(exits.FOUND)


def read_decisions(path: Path, found: Matching) -> Sequence[Decision]:
    """The file's decisions; a wrong line is named and nothing is taken."""
    from tidegate.domain.masters.match_decisions import read

    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} cannot be read: {error}", "save it as CSV in UTF-8") from None
    decisions, wrong = read(text, found.store, found.company)
    if wrong:
        lines = "\n".join(f"  line {each.line}: {each.text}" for each in wrong[:SHOWN])
        raise Refused(
            f"nothing was imported: {len(wrong)} lines of {path} are wrong\n{lines}",
            "correct them and try again",
        )
    return decisions


def report_of(connection: str, found: Matching) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "connection": connection,
        "counts": {
            kind: {
                certainty: sum(pair.certainty.value == certainty for pair in pairs)
                for certainty in ("certain", "likely", "unmatched")
            }
            | {"only_in_sage": len(found.left_over[kind])}
            for kind, pairs in found.pairs.items()
        },
        "pairs": [
            {
                "kind": kind,
                "store_id": pair.store.id,
                "store_name": pair.store.name,
                "company_id": pair.company.id if pair.company else None,
                "company_name": pair.company.name if pair.company else None,
                "match": pair.certainty.value,
                "rule": pair.rule,
                "others": [other.id for other in pair.others],
            }
            for kind, pairs in found.pairs.items()
            for pair in pairs
        ],
        "only_in_sage": {
            kind: [record.id for record in records] for kind, records in found.left_over.items()
        },
    }


def show(document: dict[str, Any]) -> None:
    """What is not certain first: that is what a person must look at."""
    open_pairs = [pair for pair in document["pairs"] if pair["match"] != "certain"]
    open_pairs.sort(key=lambda pair: pair["match"])
    for pair in open_pairs[:SHOWN]:
        rule = f" ({pair['rule']})" if pair["rule"] else ""
        showing.paragraph(f"{pair['kind']} {pair['store_id']} {pair['store_name']}: {pair['match']}{rule}")
        if pair["company_id"] is not None:
            showing.paragraph(f"in Sage {pair['company_id']} {pair['company_name'] or ''}", indent=4)
        if pair["others"]:
            showing.paragraph(f"or {' '.join(pair['others'])}", indent=4)
    if len(open_pairs) > SHOWN:
        showing.say(f"... and {len(open_pairs) - SHOWN} more: --export FILE has them all")
    for kind, counts in document["counts"].items():
        words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
        showing.paragraph(f"{kind}s: {words}")
    if "linked" in document:
        showing.say(f"{document['linked']} customers are linked to their accounts")
        if document["skus"]:
            connection = document["connection"]
            showing.say(
                f"These products have another code in Sage; add them to [connections.{connection}.skus]:"
            )
            for sku, code in document["skus"].items():
                showing.say(f'"{sku}" = "{code}"')
    else:
        showing.say("nothing was written. To link: --export FILE, fill in decisions, --import FILE")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match")(match)
