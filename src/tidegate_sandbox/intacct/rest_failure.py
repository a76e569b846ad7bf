"""What REST refuses: status, code and the shapes of its errors (contract §15.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.failure import ErrorItem, FunctionFailure, refused
from tidegate_sandbox.intacct.options import Options


@dataclass
class RestFailure(Exception):
    """A refusal. ``oauth``: in the shape of the sign-in; ``request_id``: in the shape of a gateway."""

    status: int
    code: str
    message: str
    error_id: str = "REST-1028"
    details: list[dict[str, Any]] = field(default_factory=list)
    oauth: bool = False
    request_id: str = ""

    def error(self) -> dict[str, Any]:
        """The inner error."""
        found: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "errorId": self.error_id,
            "supportId": f"{self.error_id}-{len(self.message):04d}",
            "additionalInfo": {"messageId": f"IA.{self.code.upper()}", "placeholders": {}, "propertySet": {}},
        }
        if self.request_id:
            found["details"] = {"requestId": self.request_id}
        elif self.details:
            found["details"] = self.details
        return found

    def body(self, form: str = "result") -> dict[str, Any]:
        """The whole answer; ``form`` ``plain`` is that of the vendor's guide, else that of its OpenAPI pages."""
        if self.oauth:
            return {"error": self.error()}
        counts = {"totalCount": 1, "totalSuccess": 0, "totalError": 1}
        error = {"ia::error": self.error()}
        return {**error, "ia::meta": counts} if form == "plain" else {"ia::result": error, "ia::meta": counts}


def not_found(text: str) -> RestFailure:
    """An unknown key or path."""
    return RestFailure(404, "invalidKey" if "key" in text else "invalidRequest", text, "REST-1001")


def bad_form(text: str) -> RestFailure:
    """A request whose form is wrong."""
    return RestFailure(400, "invalidRequest", text)


def gateway(status: int, number: str, text: str) -> RestFailure:
    """A refusal by the gateway in front."""
    return RestFailure(status, number, text, number, oauth=True, request_id=f"{number}-{len(text):06X}")


def of_function(failure: FunctionFailure) -> RestFailure:
    """What the company refused, in the words of REST: by the first error."""
    first = failure.errors[0]
    details = [_detail(one) for one in failure.errors]
    message = first.description2
    if first.errorno == "PL04000005":
        return RestFailure(403, "operationFailed", message, "REST-1040", details)
    if "already exists" in message:
        return RestFailure(409, "operationFailed", message, "REST-1045", details)
    if first.errorno in ("DL02000001", "Query Failed"):
        return RestFailure(400, "invalidRequest", message, "REST-1028", details)
    return RestFailure(422, "operationFailed", message, "REST-1050", details)


def of_refusal(refusal: Refusal, options: Options) -> RestFailure:
    """What the kernel refused."""
    if refusal.kind == "locked":
        return RestFailure(503, "operationFailed", "The Service is Temporarily Off-line", "REST-5003")
    return of_function(refused(refusal, options))


def _detail(one: ErrorItem) -> dict[str, Any]:
    return {
        "code": one.errorno,
        "message": one.description2,
        "errorId": one.errorid or one.errorno,
        "target": one.field,
        "correction": one.correction,
    }
