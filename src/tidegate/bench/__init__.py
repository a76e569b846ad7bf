"""Figures of this machine: `tidegate bench`. What is counted is asserted in the tests; what is timed is reported."""
