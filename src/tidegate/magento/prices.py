"""Prices by the price endpoints only: a product PUT would break "use default" values.

Contract point 23: a good call answers 200 with the failed items only, as texts that name no index and
sometimes not even the SKU. So an empty answer is success, and after any other one, as after no answer,
what the store now has is read. Point 28: an array longer than the shop allows is sent in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import ARRAY_LIMIT, fill, status_of
from tidegate.magento.client import StoreClient
from tidegate.reading.shape import Rows as RowByRow
from tidegate.reading.shape import Shape

#: How Magento begins to say that a SKU is unknown.
NO_PRODUCT = "The product that was requested doesn't exist"

S = TypeVar("S", bound=msgspec.Struct)
R = TypeVar("R")
A = TypeVar("A")


class BasePrice(msgspec.Struct, frozen=True):
    """A base price; `store_id` is one of the website's store views, 0 the default of all websites."""

    sku: str
    price: Decimal
    store_id: int


class SpecialPrice(msgspec.Struct, frozen=True):
    """A special price; the dates are `YYYY-MM-DD HH:MM:SS`, None is open (not recorded: assumed)."""

    sku: str
    price: Decimal
    store_id: int
    price_from: str | None = None
    price_to: str | None = None


class TierPrice(msgspec.Struct, frozen=True):
    """A price of a customer group from `quantity` on; `price_type` discount means percent."""

    sku: str
    website_id: int
    customer_group: str
    quantity: Decimal
    price: Decimal
    price_type: str = "fixed"


class Cost(msgspec.Struct, frozen=True):
    """What a product costs the merchant."""

    sku: str
    cost: Decimal
    store_id: int = 0


class Rows(msgspec.Struct, frozen=True):
    """The body of every writing call."""

    prices: Sequence[msgspec.Struct]


class Skus(msgspec.Struct, frozen=True):
    """The body of every reading call."""

    skus: Sequence[str]


class _Problem(msgspec.Struct):
    message: str = ""
    parameters: Any = None


_PROBLEMS: Shape[list[_Problem]] = Shape(list[_Problem])
_BASE: RowByRow[BasePrice] = RowByRow(BasePrice)
_SPECIAL: RowByRow[SpecialPrice] = RowByRow(SpecialPrice)
_TIER: RowByRow[TierPrice] = RowByRow(TierPrice)
_COST: RowByRow[Cost] = RowByRow(Cost)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the store says of one item that it did not take. `parameters` hold the SKU, mostly."""

    text: str
    parameters: tuple[str, ...]

    def names(self, sku: str) -> bool:
        """Whether it is about this SKU; Magento finds SKUs whatever their capitals."""
        return sku.casefold() in (each.casefold() for each in self.parameters)

    @property
    def unknown_product(self) -> bool:
        """Whether the store has no such product, or none that can have this price (configurable, bundle)."""
        return self.text.startswith(
            (
                "Invalid attribute SKU",
                "Invalid attribute Price Type",  # a bundle takes percentages only
                NO_PRODUCT,
            )
        )

    @property
    def unknown_group(self) -> bool:
        """Whether the customer group is not there."""
        return self.text.startswith("No such entity with Customer Group")


class StorePrices:
    """Reads and writes the prices of one store. Writers answer the complaints, `[]` when all is well."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    def base(self, skus: Sequence[str]) -> list[BasePrice] | Failure:
        """Base prices of all scopes; unknown SKUs are left out."""
        return self._read("/V1/products/base-prices-information", skus, _BASE)

    def special(self, skus: Sequence[str]) -> list[SpecialPrice] | Failure:
        """Special prices."""
        return self._read("/V1/products/special-price-information", skus, _SPECIAL)

    def tiers(self, skus: Sequence[str]) -> list[TierPrice] | Failure:
        """Tier prices of all websites and groups."""
        return self._read("/V1/products/tier-prices-information", skus, _TIER)

    def costs(self, skus: Sequence[str]) -> list[Cost] | Failure:
        """Costs of all scopes."""
        return self._read("/V1/products/cost-information", skus, _COST)

    def write_base(self, rows: Sequence[BasePrice]) -> list[Complaint] | Failure:
        """Set base prices."""
        return self._write("/V1/products/base-prices", rows)

    def write_special(self, rows: Sequence[SpecialPrice]) -> list[Complaint] | Failure:
        """Set special prices."""
        return self._write("/V1/products/special-price", rows)

    def delete_special(self, rows: Sequence[SpecialPrice]) -> list[Complaint] | Failure:
        """Take special prices away; each must be named as it is, price and dates included."""
        return self._write("/V1/products/special-price-delete", rows)

    def write_tiers(self, rows: Sequence[TierPrice]) -> list[Complaint] | Failure:
        """Add or change tier prices. Others of the product stay: PUT would replace them all."""
        return self._write("/V1/products/tier-prices", rows)

    def delete_tiers(self, rows: Sequence[TierPrice]) -> list[Complaint] | Failure:
        """Take tier prices away; one that is not there is no complaint."""
        return self._write("/V1/products/tier-prices-delete", rows)

    def write_costs(self, rows: Sequence[Cost]) -> list[Complaint] | Failure:
        """Set costs."""
        return self._write("/V1/products/cost", rows)

    def _read(self, path: str, skus: Sequence[str], decoder: RowByRow[S]) -> list[S] | Failure:
        def ask(part: Sequence[str]) -> list[S] | Failure:
            page = self._client.read_by_post(path, Skus(part), decoder)
            return page if isinstance(page, Failure) else page.items

        return self._in_parts(sorted(set(skus)), ask)

    def _write(self, path: str, rows: Sequence[msgspec.Struct]) -> list[Complaint] | Failure:
        def send(part: Sequence[msgspec.Struct]) -> list[Complaint] | Failure:
            answer = self._client.post_as(path, Rows(part), _PROBLEMS)
            if isinstance(answer, Failure):
                return apart(part, answer) if _is_of_a_product(answer) else answer
            return [_complaint(each) for each in answer]

        def apart(part: Sequence[msgspec.Struct], refused: Failure) -> list[Complaint] | Failure:
            """Nothing of the call was written: halves, until the unknown SKU stands alone (point 38)."""
            skus = sorted({str(getattr(row, "sku", "")) for row in part})
            if len(skus) == 1:
                return [Complaint(refused.text, tuple(skus))]
            low = set(skus[: len(skus) // 2])
            first = send([row for row in part if getattr(row, "sku", "") in low])
            if isinstance(first, Failure):
                return first
            second = send([row for row in part if getattr(row, "sku", "") not in low])
            return _after_others(second) if isinstance(second, Failure) else first + second

        return self._in_parts(rows, send)

    def _in_parts(
        self, rows: Sequence[R], call: Callable[[Sequence[R]], list[A] | Failure]
    ) -> list[A] | Failure:
        """One call, or as many as the shop's array limit demands; it is learnt from the first refusal."""
        found: list[A] = []
        position = 0
        while position < len(rows):
            part = rows[position : position + (self._client.array_limit or len(rows))]
            answer = call(part)
            if isinstance(answer, Failure):
                if ARRAY_LIMIT in answer.details and len(part) > int(answer.details[ARRAY_LIMIT]):
                    continue
                return answer if not position else _after_others(answer)
            found += answer
            position += len(part)
        return found


def has_no_tier_prices(failure: Failure) -> bool:
    """Whether the store itself says 404 for tier prices as such, and not for one of their products."""
    own_word = failure.code in (Code.UNKNOWN_ENDPOINT, Code.REFUSED) and status_of(failure) == 404
    return own_word and not failure.text.startswith(NO_PRODUCT)


def _is_of_a_product(failure: Failure) -> bool:
    """Whether one unknown SKU refused the whole call: tier prices since 2.4.7, where 2.4.6 names the row."""
    return failure.code is Code.REFUSED and status_of(failure) == 404 and failure.text.startswith(NO_PRODUCT)


def _after_others(failure: Failure) -> Failure:
    """Parts that went before were carried out: only reading back can tell which."""
    code = failure.code if failure.ends_cycle else Code.UNCLEAR_ANSWER
    return Failure(code, failure.text, failure.retry_after, sent=True, details=failure.details)


def _complaint(problem: _Problem) -> Complaint:
    """The text with its placeholders filled, as far as the parameters can be distinguished."""
    parameters = problem.parameters
    if isinstance(parameters, dict):
        filled = {key: str(value) for key, value in parameters.items()}
        return Complaint(fill(problem.message, filled), tuple(filled.values()))
    values = tuple(str(each) for each in parameters or ())
    return Complaint(_by_position(problem.message, values), values)


def _by_position(message: str, values: Sequence[str]) -> str:
    """Magento fills a list's values into named places in no order that the answer tells: shown behind."""
    if "%fieldName" in message and len(values) >= 2:
        return message.replace("%fieldName", values[0]).replace("%fieldValue", values[1])
    return f"{message.partition(' Row ID:')[0]} ({', '.join(values)})" if "%" in message else message
