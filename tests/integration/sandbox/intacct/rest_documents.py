"""Bodies and answers of REST."""

from __future__ import annotations

from typing import Any

ORDER = {
    "customer": {"id": "C-10001"},
    "state": "pending",
    "txnDate": "2026-03-01",
    "dueDate": "2026-03-31",
    "paymentTerm": {"id": "Net 30"},
    "referenceNumber": "000012345",
    "customerPONumber": "PO-778",
    "txnCurrency": "USD",
    "baseCurrency": "USD",
    "shippingMethod": {"id": "UPS Ground"},
    "nsp::MAGENTO_ORDER_ID": "main:000012345",
    "lines": [
        {
            "dimensions": {
                "item": {"id": "WIDGET-01"},
                "warehouse": {"id": "WH1"},
                "location": {"id": "100"},
            },
            "unit": "Each",
            "unitQuantity": "3",
            "unitPrice": "19.90",
        }
    ],
    "subtotals": [{"description": "Shipping", "txnTotal": "7.50"}],
}
ORDERS = "/objects/order-entry/document::Sales%20Order"
CUSTOMERS = "/objects/accounts-receivable/customer"


def result(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()["ia::result"]


def error(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.text
    body = answer.json()
    return body["error"] if "error" in body else body["ia::result"]["ia::error"]
