"""How Magento says no: JSON errors with placeholders, and HTML pages where PHP gave up earlier (point 24)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from tidegate_sandbox.magento.figure import encode

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=UTF-8"

_PAGE = """<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" >
<head>
    <title>{title}</title>
    <base href="http&#x3A;&#x2F;&#x2F;magento.example&#x2F;errors&#x2F;default&#x2F;" />
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
    <meta name="robots" content="*"/>
    <link rel="stylesheet" href="css/styles.css" type="text/css" />
    <link rel="icon" href="images/favicon.ico" type="image/x-icon" />
    <link rel="shortcut icon" href="images/favicon.ico" type="image/x-icon" />
</head>
<body>
    <main class="page-main">
        \n{body}
    </main>
</body>
</html>
"""
_GATEWAY = """<html>\r
<head><title>{code} {phrase}</title></head>\r
<body>\r
<center><h1>{code} {phrase}</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""

MAINTENANCE_PAGE = _PAGE.format(
    title="Error 503: Service Unavailable",
    body=(
        "<h1>Service Temporarily Unavailable</h1>\n<p>\n    The server is temporarily unable to service your"
        " request due to maintenance downtime or capacity problems.\n    Please try again later.\n</p>"
    ),
).encode()
CRASH_PAGE = _PAGE.format(
    title="There has been an error processing your request",
    body=(
        "<h1>There has been an error processing your request</h1>\n    <p><em>Exception printing is"
        " disabled by default for security reasons.</em></p>\n\n    <p>Error log record number:"
        " 2d43603be77339b27baf1c0151991311e75ab24d3e65cc123603d2ceb8d3be63</p>"
    ),
).encode()


class Refusal(Exception):
    """An error answer of the REST API: the status, the message with its placeholders, and their values.

    ``errors`` are several of them, each with a message and parameters of its own.
    """

    def __init__(
        self,
        status: int,
        message: str,
        parameters: dict[str, Any] | list[Any] | None = None,
        *,
        errors: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.parameters = parameters
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body


def filled(message: str, parameters: dict[str, Any] | list[Any] | None) -> str:
    """A message with its placeholders replaced, as Magento does where it makes one text of several."""
    if isinstance(parameters, list):
        parameters = {str(place): value for place, value in enumerate(parameters, 1)}
    for name in sorted(parameters or {}, key=len, reverse=True):
        message = message.replace(f"%{name}", str((parameters or {})[name]))
    return message


class Crash(Exception):
    """A failure before or behind the REST API: status 500 and a page, of HTML or of plain text."""

    def __init__(self, page: bytes = CRASH_PAGE, content_type: str = HTML) -> None:
        super().__init__(content_type)
        self.page = page
        self.content_type = content_type


def plain_crash() -> Crash:
    """A failure that Magento's own handler did not catch any more: one line of text."""
    line = b"An error has happened during application run. See exception log for details.\n"
    return Crash(line, "text/plain;charset=UTF-8")


def not_authorized(resource: str) -> Refusal:
    """No valid access, or no permission: both are the same 401 (points 24 and 29)."""
    return Refusal(401, "The consumer isn't authorized to access %resources.", {"resources": resource})


def bad_sign_in() -> Refusal:
    """A wrong password, and an account that is locked: the same words for both."""
    return Refusal(
        401,
        "The account sign-in was incorrect or your account is disabled temporarily."
        " Please wait and try again later.",
    )


def no_route() -> Refusal:
    """Unknown route, or one that exists for another verb."""
    return Refusal(404, "Request does not match any route.")


def no_entity() -> Refusal:
    """An order that does not exist."""
    return Refusal(404, "The entity that was requested doesn't exist. Verify the entity and try again.")


def required(field: str) -> Refusal:
    """A parameter of the service, from the query or the root of the body, is missing."""
    return Refusal(400, '"%fieldName" is required. Enter and try again.', {"fieldName": field})


def wrong_type(value: object, expected: str) -> Refusal:
    """A parameter of the service of another type."""
    return Refusal(
        400,
        f'The "{value}" value\'s type is invalid. The "{expected}" type was expected. Verify and try again.',
    )


def wrong_field_type(field: str, value: object, expected: str) -> Refusal:
    """A field within a body of another type."""
    return Refusal(
        400,
        f'Error occurred during "{field}" processing. The "{value}" value\'s type is invalid.'
        f' The "{expected}" type was expected. Verify and try again.',
    )


def internal(report: str) -> Refusal:
    """Anything that Magento did not foresee; the log file of the shop knows more."""
    return Refusal(
        500, f"Internal Error. Details are available in Magento log file. Report ID: webapi-{report}"
    )


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an error answer that was made on the way and not by the REST API."""
    if status == HTTPStatus.UNAUTHORIZED:
        return JSON, encode(not_authorized("Magento_Sales::actions_view").body())
    if status == HTTPStatus.NOT_FOUND:
        return JSON, encode(no_route().body())
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return JSON, encode(internal("6b0106126a9e6").body())
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return HTML, MAINTENANCE_PAGE
    known = status in HTTPStatus.__members__.values()
    phrase = HTTPStatus(status).phrase if known else "Unknown"
    return "text/html", _GATEWAY.format(code=int(status), phrase=phrase).encode()
