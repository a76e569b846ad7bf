"""From what is asked for to a line of an order: codes resolved, defaults filled in, rules checked."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.journal import Ledger
from tidegate_sandbox.erp.money import ZERO, percent_of, rounded
from tidegate_sandbox.erp.new_order import NewLine
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.prices import Prices
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.stock import Stock
from tidegate_sandbox.erp.warehouse import NONE

ONE = Decimal("1.00000")


class LineMaker:
    """Makes and changes order lines by the company's rules. It promises no stock and sums nothing."""

    def __init__(self, company: CompanySetup, ledger: Ledger, stock: Stock, prices: Prices) -> None:
        self._company = company
        self._ledger = ledger
        self._stock = stock
        self._prices = prices

    def make(self, order: Order, customer: Customer, new: NewLine) -> OrderLine:
        """A line for ``order``, not yet part of it.

        Refusal ``missing`` for a needed value, ``unknown`` for ids and codes that name nothing, ``invalid``
        for what the rules and permissions do not allow.
        """
        company = self._company
        stamp = company.stamp()
        line = OrderLine(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            extra=new.extra,
            order_id=order.id,
            kind=new.kind,
            external_key=new.external_key,
            given=new.given,
        )
        if new.kind == "item":
            self._item_line(line, customer, new)
        elif new.kind == "charge":
            self._charge_line(line, customer, new)
        else:
            self._text_line(line, customer, new)
        return line

    def _item_line(self, line: OrderLine, customer: Customer, new: NewLine) -> None:
        company = self._company
        item = self._item(new)
        if new.warehouse_id is None:
            raise Refusal("missing", "The warehouse must be entered for a stock item line.", "warehouse_id")
        warehouse = company.warehouses.get(new.warehouse_id)
        if warehouse is None:
            raise Refusal("unknown", "The warehouse does not exist.", "warehouse_id")
        if self._stock.holding(item.id, warehouse.id) is None and item.kind == "stock":
            raise Refusal("invalid", "The stock item is not held in the warehouse.", "warehouse_id")
        if not item.is_active or not item.is_sold:
            raise Refusal("invalid", f"The stock item {item.code} is not available for sale.", "item_id")
        quantity = self._quantity(new)
        self._check_batches(item, quantity)
        line.item_id, line.warehouse_id, line.code = item.id, warehouse.id, item.code
        line.is_stocked = item.kind == "stock"
        line.description = new.description if new.description else item.name
        line.quantity = quantity
        line.cost = rounded(new.cost, 5) if new.cost is not None else item.cost
        self._price_item(line, customer, item, new)
        self._tax(line, new.tax_code_id, item.tax_code_id)
        self._revenue(line, new.revenue, customer.revenue or item.revenue)

    def _item(self, new: NewLine) -> Item:
        company = self._company
        if new.item_id is not None:
            item = company.items.get(new.item_id)
        elif new.code:
            item = company.items.first("code", new.code)
        else:
            raise Refusal("missing", "The stock item must be entered.", "item_id")
        if item is None:
            raise Refusal("unknown", "The stock item does not exist.", "item_id")
        return item

    def _quantity(self, new: NewLine) -> Decimal:
        if new.quantity is None:
            raise Refusal("missing", "The line quantity must be entered.", "quantity")
        if new.quantity <= 0:
            raise Refusal("invalid", "The line quantity must be greater than zero.", "quantity")
        return rounded(new.quantity, 5)

    def _check_batches(self, item: Item, quantity: Decimal) -> None:
        """A traceable item sold from one batch cannot be ordered beyond the largest (contract §11, C)."""
        if item.from_single_batch and item.batches is not None:
            largest = max(item.batches.values(), default=NONE)
            if quantity > largest:
                raise Refusal("invalid", "The quantity exceeds that available in a single batch.", "quantity")

    def _price_item(self, line: OrderLine, customer: Customer, item: Item, new: NewLine) -> None:
        company = self._company
        overrides = (
            new.price is not None
            or bool(new.price_overridden)
            or new.discount_value is not None
            or new.discount_percent is not None
        )
        if overrides and not company.rules.may_override_prices:
            raise Refusal("invalid", "You do not have permission to override prices or discounts.", "price")
        if new.price is None:
            quote = self._prices.quote(customer, item, line.quantity)
            line.price, line.discount_percent, line.discount_value = (
                quote.price,
                quote.discount_percent,
                quote.discount,
            )
        else:
            line.price = self._not_negative(new.price)
        line.price_overridden = new.price_overridden
        self._discount(line, new)

    def _not_negative(self, price: Decimal) -> Decimal:
        if price < 0:
            raise Refusal("invalid", "The selling price cannot be negative.", "price")
        return rounded(price, 5)

    def _discount(self, line: OrderLine, new: NewLine) -> None:
        if new.discount_value is not None:
            line.discount_value = rounded(new.discount_value, 5)
            line.discount_percent = rounded(line.discount_value * 100 / line.price) if line.price else ZERO
        elif new.discount_percent is not None:
            if not -100 <= new.discount_percent <= 100:
                raise Refusal("invalid", "The discount must not exceed 100 per cent.", "discount_percent")
            line.discount_percent = rounded(new.discount_percent)
            line.discount_value = percent_of(line.price, line.discount_percent, 5)

    def _charge_line(self, line: OrderLine, customer: Customer, new: NewLine) -> None:
        company = self._company
        charge = company.charges.first("code", new.code) if new.code else None
        if new.code and charge is None:
            raise Refusal("unknown", f"The additional charge {new.code} does not exist.", "code")
        if charge is None and not new.description:
            raise Refusal("missing", "An additional charge needs a code or a description.", "code")
        line.quantity = ONE
        line.code = charge.code if charge is not None else ""
        line.charge_id = charge.id if charge is not None else None
        line.description = new.description or (charge.name if charge is not None else "")
        price = new.price if new.price is not None else (charge.price if charge is not None else None)
        if price is None:
            raise Refusal("missing", "The value of the charge must be entered.", "price")
        line.price = self._not_negative(price)
        self._tax(line, new.tax_code_id, charge.tax_code_id if charge is not None else customer.tax_code_id)
        self._revenue(line, new.revenue, charge.target if charge is not None else company.freight)

    def _text_line(self, line: OrderLine, customer: Customer, new: NewLine) -> None:
        if not new.description:
            raise Refusal("missing", "The description must be entered.", "description")
        line.description = new.description
        if new.kind == "comment":
            return
        line.code = new.code
        line.quantity = self._quantity(new)
        price = new.price if new.price is not None else NONE
        if price < 0 and not (self._company.rules.allow_negative_text_lines or new.kind == "tax"):
            raise Refusal("invalid", "The selling price cannot be negative.", "price")
        line.price = rounded(price, 5)
        self._discount(line, new)
        line.cost = rounded(new.cost, 5) if new.cost is not None else NONE
        self._tax(line, new.tax_code_id, customer.tax_code_id)
        self._revenue(line, new.revenue, customer.revenue or self._company.sales)

    def _tax(self, line: OrderLine, asked: int | None, default: int) -> None:
        code = self._company.tax_code(asked if asked is not None else default)
        line.tax_code_id, line.tax_rate = code.id, code.rate

    def _revenue(self, line: OrderLine, asked: Target | None, default: Target) -> None:
        if asked is not None and not self._ledger.has(asked):
            raise Refusal("unknown", f"The nominal account {asked.account} does not exist.", "revenue")
        line.revenue = asked if asked is not None else default

    def change(self, line: OrderLine, customer: Customer, new: NewLine) -> None:
        """Change a line by the values that are given; the rest stays.

        Refusals as for ``make``, and ``invalid`` for a quantity below what was despatched or invoiced.
        """
        if new.quantity is not None and line.kind in ("item", "text"):
            quantity = self._quantity(new)
            if quantity < line.despatched or quantity < line.invoiced:
                raise Refusal("invalid", "The quantity is less than has been despatched.", "quantity")
            line.quantity = quantity
        prices = (new.price, new.discount_value, new.discount_percent)
        if any(value is not None for value in prices):
            self._reprice(line, new)
        if new.description:
            line.description = new.description
        if new.tax_code_id is not None and line.has_value:
            self._tax(line, new.tax_code_id, new.tax_code_id)
        if new.revenue is not None and line.has_value:
            self._revenue(line, new.revenue, line.revenue)
        if new.warehouse_id is not None and new.warehouse_id != line.warehouse_id and line.kind == "item":
            self._change_warehouse(line, new.warehouse_id)
        line.extra.update(new.extra)
        line.external_key = new.external_key or line.external_key
        line.updated_at = self._company.stamp()

    def _reprice(self, line: OrderLine, new: NewLine) -> None:
        if line.kind == "item" and not self._company.rules.may_override_prices:
            raise Refusal("invalid", "You do not have permission to override prices or discounts.", "price")
        if line.invoiced > 0:
            raise Refusal("invalid", "The price of an invoiced line cannot be changed.", "price")
        if new.price is not None:
            text = line.kind == "text" and self._company.rules.allow_negative_text_lines
            line.price = rounded(new.price, 5) if text else self._not_negative(new.price)
            if line.discount_percent:
                line.discount_value = percent_of(line.price, line.discount_percent, 5)
        self._discount(line, new)

    def _change_warehouse(self, line: OrderLine, warehouse_id: int) -> None:
        if line.despatched > 0:
            raise Refusal("invalid", "The warehouse of a despatched line cannot be changed.", "warehouse_id")
        if self._stock.holding(line.item_id or 0, warehouse_id) is None:
            raise Refusal("invalid", "The stock item is not held in the warehouse.", "warehouse_id")
        self._stock.release(line)
        line.warehouse_id = warehouse_id
