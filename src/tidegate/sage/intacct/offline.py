"""Orders that Intacct works on later: handed over in offline requests, followed, and their answers taken in.

Source: contract §12, §13. The gateway acknowledges the request; its response is posted to the transport policy's
address afterwards. What Intacct has made is looked up in Intacct itself, by the orders' keys; of the posted response
only the refusals count, of orders that are not there. So a response that is lost, late or forged makes no order.

What was handed over is noted in the vault before it leaves, under the digest of its content: a process that dies in
between leaves the control id by which the request is known, and every process finds the response that another received.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.asking_again import next_question
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.envelope import Error, Function, Refused, posted
from tidegate.sage.intacct.order_search import OrderSearch
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import text_of
from tidegate.sage.port.orders import Found, OrderKey, Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.vault import Secret, Vault

ACCOUNT = "account"  #: key of `Failure.details`: whose order it was
PREFIX = "tidegate-offline-"  #: of control ids
NOTE, ANSWER = "offline-", "offline-answer-"  #: in the vault, before the beginning of a digest
KEPT = timedelta(days=2)  #: how long a request may wait to be worked on (A)
ON_ITS_WAY = timedelta(minutes=15)  #: how long a request without a job may still arrive (A)
PATIENCE = timedelta(minutes=30)  #: how long the response of a finished job is waited for
WAITING = frozenset(
    {"Q", "T"}
)  #: queued, in transit; what the other letters stand for is not relied upon (A)
JOBS = Query("JOBQUEUERECORD", ("RECORDNO", "STATE", "CONTROLID"))
NEVER_ARRIVED = Failure(
    Code.TRANSIENT, "the offline request never reached Intacct: it is sent again", sent=False
)
NO_REASON = (
    "Intacct has processed the offline request but not made this order. The reason was sent to the "
    "transport policy's address and did not arrive here: see Company > Offline Job Queue, or send the "
    "order once without `offline_policy`"
)


class Sent(msgspec.Struct, frozen=True):
    """What is noted of a request: its functions' orders as (key, account), by control id. `over`: seen to be done."""

    control_id: str
    at: datetime
    orders: dict[str, tuple[str, str]]
    over: datetime | None = None


class Answered(msgspec.Struct, frozen=True):
    """The refusals of a posted response, by the functions' control ids; "" of the request as a whole."""

    refused: dict[str, list[tuple[str, str, str]]]
    level: str = ""  #: where the whole was refused: `control` or `authentication`


class Offline:
    """The offline requests of one company."""

    def __init__(
        self, name: str, policy: str, client: IntacctClient, search: OrderSearch, vault: Vault, clock: Clock
    ) -> None:
        """`policy`: the transport policy that responses are posted by."""
        self.policy = policy
        self._name = name
        self._client = client
        self._search = search
        self._vault = vault
        self._clock = clock
        self._reserved: dict[str, Sent] = {}  #: noted by this process, and not handed over yet

    # On the way out

    def reserve(self, batch: Sequence[Prepared], control_ids: Mapping[str, str]) -> HandedOver:
        """Note the request of these orders; `control_ids` of their functions by key."""
        now, digest = self._clock.now(), _digest(batch)
        orders = {control_ids[one.order.key]: (one.order.key, one.order.account) for one in batch}
        sent = Sent(f"{PREFIX}{digest[:24]}-{now:%Y%m%d%H%M%S%f}", now, orders)
        ended = [name for name, one in self._vault.load(self._name).items() if _is_over(name, one, now)]
        note = Secret(msgspec.json.encode(sent).decode(), now, now + 2 * KEPT)
        self._vault.keep(self._name, {NOTE + digest[:24]: note}, forget=[*ended, ANSWER + digest[:24]])
        self._reserved[digest] = sent
        return lies(sent.control_id, now, now)

    def hand_over(
        self, batch: Sequence[Prepared], control_ids: Mapping[str, str], functions: Sequence[Function]
    ) -> HandedOver | Failure:
        """Send the functions of those of the batch that are ready; the request was reserved for all of it."""
        if _digest(batch) not in self._reserved:
            self.reserve(batch, control_ids)
        sent = self._reserved.pop(_digest(batch))
        failure = self._client.hand_over(functions, sent.control_id, self.policy)
        return failure or lies(sent.control_id, sent.at, self._clock.now())

    # What became of them

    def collect(self, parcels: Sequence[Parcel]) -> dict[str, Outcome] | Failure:
        """The outcomes known of each record. The jobs are read first: what is made after that is found later."""
        secrets = self._vault.load(self._name)
        sent = {one.id: _sent(secrets.get(NOTE + one.digest[:24])) for one in parcels}
        tracked = {one.id: one.tracking or getattr(sent[one.id], "control_id", "") for one in parcels}
        jobs = self._jobs([each for each in tracked.values() if each])
        if isinstance(jobs, Failure):
            return jobs
        found = self._search.find([OrderKey(key, "") for one in parcels for key in one.keys])
        if isinstance(found, Failure):
            return found
        outcomes: dict[str, Outcome] = {}
        for parcel in parcels:
            there = {key: made for key in parcel.keys if (made := _made(found[key])) is not None}
            missing = [key for key in parcel.keys if key not in there]
            answer = secrets.get(ANSWER + parcel.digest[:24])
            outcomes |= there
            if missing:
                outcomes |= self._missing(parcel, missing, tracked[parcel.id], jobs, sent[parcel.id], answer)
        return outcomes

    def _missing(
        self,
        parcel: Parcel,
        keys: Sequence[str],
        control_id: str,
        jobs: Mapping[str, str] | None,
        sent: Sent | None,
        answer: Secret | None,
    ) -> dict[str, Outcome]:
        """What is known of orders that are not there."""
        now = self._clock.now()
        waits: Outcome = lies(control_id, parcel.opened_at, now)
        refused = _refusals(sent, answer)
        if refused is not None:  # of what it leaves out nothing is known: it is looked up (port, `collect`)
            return {key: refused[key] for key in keys if key in refused}
        if not control_id:
            return dict.fromkeys(keys, NEVER_ARRIVED)
        if jobs is None:  # they cannot be read: only the time decides
            return dict.fromkeys(keys, waits)
        state = jobs.get(control_id)
        if state is None:
            arrives = (sent.at if sent is not None else parcel.opened_at) + ON_ITS_WAY
            if now < arrives:
                return dict.fromkeys(keys, HandedOver(control_id, arrives, parcel.opened_at + KEPT))
            return dict.fromkeys(keys, NEVER_ARRIVED)
        if state in WAITING or not self._is_long_over(parcel.digest, sent, now):
            return dict.fromkeys(keys, waits)
        return dict.fromkeys(keys, Failure(Code.REFUSED, NO_REASON))

    def _is_long_over(self, digest: str, sent: Sent | None, now: datetime) -> bool:
        """Whether the job has been finished for too long, so that its response is no longer expected."""
        if sent is None:
            return True
        if sent.over is None:
            seen = Secret(
                msgspec.json.encode(msgspec.structs.replace(sent, over=now)).decode(), now, now + 2 * KEPT
            )
            self._vault.keep(self._name, {NOTE + digest[:24]: seen})
            return False
        return now - sent.over >= PATIENCE

    def _jobs(self, control_ids: Sequence[str]) -> dict[str, str] | Failure | None:
        """The state of each request's job; None where this user may not see them."""
        states: dict[str, str] = {}
        for part in in_parts(control_ids):
            rows = self._client.read(replace(JOBS, where=among("CONTROLID", part)))
            if isinstance(rows, Failure):
                return None if rows.code in (Code.NOT_PERMITTED, Code.UNKNOWN_ENDPOINT) else rows
            states |= {text_of(row, "CONTROLID"): text_of(row, "STATE") for row in rows}
        return states


class Answers:
    """Receives posted responses. One counts if it came to the secret address and answers a request of ours."""

    def __init__(self, name: str, vault: Vault, clock: Clock, *, token: str) -> None:
        """Without a `token` no response is accepted."""
        self._name = name
        self._vault = vault
        self._clock = clock
        self._token = token

    def is_meant(self, token: str) -> bool:
        """Whether a call came to the secret address."""
        return bool(self._token) and hmac.compare_digest(token.encode(), self._token.encode())

    def take(self, body: bytes) -> bool:
        """Keep what a response refuses; false for a text that is none, or of a request that is not ours."""
        response = posted(body)
        if response is None or not response.control_id.startswith(PREFIX):
            return False
        digest = response.control_id.removeprefix(PREFIX).partition("-")[0]
        sent = _sent(self._vault.load(self._name).get(NOTE + digest))
        if sent is None or sent.control_id != response.control_id:
            return False
        refused = {
            control_id: [(one.number, one.text, one.category) for one in each.errors]
            for control_id, each in response.refused.items()
            if not control_id or control_id in sent.orders
        }
        now = self._clock.now()
        kept = Secret(msgspec.json.encode(Answered(refused, response.level)).decode(), now, now + 2 * KEPT)
        self._vault.keep(self._name, {ANSWER + digest: kept})
        return True


def lies(control_id: str, opened_at: datetime, now: datetime) -> HandedOver:
    """What is said of a request that waits to be worked on."""
    return HandedOver(control_id, next_question(opened_at, now), opened_at + KEPT)


def _refusals(sent: Sent | None, answer: Secret | None) -> dict[str, Failure] | None:
    """Why each order was not made, by key; None while no response was received."""
    if sent is None or answer is None:
        return None
    answered = msgspec.json.decode(answer.value, type=Answered)
    if answered.level:
        whole = Refused(tuple(Error(*one) for one in answered.refused.get("", ())))
        failure = answers.control(whole) if answered.level == "control" else answers.authentication(whole)
        return dict.fromkeys((key for key, _ in sent.orders.values()), failure)
    found = {}
    for control_id, errors in answered.refused.items():
        key, account = sent.orders[control_id]
        failure = answers.function(Refused(tuple(Error(*one) for one in errors)), reading=False)
        found[key] = replace(failure, details={**failure.details, ACCOUNT: account})
    return found


def _made(found: Sequence[Found]) -> Accepted | None:
    """The document with our key; one that is not cancelled where there are several."""
    ours = sorted((one for one in found if one.ours), key=lambda one: one.cancelled)
    return Accepted(ours[0].id, ours[0].number, status=ours[0].status) if ours else None


def _sent(note: Secret | None) -> Sent | None:
    return msgspec.json.decode(note.value, type=Sent) if note is not None else None


def _is_over(name: str, secret: Secret, now: datetime) -> bool:
    return name.startswith(NOTE) and secret.expires_at is not None and secret.expires_at <= now


def _digest(batch: Sequence[Prepared]) -> str:
    return digest_of((each.order.key, each.payload_hash) for each in batch)
