"""Answers as XML, for a client that asks for that alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape


def render(value: Any) -> bytes:
    """``value`` below a root ``response``; list entries are ``item``."""
    return ('<?xml version="1.0"?>\n' + _element("response", value, "")).encode()


def _element(name: str, value: Any, indent: str) -> str:
    if isinstance(value, dict | list):
        entries = value.items() if isinstance(value, dict) else (("item", entry) for entry in value)
        inner = "".join(_element(str(key), entry, indent + "  ") for key, entry in entries)
        return f"{indent}<{name}>\n{inner}{indent}</{name}>\n" if inner else f"{indent}<{name}/>\n"
    text = _text(value)
    return f"{indent}<{name}>{escape(text)}</{name}>\n" if text else f"{indent}<{name}/>\n"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)
