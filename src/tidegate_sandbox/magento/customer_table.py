"""The customers of the shop: the email is unique per website (point 26)."""

from __future__ import annotations

import re
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.refusal import Refusal, bad_sign_in

Row = dict[str, Any]

COLUMNS: Final = {
    name: kind for name, kind in recorded.columns("customer").items() if kind not in ("array", "object")
} | {"entity_id": "integer"}
ADDRESS_COLUMNS: Final = recorded.columns("customer_address")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SHAPE: Final = (
    "id",
    "group_id",
    "default_billing",
    "default_shipping",
    "created_at",
    "updated_at",
    "created_in",
    "dob",
    "email",
    "firstname",
    "lastname",
    "middlename",
    "prefix",
    "suffix",
    "gender",
    "store_id",
    "taxvat",
    "website_id",
    "addresses",
    "disable_auto_group_change",
    "extension_attributes",
    "custom_attributes",
)
_BOOKED: Final = ("email", "website_id", "group_id", "firstname", "lastname", "taxvat", "updated_at")
_NO_REGION: Final = {"region_code": None, "region": None, "region_id": 0}


class CustomerTable:
    """The recorded customers at first: Wanda (website 1), Bea and Ben (website 2).

    ``attributes``: the custom attributes that the shop has, labels by code. ``passwords``: by customer id; who
    has none cannot sign in.
    """

    def __init__(self) -> None:
        data = recorded.customers()
        self.groups: list[Row] = [dict(group) for group in data["groups"]]
        self._rows: dict[int, Row] = {}
        self._by_email: dict[tuple[int, str], int] = {}
        self.attributes: dict[str, str] = {}
        self.passwords: dict[int, str] = {}
        self._next_address = 1
        for row in data["customers"]:
            addresses = [dict(address) for address in row["addresses"]]
            self.put({**row, "addresses": addresses})

    def __len__(self) -> int:
        return len(self._rows)

    def all(self) -> list[Row]:
        """Every customer by id, as documents."""
        return list(self._rows.values())

    def get(self, customer_id: int) -> Row:
        """The customer with this id. Refuses one that does not exist."""
        found = self._rows.get(customer_id)
        if found is None:
            raise Refusal(
                404,
                "No such entity with %fieldName = %fieldValue",
                {"fieldName": "customerId", "fieldValue": customer_id},
            )
        return found

    def group_ids(self) -> dict[str, int]:
        """The ids of the customer groups by their codes, folded."""
        return {str(group["code"]).casefold(): group["id"] for group in self.groups}

    def signed_in(self, website_id: int, email: str, password: str) -> int:
        """The customer with this email on a website. Refuses another password, and whoever there is not."""
        found = self._by_email.get((website_id, email.casefold()))
        if found is None or self.passwords.get(found) != password:
            raise bad_sign_in()
        return found

    def books(self) -> dict[str, Row]:
        """Every customer by id: whose account it is, its group, and what the shop knows besides."""
        return {
            str(row["id"]): {
                **{key: row.get(key) for key in _BOOKED},
                "addresses": len(row["addresses"]),
                "custom_attributes": {
                    entry["attribute_code"]: entry["value"] for entry in row.get("custom_attributes", [])
                },
            }
            for row in self._rows.values()
        }

    def next_id(self) -> int:
        """The id of the next customer."""
        return max(self._rows, default=0) + 1

    def put(self, row: Row) -> Row:
        """Keep a customer, in the order of keys that the REST API has."""
        old = self._rows.get(row["id"])
        if old is not None:
            self._by_email.pop((old["website_id"], old["email"].casefold()), None)
        kept = {key: row[key] for key in _SHAPE if row.get(key) is not None}
        if not kept.get("custom_attributes", True):
            del kept["custom_attributes"]
        self._rows[kept["id"]] = kept
        self._by_email[kept["website_id"], kept["email"].casefold()] = kept["id"]
        for address in kept["addresses"]:
            self._next_address = max(self._next_address, address["id"] + 1)
        return kept

    def remove(self, customer_id: int) -> None:
        """Delete a customer. Refuses one that does not exist."""
        row = self.get(customer_id)
        del self._rows[customer_id]
        del self._by_email[row["website_id"], row["email"].casefold()]
        self.passwords.pop(customer_id, None)

    def check(self, row: Row) -> None:
        """Refuse a customer that Magento would not save."""
        missing = [
            f'"{label}" is a required value.'
            for key, label in (("firstname", "First Name"), ("lastname", "Last Name"))
            if not row.get(key)
        ]
        if missing:
            raise Refusal(400, "\n".join(missing))
        if not _EMAIL.fullmatch(row.get("email") or ""):
            raise Refusal(400, '"Email" is not a valid email address.')
        if not any(group["id"] == row["group_id"] for group in self.groups):
            raise Refusal(400, "The specified customer group id does not exist.")
        if self._by_email.get((row["website_id"], row["email"].casefold()), row["id"]) != row["id"]:
            raise Refusal(
                400, "A customer with the same email address already exists in an associated website."
            )

    def address(self, sent: Row, customer_id: int) -> Row:
        """An address as it is kept: with an id, and a region even where there is none."""
        if "id" not in sent:
            sent = {"id": self._next_address, **sent}
            self._next_address += 1
        row: Row = {
            "id": sent["id"],
            "customer_id": customer_id,
            "region": sent.get("region") or dict(_NO_REGION),
        }
        if row["region"].get("region_id"):
            row["region_id"] = row["region"]["region_id"]
        row.update(
            {key: sent[key] for key in ADDRESS_COLUMNS if key not in row and sent.get(key) is not None}
        )
        return row
