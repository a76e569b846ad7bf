"""A digest as an HTML page for mail: tables and inline styles, because mail programs ignore style sheets."""

from __future__ import annotations

from html import escape

from tidegate.notify.digest_text import Digest, local, sections, title, verdict

FONT = "font-family:system-ui,Segoe UI,Helvetica,Arial,sans-serif"
INK, PALE, BAD, GOOD = "#1c2733", "#5b6b7a", "#a3210f", "#1d6b3a"


def page(digest: Digest, link: str = "") -> str:
    """The whole page; it loads nothing from any host."""
    parts = [section(name, rows) for name, rows in sections(digest)]
    footer = (
        f'<p><a href="{escape(link, quote=True)}" style="color:{INK}">{escape(link)}</a></p>' if link else ""
    )
    span = f"{local(digest['from'], digest)} to {local(digest['at'], digest)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title(digest))}</title></head>'
        f'<body style="margin:0;padding:16px;color:{INK};background:#ffffff;{FONT};font-size:15px;line-height:1.45">'
        f'<div style="max-width:640px"><h1 style="font-size:20px;margin:0 0 4px">{escape(digest["connection"])}, '
        f'{escape(digest["day"])}</h1><p style="margin:0 0 4px;font-weight:bold;color:{colour(digest)}">'
        f'{escape(verdict(digest))}</p><p style="margin:0 0 16px;color:{PALE}">{escape(span)}</p>'
        f"{''.join(parts)}{footer}</div></body></html>\n"
    )


def section(name: str, rows: list[str]) -> str:
    """A heading and its lines."""
    cells = "".join(
        f'<tr><td style="padding:3px 0;border-top:1px solid #e3e8ec">{escape(row)}</td></tr>' for row in rows
    )
    return (
        f'<h2 style="font-size:16px;margin:16px 0 4px">{escape(name)}</h2>'
        f'<table role="presentation" style="border-collapse:collapse;width:100%">{cells}</table>'
    )


def colour(digest: Digest) -> str:
    """Green only if nothing needs a person, the tallies add up, and the last reconciliation compared and agrees."""
    person, books = digest["person"], digest["reconciliation"]
    wrong = (
        digest["halted"] or not digest["adds_up"] or person["alerts"] or person["reviews"] or person["held"]
    )
    if wrong or (books["scheduled"] and books["state"] != "agrees"):
        return BAD
    return GOOD if books["state"] == "agrees" else INK
