"""The XML gateway: one URL for everything (contract §1, §2, §4, §11, §13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from xml.etree.ElementTree import Element, tostring

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.call import Call, Function, Outcome
from tidegate_sandbox.intacct.document import node, rendered, text_of
from tidegate_sandbox.intacct.failure import (
    ROLLED_BACK,
    AuthenticationFailure,
    ControlFailure,
    ErrorItem,
    FunctionFailure,
    GatewayFailure,
    invalid,
    refused,
)
from tidegate_sandbox.intacct.request import Control, Request, read_control, read_request, read_root
from tidegate_sandbox.intacct.response import CONTENT_TYPE, error_message, result
from tidegate_sandbox.intacct.sign_in import Session
from tidegate_sandbox.intacct.store import UsedId
from tidegate_sandbox.intacct.tenant import Tenant

SIGN_IN = "XL03000006"
Handover = Callable[[Control, bytes, str], None]


class _Undone(Exception):
    """A function of a transaction failed: everything is taken back."""

    def __init__(self, culprit: int, failure: GatewayFailure) -> None:
        super().__init__(str(failure))
        self.culprit = culprit
        self.failure = failure


class Gateway:
    """Answers requests. ``functions`` are by name; ``hand_over`` takes an offline request."""

    def __init__(self, tenant: Tenant, functions: dict[str, Function], hand_over: Handover) -> None:
        self._tenant = tenant
        self._functions = functions
        self._hand_over = hand_over

    def answer(self, raw: bytes, endpoint: str, *, later: bool = False) -> tuple[str, bytes]:
        """Content type and body of the answer. ``later``: an offline request is worked on now."""
        control = Control()
        try:
            root = read_root(raw)
            control = read_control(root)
            request = read_request(root, control)
            self._check_control(control)
            if control.policy and not later:
                self._accept(control, raw, endpoint)
                acknowledged = node("acknowledgement", [node("status", "success")])
                return self._send(node("response", [control.answer("success"), acknowledged]), control)
        except ControlFailure as failure:
            errors = error_message(failure.errors, control.control_id, more=control.more_errors)
            return self._send(node("response", [control.answer("failure"), errors]), control)
        try:
            session = self._session(request)
        except AuthenticationFailure as failure:
            return self._send(self._unauthenticated(request, failure), control)
        results = self._results(request, session, endpoint)
        if isinstance(results, tuple):
            return results
        authentication = self._authenticated(session)
        operation = node("operation", [authentication, *results])
        return self._send(node("response", [control.answer("success"), operation]), control)

    def _send(self, root: Element, control: Control) -> tuple[str, bytes]:
        return CONTENT_TYPE, rendered(root, whitespace=control.whitespace)

    def _check_control(self, control: Control) -> None:
        tenant = self._tenant
        if tenant.expired or tenant.faults.take_kind("company_expired"):
            raise ControlFailure([ErrorItem("PL04000055", "The company has expired.")])
        if tenant.senders.get(control.sender) != control.password or not control.password:
            raise ControlFailure([ErrorItem(SIGN_IN, "Incorrect Intacct XML Partner ID or password.")])
        if control.policy and control.policy not in tenant.policies:
            raise ControlFailure([ErrorItem(SIGN_IN, f"{control.policy} is not a valid transport policy.")])

    def _accept(self, control: Control, raw: bytes, endpoint: str) -> None:
        if len(raw.decode("utf-8", "replace")) > self._tenant.options.offline_characters:
            raise ControlFailure([ErrorItem("XL03000003", "The offline request is too long.")])
        self._hand_over(control, raw, endpoint)

    # Who asks

    def _session(self, request: Request) -> Session:
        tenant, known = self._tenant, self._tenant.credentials
        sender = request.control.sender
        if sender not in tenant.authorised or tenant.faults.take_kind("sender_blocked"):
            text = (
                f"The sender ID '{sender}' is not authorized to make Web Services requests to company ID "
                f"'{known.company_id}'."
            )
            raise AuthenticationFailure([ErrorItem(SIGN_IN, text, "Invalid Web Services Authorization")])
        session_id = request.authentication.find("sessionid")
        if session_id is not None:
            if tenant.faults.take_kind("session_expired"):
                tenant.sessions.end_all()
            found = tenant.sessions.use((session_id.text or "").strip())
            if found is None:
                raise AuthenticationFailure([ErrorItem(SIGN_IN, "The session is unknown or has timed out.")])
            return found
        return self._log_in(request.authentication)

    def _log_in(self, authentication: Element) -> Session:
        tenant, known = self._tenant, self._tenant.credentials
        login = authentication.find("login")
        if login is None:  # the request's form says that there is one
            raise AuthenticationFailure([ErrorItem(SIGN_IN, "Sign-in information is incorrect")])
        company, *client = text_of(login, "companyid").split("|")
        entity = text_of(login, "locationid") or (client[1] if len(client) > 1 else "")
        client_id = client[0] if client else text_of(login, "clientid")
        user, password = text_of(login, "userid"), text_of(login, "password")
        if client_id:
            right = (company, client_id, user, password) == (
                known.console_id,
                known.company_id,
                known.console_user,
                known.console_password,
            )
        else:
            right = (company, user, password) == (known.company_id, known.user_id, known.user_password)
        if not right or (entity and tenant.store.entities.first("name", entity) is None):
            raise AuthenticationFailure([ErrorItem(SIGN_IN, "Sign-in information is incorrect")])
        tenant.sessions.logins += 1
        return tenant.sessions.open(user, entity, persistent=False)

    def _authenticated(self, session: Session) -> Element:
        return node(
            "authentication",
            [
                node("status", "success"),
                node("userid", session.user),
                node("companyid", self._tenant.credentials.company_id),
                node("locationid", session.entity),
                node("sessiontimestamp", _iso(session.begun)),
                node("sessiontimeout", _iso(session.until)),
            ],
        )

    def _unauthenticated(self, request: Request, failure: GatewayFailure) -> Element:
        login = request.authentication.find("login")
        asked = node("login") if login is None else login
        authentication = node(
            "authentication",
            [
                node("status", "failure"),
                node("userid", text_of(asked, "userid")),
                node("companyid", text_of(asked, "companyid")),
                node("locationid", text_of(asked, "locationid")),
            ],
        )
        control = request.control
        errors = error_message(failure.errors, control.control_id, more=control.more_errors)
        return node("response", [control.answer("success"), node("operation", [authentication, errors])])

    # What is carried out

    def _results(
        self, request: Request, session: Session, endpoint: str
    ) -> list[Element] | tuple[str, bytes]:
        if request.transaction:
            return self._all_or_none(request, session, endpoint)
        results = []
        for control_id, element in request.functions:
            try:
                outcome = self._carry_out(request, Call(element, control_id, session, endpoint))
            except GatewayFailure as failure:
                errors = error_message(failure.errors, control_id, more=request.control.more_errors)
                results.append(self._failed(element, control_id, [errors]))
                continue
            if outcome.bare is not None and len(request.functions) == 1:
                return outcome.bare
            results.append(result("success", element.tag, control_id, outcome.elements))
        return results

    def _failed(self, element: Element, control_id: str, errors: list[Element]) -> Element:
        """A failure of a create or update has an empty ``data`` beside its errors (§2)."""
        empty = [node("data", listtype="objects", count=0)] if element.tag in ("create", "update") else []
        return result("failure", element.tag, control_id, [*empty, *errors])

    def _all_or_none(self, request: Request, session: Session, endpoint: str) -> list[Element]:
        try:
            with self._tenant.undoing():
                results = []
                for position, (control_id, element) in enumerate(request.functions):
                    try:
                        outcome = self._carry_out(request, Call(element, control_id, session, endpoint))
                    except GatewayFailure as failure:
                        raise _Undone(position, failure) from None
                    results.append(result("success", element.tag, control_id, outcome.elements))
                return results
        except _Undone as undone:
            return self._undone(request, undone)

    def _undone(self, request: Request, undone: _Undone) -> list[Element]:
        """The culprit has its own errors and the general one; all others, before and after, are aborted."""
        general = ErrorItem("XL03000009", ROLLED_BACK)
        results = []
        for position, (control_id, element) in enumerate(request.functions):
            is_culprit = position == undone.culprit
            items = [*undone.failure.errors, general] if is_culprit else [general]
            errors = error_message(items, control_id, more=request.control.more_errors)
            if is_culprit:
                results.append(self._failed(element, control_id, [errors]))
            else:
                results.append(result("aborted", element.tag, control_id, [errors]))
        return results

    def _carry_out(self, request: Request, call: Call) -> Outcome:
        """Carry out one function. GatewayFailure: nothing of it has happened, and its control id is not burnt."""
        tenant = self._tenant
        if call.name != "getAPISession":
            tenant.usage.transactions[call.name] += 1
        if tenant.is_offline or tenant.faults.take_kind("offline", body=call.name):
            raise invalid("The Service is Temporarily Off-line", errorno="XL03000009")
        if request.control.unique and call.control_id in tenant.store.used_ids:
            text = f"Function control ID {call.control_id} has already been used in this company."
            raise FunctionFailure([ErrorItem(tenant.options.repeat_errorno, text)])
        injected = tenant.faults.take_kind("refused", body=tostring(call.element))
        if injected is not None:
            raise invalid(str(injected.options.get("text", "It is refused.")))
        function = self._functions.get(call.name)
        if function is None:
            raise invalid(f"The function {call.name} is unknown.", errorno="XL03000009")
        if _is_posting(call.name) and tenant.faults.take_kind("closed_period", body=call.name):
            raise refused(Refusal("closed_period", "It was closed a moment ago."), tenant.options)
        try:
            with tenant.company.admit(writes=_writes(call.name)):
                outcome = function(call)
        except Refusal as refusal:
            raise refused(refusal, tenant.options) from None
        if request.control.unique:
            tenant.store.used_ids[call.control_id] = UsedId(tenant.clock.now(), call.name)
        return outcome


READING = frozenset(
    {"query", "read", "readByName", "readByQuery", "readMore", "lookup", "inspect", "get_list", "retrievepdf"}
)


def _writes(name: str) -> bool:
    return name not in READING and name not in ("getAPISession", "getDimensions")


def _is_posting(name: str) -> bool:
    return name in (
        "create",
        "create_sotransaction",
        "update_sotransaction",
        "create_invoice",
        "reverse_invoice",
        "apply_arpayment",
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
