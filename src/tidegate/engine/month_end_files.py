"""Month's end as files: CSV, a workbook, and a page that prints. All three show the same document.

Foreign text acts on nothing: a workbook writes text as text, CSV guards what a spreadsheet would take for a formula,
the page escapes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from tidegate.domain.foreign_text import csv_cell, visible
from tidegate.engine.month_end import Document

COLOURS = {"agrees": "#1d6b3a", "partly compared": "#8a5a00", "differs": "#a3210f", "not compared": "#8a5a00"}
#: Characters that a workbook allows in the name of a sheet, and none of these.
NAME, FORBIDDEN = 31, "[]:*?/\\"
STYLE = """
body{font:14px/1.45 system-ui,Segoe UI,Helvetica,Arial,sans-serif;color:#1c2733;background:#fff;margin:2rem;max-width:70rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2rem 0 0}h3{font-size:1rem;margin:1.5rem 0 0}
table{border-collapse:collapse;margin:.5rem 0}th,td{text-align:left;padding:.2rem .6rem;border-top:1px solid #d8dfe5;vertical-align:top}
th{border-top:0}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tfoot td{font-weight:bold;border-top:2px solid #1c2733}
.basis,.documents{color:#5b6b7a;font-size:.9em}.state{font-weight:bold}
@media print{body{margin:0;max-width:none;font-size:10pt}h2{break-before:page}tr,h3{break-inside:avoid;break-after:avoid}thead{display:table-header-group}}
"""


def facts_of(document: Document) -> list[tuple[str, str]]:
    """The header of every format: company, period, run, currency, state, signature."""
    signed = document["signed"]
    rows = [
        ("company", document["company"]),
        ("period", f"{document['from']} to {document['to']}" + ("" if document["over"] else " (not over)")),
        ("run", local(document["ran_at"], document)),
        ("currency", document["currency"]),
        ("state", document["state"]),
    ]
    if signed is None:
        rows.append(("signed", "not signed"))
    else:
        rows.append(("signed", f"{signed['by']}, {local(signed['at'], document)}"))
        rows += [("note", signed["note"])] if signed["note"] else []
        if signed["changed"]:
            rows.append(("changed since", f"{len(document['changes'])} figures, see below"))
    return rows


def local(instant: str, document: Document) -> str:
    """In the company's zone."""
    zone = ZoneInfo(document["time_zone"])
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def grouped(amount: str) -> str:
    """An amount with thousands separators: `-1234567.80` is `-1,234,567.80`."""
    sign, bare = ("-", amount[1:]) if amount.startswith("-") else ("", amount)
    whole, dot, fraction = bare.partition(".")
    return f"{sign}{int(whole):,}{dot}{fraction}"


def cell(value: Any, kind: str) -> str:
    """A cell for display; "" when not known."""
    if value is None:
        return ""
    if kind == "money":
        return grouped(str(value))
    return f"{value:,}" if kind == "count" else visible(str(value))


# --- CSV --------------------------------------------------------------------------------------


def csv_text(document: Document) -> str:
    """Every figure on a line of its own, to be filtered and summed: the shape does not change with the tables."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        (
            "company",
            "period",
            "ran_at",
            "currency",
            "connection",
            "section",
            "row",
            "column",
            "value",
            "documents",
        )
    )
    head = tuple(document[name] for name in ("company", "period", "ran_at", "currency"))
    for line in figures(document):
        writer.writerow([csv_cell(each) for each in (*head, *line)])
    return out.getvalue()


def figures(document: Document) -> Iterator[tuple[str, ...]]:
    """(connection, section, row, column, value, documents) of every cell; the state of a section first."""
    yield "", "state", document["state"], "", "", ""
    for name, connection in document["connections"].items():
        yield name, "state", connection["state"], "", "", ""
        for text in connection["not_compared"]:
            yield name, "not compared", text, "", "", ""
        for section in connection["sections"]:
            compared = "compared" if section["compared"] else "not compared"
            yield name, section["id"], "", compared, "", ""
            for row in section["rows"]:
                documents = " ".join(row["documents"])
                for column in section["columns"]:
                    value = row["cells"][column["id"]]
                    yield (
                        name,
                        section["id"],
                        row["key"],
                        column["id"],
                        "" if value is None else str(value),
                        documents,
                    )
                    documents = ""
            for column, value in (section["total"] or {}).items():
                yield name, section["id"], "SUM", column, "" if value is None else str(value), ""
    for each in document["changes"]:
        place = each["connection"], f"changed: {each['section']}", each["row"], each["column"]
        yield *place, f"{each['then']} -> {each['now']}", ""


# --- a workbook -------------------------------------------------------------------------------


def xlsx(document: Document) -> bytes:
    """A sheet for the summary, one for each table, one for the documents behind them, one for changes."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    made = datetime.fromisoformat(document["ran_at"]).replace(tzinfo=None)
    book.set_properties({"title": f"Month's end {document['company']} {document['period']}", "created": made})
    bold = book.add_format({"bold": True})
    formats = {
        "money": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "#,##0"}),
    }
    names: set[str] = set()
    summary = book.add_worksheet(sheet_name("Summary", names))
    for place, (name, value) in enumerate(facts_of(document)):
        summary.write_string(place, 0, name, bold)
        summary.write_string(place, 1, visible(value))
    behind: list[tuple[str, str, str, str]] = []
    for connection, each in document["connections"].items():
        for section in each["sections"]:
            title = f"{connection} {section['id']}" if len(document["connections"]) > 1 else section["title"]
            sheet = book.add_worksheet(sheet_name(title, names))
            fill(sheet, document, connection, section, formats, bold)
            behind += [
                (connection, section["title"], row["key"], number)
                for row in section["rows"]
                for number in row["documents"]
            ]
    listed = book.add_worksheet(sheet_name("Documents", names))
    for column, name in enumerate(("connection", "table", "row", "document")):
        listed.write_string(0, column, name, bold)
    for place, line in enumerate(behind[:MOST_ROWS], 1):
        for column, text in enumerate(line):
            listed.write_string(place, column, visible(text))
    write_changes(book.add_worksheet(sheet_name("Changes since signed", names)), document, bold)
    book.close()
    return out.getvalue()


#: Rows that a sheet can hold below its head.
MOST_ROWS = 1_048_570


def fill(
    sheet: Any, document: Document, connection: str, section: Document, formats: dict[str, Any], bold: Any
) -> None:
    """One table: company, period and currency above it, the sums below it."""
    state = "compared" if section["compared"] else "NOT COMPARED"
    heading = (
        f"{section['title']}: {document['company']}, {connection}, {document['from']} to {document['to']}"
    )
    sheet.write_string(0, 0, visible(heading), bold)
    sheet.write_string(
        1,
        0,
        visible(
            f"{section['basis']}; {document['currency']}; {state}; run {local(document['ran_at'], document)}"
        ),
    )
    columns = section["columns"]
    for place, column in enumerate(columns):
        sheet.write_string(3, place, column["title"], bold)
        sheet.set_column(place, place, 14 if column["kind"] != "text" else 22)
    line = 4
    for row in section["rows"][:MOST_ROWS]:
        for place, column in enumerate(columns):
            write(sheet, line, place, row["cells"][column["id"]], column["kind"], formats)
        line += 1
    if section["total"]:
        sheet.write_string(line, 0, "sum", bold)
        for place, column in enumerate(columns):
            if column["id"] in section["total"]:
                write(sheet, line, place, section["total"][column["id"]], column["kind"], formats)
        line += 1
    for note in section["notes"]:
        line += 1
        sheet.write_string(line, 0, visible(note))
    sheet.freeze_panes(4, 1)


def write(sheet: Any, line: int, place: int, value: Any, kind: str, formats: dict[str, Any]) -> None:
    """Amounts and counts as numbers, anything else as text: never as a formula."""
    if value is None:
        sheet.write_blank(line, place, None)
    elif kind in formats:
        sheet.write_number(line, place, Decimal(str(value)), formats[kind])
    else:
        sheet.write_string(line, place, visible(str(value)))


def write_changes(sheet: Any, document: Document, bold: Any) -> None:
    """What is another figure than was signed."""
    columns = ("connection", "section", "row", "column", "then", "now")
    for place, name in enumerate(columns):
        sheet.write_string(0, place, name, bold)
    for line, each in enumerate(document["changes"], 1):
        for place, name in enumerate(columns):
            sheet.write_string(line, place, "" if each[name] is None else visible(str(each[name])))


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that a workbook takes, once."""
    clean = "".join(" " if sign in FORBIDDEN else sign for sign in wanted).strip("' ")[:NAME] or "sheet"
    name, number = clean, 2
    while name.lower() in taken:
        name = f"{clean[: NAME - 3]} {number}"
        number += 1
    taken.add(name.lower())
    return name


# --- a page -----------------------------------------------------------------------------------


def page(document: Document) -> str:
    """One page with every table; it prints, and asks no host for anything."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(visible(value))}</td></tr>'
        for name, value in facts_of(document)
    )
    parts = "".join(connection_html(name, each) for name, each in document["connections"].items())
    title = escape(f"Month's end {document['company']} {document['period']}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head>'
        f"<body><h1>{title}</h1><table>{rows}</table>{changes_html(document)}{parts}</body></html>\n"
    )


def connection_html(name: str, connection: Document) -> str:
    """One connection."""
    colour = COLOURS[connection["state"]]
    words = "".join(f"<li>not compared: {escape(visible(text))}</li>" for text in connection["not_compared"])
    return (
        f'<h2>{escape(name)}: <span class="state" style="color:{colour}">{escape(connection["state"])}</span></h2>'
        f"<ul>{words}</ul>" + "".join(section_html(each) for each in connection["sections"])
    )


def section_html(section: Document) -> str:
    """One table, its basis, its sums; empty ones say so."""
    columns = section["columns"]
    state = "" if section["compared"] else ' <strong style="color:#8a5a00">not compared</strong>'
    head = f"<h3>{escape(section['title'])}{state}</h3><p class=basis>{escape(section['basis'])}</p>"
    notes = "".join(f"<p class=basis>{escape(visible(note))}</p>" for note in section["notes"])
    if not section["rows"]:
        return f"{head}<p>{'none' if section['compared'] else 'unknown'}</p>{notes}"
    titles = "".join(f'<th scope="col"{numeric(each)}>{escape(each["title"])}</th>' for each in columns)
    body = "".join(
        f"<tr>{cells_html(row['cells'], columns)}</tr>{behind_html(row, columns)}" for row in section["rows"]
    )
    foot = ""
    if section["total"]:
        sums = {columns[0]["id"]: "sum", **section["total"]}
        foot = f"<tfoot><tr>{cells_html(sums, columns)}</tr></tfoot>"
    return f"{head}<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody>{foot}</table>{notes}"


def cells_html(cells: Document, columns: list[Document]) -> str:
    """The cells of one row."""
    return "".join(
        f"<td{numeric(each)}>{escape(cell(cells.get(each['id']), each['kind'] if cells.get(each['id']) != 'sum' else 'text'))}</td>"
        for each in columns
    )


def behind_html(row: Document, columns: list[Document]) -> str:
    """The documents behind a row of several."""
    if len(row["documents"]) < 2:
        return ""
    numbers = escape(visible(" ".join(row["documents"])))
    return (
        f'<tr><td colspan="{len(columns)}" class="documents"><details><summary>{len(row["documents"])} documents'
        f"</summary>{numbers}</details></td></tr>"
    )


def changes_html(document: Document) -> str:
    """What is another figure than was signed."""
    if not document["changes"]:
        return ""
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(visible('' if each[name] is None else str(each[name])))}</td>" for name in each
        )
        + "</tr>"
        for each in document["changes"]
    )
    titles = "".join(f"<th>{name}</th>" for name in ("connection", "table", "row", "column", "signed", "now"))
    return f"<h3>Changed since it was signed</h3><table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def numeric(column: Document) -> str:
    """The class of right-aligned columns."""
    return ' class="n"' if column["kind"] in ("money", "count") else ""
