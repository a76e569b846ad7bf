"""Sessions of one company and entity: signed in once, renewed when they have run out.

Source: contract §4. A sign-in is the expensive and policed step, so a session is used for as long as it lasts,
by all threads. The answer names the endpoint to go on at; it is used only where the vendor's, or our own
configured, host is in it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import remember_secret
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.elements import element, text_of
from tidegate.sage.intacct.envelope import Function, Refused, Sender, login, request, response
from tidegate.transport import HttpClient, NoAnswer

VENDOR = "intacct.com"
HEADERS = {"Content-Type": "application/xml", "Accept": "application/xml"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens a company: the integration's own, and those of its Web Services user."""

    sender: Sender
    company: str
    user: str
    password: str
    entity: str = ""  #: "" = the top level


@dataclass(frozen=True, slots=True)
class Door:
    """Requests go to `path` of `http`."""

    http: HttpClient
    path: str


@dataclass(frozen=True, slots=True)
class ApiSession:
    """An open session: requests go to `path` of `http`."""

    id: str
    http: HttpClient
    path: str


class SignIn:
    """Opens the session of one (company, entity). `at` gives the client for an endpoint's origin."""

    def __init__(self, credentials: Credentials, url: str, at: Callable[[str], HttpClient]) -> None:
        self.credentials = credentials
        self._url = url
        self._at = at
        self._session: ApiSession | None = None
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def session(self) -> ApiSession | Failure:
        """The open session, or a new one. A sign-in is not repeated in one call, whatever it met."""
        with self._lock:
            if self._session is None:
                opened = self._open()
                if isinstance(opened, Failure):
                    return opened
                self._session = opened
            return self._session

    def door(self) -> Door:
        """Where requests go that bring their own sign-in: the address of the configuration."""
        origin, path = parted(self._url)
        return Door(self._at(origin), path)

    def login(self) -> Element:
        """The sign-in of a request that stands alone."""
        known = self.credentials
        return login(known.company, known.user, known.password, known.entity)

    def ended(self, session: ApiSession) -> None:
        """The gateway no longer knows this session."""
        with self._lock:
            if self._session == session:
                self._session = None

    def _open(self) -> ApiSession | Failure:
        control_id = f"sign-in-{next(self._numbers)}"
        functions = [Function(control_id, element("getAPISession"))]
        sender, door = self.credentials.sender, self.door()
        body = request(sender, self.login(), functions, control_id=control_id, unique=False)
        answer = door.http.request("POST", door.path, headers=HEADERS, content=body)
        failure = answers.transport(answer, reading=True)
        if failure is not None or isinstance(answer, NoAnswer):
            return failure or Failure(Code.UNREACHABLE, "Intacct cannot be reached", sent=False)
        said = response(answer.body, functions, control_id)
        if said is None:
            return answers.unclear(answer, reading=True)
        if said.control is not None:
            return answers.control(said.control)
        if said.authentication is not None:
            return answers.authentication(said.authentication)
        result = (said.results or {}).get(control_id)
        if result is None:
            return answers.unclear(answer, reading=True)
        if isinstance(result, Refused):
            return answers.function(result, reading=True)
        return self._opened(result)

    def _opened(self, result: Element) -> ApiSession | Failure:
        session_id = text_of(result, "data/api/sessionid")
        endpoint = text_of(result, "data/api/endpoint")
        entity = text_of(result, "data/api/locationid")
        if not session_id:
            return Failure(
                Code.SERVER_TROUBLE, "Intacct accepted the sign-in but gave no session", sent=False
            )
        if entity != self.credentials.entity:
            text = f"Intacct signed in to the entity {entity!r}, not to {self.credentials.entity!r}"
            return Failure(Code.WRONG_COMPANY, text, sent=False)
        if not trusted(endpoint, self._url):
            text = (
                f"Intacct gives {endpoint!r} as the address of the session, which is not an address of the "
                "vendor"
            )
            return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        remember_secret(session_id)
        origin, path = parted(endpoint)
        return ApiSession(session_id, self._at(origin), path)


def parted(url: str) -> tuple[str, str]:
    """An address as its origin and path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}", parts.path or "/"


def trusted(endpoint: str, configured: str) -> bool:
    """Whether a session may go on there: the configured origin itself, or over TLS the vendor's domain."""
    theirs, ours = urlsplit(endpoint), urlsplit(configured)
    if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
        return True
    hosts = (theirs.hostname or "", ours.hostname or "")
    return theirs.scheme == "https" and all(host == VENDOR or host.endswith(f".{VENDOR}") for host in hosts)
