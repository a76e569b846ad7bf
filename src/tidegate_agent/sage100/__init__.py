"""Sage 100 by its Business Object Interface and its tables (contract of Sage 100, sections 2 to 8)."""
