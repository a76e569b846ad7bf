"""One call of the REST API, decoded: what a handler reads its parameters from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import msgspec

from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento import criteria
from tidegate_sandbox.magento.figure import decode
from tidegate_sandbox.magento.refusal import Refusal, required, wrong_type

if TYPE_CHECKING:
    from tidegate_sandbox.magento.store import MagentoStore

_JSON_TYPES = ("application/json",)


@dataclass
class Call:
    """A request that found its route. ``store_code`` is that of the URL, ``default`` where none was named.

    ``customer_id``: the customer whose token was sent.
    """

    store: MagentoStore
    store_code: str
    query: dict[str, Any]
    verb: str = "GET"
    url_path: str = ""
    query_text: str = ""
    body: bytes = b""
    content_type: str = ""
    path: dict[str, str] = field(default_factory=dict)
    customer_id: int | None = None

    def injected(self, kind: str, **match: Any) -> Fault | None:
        """The armed fault of ``kind`` that is due for this call, counted."""
        if self.store.faults.active(kind) is None:
            return None
        return self.store.faults.take_kind(
            kind,
            method=self.verb,
            path=self.url_path,
            body=self.body,
            query=unquote_plus(self.query_text),
            **match,
        )

    def whole(self, name: str) -> int:
        """A path parameter that must be a whole number."""
        value = self.path[name]
        try:
            return int(value)
        except ValueError:
            raise wrong_type(value, "int") from None

    def parameter(self, name: str) -> Any:
        """A root key of the JSON body, also as snake_case. Refuses a body without it."""
        payload = self._payload
        snake = "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
        for key in (name, snake):
            if payload.get(key) is not None:
                return payload[key]
        raise required(name)

    def optional(self, name: str) -> Any:
        """A root key of the JSON body, None where it is missing."""
        return self._payload.get(name)

    def criteria(self) -> criteria.Criteria:
        """The search criteria of the query, within the shop's input limits (point 28)."""
        found = criteria.from_query(self.query)
        limits = self.store.input_limits
        if limits is None:
            return found
        if found.page_size is None:
            return replace(found, page_size=limits.default_page_size)
        if found.page_size > limits.page_size:
            raise Refusal(400, "Maximum SearchCriteria pageSize is %max", {"max": limits.page_size})
        return found

    def limit(self, items: object, interface: str) -> None:
        """Refuse a list in the body that is longer than the shop's input limit (point 28)."""
        limits = self.store.input_limits
        if limits is not None and isinstance(items, list) and len(items) > limits.list_length:
            raise Refusal(
                400,
                'Maximum items of type "%type" is %max',
                {"type": f"\\Magento\\{interface}", "max": limits.list_length},
            )

    def elements(self) -> list[Any]:
        """The entries of a bulk body: of the list, or of an object that should have been one."""
        value = self.document
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else []

    @property
    def _payload(self) -> dict[str, Any]:
        return self.document if isinstance(self.document, dict) else {}

    @cached_property
    def document(self) -> Any:
        """The decoded JSON body, an empty object where there is none. Refuses what is no JSON."""
        if not self.body:
            return {}
        kind = self.content_type.split(";")[0].strip().lower()
        if not kind:
            raise Refusal(400, "Content-Type header is empty.")
        if kind not in _JSON_TYPES:
            raise Refusal(400, f"Server cannot understand Content-Type HTTP header media type {kind}")
        try:
            return decode(self.body)
        except msgspec.DecodeError:
            raise Refusal(400, "Decoding error.") from None
