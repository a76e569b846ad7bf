"""`[companies.NAME]`: the keys that every Sage product shares. Each room adds its own."""

from __future__ import annotations

from tidegate.config.problem import Report
from tidegate.config.strict import Strict
from tidegate.trust import Trust, plain_fingerprint


class Window(Strict, frozen=True, kw_only=True):
    """`[[companies.NAME.closed]]`: when nothing may be sent.

    `rule` is an RFC 5545 recurrence rule that starts a closing at each occurrence, in the company's
    time zone; `minutes` is how long it lasts.
    """

    rule: str
    minutes: int
    reason: str = "closed"


class CompanySettings(Strict, frozen=True, kw_only=True, tag_field="product"):
    """`[companies.NAME]`: one Sage company. The key `product` chooses the subclass that reads the table.

    A room derives from it with `tag="..."`, adds its keys, and overrides `check` and `identity`.
    """

    time_zone: str = "Europe/London"
    seats: int = 1
    timeout: float = 100.0
    max_answer_mb: int = 64
    settle_minutes: int = 10  #: how long an unanswered call may still take effect: no look-up counts before
    closed: tuple[Window, ...] = ()
    currency: str = "GBP"
    ca_file: str = ""  #: of a server on a private network: PEM, and no other authority is believed
    pinned_certificate: str = ""  #: SHA-256 of its certificate
    plain_http: bool = False  #: without TLS, to a private address

    @property
    def product(self) -> str:
        """The value of the key `product`."""
        return product_of(type(self))

    @property
    def longest_account(self) -> int:
        """Characters of an account reference in this product, as its room states in `about.orders.account_length`."""
        return 8

    @property
    def trust(self) -> Trust:
        """How its own server proves who it is; addresses of the vendor (a sign-in) are judged as usual."""
        return Trust(self.ca_file, plain_fingerprint(self.pinned_certificate), self.plain_http)

    @property
    def customers_inside(self) -> bool:
        """Whether orders carry their customers and need no account; the room says the same of its orders."""
        return False

    @property
    def identity(self) -> str:
        """The same text for two tables that describe one company; "" while that is not known."""
        return ""

    def check(self, key: str, report: Report) -> None:
        """Check the keys that the room has added; `company_rules` checks the others."""


def product_of(kind: type[CompanySettings]) -> str:
    """The value of `product` that chooses these settings."""
    return str(kind.__struct_config__.tag)
