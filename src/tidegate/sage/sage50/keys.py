"""The keys of one consent: each is valid for minutes, and renewed without a person.

Source: contract §4. The *initial* key, which the approval brought, is needed at every renewal as long as the
consent lasts: nothing ever replaces it. The *current* key is the one that calls come with. A new one is committed
before it is used; the one before stays beside it. One renewal at a time over all threads and processes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.sage50 import answers, wire_names
from tidegate.sage.vault import Secret, Secrets, Vault
from tidegate.transport import Answer, HttpClient, NoAnswer

INITIAL, CURRENT, PREVIOUS = "initial-key", "current-key", "previous-key"
#: That the keys are worth nothing any more, and when it was seen; only a new consent takes it away. What the vault
#: keeps of it is the name alone: a value would be hidden wherever a text has it.
REVOKED, LOST = "consent-revoked", "consent-lost"
AHEAD = timedelta(minutes=1)  #: how long before a known end the key is renewed
TRIES = 2  #: a renewal whose answer is lost is asked for again at once, with the same pair

_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Rotation:
    """How this platform renews a key; assumptions that may be switched."""

    secret: str
    sends_secret: bool = True
    header: str = wire_names.API_KEY


class Keys:
    """The keys of one company in the vault."""

    def __init__(
        self, company: str, http: HttpClient, vault: Vault, clock: Clock, rotation: Rotation
    ) -> None:
        self._company = company
        self._http = http
        self._vault = vault
        self._clock = clock
        self._rotation = rotation
        self._seen: Secret | None = None  #: the current key as this process saw it last
        self._refused = ""  #: a key that the platform has refused, until another one is given
        self._lock = threading.Lock()

    def missing(self) -> Failure | None:
        """Why nothing can be read: there is no consent yet, or no longer. Makes no call."""
        found = self._load()
        return found if isinstance(found, Failure) else None

    def current(self) -> str | Failure:
        """The key to call with; renewed ahead of its known end, so that a batch seldom meets a 401."""
        key = self._seen or self._load()
        if isinstance(key, Failure):
            return key
        if key.value == self._refused:
            # Its renewal has failed: with this one nothing is asked on and on.
            return self._renewed(key.value)
        if key.expires_at is None or key.expires_at - self._clock.now() >= AHEAD:
            return key.value
        renewed = self._renewed(key.value)
        if isinstance(renewed, Failure) and self._clock.now() < key.expires_at:
            return key.value  # it works still; whether the renewal fails for good shows at its end
        return renewed

    def renewed(self, stale: str) -> str | Failure:
        """Another key than this one, which was refused: it is not used again, also while its renewal fails."""
        self._refused = stale
        return self._renewed(stale)

    def _renewed(self, stale: str) -> str | Failure:
        with self._lock, self._vault.rotating(self._company) as turn:
            known = _current(turn.secrets, self._company)
            if isinstance(known, Failure):
                self._seen = None
                return known
            if known.value != stale:
                self._seen = known  # another thread or process was first
                return known.value
            answer = self._ask(stale, turn.secrets[INITIAL].value)
            if isinstance(answer, Failure):
                if answer.code is Code.SIGN_IN_EXPIRED:
                    withdrawn = answer.details.get(answers.CODE) == wire_names.WITHDRAWN
                    turn.keep({REVOKED if withdrawn else LOST: Secret("", self._clock.now())})
                    self._seen = None
                return answer
            self._refused = ""
            kept = turn.keep({CURRENT: answer, PREVIOUS: known})  # durable before its first use
            self._seen = kept[CURRENT]
            return self._seen.value

    def withdrawn(self, stale: str) -> str | Failure:
        """Another key than this one, whose consent was withdrawn: that of a newer consent, if there is any."""
        with self._lock, self._vault.rotating(self._company) as turn:
            self._seen = None
            known = _current(turn.secrets, self._company)
            if isinstance(known, Failure):
                return known
            if known.value != stale:
                return known.value
            kept = turn.keep({REVOKED: Secret("", self._clock.now())})
            failure = _current(kept, self._company)
            return failure if isinstance(failure, Failure) else failure.value

    def forget(self) -> None:
        """Look into the vault again: another process may have a new consent."""
        self._seen = None

    def _load(self) -> Secret | Failure:
        found = _current(self._vault.load(self._company), self._company)
        self._seen = found if isinstance(found, Secret) else None
        return found

    def _ask(self, stale: str, initial: str) -> Secret | Failure:
        body = {wire_names.INITIAL_KEY: initial}
        if self._rotation.sends_secret:
            body[wire_names.SECRET] = self._rotation.secret
        answer: Answer | NoAnswer = NoAnswer(sent=False, text="")
        for _ in range(TRIES):
            asked_at = self._clock.now()
            answer = self._http.request(
                "PATCH",
                wire_names.ROTATION,
                headers={self._rotation.header: stale, "Content-Type": "application/json"},
                content=_encode(body),
            )
            if isinstance(answer, Answer):
                return self._key_of(answer, asked_at)
        return answers.lost(answer, harmless=True)  # type: ignore[arg-type]

    def _key_of(self, answer: Answer, asked_at: datetime) -> Secret | Failure:
        if answer.status == 200:
            body = answers.object_of(answer) or {}
            key = body.get(wire_names.API_KEY)
            if isinstance(key, str) and key:
                return Secret(key, asked_at, end_of(body, answer, asked_at))
            return Failure(Code.SERVER_TROUBLE, "the platform's answer to a renewal has no key", sent=False)
        word = answers.word_of(answer)
        if answer.status == 403 and (word == wire_names.WITHDRAWN or word in wire_names.MISMATCHES):
            said = answers.said(answer)
            text = f"the platform no longer renews the key: {said} (run `tidegate connect {self._company}`)"
            return Failure(Code.SIGN_IN_EXPIRED, text, sent=False, details={answers.CODE: word})
        if answer.status in (401, 403) and "html" not in answer.content_type:
            # It halts, and is asked again later: what does not say why takes no consent away.
            text = f"the platform does not renew the key: {answers.said(answer)}"
            text += f" (if that lasts: `tidegate connect {self._company}`)"
            return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        if answer.status == 409:  # the key is in force still
            self._refused = ""
            return Failure(Code.RECORD_BUSY, "the platform renews a key only after its end", sent=False)
        return answers.refused(answer)


def end_of(body: dict[str, object], answer: Answer, asked_at: datetime) -> datetime | None:
    """When a key ends, by our own clock: the platform's two times are compared with each other; None: not said."""
    try:
        end = values.moment(body.get(wire_names.EXPIRY))
    except Unreadable:
        return None
    there = answer.date or asked_at
    return asked_at + (end - there) if end is not None else None


def _current(secrets: Secrets, company: str) -> Secret | Failure:
    for name, why in ((REVOKED, "was withdrawn"), (LOST, "is lost: the platform refuses the keys")):
        if name in secrets:
            text = f"the consent of Sage 50 to {company} {why}; run `tidegate connect {company}`"
            return Failure(Code.SIGN_IN_EXPIRED, text, sent=False)
    if INITIAL not in secrets:
        text = f"no administrator of Sage 50 has given {company} a key yet: run `tidegate connect {company}`"
        return Failure(Code.SIGN_IN_EXPIRED, text, sent=False)
    return secrets.get(CURRENT, secrets[INITIAL])
