"""The company's reference data, read once and kept: what turns codes into ids.

With it a batch of new orders costs two look-ups and one call an order. Small lists (tax codes,
warehouses, charges, currencies, countries, settings) are read whole; products, customers and nominal
codes only as they are needed, pooled. Only what exists is kept: what was missing is asked again, once
in each session. Source: contract §9.1, §9.3, §9.4, §9.6, §9.10, §9.11.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import Row, flag_of, id_of, readable_number, text_of
from tidegate.sage.sage200.queries import either, equals

MAX_AGE = 3600.0  #: seconds after which everything is read again
POOL = 50  #: codes that one call asks for


@dataclass(frozen=True, slots=True)
class Customer:
    """An account of the sales ledger."""

    id: int
    reference: str
    name: str
    on_hold: bool
    currency_id: int | None
    key: str  #: our own key, when the hub created it


@dataclass(frozen=True, slots=True)
class Coded:
    """A record that mappings name by its code: product, tax code, warehouse, charge, country."""

    id: int
    code: str
    name: str
    rate: Decimal | None = None  #: tax codes only: percent


@dataclass(frozen=True, slots=True)
class Nominal:
    """A posting target: the triple of §9.10."""

    reference: str
    cost_centre: str
    department: str
    name: str

    @property
    def code(self) -> str:
        """The account as mappings write it: `4000`, `4000/CC`, `4000/CC/DEP`."""
        return "/".join((self.reference, self.cost_centre, self.department)).rstrip("/")


@dataclass(frozen=True, slots=True)
class Settings:
    """What matters of `sop_settings` (§1, §9.6)."""

    prices_include_tax: bool = False
    generates_numbers: bool = True
    allows_cash_orders: bool = False
    cash_account_id: int | None = None
    amends_nominal_codes: bool = True


@dataclass(frozen=True, slots=True)
class Lists:
    """The small lists, by upper-case code."""

    settings: Settings
    taxes: Mapping[str, Coded]
    warehouses: Mapping[str, Coded]
    charges: Mapping[str, Coded]
    countries: Mapping[str, Coded]
    currencies: Mapping[int, str]  #: id -> ISO code, "" where the company does not say


@dataclass(slots=True)
class Asked:
    """The records that Sage lacks, as one session found: each is looked up only once in a cycle."""

    products: set[str] = field(default_factory=set)
    customers: set[str] = field(default_factory=set)
    nominals: set[str] = field(default_factory=set)


_T = TypeVar("_T")


class Reference:
    """The cache of one company, shared by all its sessions and threads."""

    def __init__(
        self,
        client: Sage200Client,
        clock: Clock,
        *,
        key_field: str,
        base_currency: str,
        max_age: float = MAX_AGE,
    ) -> None:
        """`max_age` in seconds; `base_currency` is used where the company does not name an ISO code."""
        self._client = client
        self._clock = clock
        self._key_field = key_field
        self._base_currency = base_currency
        self._max_age = max_age
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self._since = self._clock.monotonic()
            self._lists: Lists | None = None
            self._products: dict[str, Coded] = {}
            self._customers: dict[str, Customer] = {}
            self._nominals: dict[str, tuple[Nominal, ...]] = {}

    def doubt(self, *, products: Iterable[str], account: str) -> None:
        """Read these again before the next order: the company refused what was made of them."""
        with self._lock:
            for code in products:
                self._products.pop(code, None)
            self._customers.pop(account.upper(), None)

    def _age(self) -> None:
        if self._clock.monotonic() - self._since > self._max_age:
            self.forget()

    # Small lists

    def lists(self) -> Lists | Failure:
        """Settings and small lists; six calls the first time."""
        with self._lock:
            self._age()
            if self._lists is None:
                read = self._read_lists()
                if isinstance(read, Failure):
                    return read
                self._lists = read
            return self._lists

    def _read_lists(self) -> Lists | Failure:
        settings = self._client.read("/sop_settings")
        if isinstance(settings, Failure):
            return settings
        coded: dict[str, dict[str, Coded]] = {}
        for name, read in (
            ("taxes", self.taxes),
            ("warehouses", self.warehouses),
            ("charges", self.charges),
            ("countries", self.countries),
        ):
            found = read()
            if isinstance(found, Failure):
                return found
            coded[name] = found
        currencies = self._read_currencies()
        if isinstance(currencies, Failure):
            return currencies
        return Lists(
            settings=_settings(settings[0] if settings else {}),
            currencies=currencies,
            taxes=coded["taxes"],
            warehouses=coded["warehouses"],
            charges=coded["charges"],
            countries=coded["countries"],
        )

    def taxes(self) -> dict[str, Coded] | Failure:
        """Tax codes by their number as text."""
        return self._coded("/tax_codes", ("id", "code", "name", "tax_rate"))

    def warehouses(self) -> dict[str, Coded] | Failure:
        """Warehouses by name."""
        return self._coded("/warehouses", ("id", "name", "description"), code="name", name="description")

    def charges(self) -> dict[str, Coded] | Failure:
        """Additional charges by code."""
        return self._coded("/sop_additional_charges", ("id", "code", "name"))

    def countries(self) -> dict[str, Coded] | Failure:
        """Country codes; the code is ISO 3166 alpha-2."""
        return self._coded("/country_codes", ("id", "code", "name"))

    def _coded(
        self, path: str, select: tuple[str, ...], *, code: str = "code", name: str = "name"
    ) -> dict[str, Coded] | Failure:
        rows = self._client.read_all(path, select=select)
        if isinstance(rows, Failure):
            return rows
        found = (
            Coded(number, text_of(row, code).strip(), text_of(row, name), readable_number(row, "tax_rate"))
            for row in rows
            if (number := id_of(row)) is not None
        )
        return {one.code.upper(): one for one in found}

    def _read_currencies(self) -> dict[int, str] | Failure:
        rows = self._client.read_all("/currencies", expand=("currency_iso_code",))
        if isinstance(rows, Failure):
            return rows
        found: dict[int, str] = {}
        for row in rows:
            number = id_of(row)
            if number is None:
                continue
            nested = row.get("currency_iso_code")
            iso = text_of(nested, "code") if isinstance(nested, dict) else ""
            if not iso and flag_of(row, "is_base_currency"):
                iso = self._base_currency
            found[number] = iso.strip().upper()
        return found

    def nominal_codes(self) -> list[Nominal] | Failure:
        """Every nominal code, read whole: for the list of what mappings may name."""
        rows = self._client.read_all("/nominal_codes", select=NOMINAL)
        if isinstance(rows, Failure):
            return rows
        return [nominal_of(row) for row in rows]

    # As needed

    def products(self, codes: Iterable[str], asked: Asked) -> dict[str, Coded | Failure] | Failure:
        """Products by the SKU asked for; the exact spelling wins over another case. Missing: no entry."""
        wanted = dict.fromkeys(codes)
        with self._lock:
            self._age()
            new = [code for code in wanted if code not in self._products and code not in asked.products]
            terms = {code: (equals("code", code),) for code in new}
            read = self._client.read_pooled("/products", terms, select=("id", "code", "name"), most=POOL)
            if isinstance(read, Failure):
                return read
            rows, bad = read
            spelt: dict[str, Coded] = {}
            for row in rows:
                number, code = id_of(row), text_of(row, "code").strip()
                if number is not None:
                    spelt[code] = Coded(number, code, text_of(row, "name"))
            for code in new:
                product = _spelt(code, spelt)
                if product is not None:
                    self._products[code] = product
                elif code not in bad:
                    asked.products.add(code)
            return _answer(wanted, self._products.get, bad)

    def customers(self, accounts: Iterable[str], asked: Asked) -> dict[str, Customer | Failure] | Failure:
        """Customers by account reference."""
        wanted = dict.fromkeys(accounts)
        with self._lock:
            self._age()
            new = [one for one in wanted if one.upper() not in self._customers and one not in asked.customers]
            terms = {one: either("reference", one, one.upper()) for one in new}
            read = self._client.read_pooled(
                "/customers", terms, select=customer_fields(self._key_field), most=POOL
            )
            if isinstance(read, Failure):
                return read
            rows, bad = read
            for customer in filter(None, (customer_of(row, self._key_field) for row in rows)):
                self._customers[customer.reference.upper()] = customer
            asked.customers.update({one for one in new if one.upper() not in self._customers} - bad.keys())
            return _answer(wanted, lambda one: self._customers.get(one.upper()), bad)

    def keep(self, customer: Customer) -> None:
        """Know a customer that was just created."""
        with self._lock:
            self._customers[customer.reference.upper()] = customer

    def learn(self, ids: Iterable[int]) -> Failure | None:
        """Know the customers with these ids, by one pooled read of those that are not known yet."""
        with self._lock:
            new = set(ids) - {customer.id for customer in self._customers.values()}
            if not new:
                return None
            rows = self._client.read_by_ids("/customers", "id", new, select=customer_fields(self._key_field))
            if isinstance(rows, Failure):
                return rows
            for customer in filter(None, (customer_of(row, self._key_field) for row in rows)):
                self._customers[customer.reference.upper()] = customer
            return None

    def account_of(self, customer_id: int | None) -> str:
        """The account reference of a customer that is known already, else ""; makes no call."""
        with self._lock:
            for customer in self._customers.values():
                if customer.id == customer_id:
                    return customer.reference
            return ""

    def nominals(self, codes: Iterable[str], asked: Asked) -> dict[str, Nominal | Failure] | Failure:
        """Nominal codes by `reference[/cost centre[/department]]`."""
        wanted = dict.fromkeys(codes)
        with self._lock:
            self._age()
            references = {code: code.split("/")[0].strip() for code in wanted}
            new = [
                one
                for one in dict.fromkeys(references.values())
                if one.upper() not in self._nominals and one not in asked.nominals
            ]
            terms = {one: (equals("reference", one),) for one in new}
            read = self._client.read_pooled("/nominal_codes", terms, select=NOMINAL, most=POOL)
            if isinstance(read, Failure):
                return read
            rows, bad = read
            known: dict[str, list[Nominal]] = {}
            for row in rows:
                nominal = nominal_of(row)
                known.setdefault(nominal.reference.upper(), []).append(nominal)
            self._nominals.update({reference: tuple(listed) for reference, listed in known.items()})
            asked.nominals.update({one for one in new if one.upper() not in self._nominals} - bad.keys())
            failed = {code: bad[references[code]] for code in wanted if references[code] in bad}
            return _answer(wanted, self._nominal, failed)

    def _nominal(self, code: str) -> Nominal | None:
        parts = [part.strip().upper() for part in code.split("/")]
        for nominal in self._nominals.get(parts[0], ()):
            if [part.upper() for part in nominal.code.split("/")] == parts:
                return nominal
        return None


NOMINAL = ("id", "reference", "name", "cost_centre_code", "department_code")


def customer_fields(key_field: str) -> tuple[str, ...]:
    """The fields of a customer that the hub reads."""
    return ("id", "reference", "name", "on_hold", "currency_id", key_field)


def customer_of(row: Row, key_field: str) -> Customer | None:
    """A customer from its row; None without id or reference."""
    number, reference = id_of(row), text_of(row, "reference").strip()
    if number is None or not reference:
        return None
    return Customer(
        number,
        reference,
        text_of(row, "name"),
        flag_of(row, "on_hold"),
        id_of(row, "currency_id"),
        text_of(row, key_field).strip(),
    )


def nominal_of(row: Row) -> Nominal:
    """A nominal code from its row."""
    return Nominal(
        text_of(row, "reference").strip(),
        text_of(row, "cost_centre_code").strip(),
        text_of(row, "department_code").strip(),
        text_of(row, "name"),
    )


def _settings(row: Row) -> Settings:
    def flag(name: str, default: bool) -> bool:
        return flag_of(row, name) if row.get(name) is not None else default

    return Settings(
        prices_include_tax=flag("are_prices_tax_inclusive", False),
        generates_numbers=flag("auto_generate_order_return_numbers", True),
        allows_cash_orders=flag("allow_cash_orders", False),
        cash_account_id=id_of(row, "cash_order_account_id"),
        amends_nominal_codes=flag("amend_nominal_codes", True),
    )


def _spelt(code: str, found: Mapping[str, Coded]) -> Coded | None:
    """The record of this code: exactly spelt, else the only one that differs by case alone."""
    if code in found:
        return found[code]
    same = [one for spelling, one in found.items() if spelling.upper() == code.upper()]
    return same[0] if len(same) == 1 else None


def _answer(
    wanted: Iterable[str], find: Callable[[str], _T | None], bad: Mapping[str, Failure]
) -> dict[str, _T | Failure]:
    answer: dict[str, _T | Failure] = {}
    for code in wanted:
        if code in bad:
            answer[code] = bad[code]
            continue
        found = find(code)
        if found is not None:
            answer[code] = found
    return answer
