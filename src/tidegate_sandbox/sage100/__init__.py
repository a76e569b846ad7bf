"""Sage 100 as the contract describes it: ProvideX objects, tables with their dialect, on the ERP kernel.

It imports nothing of the hub and nothing of the agent; the agent finds it by the name of its back end.
"""
