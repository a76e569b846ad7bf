"""The switches of a simulated Sage 100 (contract section 14 and its Additions)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Options:
    """Edition, and how the open points of the contract are taken. May be changed while it runs."""

    edition: str = "standard"  #: standard, advanced, premium
    snapshot: bool = False  #: Premium: the databases read committed snapshots
    widths: str = "2023"  #: or 2018
    retain_history: bool = True
    retain_deleted: bool = True
    tax_before_write: bool = True  #: tax is known before the header's nWrite
    svc_setkey_refuses: bool = True
    line_values_after_write_zero: bool = True
    decimal_argument_refused: bool = True
    implicit_line_write: bool = False
    credit_hold_refuses: bool = False  #: else a warning
    in_shipping_extra: bool = False  #: what is in shipping is not on sales order any more
    zip_table: frozenset[str] | None = None  #: known zip codes; None: not validated
    markup_base: str = "standard_cost"
    batch_entry: bool = False
    pricing_total_quantity: bool = False  #: breaks go by the quantity of all lines of an order
    external_access: bool = True
    ebusiness_system: bool = True  #: System Configuration
    ebusiness_company: bool = True  #: Company Maintenance
    ebusiness_user: bool = True  #: User Maintenance
    rights: set[str] = field(
        default_factory=lambda: {
            "SO_SalesOrder_ui",
            "AR_Customer_ui",
            "CI_ItemCode_ui",
            "SO_ShipToAddress_ui",
            "SO_Invoice_ui",
            "SO_SalesJournal_ui",  # more than an integration needs, as it is at many a site
            "GL_Account_ui",
        }
    )
    udfs: dict[str, dict[str, int]] = field(
        default_factory=lambda: {
            "SO_SalesOrderHeader": {"UDF_MAGENTO_ORDER": 40, "UDF_WEB_STORE": 20},
            "SO_SalesOrderHistoryHeader": {"UDF_MAGENTO_ORDER": 40, "UDF_WEB_STORE": 20},
            "SO_SalesOrderDetail": {"UDF_MAGENTO_ITEM": 60},
            "AR_Customer": {"UDF_MAGENTO_CUSTOMER": 40},
            "SO_InvoiceHeader": {"UDF_MAGENTO_ORDER": 40},
            "SO_InvoiceDetail": {"UDF_MAGENTO_ITEM": 60},
            "AR_InvoiceHistoryHeader": {"UDF_MAGENTO_ORDER": 40},
            "AR_InvoiceHistoryDetail": {"UDF_MAGENTO_ITEM": 60},
        }
    )
