"""The calls that applications make (contract sections 2 to 9)."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tidegate_sandbox.reply import HTML, Reply
from tidegate_sandbox.sage50.connection import Connection
from tidegate_sandbox.sage50.json_text import decode, encode, moment
from tidegate_sandbox.sage50.links import Link
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.problem import Problem, gone, not_found, unauthorized
from tidegate_sandbox.sage50.schema import findings
from tidegate_sandbox.sage50.scope_files import SCOPES, UPLOADED, ScopeFile
from tidegate_sandbox.sage50.upload_intake import UploadIntake
from tidegate_sandbox.sage50.uploads import ResultFile, Upload

JSON = "application/json"  #: as the contract writes it, without a character set
MOST_DETAILS = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``origin``: scheme and host that it was sent to; ``headers`` by lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    origin: str


class Api:
    """Answers calls. Whoever calls it holds the platform's lock."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._intake = UploadIntake(platform)

    def answer(self, call: Call) -> Reply:
        """The answer to a call. Raises Problem for any that is not done."""
        parts = [part for part in call.path.split("/") if part]
        words = [part.lower() for part in parts]
        if words[:1] == ["api"]:
            parts, words = parts[1:], words[1:]
        elif words[:1] in (["apikeys"], ["files"]):  # only the vendor's developer paths are also written so
            raise not_found("operation")
        match (call.method, *words):
            case ("POST", "developers"):
                return self._register(call)
            case ("POST", "developers", _, "applications"):
                return self._add_application(call, parts[1])
            case ("POST", "developers", _, "applications", _, "passcodes"):
                return self._ask_passcode(call, parts[1], parts[3])
            case ("PATCH", "apikeys"):
                return self._rotate(call)
            case ("GET", "files", "tracking", _):
                return self._track(call, parts[2])
            case ("GET", "files", _, _):
                return self._file(call, parts[1], parts[2])
            case ("POST", "files", _, _):
                return self._announce(call, parts[1], parts[2])
            case ("GET", "registrations", _):
                return self._captcha_page(parts[1])
            case ("POST", "registrations", _):
                return self._captcha(parts[1])
            case ("GET", "f" | "r", _):
                return self._download(call)
            case ("PUT", "u", _):
                return self._receive(call)
        raise not_found("operation")

    # Developers, applications, passcodes

    def _register(self, call: Call) -> Reply:
        registration = self._platform.registry.register(_body(call, "developerRequest"))
        return _reply(201, {"registrationUrl": f"{call.origin}/registrations/{registration.token}"})

    def _captcha_page(self, token: str) -> Reply:
        registration = self._platform.registry.registration(token)
        text = "Registration complete." if registration.mail else "<button>I am not a robot</button>"
        page = f"<!DOCTYPE html><title>Registration</title><form method=post>{text}</form>"
        return Reply(200, page.encode(), HTML)

    def _captcha(self, token: str) -> Reply:
        registry = self._platform.registry
        registry.pass_captcha(registry.registration(token))
        return self._captcha_page(token)

    def _add_application(self, call: Call, developer_id: str) -> Reply:
        request = _body(call, "application")
        return _reply(
            201, {"applicationId": self._platform.registry.add_application(developer_id, request).id}
        )

    def _ask_passcode(self, call: Call, developer_id: str, application_id: str) -> Reply:
        platform = self._platform
        application = platform.registry.application(developer_id, application_id)
        request = _body(call, "passcodeRequest")
        passcode = platform.passcodes.ask(application, request["secret"])
        if platform.faults.take_kind("early_approval", path=call.path) and platform.installations:
            passcode.is_used = True
            first = next(iter(platform.installations.values()))
            platform.grant(first, passcode, application.domains[0], urgent=True)
        return _reply(201, {"passcode": passcode.text, "expiry": moment(passcode.expires_at)})

    # Keys

    def _rotate(self, call: Call) -> Reply:
        request = _body(call, "rotationRequest")
        key = self._platform.keys.rotate(self._key(call), request["initialApikey"], request.get("secret"))
        return _reply(200, {"apikey": key.text, **self._expiry(key.expires_at)})

    def _key(self, call: Call) -> str:
        key = call.headers.get(self._platform.options.key_header.lower(), "")
        if not key:
            raise unauthorized()
        return key

    def _caller(self, call: Call, domain: str | None = None, scope: str = "") -> Connection:
        """Who calls. Problem 401 or 403."""
        key, keys = self._key(call), self._platform.keys
        if self._platform.faults.take_kind("key_expired", method=call.method, path=call.path):
            keys.expire(key)
        connection = keys.caller(key)
        if domain is not None and (domain != connection.domain or scope not in SCOPES):
            raise Problem(403, "noConsent", f"There is no consent for {domain}/{scope}.")
        return connection

    def _expiry(self, at: datetime) -> dict[str, str]:
        return {"expiry": moment(at)} if self._platform.options.expiry_given else {}

    def _url(self, call: Call, link: Link) -> str:
        return f"{self._platform.options.files_url or call.origin}{link.path}"

    # Scope files

    def _file(self, call: Call, domain: str, scope: str) -> Reply:
        platform = self._platform
        connection = self._caller(call, domain, scope)
        file = platform.files.latest(connection.installation_id, domain, scope)
        if file is None:
            raise Problem(404, "fileNotFound", "Sage 50 has not uploaded this scope yet.")
        link = platform.links.hand_out("f", file)
        answer: dict[str, Any] = {"downloadUrl": self._url(call, link)}
        if platform.options.file_details:
            answer = {
                "domain": domain,
                "scope": scope,
                "version": file.version,
                "uploadedAt": moment(file.uploaded_at),
                "size": len(file.content),
                "sha256": file.sha256,
                **answer,
                **self._expiry(link.expires_at),
            }
        return _reply(200, answer)

    def _download(self, call: Call) -> Reply:
        """A scope file or a result file; each as long as nothing newer has replaced it."""
        platform = self._platform
        target = platform.links.target(call.path)
        if isinstance(target, ScopeFile):
            if not platform.files.is_latest(target):
                raise gone()
            content = target.content
        elif isinstance(target, ResultFile):
            upload = platform.uploads.get(target.upload_id)
            if upload is None or upload.result is not target:
                raise gone()
            content = target.content
        else:
            raise not_found("file")
        self._note_key(call)
        accepted = "gzip" in call.headers.get("accept-encoding", "")
        if platform.options.gzip == "always" or (platform.options.gzip == "accepted" and accepted):
            return Reply(200, gzip.compress(content, 1, mtime=0), JSON, (("Content-Encoding", "gzip"),))
        return Reply(200, content, JSON)

    def _note_key(self, call: Call) -> None:
        """A key that is sent where none is needed is noted: it may go to a host that must not see it."""
        if self._platform.options.key_header.lower() in call.headers:
            self._platform.journal.note("key-sent-along", path=call.path)

    # Uploads

    def _announce(self, call: Call, domain: str, scope: str) -> Reply:
        connection = self._caller(call, domain, scope)
        if scope not in UPLOADED:
            raise Problem(403, "noConsent", f"Applications do not upload {scope}.")
        upload, link = self._intake.announce(connection, scope, self._upload_request(call))
        answer = {
            "uploadUrl": self._url(call, link),
            "trackingUrl": f"{call.origin}/api/files/tracking/{upload.id}",
            **self._expiry(link.expires_at),
        }
        return _reply(201, answer)

    def _upload_request(self, call: Call) -> dict[str, Any]:
        """The body of an announcement; one that is too large is left to be refused with 413."""
        request = _decoded(call)
        size = request.get("size") if isinstance(request, dict) else None
        if isinstance(size, int) and size > self._platform.options.most_bytes:
            return {"size": size}
        return _body(call, "uploadRequest")

    def _receive(self, call: Call) -> Reply:
        target = self._platform.links.target(call.path)
        if not isinstance(target, Upload):
            raise not_found("upload")
        self._note_key(call)
        return Reply(self._intake.receive(target, call.raw), b"", JSON)

    def _track(self, call: Call, id: str) -> Reply:
        platform = self._platform
        upload = platform.uploads.tracked(id, self._caller(call))
        odd = platform.faults.take_kind("status_word", path=call.path)
        answer: dict[str, Any] = {
            "status": upload.status if odd is None else odd.options.get("word", "archiving")
        }
        if platform.options.tracking_details:
            answer |= {
                "progress": upload.progress,
                "downloadResultUrl": None,
                "updatedAt": moment(upload.updated_at),
            }
        if upload.result is not None:
            link = platform.links.hand_out("r", upload.result)
            answer["downloadResultUrl"] = self._url(call, link)
        return _reply(200, answer)


def _decoded(call: Call) -> Any:
    try:
        return decode(call.raw)
    except ValueError as error:
        raise Problem(400, "malformedRequest", f"The body is {error}.") from None


def _body(call: Call, definition: str) -> dict[str, Any]:
    """The body by its schema. Problem 400 that names what is wrong."""
    value: dict[str, Any] = _decoded(call)
    found = list(findings(value, definition, "platform"))
    if found:
        raise Problem(400, "malformedRequest", "The body breaks the schema.", found[:MOST_DETAILS])
    return value


def _reply(status: int, value: dict[str, Any]) -> Reply:
    return Reply(status, encode(value), JSON)
