"""The small, constant envelope of X3's SOAP (RPC/encoded), made and read here.

Source: contract §3. The vendor's interface imports a schema without saying where it is: common libraries would fetch
it from the internet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from tidegate.sage.soap import SOAP, body_of

SERVICE = "/soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
CONFIG = "adxwss.optreturn=JSON&adxwss.beautify=false"
Arguments = Mapping[str, str | Mapping[str, str] | int]
"""The arguments of an operation, in order: texts, numbers, or keys of a record."""
_OPEN = (
    f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}" xmlns:wss="http://www.adonix.com/WSS"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    f' xmlns:soapenc="{ENCODING}"><soapenv:Body>'
)


@dataclass(frozen=True, slots=True)
class Returned:
    """What X3 says: `status` 1 is done; messages as (type, text); the result's text, "" without one."""

    status: int
    messages: tuple[tuple[str, str], ...]
    result: str

    @property
    def said(self) -> str:
        """All texts: the cause is not always the first."""
        return "; ".join(text for _, text in self.messages)


def written(operation: str, pool: str, name: str, arguments: Arguments) -> bytes:
    """A call's envelope. Arguments in their order: texts, numbers, or keys of a record."""
    context = {"codeLang": "ENG", "poolAlias": pool, "poolId": "", "requestConfig": CONFIG}
    parts = [
        _OPEN,
        f'<wss:{operation} soapenv:encodingStyle="{ENCODING}">',
        '<callContext xsi:type="wss:CAdxCallContext">',
        *(_text(key, value) for key, value in context.items()),
        "</callContext>",
        _text("publicName", name),
    ]
    for key, value in arguments.items():
        if isinstance(value, Mapping):
            parts.append(_keys(key, value))
        elif isinstance(value, int):
            parts.append(f'<{key} xsi:type="xsd:int">{value}</{key}>')
        else:
            parts.append(_text(key, value))
    parts.append(f"</wss:{operation}></soapenv:Body></soapenv:Envelope>")
    return "".join(parts).encode()


def _text(name: str, value: str) -> str:
    return f'<{name} xsi:type="xsd:string">{escape(value)}</{name}>'


def _keys(name: str, keys: Mapping[str, str]) -> str:
    listed = "".join(
        f'<keys xsi:type="wss:CAdxParamKeyValue">{_text("key", key)}{_text("value", value)}</keys>'
        for key, value in keys.items()
    )
    kind = f'soapenc:arrayType="wss:CAdxParamKeyValue[{len(keys)}]" xsi:type="soapenc:Array"'
    return f"<{name} {kind}>{listed}</{name}>"


def read(body: bytes, operation: str) -> Returned | str | None:
    """The return of this operation; a fault's text; None for what is neither."""
    content = body_of(body)
    if content is None:
        return None
    fault = content.find(f"{{{SOAP}}}Fault")
    if fault is not None:
        return (fault.findtext("faultstring") or "").strip() or "SOAP fault"
    # In the encoded style any value may be elsewhere in the document, and referred to.
    elsewhere = {one.get("id", ""): one for one in content.iter() if one.get("id")}

    def there(one: Element | None) -> Element | None:
        if one is None:
            return None
        return elsewhere.get(one.get("href", "").removeprefix("#"), one)

    found = there(content.find(f".//{operation}Return"))
    status = (found.findtext("status") or "").strip() if found is not None else ""
    if found is None or status not in ("0", "1"):
        return None
    messages = []
    listed = there(found.find("messages"))
    for one in listed if listed is not None else ():
        message = there(one)
        if message is not None and message.find("message") is not None:
            kind, text = message.findtext("type") or "", message.findtext("message") or ""
            messages.append((kind.strip(), " ".join(text.split())))
    return Returned(int(status), tuple(messages), found.findtext("resultXml") or "")
