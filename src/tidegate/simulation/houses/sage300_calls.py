"""The calls of Sage 300 that the faults of a week strike."""

from __future__ import annotations

from tidegate.simulation.houses.house import Calls
from tidegate.simulation.target import SAGE, Target, of

ORDER_SENT = Target(SAGE, "POST", "OEOrders$")
ORDER_READ = Target(SAGE, "GET", "OEOrders$")
BATCH_MADE = Target(SAGE, "POST", "ARReceiptAndAdjustmentBatches$")
CUSTOMER_MADE = Target(SAGE, "POST", "ARCustomers$")

CALLS = Calls(
    order_sent=ORDER_SENT,
    order_read=ORDER_READ,
    cancelling=Target(SAGE, "POST", "gateway/soap$", "delete"),
    allocating=BATCH_MADE,
    reference_read=Target(SAGE, "GET", "(ICItems|ARCustomers|TXTaxRates|ICLocations)$"),
    records_sent=Target(SAGE, "POST", "(ARCustomers|ARReceiptAndAdjustmentBatches)$"),
    faulty=(
        *(ORDER_SENT, ORDER_SENT, ORDER_SENT),
        ORDER_READ,
        Target(SAGE, "GET", "ICItems$"),
        CUSTOMER_MADE,
        Target(SAGE, "GET", "CSCompanyProfile$"),
    ),
    faulty_back=(
        Target(SAGE, "GET", "OE(Shipments|Invoices|CreditDebitNotes)$"),
        Target(SAGE, "GET", "IC(ItemLocations|ItemPricing)$"),
        Target(SAGE, "GET", "ARPostedDocuments$"),
        *(BATCH_MADE, BATCH_MADE),
    ),
    reads=(
        *(ORDER_READ, ORDER_READ),
        *of(SAGE, "GET", "ARCustomers$", "ICItems$"),
        Target(SAGE, "GET", "(TXTaxRates|ICLocations|OEMiscellaneousCharges)$"),
    ),
    writes=(ORDER_SENT, ORDER_SENT, CUSTOMER_MADE),
    reads_back=of(
        SAGE,
        "GET",
        "OE(Shipments|Invoices|CreditDebitNotes)$",
        "IC(ItemLocations|ItemPricing|PriceListCodes)$",
        "AR(PostedDocuments|PostedReceipts|Customers)$",
        "(GLPostedTransactions|BKBanks)$",
    ),
    writes_back=(BATCH_MADE,),
    unreadable=(("OEOrders$", "OrderTotal"),),
    unreadable_back=(
        ("ICItemLocations$", "QuantityonHand"),
        ("OEOrders$", "OrderDetails"),
        ("OEShipments$", "ShipmentDetails.0.QuantityShipped"),
        ("OEInvoices$", "InvoiceTotal"),
        ("ARPostedDocuments$", "CustomerCurrencyAmountDue"),
        ("ICItemPricing$", "ItemPricingDetails.0.UnitPrice"),
    ),
)
