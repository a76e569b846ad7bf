"""A request of the XML gateway, read leniently where the contract says so (contract §1)."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tidegate_sandbox.intacct.document import node, parsed, text_of
from tidegate_sandbox.intacct.failure import schema_failure
from tidegate_sandbox.intacct.schema import check


@dataclass(slots=True)
class Control:
    """The control block. A missing ``uniqueid`` is true."""

    sender: str = ""
    password: str = ""
    control_id: str = ""
    unique: bool = True
    version: str = "3.0"
    policy: str = ""
    whitespace: bool = True
    more_errors: bool = False

    def answer(self, status: str) -> Element:
        """The control block of the answer: it echoes what was sent."""
        return node(
            "control",
            [
                node("status", status),
                node("senderid", self.sender),
                node("controlid", self.control_id),
                node("uniqueid", self.unique),
                node("dtdversion", self.version),
            ],
        )


@dataclass(slots=True)
class Request:
    """A request whose form is right: control block, authentication, functions with their control ids."""

    control: Control
    authentication: Element
    functions: list[tuple[str, Element]]
    transaction: bool


def read_control(root: Element) -> Control:
    """The control block, as far as there is one."""
    found = root.find("control")
    if found is None:
        return Control()
    return Control(
        sender=text_of(found, "senderid"),
        password=text_of(found, "password"),
        control_id=text_of(found, "controlid"),
        unique=text_of(found, "uniqueid", "true").lower() != "false",
        version=text_of(found, "dtdversion") or "3.0",
        policy=text_of(found, "policyid"),
        whitespace=text_of(found, "includewhitespace", "true").lower() != "false",
        more_errors=text_of(found, "showadditionalerrorinfo").lower() == "true",
    )


def read_root(raw: bytes) -> Element:
    """The root of a request. ControlFailure for anything that is none."""
    root = parsed(raw)
    if root.tag != "request":
        raise schema_failure(f"Fatal Error 1845: Element '{root.tag}': No matching global declaration.")
    return root


def read_request(root: Element, control: Control) -> Request:
    """The rest of a request. ControlFailure where it fits no schema; nothing was executed then."""
    for name in ("senderid", "password", "controlid"):
        if root.find(f"control/{name}") is None:
            raise schema_failure(f"71: Element 'control': Missing child element(s). Expected is ( {name} ).")
    if not 1 <= len(control.control_id) <= 256:
        raise schema_failure("1831: Element 'controlid': the length must be from 1 to 256.")
    operation = root.find("operation")
    if operation is None:
        raise schema_failure("71: Element 'request': Missing child element(s). Expected is ( operation ).")
    authentication = operation.find("authentication")
    ways = (
        [] if authentication is None else [one for one in authentication if one.tag in ("login", "sessionid")]
    )
    if authentication is None or len(ways) != 1:
        raise schema_failure("71: Element 'authentication': exactly one of login and sessionid is expected.")
    found = operation.findall("content/function")
    if not found:
        raise schema_failure("71: Element 'content': Missing child element(s). Expected is ( function ).")
    functions = []
    for one in found:
        control_id = one.get("controlid")
        if control_id is None or not 1 <= len(control_id) <= 256:
            raise schema_failure("68: Element 'function': The attribute 'controlid' is required but missing.")
        if len(one) != 1:
            raise schema_failure("71: Element 'function': exactly one child element is expected.")
        check(one[0])
        functions.append((control_id, one[0]))
    transaction = (operation.get("transaction") or "false").strip().lower() == "true"
    return Request(control, authentication, functions, transaction)
