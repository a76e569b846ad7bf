"""Answers of the XML gateway: envelope, results, errors (contract §2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import quote
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.document import node
from tidegate_sandbox.intacct.failure import ErrorItem, TransportRefusal

CONTENT_TYPE = 'text/xml; encoding="UTF-8"'


def short_document(refusal: TransportRefusal, request_id: str) -> Element:
    """A refusal in front of the application; it lacks nearly everything (§2.1)."""
    error = [
        node("errorno", refusal.errorno),
        node("description", f"{refusal.text} [Request ID: {request_id}]"),
    ]
    control = node("control", [node("status", "failure")])
    return node("response", [control, node("errormessage", [node("error", error)])])


def error_message(errors: Iterable[ErrorItem], seed: str, *, more: bool) -> Element:
    """Errors, the specific one first; ``description2`` of the first carries a support id."""
    found = []
    for position, one in enumerate(errors):
        support = quote(support_id(f"{seed}/{position}"), safe="").replace("~", "%7E")
        text = f"{one.description2} [Support ID: {support}]" if position == 0 else one.description2
        children = [
            node("errorno", one.errorno),
            node("description", one.description),
            node("description2", text),
            node("correction", one.correction),
        ]
        if more:
            children.append(_additional(one, text, support))
        found.append(node("error", children))
    return node("errormessage", found)


def _additional(one: ErrorItem, text: str, support: str) -> Element:
    """What `showadditionalerrorinfo` adds: every optional part is sent, empty if unknown."""
    target = {"domain": "", "object": one.object, "field": one.field}

    def message(tag: str, content: str, request: str) -> Element:
        place = node(
            "target", domain="", requestinfo=request, object=one.object, field=one.field, businessInfo=""
        )
        key = f"IA.{content[:40].upper().replace(' ', '_')}" if content else ""
        return node(tag, [node("messageid", key), place, node("placeholders")])

    return node(
        "additionalinfo",
        [
            node("errorid", one.errorid),
            node("category", one.category),
            node("target", None, requestinfo=support, businessinfo="", **target),
            message("description", one.description, ""),
            message("cdescription", text, f"[{support}]"),
            message("correction", one.correction, ""),
        ],
    )


def support_id(seed: str) -> str:
    """A support id that follows from the request."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    return f"{digest[:4]}~{digest[4:14]}"


def result(status: str, function: str, control_id: str, content: Iterable[Element]) -> Element:
    """The result of one function."""
    head = [node("status", status), node("function", function), node("controlid", control_id)]
    return node("result", [*head, *content])
