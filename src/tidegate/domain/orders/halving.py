"""Which orders go together in one parcel; one that was refused as a whole is halved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A parcel that was refused as a whole, and how many records it had."""

    parcel: int
    records: int


def parcels_of(queue: Sequence[int], refused_with: Mapping[int, Refused], most: int) -> list[list[int]]:
    """Split a queue of deliveries into parcels of up to `most`, each delivery in exactly one.

    `refused_with` names, for each record that was refused, the parcel it was refused with. The others go first,
    in the order of the queue. The refused records of one parcel go with at most half of it, so that one bad record
    is alone after at most log2(n) refusals; they never meet records of other parcels again.
    """
    if most < 1:
        raise ValueError("a parcel carries at least one record")
    free = [each for each in queue if each not in refused_with]
    found = [free[start : start + most] for start in range(0, len(free), most)]
    refused_together: defaultdict[Refused, list[int]] = defaultdict(list)
    for each in queue:
        if each in refused_with:
            refused_together[refused_with[each]].append(each)
    for refused, together in refused_together.items():
        half = max(min((refused.records + 1) // 2, most), 1)
        found += [together[start : start + half] for start in range(0, len(together), half)]
    return found
