"""What a document is looked at for before anything is made of it (contract §6.1)."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.intacct.failure import invalid, unknown
from tidegate_sandbox.intacct.so_asked import AskedDocument, AskedLine, AskedSubtotal
from tidegate_sandbox.intacct.tenant import Tenant


class DocumentChecks:
    """Looks at documents; it changes nothing. FunctionFailure for what the company does not have or allow."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def check_header(self, asked: AskedDocument, customer: Customer) -> None:
        """Terms, contacts, currency, state: each must be known."""
        store, company = self._tenant.store, self._tenant.company
        term = str(asked.values.get("TERM.NAME") or "")
        if term and store.terms.first("name", term) is None:
            raise unknown("Term", term)
        for name in ("SHIPTO", "BILLTO"):
            contact = str(asked.values.get(f"{name}.CONTACTNAME") or "")
            if contact and store.contacts.first("name", contact) is None:
                raise unknown("Contact", contact)
        listed = str(asked.values.get("VSOEPRICELIST") or "")
        if listed and company.prices.lists.first("name", listed) is None:
            raise unknown("Price list", listed)
        if asked.state and asked.state not in ("Draft", "Pending", "Closed"):
            raise unknown("State", asked.state)
        if asked.rate is not None and asked.rate_type:
            raise invalid("Give either exchratetype or exchrate.", field="exchrate")
        self._check_currency(asked, customer)

    def _check_currency(self, asked: AskedDocument, customer: Customer) -> None:
        company = self._tenant.company
        if not asked.definition:
            return
        if not self._tenant.options.multi_currency:
            if asked.currency:
                raise invalid("Currency is not allowed in a company with one currency.", field="currency")
            return
        if not asked.currency:
            raise invalid("Currency is required.", errorno="BL03000018", field="currency")
        if asked.rate is None and asked.rate_type is None:
            raise invalid(
                "An exchange rate or its type is required.", errorno="BL03000018", field="exchratetype"
            )
        if company.currencies.first("code", asked.currency) is None:
            raise unknown("Currency", asked.currency)
        own = company.currencies[customer.currency_id].code
        if asked.currency != own:
            raise invalid(
                f"Currency {asked.currency} is not the customer's currency {own}.", field="currency"
            )

    def check_lines(self, lines: list[AskedLine], *, updating: bool = False, converted: bool = False) -> None:
        """Items, warehouses, units, locations and amounts of new lines; converted ones have their source's."""
        for line in lines:
            if line.removed or (updating and (line.number is not None or line.key)):
                continue
            item = self.item(line.item)
            if line.quantity is None or line.quantity <= 0:
                raise invalid("Quantity must be greater than zero.", field="quantity")
            if not converted and item.kind == "stock" and not line.warehouse:
                raise invalid(
                    f"Missing warehouse for item {item.code}.", errorno="BL03000018", field="warehouseid"
                )
            self.check_values(line, item)
            if self._tenant.options.multi_entity and not converted and not line.values.get("LOCATIONID"):
                raise invalid(
                    "Missing location dimension on the line.", errorno="BL03000018", field="locationid"
                )

    def check_values(self, line: AskedLine, item: Item) -> None:
        """What a line names must exist; its unit is the item's to the letter."""
        company, store = self._tenant.company, self._tenant.store
        if line.warehouse and company.warehouses.first("name", line.warehouse) is None:
            raise unknown("Warehouse", line.warehouse)
        unit = company.units[item.unit_id].name
        if line.unit and line.unit != unit:
            raise invalid(
                f"Missing unit: '{line.unit}' is not a unit of item {item.code}.", errorno="BL03000018"
            )
        location = str(line.values.get("LOCATIONID") or "")
        if location and store.locations.first("name", location) is None:
            raise unknown("Location", location)
        department = str(line.values.get("DEPARTMENTID") or "")
        if department and store.departments.first("name", department) is None:
            raise unknown("Department", department)
        if line.values.get("TASKID") and not line.values.get("PROJECTID"):
            raise invalid("A task needs its project.", errorno="BL03000018", field="taskid")
        if line.values.get("CONVERSIONTYPE") == "Price" and item.kind == "stock":
            raise invalid("Conversion by price is for non-inventory items only.", field="conversiontype")
        if line.price is not None and line.price < 0:
            raise invalid("Price must not be negative.", field="price")
        places = int(str(item.extra.get("values", {}).get("SO_PRECISION") or 2))
        if line.price is not None:
            line.price = rounded(line.price, places)

    def check_subtotals(self, part: str, subtotals: list[AskedSubtotal]) -> None:
        """Names must be those of the definition; each needs a location in a multi-entity company."""
        names = self._tenant.store.more["subtotals"]
        if subtotals and part == "despatch":
            raise invalid("The transaction definition has no subtotals.", field="subtotals")
        for one in subtotals:
            if one.name not in names:
                raise unknown("Subtotal", one.name)
            if self._tenant.options.multi_entity and not one.location:
                raise invalid(
                    "Missing location dimension on the subtotal.", errorno="BL03000018", field="locationid"
                )

    def check_custom(self, asked: AskedDocument) -> None:
        """Custom fields must be those of the definition."""
        known = self._tenant.store.custom_fields.get(f"SODOCUMENT/{asked.definition}", ())
        for name in asked.custom:
            if name not in known:
                raise unknown("custom field", name)

    def check_credit(self, customer: Customer, asked: AskedDocument) -> None:
        """An order must not pass the customer's credit limit (A)."""
        if not self._tenant.options.refuse_held or customer.credit_limit <= 0:
            return
        value = sum(((line.price or ZERO) * (line.quantity or ZERO) for line in asked.lines), ZERO)
        value += sum((one.total for one in asked.subtotals or []), ZERO)
        if customer.balance + customer.open_orders + value > customer.credit_limit:
            raise invalid(f"Customer {customer.code} is over the credit limit", errorno="BL03001974")

    def item(self, code: str) -> Item:
        """An item that may be sold."""
        found = self._tenant.company.items.first("code", code)
        if found is None:
            raise unknown("Item", code)
        if not found.is_active:
            raise invalid(f"Item {code} is inactive.")
        return found

    def check_free(self, asked: AskedDocument) -> None:
        """Stock for a document that ships at once; asked before its order is entered."""
        company = self._tenant.company
        wanted: dict[tuple[int, int], Decimal] = {}
        for line in asked.lines:
            item = self.item(line.item)
            if item.kind == "stock":
                place = item.id, company.warehouse(line.warehouse).id
                wanted[place] = wanted.get(place, ZERO) + (line.quantity or ZERO)
        for (item_id, warehouse_id), quantity in wanted.items():
            holding = company.stock.holding(item_id, warehouse_id)
            if holding is None or holding.free < quantity:
                raise invalid(f"Insufficient quantity of item {company.items[item_id].code} on hand.")
