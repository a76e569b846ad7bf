"""Orders as files: a platform keeps them until the company's desktop fetches them and reports each outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tidegate.conformance.memory.files import File
from tidegate.conformance.memory.inside import Inside
from tidegate.conformance.memory.orders import REFUSED_WHOLE, Orders
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel, digest_of
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import HandedOver, Outcome

NEVER_CAME = Failure(Code.TRANSIENT, "there is no such file")


class FiledOrders(Orders):
    """The order desk of a company that takes orders as files."""

    def __init__(self, company: Inside) -> None:
        super().__init__(company)
        self._platform = company.platform
        self._keeps = company.switches.kept_for

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Upload a file."""
        keys = [one.order.key for one in batch]
        answer = self._company.calls_made.write("send", lambda: self._received(batch), " ".join(keys))
        for key in keys:
            yield (
                key,
                answer
                if isinstance(answer, Failure)
                else HandedOver(answer.tracking, expires=answer.expires),
            )

    def reserve(self, batch: Sequence[Prepared]) -> HandedOver | Failure:
        """The reference of a file with exactly this content."""
        return self._company.calls_made.read("reserve", lambda: self._named(batch))

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Ask for the result of each file."""
        return self._company.calls_made.collect(parcels, self._result)

    def work(self, at_most: int | None = None) -> None:
        """The desktop fetches the waiting files and enters their orders, all or a given number for now."""
        now = self._company.clock.now()
        self._platform.files = [
            one for one in self._platform.files if one.expires is None or one.expires > now or one.results
        ]
        for file in self._platform.files:
            self._work_on(file, at_most)

    def _work_on(self, file: File, at_most: int | None) -> None:
        if self._platform.bad & file.orders.keys():
            file.results = dict.fromkeys(file.orders, REFUSED_WHOLE)
            return
        done = dict(file.results or {})
        for key in [one for one in file.orders if one not in done][:at_most]:
            if key in self._platform.rejected:
                done[key] = Failure(Code.REFUSED, "the customer is blocked")
            else:
                done |= self.entered([file.orders[key]])
        file.results = done

    def _received(self, batch: Sequence[Prepared]) -> File:
        platform, switches = self._platform, self._company.switches
        if switches.second_file_replaces:
            platform.files = [one for one in platform.files if one.results is not None]
        digest = digest_of((one.order.key, one.payload_hash) for one in batch)
        tracking = platform.named.pop(digest, "") or self._next()
        file = File(tracking, digest, {one.order.key: one for one in batch}, self._expires())
        platform.files.append(file)
        return file

    def _named(self, batch: Sequence[Prepared]) -> HandedOver:
        digest = digest_of((one.order.key, one.payload_hash) for one in batch)
        self._platform.named[digest] = self._next()
        return HandedOver(self._platform.named[digest], expires=self._expires())

    def _next(self) -> str:
        self._platform.received += 1
        return f"up-{self._platform.received}"

    def _expires(self) -> datetime | None:
        return None if self._keeps is None else self._company.clock.now() + self._keeps

    def _result(self, parcel: Parcel) -> dict[str, Outcome]:
        file = self._platform.find(parcel)
        if file is None:
            gone = parcel.tracking and parcel.tracking not in self._platform.named.values()
            return {} if gone else dict.fromkeys(parcel.keys, NEVER_CAME)
        lies = HandedOver(file.tracking, expires=file.expires)
        known = {} if self._platform.silent else file.results or {}
        if known.keys() >= file.orders.keys():
            return {key: outcome for key, outcome in known.items() if key not in self._platform.left_out}
        return {key: known.get(key, lies) for key in file.orders}
