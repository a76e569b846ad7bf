"""SOAP, RPC/encoded: a call's arguments out of its envelope, and the answer's (contract §3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
WSS = "http://www.adonix.com/WSS"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSD = "http://www.w3.org/2001/XMLSchema"
for _prefix, _name in (("soapenv", SOAP), ("soapenc", ENCODING), ("wss", WSS), ("xsi", XSI), ("xsd", XSD)):
    register_namespace(_prefix, _name)


class BadEnvelope(ValueError):
    """No call of this service."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: texts by the name of the argument, keys as pairs, and lists of texts."""

    operation: str
    context: dict[str, str]
    texts: dict[str, str]
    keys: list[tuple[str, str]] = field(default_factory=list)

    @property
    def wants_json(self) -> bool:
        """`adxwss.optreturn=JSON`."""
        return "adxwss.optreturn=JSON" in self.context.get("requestConfig", "")


def read(raw: bytes) -> Call:
    """The call of an envelope. BadEnvelope."""
    try:
        root = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError):
        raise BadEnvelope("not well-formed") from None
    body = root.find(f"{{{SOAP}}}Body")
    if body is None or not len(body):
        raise BadEnvelope("no body")
    call = body[0]
    if not call.tag.startswith(f"{{{WSS}}}"):
        raise BadEnvelope("another namespace")
    refs = {one.get("id", ""): one for one in body.iter() if one.get("id")}
    context: dict[str, str] = {}
    texts: dict[str, str] = {}
    keys: list[tuple[str, str]] = []
    for argument in call:
        one = refs.get(argument.get("href", "").lstrip("#"), argument)
        if argument.tag == "callContext":
            context = {each.tag: each.text or "" for each in one}
        elif argument.tag == "objectKeys":
            keys = [(each.findtext("key") or "", each.findtext("value") or "") for each in one]
        else:
            texts[argument.tag] = one.text or ""
    return Call(call.tag.rpartition("}")[2], context, texts, keys)


@dataclass(frozen=True, slots=True)
class Result:
    """What X3 says: 1 done, 0 failed; messages with their type; the result's text, or none."""

    status: int
    result: str | None = None
    messages: Sequence[tuple[int, str]] = ()
    busy: bool = False
    wait_ms: float = 0.0


def written(operation: str, result: Result, *, multi_ref: bool) -> bytes:
    """The answer's envelope; ``multi_ref``: messages are elements of their own outside the return (C)."""
    root = Element(f"{{{SOAP}}}Envelope")
    body = SubElement(root, f"{{{SOAP}}}Body")
    answer = SubElement(body, f"{{{WSS}}}{operation}Response", {f"{{{SOAP}}}encodingStyle": ENCODING})
    found = SubElement(answer, f"{operation}Return", _type("wss:CAdxResultXml"))
    _messages(found, body, result.messages, multi_ref=multi_ref)
    text = SubElement(found, "resultXml", _type("xsd:string"))
    if result.result is None:
        text.set(f"{{{XSI}}}nil", "true")
    else:
        text.text = result.result
    SubElement(found, "status", _type("xsd:int")).text = str(result.status)
    _infos(found, result)
    # Prefixes of the values of xsi:type must be declared, though no tag needs them; the envelope's own prefix is that of
    # whichever simulator of this process has named SOAP last.
    raw = tostring(root, encoding="unicode")
    for prefix, name in (("soapenc", ENCODING), ("xsd", XSD)):
        if f"xmlns:{prefix}=" not in raw:
            raw = raw.replace(":Envelope", f':Envelope xmlns:{prefix}="{name}"', 1)
    return f'<?xml version="1.0" encoding="UTF-8"?>{raw}'.encode()


def _type(name: str) -> dict[str, str]:
    return {f"{{{XSI}}}type": name}


def _messages(found: Element, body: Element, messages: Iterable[tuple[int, str]], *, multi_ref: bool) -> None:
    listed = list(messages)
    attributes = {f"{{{ENCODING}}}arrayType": f"wss:CAdxMessage[{len(listed)}]", **_type("soapenc:Array")}
    parent = SubElement(found, "messages", attributes)
    for at, (kind, text) in enumerate(listed):
        if multi_ref:
            SubElement(parent, "messages", href=f"#id{at}")
            one = SubElement(body, "multiRef", {"id": f"id{at}", **_type("wss:CAdxMessage")})
        else:
            one = SubElement(parent, "messages", _type("wss:CAdxMessage"))
        SubElement(one, "message", _type("xsd:string")).text = text
        SubElement(one, "type", _type("xsd:string")).text = str(kind)


def _infos(found: Element, result: Result) -> None:
    infos = SubElement(found, "technicalInfos", _type("wss:CAdxTechnicalInfos"))
    values: tuple[tuple[str, str, Any], ...] = (
        ("busy", "boolean", str(result.busy).lower()),
        ("changeLanguage", "boolean", "false"),
        ("changeUserId", "boolean", "false"),
        ("flushAdx", "boolean", "false"),
        ("loadWebsDuration", "double", 5.0),
        ("nbDistributionCycle", "int", -1),
        ("poolDistribDuration", "double", -1.0),
        ("poolEntryIdx", "int", 1),
        ("poolExecDuration", "double", 120.0),
        ("poolRequestDuration", "double", -1.0),
        ("poolWaitDuration", "double", result.wait_ms),
        ("processReport", "string", ""),
        ("processReportSize", "int", -1),
        ("reloadWebs", "boolean", "false"),
        ("resumitAfterDBOpen", "boolean", "false"),
        ("rowInDistribStack", "int", 0),
        ("totalDuration", "double", 140.0),
        ("traceRequest", "string", ""),
        ("traceRequestSize", "int", 0),
    )
    for name, kind, value in values:
        SubElement(infos, name, _type(f"xsd:{kind}")).text = str(value)


def fault(text: str) -> bytes:
    """A SOAP fault."""
    root = Element(f"{{{SOAP}}}Envelope")
    one = SubElement(SubElement(root, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    SubElement(one, "faultcode").text = "soapenv:Server"
    SubElement(one, "faultstring").text = text
    return bytes(tostring(root, encoding="utf-8"))
