"""The preflight check: can this business be reached, entered and read, is it the right one, and what does it lack?

Reads only: one call for each area of the user's role (contract, additions of 29 November). Every line says what to do.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.reference import Reference
from tidegate.sage.business_cloud.rows import inside, text_of
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.wire_names import HELD
from tidegate.sage.oauth2 import OAuthSignIn
from tidegate.sage.port.findings import Finding

PAGE = "docs/sage/business-cloud.md"
AREAS = (
    ("sales_invoices", "Sales: Full Access, which voiding needs"),
    ("sales_quotes", "Sales: Full Access, which deleting quotes needs"),
    ("sales_credit_notes", "Sales: Full Access"),
    ("contacts", "Contacts: Restricted or Full Access"),
    ("contact_payments", "Bank: Restricted or Full Access"),
    ("contact_allocations", "Full Access in Sales, Purchases and Contacts"),
    ("ledger_entries", "Journals: Read Only"),
    ("stock_items", "Products & Services: Restricted; an edition with stock"),
    ("products", "Products & Services: Restricted"),
    ("product_sales_price_types", "Products & Services: Restricted"),
    ("bank_accounts", "Bank: Restricted or Full Access, and Settings: Read Only"),
)
"""What the flows read, and what the role of the user who signs in must allow."""
REMEDIES = {
    Code.SIGN_IN_EXPIRED: "sign in again: `tidegate sign-in`",
    Code.NOT_AUTHENTICATED: "check whether the subscription is active, and sign in again",
    Code.UNREACHABLE: "check the address and the internet connection",
    Code.THROTTLED: (
        "another application uses the calls of this business: lower calls_per_minute, or try again"
    ),
    Code.WRONG_COMPANY: "check business_id; the businesses of the user are named above",
    Code.LOCKED: "the service is being maintained: try again later",
}
LACKS = (
    ("orders", "this product has no sales orders: an order becomes {form}, as set by the key orders"),
    (
        "shipments",
        ("this product has no shipments and no tracking numbers: enter them in Magento or in another system"),
    ),
    (
        "Tidegate's key",
        (
            "this product has no custom fields: Tidegate's key is the last line of a document's notes and "
            "must not be changed"
        ),
    ),
    (
        "on hold",
        (f"a contact cannot be put on hold in this product: write a line {HELD} in its notes instead"),
    ),
    ("call-backs", "this product has none: Tidegate reads changes with each cycle"),
)
FORMS = {"invoice": "an invoice at once", "quote": "a quote", "draft": "a draft invoice"}


class Check:
    """One run of the check."""

    def __init__(
        self,
        client: BusinessCloudClient,
        reference: Reference,
        sign_in: OAuthSignIn,
        company: BusinessCloudSettings,
    ) -> None:
        self._client = client
        self._reference = reference
        self._sign_in = sign_in
        self._company = company
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """All findings; the check stops where what follows cannot be known."""
        if self._signed_in() and self._business():
            self._areas()
            self._names()
        self._lacks()
        return self.findings

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure, remedy: str = "") -> None:
        self._note("fail", subject, failure.text, REMEDIES.get(failure.code, remedy or f"see {PAGE}"))

    def _signed_in(self) -> bool:
        token = self._sign_in.token()
        if isinstance(token, Failure):
            self._failed("sign-in", token)
            return False
        warning = self._sign_in.warning()
        if warning is not None:
            self._note("warn", "sign-in", warning, "`tidegate sign-in`")
        else:
            self._note("pass", "sign-in", "signed in; the sign-in is renewed as it is used")
        return True

    def _business(self) -> bool:
        found = self._client.account("/businesses")
        if isinstance(found, Failure):
            self._failed("business", found)
            return False
        rows = found.get("$items") if isinstance(found, dict) else None
        rows = [row for row in rows or () if isinstance(row, dict)]
        names = ", ".join(f"{text_of(row, 'id')} ({text_of(row, 'displayed_as')})" for row in rows)
        ours = [row for row in rows if text_of(row, "id") == self._company.business_id]
        if not ours:
            self._note(
                "fail",
                "business",
                f"the user sees {names or 'none'}",
                ("set business_id to one of the businesses"),
            )
            return False
        self._note("pass", "business", text_of(ours[0], "displayed_as"))
        return self._country()

    def _country(self) -> bool:
        found = self._client.account(f"/businesses/{self._company.business_id}")
        if isinstance(found, Failure):
            self._failed("business", found)
            return False
        country = text_of(inside(found, "country"), "id") if isinstance(found, dict) else ""
        if country and country != self._company.country:
            text = f"the business is in {country}, but the configuration says {self._company.country}"
            self._note("fail", "country", text, f'country = "{country}"')
        return True

    def _areas(self) -> None:
        readable = []
        for resource, needs in AREAS:
            page = self._client.page(resource, {"items_per_page": "1"})
            if isinstance(page, Failure):
                self._failed(resource, page, f"the role of the user who signs in needs {needs}")
                if page.code is Code.THROTTLED:
                    return
            else:
                readable.append(resource)
        if readable:
            self._note("pass", "reading", ", ".join(readable))

    def _names(self) -> None:
        """The names that orders are sent with."""
        company = self._company
        accounts = self._reference.accounts()
        if isinstance(accounts, Failure):
            self._failed("sales_account", accounts)
        elif company.sales_account in accounts:
            self._note("pass", "sales_account", accounts[company.sales_account].name)
        else:
            text = f"no ledger account {company.sales_account} is visible in sales"
            self._note("fail", "sales_account", text, "check the key sales_account")
        taxes = self._reference.taxes()
        if isinstance(taxes, Failure):
            self._failed("tax rates", taxes)
        types = self._client.read("product_sales_price_types", {"attributes": "name"})
        if not isinstance(types, Failure):
            names = [text_of(row, "name") for row in types]
            if company.price_type and company.price_type not in names:
                text = f"there is no price type {company.price_type!r}; there are {', '.join(names)}"
                self._note("fail", "price_type", text, "check the key price_type")

    def _lacks(self) -> None:
        for subject, text in LACKS:
            self._note("pass", subject, text.format(form=FORMS[self._company.orders]))
