"""Records other than orders that wait with the company: it works on them later, and each has its own parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tidegate.conformance.memory.inside import Inside
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.outcomes import HandedOver, Outcome

NEVER_CAME = Failure(Code.TRANSIENT, "there is no such request")
REJECTED = Failure(Code.REFUSED, "somebody refused the request")


class Requests:
    """The waiting requests, all but orders."""

    def __init__(self, company: Inside) -> None:
        self._company = company

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that the switches hand over besides orders."""
        return self._company.switches.hands_over_too

    def collect(self, parcels: Sequence[Parcel]) -> Mapping[str, Outcome] | Failure:
        """Ask for each request."""
        return self._company.calls_made.collect(parcels, self._outcomes)

    def work(self) -> None:
        """The company works on the waiting requests."""
        for request in self._company.platform.requests:
            if request.outcome is None:
                rejected = request.key in self._company.platform.rejected
                request.outcome = REJECTED if rejected else request.work()

    def _outcomes(self, parcel: Parcel) -> dict[str, Outcome]:
        request = self._company.platform.request_of(parcel)
        if request is None:
            return {} if parcel.tracking else dict.fromkeys(parcel.keys, NEVER_CAME)
        lies = HandedOver(request.tracking, expires=parcel.expires)
        known = None if self._company.platform.silent else request.outcome
        return dict.fromkeys(parcel.keys, known or lies)
