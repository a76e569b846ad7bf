"""SData feeds of older versions: read-only Atom over basic auth (contract section 10, P). Retired with 2025."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from tidegate_sandbox.sage100.dialect import OdbcError
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.tables import columns, rows

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PREFIX = "/sdata/MasApp/MasContract/"
ATOM = "http://www.w3.org/2005/Atom"
SEARCH = "http://a9.com/-/spec/opensearch/1.1/"
SDATA = "http://schemas.sage.com/sdata/2008/1"
_EQUALS = re.compile(r"(\w+)\s+eq\s+'((?:[^']|'')*)'")


class SData:
    """A WSGI application."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        for prefix, namespace in (("atom", ATOM), ("opensearch", SEARCH), ("sdata", SDATA)):
            register_namespace(prefix, namespace)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, data = self._answer(environ)
        start_response(
            status, [("Content-Type", "application/atom+xml;type=feed"), ("Content-Length", str(len(data)))]
        )
        return [data]

    def _is_known(self, header: str) -> bool:
        scheme, _, code = header.partition(" ")
        if scheme.lower() != "basic":
            return False
        user, _, password = base64.b64decode(code).decode("utf-8", "replace").partition(":")
        return user in self._installation.users and self._installation.users[user] == password

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, bytes]:
        one = self._installation
        if not self._is_known(environ.get("HTTP_AUTHORIZATION", "")):
            return "401 Unauthorized", b""
        if environ["REQUEST_METHOD"] != "GET":
            return "405 Method Not Allowed", b""
        code, _, table = environ.get("PATH_INFO", "").removeprefix(PREFIX).partition("/")
        company = one.companies.get(code)
        known = columns(company, table) if company is not None else None
        if company is None or known is None:
            return "404 Not Found", b""
        query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
        wanted = _EQUALS.findall(query.get("where", ""))
        if "where" in query and (not wanted or any(name.lower() not in known for name, _ in wanted)):
            return "400 Bad Request", b""
        with one.lock:
            found = [
                row
                for row in rows(company, table)
                if not wanted
                or any(
                    str(row.get(known[name.lower()].name, "")) == value.replace("''", "'")
                    for name, value in wanted
                )
            ]
        start, count = int(query.get("startIndex", "1")), min(int(query.get("count", "100")), 100)
        page = found[start - 1 : start - 1 + count]
        base = f"{PREFIX}{code}/{table}"
        shown = [
            [(column.name, row.get(column.name, column.empty)) for column in known.values()] for row in page
        ]
        more = start + count <= len(found)
        following = (
            f"{base}?startIndex={start + count}&count={count}&where={quote(query.get('where', ''))}"
            if more
            else ""
        )
        return "200 OK", _feed(table, shown, len(found), start, count, following)


def _feed(
    table: str, shown: list[list[tuple[str, Any]]], total: int, start: int, count: int, following: str
) -> bytes:
    feed = Element(f"{{{ATOM}}}feed")
    for name, value in (("totalResults", total), ("startIndex", start), ("itemsPerPage", count)):
        SubElement(feed, f"{{{SEARCH}}}{name}").text = str(value)
    if following:
        SubElement(feed, f"{{{ATOM}}}link", rel="next", href=following)
    for row in shown:
        entry = SubElement(feed, f"{{{ATOM}}}entry")
        record = SubElement(SubElement(entry, f"{{{SDATA}}}payload"), table)
        for name, value in row:
            SubElement(record, name).text = "" if value is None else str(value)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


STATES = {400: "42S22", 401: "28000", 404: "42S02"}


def feed(installation: Installation, company: str, address: str) -> bytes:
    """A feed without the wire, as the installation's first user. OdbcError for what is refused."""
    if installation.tables_down:
        raise OdbcError(installation.tables_down, "the service cannot be reached")
    path, _, query = address.partition("?")
    user, password = next(iter(installation.users.items()))
    code = base64.b64encode(f"{user}:{password}".encode()).decode()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"{PREFIX}{company}/{path}",
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Basic {code}",
    }
    said: list[str] = []

    def start(status: str, _headers: Any, _error: Any = None) -> Any:
        said.append(status)

    body = b"".join(SData(installation)(environ, start))
    status = int(said[0][:3])
    if status != 200:
        raise OdbcError(STATES.get(status, "HY000"), said[0])
    return body
