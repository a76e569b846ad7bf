"""Figures of this machine: `tidegate bench`."""
