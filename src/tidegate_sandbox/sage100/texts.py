"""What the simulated Sage says: one table, all of it assumed (contract section 13) unless marked.

A recorded transcript of a real system may replace any of them.
"""

from __future__ import annotations

DUPLICATE_PO = "This customer PO number already exists on one or more sales orders or invoices."  # P
TEXTS: dict[str, str] = {
    "wrong_user": "The user logon or password is invalid.",
    "no_seat": "The maximum number of users has been reached.",
    "company_locked": "The company is currently locked by another process.",
    "no_external_access": "External access is not allowed for this company.",
    "no_right": "No Access - you are not authorized to perform this action",  # C, from the SOAP service
    "no_company": "The company code is not on file.",
    "record_locked": "The record is in use by another user.",
    "in_invoicing": "The sales order is currently being invoiced.",
    "not_on_file": "The {field} is not on file.",
    "too_long": "The {field} is greater than {width} character(s)",  # P, form
    "duplicate_po": DUPLICATE_PO,
    "closed_period": "The date is not within a valid accounting period.",
    "no_column": "The column {field} does not exist.",
    "no_key": "The record key has not been set.",
    "read_only": "The {field} cannot be changed.",
    "not_allowed": "The {field} is invalid.",
    "no_customer": "The CustomerNo is required.",
    "no_item": "The ItemCode is required.",
    "no_lines": "The sales order has no lines.",
    "inactive_item": "The item is inactive.",
    "credit_hold": "The customer is on credit hold.",
    "inactive_customer": "The customer is inactive.",
    "deposit_type": "A deposit is not allowed for this order type.",
    "exists": "The record already exists.",
    "busy": "Error #0",  # P, language family
    "missing_file": "Error #12",
    "no_access": "Error #13",
}
