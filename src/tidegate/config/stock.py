"""The shape of `[connections.NAME.stock]`: what of the company's stock the store may sell."""

from __future__ import annotations

from typing import Literal

from tidegate.config.strict import Strict


class Stock(Strict, frozen=True, kw_only=True):
    """`[connections.NAME.stock]`. A buffer is a percentage (`10%`) or a number of pieces (`3`)."""

    msi: bool = True  #: the store has multi-source inventory
    warehouses: dict[str, str] = {}  #: Sage's warehouse -> Magento's source; none = all, to `default`
    buffer: str = "10%"
    group_buffers: dict[str, str] = {}  #: product group pattern -> buffer; first match counts
    sku_buffers: dict[str, str] = {}  #: SKU pattern -> buffer, before the groups
    decimals: int = 0  #: places of a quantity in the store
    backorders: Literal["product", "never", "always"] = "product"  #: what keeps its status at quantity 0
    full_every: str = "1d"  #: how often everything is compared with what the store really has
    drift: Literal["correct", "show"] = "correct"
