"""``AR_Customer_bus``: customers (contract sections 4 and 7.5)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.com.late_bound import ByRef
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.business_object import BusinessObject, Values
from tidegate_sandbox.sage100.company import SAGE, account_code, columns_of
from tidegate_sandbox.sage100.installation import refusal_text
from tidegate_sandbox.sage100.schema import Column


class CustomerObject(BusinessObject):
    """A customer under way."""

    NAME = "AR_Customer_bus"
    TABLE = "AR_Customer"
    KEY = ("ARDivisionNo", "CustomerNo")

    def nGetNextCustomerNo(self, into: ByRef) -> int:
        """The next number, where numbers are automatic."""
        if not self.company.automatic_customers:
            return self.refuse("not_allowed", field="CustomerNo")
        into.value = self.company.customer_number()
        return 1

    def load(self, name: str) -> Values | None:
        """A stored customer."""
        found = self.company.kernel.customers.table.first("code", name)
        return dict(columns_of(found)) if found is not None else None

    def begin(self) -> None:
        """An active customer without a hold."""
        self.values.update(CustomerStatus="A", CreditHold="N")

    def assign(self, column: Column, value: Any) -> int:
        """Terms and schedules must exist."""
        known: dict[str, Any] = {"TermsCode": self.company.terms, "TaxSchedule": self.company.schedules}
        if value and column.name in known and value not in known[column.name]:
            return self.refuse("not_on_file", field=column.name)
        return super().assign(column, value)

    def nWrite(self) -> int:
        """Store the customer."""
        if self.state not in ("new", "found"):
            return self.refuse("no_key")
        if not self.values["CustomerName"]:
            return self.refuse("not_allowed", field="CustomerName")
        kernel = self.company.kernel
        code = account_code(self.values["ARDivisionNo"], self.values["CustomerNo"])
        try:
            with kernel.admit(writes=True):
                found = kernel.customers.table.first("code", code)
                if found is None:
                    found = kernel.customers.open(
                        NewCustomer(
                            code=code,
                            name=self.values["CustomerName"],
                            external_key=str(self.values.get("UDF_MAGENTO_CUSTOMER", "")),
                        )
                    )
                level = kernel.prices.lists.first("name", self.values["PriceLevel"] or "Standard")
                found.price_list_id = level.id if level is not None else kernel.prices.standard.id
                found.name = self.values["CustomerName"]
                found.on_hold = self.values["CreditHold"] == "Y"
                found.extra[SAGE] = dict(self.values)
                kernel.customers.changed(found)
        except Refusal as refusal:
            self._error = refusal_text(self._installation, refusal)
            return 0
        self.release_lock()
        self.state = "written"
        return 1
