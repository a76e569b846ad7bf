"""First load: which records of both systems are the same thing, by rules in a stated order.

A pair is certain when a certain rule finds exactly one record and no other rule points elsewhere; it is
likely when a weaker rule does, or rules disagree. What is likely is for a person to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Certainty(StrEnum):
    """How sure a pair is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Rule:
    """One way in which records find each other: by the values they have under `name`."""

    name: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A customer or product of one side. `values` by rule name; a missing value takes no part."""

    id: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""  #: the one record of the other side that it was made for


@dataclass(frozen=True, slots=True)
class Pair:
    """One record of the store and the company's, None when none fits. `others` are further candidates."""

    store: Record
    company: Record | None
    certainty: Certainty
    rule: str = ""
    others: tuple[Record, ...] = ()


#: The order is the rank: the first rule that finds a record names it.
CUSTOMER_RULES = (
    Rule("key", certain=True),  # Tidegate made the account for this customer
    Rule("account", certain=True),  # the store knows the account number
    Rule("email", certain=False),  # anybody can register with an address
    Rule("vat", certain=False),  # branches of one firm share it
)
PRODUCT_RULES = (
    Rule("sku", certain=True),
    Rule("barcode", certain=False),
    Rule("loose", certain=False),  # the SKU without case, blanks and punctuation
)


def normal(value: str) -> str:
    """A value as it is compared: without case and outer blanks."""
    return " ".join(value.split()).casefold()


def loose(value: str) -> str:
    """Letters and digits only, e.g. of VAT ids `GB 123 4567 89` and SKUs `HUB-01`."""
    return "".join(sign for sign in value.casefold() if sign.isalnum())


def match(
    store: Sequence[Record], company: Sequence[Record], rules: Sequence[Rule], *, shared: bool
) -> list[Pair]:
    """A pair for each record of the store, in its order.

    `shared`: several records of the store may belong to one of the company's (employees of one firm);
    otherwise a record that two want is likely for both.
    """
    index = {rule.name: _by_value(company, rule.name) for rule in rules}
    pairs = [_pair(record, rules, index) for record in store]
    if shared:
        return pairs
    wanted: defaultdict[str, int] = defaultdict(int)
    for pair in pairs:
        if pair.company is not None and pair.certainty is Certainty.CERTAIN:
            wanted[pair.company.id] += 1
    taken = {pair.company.id for pair in pairs if pair.company and pair.certainty is Certainty.CERTAIN}
    return [_alone(pair, wanted, taken) for pair in pairs]


def unmatched(company: Iterable[Record], pairs: Iterable[Pair]) -> list[Record]:
    """Records of the company that no record of the store may be."""
    seen = {record.id for pair in pairs for record in (pair.company, *pair.others) if record is not None}
    return [record for record in company if record.id not in seen]


def _by_value(records: Sequence[Record], rule: str) -> dict[str, list[Record]]:
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        value = record.values.get(rule, "")
        if value:
            found[value].append(record)
    return dict(found)


def _pair(record: Record, rules: Sequence[Rule], index: Mapping[str, Mapping[str, Sequence[Record]]]) -> Pair:
    candidates: dict[str, Record] = {}
    first: tuple[Rule, Sequence[Record]] | None = None
    for rule in rules:
        value = record.values.get(rule.name, "")
        found = [
            each
            for each in (index[rule.name].get(value, ()) if value else ())
            if not each.owner or each.owner == record.id
        ]
        candidates |= {each.id: each for each in found}
        if found and first is None:
            first = (rule, found)
    if first is None:
        return Pair(record, None, Certainty.UNMATCHED)
    rule, chosen = first[0], first[1][0]
    others = tuple(each for each in candidates.values() if each.id != chosen.id)
    sure = rule.certain and (not others or chosen.owner == record.id)
    return Pair(record, chosen, Certainty.CERTAIN if sure else Certainty.LIKELY, rule.name, others)


def _alone(pair: Pair, wanted: Mapping[str, int], taken: set[str]) -> Pair:
    """One to one: what two want is certain for neither, and what one certainly has is no other's."""
    if pair.company is None:
        return pair
    if pair.certainty is Certainty.CERTAIN and wanted[pair.company.id] > 1:
        return Pair(pair.store, pair.company, Certainty.LIKELY, pair.rule, pair.others)
    if pair.certainty is Certainty.LIKELY and pair.company.id in taken and wanted[pair.company.id] == 1:
        return Pair(pair.store, None, Certainty.UNMATCHED)
    return pair
