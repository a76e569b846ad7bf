"""`[companies.NAME]` with `product = "sage50"`: the keys of this room and their checks.

Source: contract §1, §3, §4, §8 to §11 and its additions. Every key is described in docs/sage/sage-50.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report, joined
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url
from tidegate.sage.sage50.writing import ACCOUNT

MOST_RECORDS = 500  #: the most of one file (§8, A)
SHORTEST_CHECKSUM = 8  #: characters of a checksum that are enough to name a file


class Sage50Settings(CompanySettings, frozen=True, kw_only=True, tag="sage50"):
    """One Sage 50 installation behind the platform."""

    base_url: str = ""
    developer_id: Identifier = ""
    application_id: Identifier = ""
    secret: Reference = ""
    call_back_token: Reference = ""
    call_back_url: str = ""  #: the hub's own address, as the platform reaches it
    signed_only: bool = False
    key_header: str = "apikey"
    rotation_sends_secret: bool = True
    upload_records: int = 200
    upload_days: int = 7  #: how long the platform keeps a file that Sage 50 does not fetch
    result_minutes: int = 30  #: how long a result is asked for after the end
    payment_methods: dict[str, str] = msgspec.field(default_factory=dict)  #: Magento's code -> Sage 50's text
    shipping_amount: Literal["net", "gross"] = "net"
    customer_id_number: Literal["optional", "required"] = "optional"
    anonymous_id_number: str = ""
    filler: str = "-"
    warehouse: str = "SAGE50"
    standard_list: str = "Standard"
    category_separator: str = ">"
    removal_share: int = 20  #: percent
    removal_records: int = 20
    confirmed_removals: tuple[str, ...] = ()

    @property
    def longest_account(self) -> int:
        return ACCOUNT

    @property
    def customers_inside(self) -> bool:
        return True

    @property
    def identity(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.developer_id} {self.application_id} {self.secret}"

    def check(self, key: str, report: Report) -> None:
        if not self.base_url:
            remedy = "give the platform's address, as the vendor states it at registration; it is not public"
            report.problem(f"{key}.base_url", "missing", remedy)
        else:
            check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        if self.call_back_url:
            check_url(self.call_back_url, f"{key}.call_back_url", report, trust=self.trust)
        if not self.secret:
            report.problem(
                f"{key}.secret", "missing", "give a random text of 32 bytes; keep it outside the ledger"
            )
        for name in ("developer_id", "application_id"):
            if not getattr(self, name):
                remedy = "`tidegate connect` registers the application; the ids come by e-mail"
                report.warning(f"{key}.{name}", "missing", remedy)
        if not self.call_back_token:
            remedy = (
                "without it call-backs are not accepted: the key is entered by hand, and files are read "
                "with each cycle"
            )
            report.warning(f"{key}.call_back_token", "missing", remedy)
        if not self.payment_methods:
            remedy = "orders are held until their payment method has a text of Sage 50"
            report.warning(f"{key}.payment_methods", "empty", remedy)
        check_range(self.upload_records, 1, MOST_RECORDS, f"{key}.upload_records", report, "orders")
        check_range(self.upload_days, 1, 90, f"{key}.upload_days", report, "days")
        check_range(self.result_minutes, 1, 1440, f"{key}.result_minutes", report, "minutes")
        check_range(self.removal_share, 1, 100, f"{key}.removal_share", report, "percent")
        check_range(self.removal_records, 0, 1_000_000, f"{key}.removal_records", report, "records")
        self._check_texts(key, report)

    def _check_texts(self, key: str, report: Report) -> None:
        for name in ("filler", "warehouse", "standard_list", "category_separator", "key_header"):
            if not getattr(self, name).strip():
                report.problem(f"{key}.{name}", "empty", "leave it out to take the default")
        for method, text in self.payment_methods.items():
            if not text.strip():
                place = joined(f"{key}.payment_methods", method)
                report.problem(place, "empty", "give the text of Sage 50's payment method")
        for checksum in self.confirmed_removals:
            if len(checksum) < SHORTEST_CHECKSUM or set(checksum) - set("0123456789abcdef"):
                remedy = (
                    f"give at least {SHORTEST_CHECKSUM} characters of the file's checksum, as it was shown"
                )
                report.problem(f"{key}.confirmed_removals", f'"{checksum}"', remedy)

    @property
    def share(self) -> Decimal:
        """The part of a file's records that may vanish at once."""
        return Decimal(self.removal_share) / 100
