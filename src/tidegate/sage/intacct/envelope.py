"""A request of the XML gateway, and what its answer says of each function.

Source: contract §1, §2. Functions of one request stand alone: each has its own control id and its own
result. A result counts only if it names the control id and the call that were sent; an answer to another
request is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tidegate.reading.xml_document import parsed
from tidegate.sage.intacct.elements import element, rendered, text_of

SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the integration is: not the user."""

    id: str
    password: str


@dataclass(frozen=True, slots=True)
class Function:
    """One call. `control_id`: at most 256 characters; a write's is the same for the same content, always."""

    control_id: str
    call: Element


@dataclass(frozen=True, slots=True)
class Error:
    """One error of an answer; the specific one comes first."""

    number: str
    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the gateway says against a request or a function, the errors in its order."""

    errors: tuple[Error, ...]

    @property
    def numbers(self) -> frozenset[str]:
        """All error numbers."""
        return frozenset(one.number for one in self.errors)

    @property
    def text(self) -> str:
        """All texts, the specific one first."""
        return "; ".join(dict.fromkeys(one.text for one in self.errors if one.text)) or "no reason given"


Result = Element | Refused
"""A function's `<result>`, or why it was refused."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that is about the request: refused at the door or by the sign-in, or a result for each function."""

    control: Refused | None = None
    authentication: Refused | None = None
    results: Mapping[str, Result] | None = None


def request(
    sender: Sender,
    authentication: Element,
    functions: Sequence[Function],
    *,
    control_id: str,
    unique: bool,
    policy: str = "",
) -> bytes:
    """A request of functions that stand alone. `unique`: a control id that was executed before is refused.

    With a transport policy it is worked on later, and its response posted to the policy's address (§13).
    """
    root = element(
        "request",
        [
            element(
                "control",
                {
                    "senderid": sender.id,
                    "password": sender.password,
                    "controlid": control_id,
                    "uniqueid": unique,
                    "dtdversion": "3.0",
                    "policyid": policy or None,
                    "includewhitespace": False,
                    "showadditionalerrorinfo": True,
                },
            ),
            element(
                "operation",
                [
                    element("authentication", authentication),
                    element(
                        "content",
                        [element("function", one.call, controlid=one.control_id) for one in functions],
                    ),
                ],
                transaction="false",
            ),
        ],
    )
    return rendered(root)


def login(company: str, user: str, password: str, entity: str = "") -> Element:
    """A sign-in; an entity's id goes along where there is one, for an empty one is the top level."""
    return element(
        "login",
        {"userid": user, "companyid": company, "password": password, "locationid": entity or None},
    )


def by_session(session_id: str) -> Element:
    """A request in an open session."""
    return element("sessionid", session_id)


def short_refusal(body: bytes) -> Refused | None:
    """The errors of the short document that the gateway sends before the application is reached (§2.1)."""
    root = parsed(body)
    return None if root is None or root.tag != "response" else _errors(root)


def response(body: bytes, functions: Sequence[Function], control_id: str) -> Response | None:
    """What an answer says of these functions; None when it is no whole answer to this request."""
    root = parsed(body)
    if root is None or root.tag != "response":
        return None
    if text_of(root, "control/status") != SUCCESS:
        refused = _errors(root)
        return Response(control=refused) if refused is not None else None
    if text_of(root, "control/controlid") != control_id:
        return None
    operation = root.find("operation")
    if operation is None:
        return None
    if text_of(operation, "authentication/status") != SUCCESS:
        refused = _errors(operation)
        return Response(authentication=refused) if refused is not None else None
    return Response(results=_results(operation, functions))


def acknowledged(body: bytes, control_id: str) -> Refused | bool:
    """Whether an offline request was taken over; why not, where the gateway says so (§13)."""
    root = parsed(body)
    if root is None or root.tag != "response":
        return False
    if text_of(root, "control/status") != SUCCESS:
        return _errors(root) or False
    same = text_of(root, "control/controlid") == control_id
    return same and text_of(root, "acknowledgement/status") == SUCCESS


@dataclass(frozen=True, slots=True)
class Posted:
    """The response to an offline request. `level`: where the whole was refused; the failure then has the key ""."""

    control_id: str
    refused: Mapping[str, Refused]
    level: str = ""


def posted(body: bytes) -> Posted | None:
    """What a posted response refuses, by the functions' control ids; None for a text that is none."""
    root = parsed(body)
    if root is None or root.tag != "response":
        return None
    control_id = text_of(root, "control/controlid")
    if text_of(root, "control/status") != SUCCESS:
        return Posted(control_id, {"": _errors(root) or Refused(())}, "control")
    operation = root.find("operation")
    if operation is None:
        return None
    if text_of(operation, "authentication/status") != SUCCESS:
        return Posted(control_id, {"": _errors(operation) or Refused(())}, "authentication")
    refused = {
        text_of(one, "controlid"): _errors(one) or Refused(())
        for one in operation.findall("result")
        if text_of(one, "status") != SUCCESS
    }
    return Posted(control_id, {name: one for name, one in refused.items() if name})


def _results(operation: Element, functions: Sequence[Function]) -> dict[str, Result]:
    """Results by control id: those that name a function of ours and its call, each once."""
    calls = {one.control_id: one.call.tag for one in functions}
    found: dict[str, Result] = {}
    doubled: set[str] = set()
    for one in operation.findall("result"):
        control_id = text_of(one, "controlid")
        if calls.get(control_id) != text_of(one, "function"):
            continue
        if control_id in found:
            doubled.add(control_id)
        if text_of(one, "status") == SUCCESS:
            found[control_id] = one
        else:
            found[control_id] = _errors(one) or Refused(())
    return {control_id: one for control_id, one in found.items() if control_id not in doubled}


def _errors(parent: Element) -> Refused | None:
    found = parent.find("errormessage")
    if found is None:
        return None
    return Refused(tuple(_error(one) for one in found.findall("error")))


def _error(found: Element) -> Error:
    parts = (text_of(found, name) for name in ("description", "description2", "correction"))
    category = text_of(found, "additionalinfo/category")
    return Error(text_of(found, "errorno"), " ".join(part for part in parts if part), category)
