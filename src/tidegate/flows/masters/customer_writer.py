"""Writes and reads what the store's customers show of their accounts. Contract point 26."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.masters.account_card import GROUP, VAT
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.money import parse, plain
from tidegate.flows.mirrored import GONE, LEFT_OUT
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.customers import Attribute, ChangedCustomer, StoreCustomers, WireCustomer, WireGroup

_CARD = msgspec.json.Decoder(dict[str, str])


def written(card: Mapping[str, str]) -> str:
    """The mirror's value of a card."""
    return msgspec.json.encode(dict(sorted(card.items()))).decode()


def card_of(value: str) -> dict[str, str]:
    """The card of a value; empty for what is not a card."""
    return {} if value in ("", GONE) or value.startswith(LEFT_OUT) else _CARD.decode(value)


#: Amounts: an attribute of decimals spells them with more of them than they were written with.
_AMOUNTS = ("credit_limit", "balance")


def _as_on_card(name: str, value: str) -> str:
    """The store's value, as a card would have it."""
    try:
        return plain(parse(value)) if name in _AMOUNTS and value else value
    except ValueError:
        return value  # somebody else's text


@dataclass(eq=False)
class CustomerWriter:
    """One customer a call. `attributes` is field -> attribute, as configured."""

    customers: StoreCustomers
    attributes: Mapping[str, str]
    sent_before: Mapping[str, str]  #: what was written to the store, by the customer's id
    _groups: dict[str, WireGroup] | None = None
    _known: frozenset[str] | None = None

    @property
    def flow(self) -> str:
        """The flow of the items."""
        return "customers"

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """A customer is written alone."""
        return items[:1]

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """PUT the keys that changed; a change of what the store cannot show needs no call."""
        (item,) = items
        change = self.change(item)
        if change is None:
            return {}
        failure = change if isinstance(change, Failure) else self.customers.change(change)
        return {} if failure is None else {item.key: failure}

    def change(self, item: MirrorItem) -> ChangedCustomer | Failure | None:
        """What the call carries; None when there is nothing to write."""
        shows = self.shows()
        if isinstance(shows, Failure):
            return shows
        before, after = card_of(item.sent), card_of(item.wanted)
        changed = {
            name: value for name, value in after.items() if name in shows and before.get(name) != value
        }
        if not changed:
            return None
        group_id = None
        if GROUP in changed:
            groups = self.groups()
            if isinstance(groups, Failure):
                return groups
            group = groups.get(changed[GROUP].casefold())
            if group is None:
                text = (
                    f"the store has no customer group {changed[GROUP]}: create it in Magento under "
                    "Customers > Customer Groups"
                )
                return Failure(
                    Code.UNKNOWN_REFERENCE, text, missing=missing_thing("group", changed[GROUP]), sent=False
                )
            group_id = group.id
        attributes = tuple(
            Attribute(self.attributes[name], value)
            for name, value in sorted(changed.items())
            if name in self.attributes
        )
        return ChangedCustomer(int(item.key), group_id, changed.get(VAT), attributes or None)

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """What the customers show; of what the store cannot show, what was written."""
        there = self.customers.by_ids([int(key) for key in keys])
        if isinstance(there, Failure):
            return there
        seen = {key: self.seen(there.get(int(key)), self.sent_before.get(key, "")) for key in keys}
        failure = next((each for each in seen.values() if isinstance(each, Failure)), None)
        return failure or {key: each for key, each in seen.items() if isinstance(each, str)}

    def seen(self, customer: WireCustomer | None, sent_before: str) -> str | Failure:
        """The card as it was written, with what the store has by now; "" when the store no longer has the customer."""
        shows, groups = self.shows(), self.groups()
        if isinstance(shows, Failure):
            return shows
        if isinstance(groups, Failure):
            return groups
        if customer is None:
            return ""
        found = card_of(sent_before)
        values = {each.attribute_code: each.value for each in customer.custom_attributes or ()}
        for name in shows & found.keys():
            if name == GROUP:
                found[name] = next(
                    (each.code for each in groups.values() if each.id == customer.group_id), ""
                )
            elif name == VAT:
                found[name] = customer.taxvat or ""
            else:
                value = values.get(self.attributes[name])
                found[name] = "" if value is None else _as_on_card(name, str(value))
        return written(found) if found else ""

    def shows(self) -> frozenset[str] | Failure:
        """The fields that the store can show: group, VAT number, and the attributes that it has.

        Magento silently drops an unknown attribute.
        """
        if self._known is None:
            have = self.customers.attributes() if self.attributes else {}
            if isinstance(have, Failure):
                return have
            self._known = frozenset(
                {GROUP, VAT} | {name for name, code in self.attributes.items() if code in have}
            )
        return self._known

    def groups(self) -> dict[str, WireGroup] | Failure:
        """The store's groups by code, read once."""
        if self._groups is None:
            answer = self.customers.groups()
            if isinstance(answer, Failure):
                return answer
            self._groups = answer
        return self._groups
