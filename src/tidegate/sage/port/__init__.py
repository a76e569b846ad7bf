"""The port: what every room of every Sage product offers to the flows.

Read in this order: `outcomes` (what becomes of a record), `orders`, `customers`, `receipts`, `reading` (the
desks), `session` (the desks that a product has), `company` (its door). Each desk is a small protocol.
Decision: docs/decisions, *One port for seven products*.
"""
