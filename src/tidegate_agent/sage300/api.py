"""The HTTP face of the Sage 300 agent: the SOAP gateway by its WSDL, beside the calls that every agent answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from xml.etree.ElementTree import Element

from tidegate_agent import VERSION
from tidegate_agent.failure import Failure, FailureClass
from tidegate_agent.http_face import Asked, HttpFace, Reply, Route
from tidegate_agent.keeper_routes import keeper_routes
from tidegate_agent.sage300 import browsing, names, soap
from tidegate_agent.sage300.agent import GatewayAgent, Written
from tidegate_agent.sage300.document import ACTIONS, Document
from tidegate_agent.sage300.orders import Orders
from tidegate_agent.sage300.refusal import FaultClass, InDoubt, Message, Refused

ADDRESS = "/gateway/soap"
PLACEHOLDER = "https://sage300.example/gateway/soap"
MOST_KEYS = 200
CLASSES: Mapping[FailureClass, FaultClass] = {
    "format": "format",
    "auth": "auth",
    "not_found": "format",
    "busy_company": "conflict",
    "locked": "locked",
    "pool_busy": "seat_limit",
    "seat_limit": "seat_limit",
    "unavailable": "unavailable",
    "timeout": "unavailable",
}
"""The contract's classes. What is not here is no fault: the hub must take a write for one in doubt."""


class GatewayApi:
    """The calls over one agent; ``face`` is the WSGI application."""

    def __init__(self, agent: GatewayAgent) -> None:
        self._agent = agent
        self._operations: dict[str, Callable[[str, Element, str], Element]] = {
            "Ping": self._ping,
            "ReadView": self._read,
            "WriteDocument": self._write,
            "FindDocument": self._find,
            "RunProcess": self._run,
        }
        listen = agent.settings.listen
        self.face = HttpFace(
            (
                *keeper_routes(agent),
                Route("GET", ADDRESS, self._wsdl, frozenset({"wsdl"}), is_open=True),
                Route("POST", ADDRESS, self._call, takes_bytes=True, failed=_failed),
            ),
            tokens=lambda: [agent.secret(name) for name in listen.tokens],
            allow=listen.allow,
            user=agent.settings.sage300.gateway_user,
            counted=lambda method, route, status: agent.metrics.count(
                "requests_total", method=method, route=route, status=str(status)
            ),
        )

    def _wsdl(self, asked: Asked) -> Reply:
        contract = files("tidegate_agent.sage300").joinpath("gateway.wsdl").read_text("utf-8")
        return Reply(contract.replace(PLACEHOLDER, asked.address), soap.TYPE)

    def _call(self, asked: Asked) -> Reply:
        agent = self._agent
        agent.tick()
        try:
            call = soap.operation_of(asked.body)
            operation = self._operations.get(soap.name_of(call))
            if operation is None:
                raise Refused("format", f"there is no operation {soap.name_of(call)}")
            company = agent.company(soap.text(call, "company"))
            return Reply(soap.envelope(operation(company, call, asked.request_id)), soap.TYPE)
        except Refused as refused:
            return Reply(soap.envelope(soap.fault(refused)), soap.TYPE, 500)
        except InDoubt as doubt:
            return Reply(f"in doubt: {doubt}", "text/plain", 504)

    # The operations

    def _ping(self, company: str, _call: Element, _request: str) -> Element:
        agent = self._agent
        state = "unknown"
        try:
            with agent.lease(company, "ping") as held:
                agent.home_currencies[company] = held.session.home_currency()
                state = "open"
        except Failure as failure:
            state = "locked" if failure.kind == "locked" else state
        numbers = agent.pool.numbers()
        answer = soap.answer("Ping")
        for name, value in (
            ("gateway", VERSION),
            ("sageVersion", agent.settings.sage300.version),
            ("company", company),
            ("homeCurrency", agent.home_currencies.get(company, "")),
            ("sessionsInUse", str(numbers["in_use"] + numbers["idle"])),
            ("sessionsMax", str(numbers["seats"])),
            ("state", state),
        ):
            soap.add(answer, name, value)
        return answer

    def _read(self, company: str, call: Element, _request: str) -> Element:
        view = soap.text(call, "view")
        wanted = soap.texts(call, "field")
        if not wanted:
            raise Refused("format", "no field is named", view)
        where = browsing.checked(soap.text(call, "filter"), view)
        limit = max(1, min(soap.number(call, "limit", browsing.MOST), browsing.MOST))
        with self._agent.lease(company, f"read {view}") as held:
            page = browsing.read(
                held.session,
                view,
                wanted,
                where,
                index=soap.number(call, "index", 0),
                after=soap.text(call, "after"),
                limit=limit,
            )
        answer = soap.answer("ReadView")
        for row in page.rows:
            soap.add_row(answer, row)
        if page.after is not None:
            soap.add(answer, "next", page.after)
        soap.add(answer, "complete", "true" if page.is_complete else "false")
        return answer

    def _write(self, company: str, call: Element, request_id: str) -> Element:
        action = soap.text(call, "action")
        document = Document(
            soap.text(call, "key"), soap.text(call, "view"), soap.settings_of(call), soap.details_of(call)
        )
        if action not in ACTIONS:
            raise Refused("format", f"there is no action {action}", document.view)
        if document.view != names.ORDERS:
            raise Refused("auth", f"the view {document.view} is not on the list for writing", document.view)
        if not document.key:
            raise Refused("format", "the document has no key", document.view)
        written = self._written(company, action, document, request_id)
        self._agent.metrics.count("documents_total", outcome=written.outcome)
        answer = soap.answer("WriteDocument")
        soap.add(answer, "outcome", written.outcome)
        soap.add_row(answer, written.row)
        soap.add_messages(answer, written.messages)
        return answer

    def _written(self, company: str, action: str, document: Document, request_id: str) -> Written:
        if action == "preview":
            return self._agent.preview(company, document)
        if action == "insert":
            if document.value(names.REFERENCE) != document.key:
                raise Refused("format", "REFERENCE must be the key: an order is found by it", document.view)
            return self._agent.insert(company, document, request_id)
        return self._agent.change(company, document, action)

    def _find(self, company: str, call: Element, _request: str) -> Element:
        view, keys = soap.text(call, "view"), soap.texts(call, "key")
        if view != names.ORDERS:
            raise Refused("auth", f"the view {view} is not on the list", view)
        if not 1 <= len(keys) <= MOST_KEYS:
            raise Refused("format", f"1 to {MOST_KEYS} keys can be looked for", view)
        with self._agent.lease(company, "find documents") as held:
            rows = Orders(held.session).by(names.REFERENCE, keys)
        answer = soap.answer("FindDocument")
        for row in rows:
            if row[names.REFERENCE] in keys:
                soap.add_found(answer, row[names.REFERENCE], row)
        return answer

    def _run(self, company: str, call: Element, _request: str) -> Element:
        agent, view = self._agent, soap.text(call, "view")
        if view not in agent.settings.sage300.processes:
            raise Refused("auth", "the process is not on the list", view)
        with agent.writing_key(company, view), agent.lease(company, f"process {view}") as held:
            with held.session.view(view) as opened:
                for one in soap.settings_of(call):
                    opened.set(one.name, one.value, verify=one.verify)
                opened.call("Process")
            messages = held.session.messages()
        answer = soap.answer("RunProcess")
        soap.add_messages(answer, messages or [Message("done")])
        return answer


def _failed(failure: Failure, request_id: str) -> Reply:
    """A failure as a fault of its class; what the contract has no class for is answered without one."""
    if failure.kind == "agent_auth":
        return Reply("", soap.TYPE, 401, (("WWW-Authenticate", 'Basic realm="gateway"'),))
    kind = CLASSES.get(failure.kind)
    if kind is None:
        return Reply(f"the gateway failed; request {request_id}", "text/plain", failure.status)
    text = f"{failure.message} {failure.sage_text}".strip()
    refused = Refused(kind, text, retry_after=failure.retry_after)
    return Reply(soap.envelope(soap.fault(refused)), soap.TYPE, 500)
