"""The preflight check: whether a company can be reached, signed in to and read, and has a field for our key.

Reads only. Each finding that did not pass says what to do. Source: contract §2, §3, §4, §8, §9.6, §12.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.oauth2 import OAuthSignIn
from tidegate.sage.port.findings import Finding
from tidegate.sage.sage200 import answers
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.fields import Row, flag_of, text_of
from tidegate.sage.sage200.queries import query
from tidegate.sage.sage200.whose_fault import TUNNEL_DOWN, lists
from tidegate.transport import Answer

SKEW_WARN = timedelta(minutes=2)
SKEW_FAIL = timedelta(minutes=15)

READS = (
    ("products", ("id", "code")),
    ("warehouses", ("id", "name")),
    ("tax_codes", ("id", "code")),
    ("nominal_codes", ("id", "reference")),
    ("sop_additional_charges", ("id", "code")),
    ("currencies", ("id",)),
    ("country_codes", ("id", "code")),
    ("customer_emails", ("id", "email")),
    ("customer_contacts", ("id", "customer_id")),
    ("warehouse_holdings", ("id", "quantity_in_stock", "quantity_allocated", "date_time_updated")),
    ("price_bands", ("id", "name")),
    ("product_price_views", ("product_price_id", "product_price_price", "date_time_updated")),
    ("product_groups", ("id", "code")),
    ("customer_views", ("id", "price_band_name", "contact_default_email_address")),
    ("sop_order_despatch_line_views", ("sop_despatch_line_id", "sys_courier_tracking_url")),
    ("sop_order_return_invoice_credit_views", ("sop_invoice_credit_id", "sop_order_return_id")),
    ("sop_order_return_line_invoice_credit_views", ("sop_invoice_credit_id", "sop_order_return_line_id")),
    ("customer_sop_invoice_credit_line_views", ("sop_invoice_credit_line_id", "product_code")),
    ("sales_posted_transactions", ("id", "urn", "second_reference", "document_outstanding_value")),
    ("nominal_transaction_enquiry_views", ("id", "urn", "nominal_code_id")),
    ("banks", ("id", "code", "bank_account_nominal_reference")),
)
"""The paths and fields that the flows read; the check reads one row of each (§9).

Orders and customers are checked separately, with the field of our key. Whether the user may post receipts and
allocations is not checked: that would post one.
"""


class Check:
    """One run of the check. `key_field` is the field of orders and customers that holds our key."""

    def __init__(
        self, client: Sage200Client, sign_in: OAuthSignIn, clock: Clock, *, edition: str, key_field: str
    ) -> None:
        self._client = client
        self._sign_in = sign_in
        self._clock = clock
        self._edition = edition
        self._key_field = key_field
        self.findings: list[Finding] = []

    def run(self, currency: str) -> list[Finding]:
        """Run the check and return all findings; when the company cannot be reached, only those so far.

        `currency` is the company's own currency by the configuration, ISO 4217.
        """
        if self._reach():
            self._permissions()
            self._settings()
            self._currency(currency)
            self._version()
        return self.findings

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure, remedy: str = "") -> None:
        self._note("fail", subject, failure.text, remedy or self._remedy(failure.code))

    def _remedy(self, code: Code) -> str:
        return _REMEDIES.get(code, "").replace("COMPANY", self._sign_in.name)

    # Reachability, sign-in, site and company, clock

    def _reach(self) -> bool:
        warning = self._sign_in.warning()
        if warning:
            self._note("warn", "sign-in", warning, f"tidegate sign-in {self._sign_in.name}")
        elif end := self._sign_in.ends_at():
            self._note("pass", "sign-in", f"good until {end:%Y-%m-%d}")
        answer = self._client.send("GET", "/sites", addressed=False)
        if isinstance(answer, Failure):
            self._failed("sites", answer)
            return False
        self._compare_clocks(answer)
        failure = answers.read_failure(answer)
        if failure:
            self._failed("sites", failure)
            return False
        if self._client.secondary_key_in_use:
            self._note(
                "warn",
                "subscription key",
                "the primary key is refused, but the secondary key works",
                "put the regenerated primary key into the configuration",
            )
        return self._site(answers.rows(answer) or [])

    def _site(self, sites: list[Row]) -> bool:
        if not sites:
            self._failed("sites", TUNNEL_DOWN)
            return False
        row = lists(sites, self._client.site, self._client.company)
        if row is None:
            offered = "; ".join(
                f"site_id {text_of(one, 'site_id')} company_id {text_of(one, 'company_id')} "
                f"({text_of(one, 'company_name')})"
                for one in sites
            )
            self._note(
                "fail",
                "company",
                f"the signed-in user has no company {self._client.company} on site {self._client.site}",
                f"choose one of: {offered}",
            )
            return False
        name = f"{text_of(row, 'company_name')} ({text_of(row, 'site_name')})"
        self._note("pass", "company", f"{name}, {self._edition}, {self._client.base_url}")
        return True

    def _compare_clocks(self, answer: Answer) -> None:
        try:
            theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            self._note("warn", "clock", "the answer has no date: the clocks could not be compared")
            return
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        skew = abs(self._clock.now() - theirs)
        text = f"this machine and Sage differ by {int(skew.total_seconds())} s"
        verdict = "fail" if skew > SKEW_FAIL else "warn" if skew > SKEW_WARN else "pass"
        remedy = "" if verdict == "pass" else "set this machine's clock (NTP)"
        self._note(verdict, "clock", text, remedy)

    # Permissions

    def _permissions(self) -> None:
        for path in ("sop_orders", "customers"):
            found = self._client.read(f"/{path}", query(select=("id", self._key_field), top=1))
            if isinstance(found, Failure):
                lacking = found.code is Code.REFUSED
                remedy = "set key_field to an analysis code: docs/sage/sage-200.md" if lacking else ""
                self._failed(f"read {path}", found, remedy)
            else:
                self._note(
                    "pass", f"read {path}", (f"readable; {self._key_field} is free for Tidegate's key")
                )
        for path, select in READS:
            rows = self._client.read(f"/{path}", query(select=select, top=1))
            if isinstance(rows, Failure):
                self._failed(f"read {path}", rows)
            else:
                self._note("pass", f"read {path}", "readable")
        self._one(
            "/current_user_sop_user_permissions",
            "order permissions",
            (
                ("override_prices_discounts", True, "fail", "the user may override prices and discounts"),
                ("override_credit_holds", None, "", ""),
            ),
            "give the signed-in user the permission in Sage: Sales Order Processing, user permissions",
        )

    # Settings

    def _settings(self) -> None:
        self._one(
            "/sop_settings",
            "order settings",
            (
                ("are_prices_tax_inclusive", False, "fail", "order prices are without tax"),
                ("auto_generate_order_return_numbers", True, "warn", "order numbers are generated"),
                ("allow_cash_orders", True, "warn", "cash orders are allowed"),
                ("amend_nominal_codes", True, "warn", "nominal codes may be set on lines"),
            ),
            "see docs/sage/sage-200.md, settings",
        )
        self._one(
            "/licence",
            "licence",
            (
                ("is_sales_orders_enabled", True, "fail", "the sales order module is on"),
                ("is_stock_enabled", True, "fail", "the stock module is on"),
            ),
            "the company needs this module",
        )

    def _currency(self, ours: str) -> None:
        """Compare the company's currency: Sage would accept amounts of another currency without an error."""
        rows = self._client.read_all("/currencies", expand=("currency_iso_code",))
        if isinstance(rows, Failure):
            self._failed("currency", rows)
            return
        base = next((row for row in rows if row.get("is_base_currency") is True), {})
        nested = base.get("currency_iso_code")
        theirs = text_of(nested, "code").strip().upper() if isinstance(nested, dict) else ""
        if theirs == ours:
            self._note("pass", "currency", f"the company's own currency is {theirs}")
        elif theirs:
            text = f"the company's own currency is {theirs}, but the configuration says {ours}"
            self._note(
                "fail", "currency", text, f'set currency = "{theirs}" in [companies.{self._sign_in.name}]'
            )
        else:
            text = f"Sage does not state the ISO code of its own currency; the configuration says {ours}"
            self._note("warn", "currency", text, "look in Sage: Accounting System Manager, currencies")

    def _one(
        self,
        path: str,
        subject: str,
        wishes: tuple[tuple[str, bool | None, str, str], ...],
        remedy: str,
    ) -> None:
        """Read one record and compare its flags with what the hub needs."""
        rows = self._client.read(path)
        if isinstance(rows, Failure):
            # Older versions lack some of these paths, so a missing one is only a warning.
            verdict = "warn" if rows.code is Code.UNKNOWN_ENDPOINT else "fail"
            self._note(verdict, subject, rows.text, self._remedy(rows.code))
            return
        row = rows[0] if rows else {}
        for name, wanted, otherwise, text in wishes:
            if wanted is None:
                continue
            if row.get(name) is None:
                self._note(
                    "warn", subject, f"Sage does not state {name}. Please check: {text}?", "look in Sage"
                )
            elif flag_of(row, name) is wanted:
                self._note("pass", subject, text)
            else:
                self._note(otherwise, subject, f"not true: {text} ({name})", remedy)

    # Version

    def _version(self) -> None:
        """Find the version: no path states it, but `use_header_requested_date` exists from 2024 R2 on (§12)."""
        found = self._client.read("/sop_orders", query(select=("id", "use_header_requested_date"), top=1))
        if not isinstance(found, Failure):
            self._note("pass", "version", f"2024 R2 or newer, {self._edition}")
        elif found.code is Code.REFUSED:
            self._note("pass", "version", f"older than 2024 R2, {self._edition}")
        else:
            self._failed("version", found)


_REMEDIES: dict[Code, str] = {
    Code.SIGN_IN_EXPIRED: "tidegate sign-in COMPANY",
    Code.NOT_AUTHENTICATED: "tidegate sign-in COMPANY; check client id, client secret and subscription keys",
    Code.WRONG_COMPANY: "check site_id and company_id",
    Code.NOT_PERMITTED: "give the signed-in user's role this feature in Sage",
    Code.UNKNOWN_ENDPOINT: "check edition and base_url; the path may be newer than this Sage version",
    Code.UNREACHABLE: "check network and proxy; for Professional, the Native API service on Sage's server",
    Code.LOCKED: "wait for the end of the backup or period work",
    Code.THROTTLED: "wait; the gateway limits calls",
}
