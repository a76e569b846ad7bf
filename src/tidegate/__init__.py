"""Tidegate: Magento orders into Sage, exactly once, in batches, at the hours when Sage is open."""

__version__ = "0.1.0"
