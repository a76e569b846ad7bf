"""`[companies.NAME]` with `product = "intacct"`: the keys of this room and their checks.

Source: contract §1, §4, §6. Every key is described in docs/sage/intacct.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.config.company import CompanySettings
from tidegate.config.problem import Report
from tidegate.config.references import Identifier, Reference
from tidegate.config.store_rules import check_range, check_url

GATEWAY = "https://api.intacct.com/ia/xml/xmlgw.phtml"
MOST_DECIMALS = 10  #: of an item's SO_PRECISION


class IntacctSettings(CompanySettings, frozen=True, kw_only=True, tag="intacct"):
    """One company, or one entity of it, of Sage Intacct."""

    base_url: str = GATEWAY
    sender_id: Identifier = ""
    sender_password: Reference = ""
    company_id: Identifier = ""
    user_id: Identifier = ""
    user_password: Reference = ""
    entity: str = ""  #: LOCATIONID of an entity; "" = the top level
    location: str = ""  #: LOCATIONID on lines and subtotals; needed in multi-entity companies
    multi_currency: bool = False  #: documents need a currency and a rate
    sales_order: str = "Sales Order"  #: names of the transaction definitions
    shipper: str = "Shipper"  #: "" = invoices ship
    sales_invoice: str = "Sales Invoice"
    sales_return: str = "Sales Return"  #: "" = none
    term: str = ""  #: AR term of orders; "" = due on the order's date
    unit: str = "Each"  #: the unit of measure of web lines
    order_field: str = "MAGENTO_ORDER_ID"  #: custom field of orders that holds our key
    line_field: str = "MAGENTO_LINE_ID"  #: custom field of order lines; "" = lines are distinguished by item
    customer_field: str = "MAGENTO_CUSTOMER_ID"  #: custom field of customers
    taxes: tuple[str, ...] = ("Sales Tax",)  #: subtotals that hold tax: what tax codes may name
    charges: tuple[str, ...] = ("Shipping",)  #: subtotals that hold charges: what charge codes may name
    amounts: Mapping[str, str] = {}  #: account of an amount besides goods -> the subtotal that posts to it
    price_decimals: int = 2  #: the items' SO_PRECISION
    price_list: str = ""  #: default price list of the definition of orders; "" = none: the base price
    payment_method: str = "Credit Card"  #: of receipts
    undeposited: tuple[
        str, ...
    ] = ()  #: accounts of undeposited funds, which a payment method may name as its bank
    monthly_transactions: int = 0  #: included in the tier, of all programs together; 0 = not stated
    offline_policy: str = ""  #: transport policy of offline requests; "" = orders are sent online
    call_back_token: Reference = ""  #: random text in the address that its responses are posted to
    webhook_secret: Reference = ""  #: client secret of the trigger that calls the hub; "" = none does
    webhook_client: Identifier = ""  #: its client id; "" = not compared

    @property
    def longest_account(self) -> int:
        return 20

    @property
    def identity(self) -> str:
        return f"{self.company_id} {self.entity}" if self.company_id else ""

    def check(self, key: str, report: Report) -> None:
        check_url(self.base_url, f"{key}.base_url", report, trust=self.trust)
        for name, what in (
            ("sender_id", "the sender id that the vendor issued for the integration"),
            ("sender_password", "the sender's password"),
            ("company_id", "the company id that people sign in with"),
            ("user_id", "a Web Services user of the company"),
            ("user_password", "that user's password"),
        ):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", f"give {what}")
        for name in ("sales_order", "sales_invoice", "order_field", "unit"):
            if not getattr(self, name):
                report.problem(f"{key}.{name}", "missing", "nothing can be sent without it")
        check_range(self.price_decimals, 0, MOST_DECIMALS, f"{key}.price_decimals", report, "decimals")
        if self.monthly_transactions < 0:
            report.problem(
                f"{key}.monthly_transactions",
                str(self.monthly_transactions),
                ("give the number that your Intacct tier includes"),
            )
        named = set(self.taxes) | set(self.charges)
        twice = set(self.taxes) & set(self.charges)
        if twice:
            found = ", ".join(sorted(twice))
            report.problem(f"{key}.charges", found, "use a subtotal either for tax or for a charge")
        for account, subtotal in self.amounts.items():
            if subtotal in self.taxes:
                report.problem(
                    f"{key}.amounts.{account}", subtotal, "a subtotal for tax cannot be used for an amount"
                )
        if "" in named:
            report.problem(f"{key}.taxes", "an empty name", "name the subtotals of the order's definition")
        if self.offline_policy and not self.call_back_token:
            remedy = (
                "responses are posted to .../bell/NAME/answers/TOKEN; without a token the reasons of "
                "refused orders are not received"
            )
            report.warning(f"{key}.call_back_token", "missing", remedy)
        if not self.location:
            remedy = "a company with several entities needs a location on lines and subtotals"
            report.warning(f"{key}.location", "missing", remedy)
