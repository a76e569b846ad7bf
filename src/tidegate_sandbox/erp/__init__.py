"""A company that behaves like an ERP, whatever the product in front of it.

Pure Python, no network: a face (one per product) translates its wire format into calls on
:class:`~tidegate_sandbox.erp.company.Company`. It imports nothing of the hub, so that no shared mistake can
cancel out.
"""

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.demo import demo_company
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.rules import Rules

__all__ = ["Company", "Refusal", "Rules", "demo_company"]
