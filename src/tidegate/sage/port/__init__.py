"""The port: what every room of every Sage product offers to the flows.

Read in this order: `outcomes` (what becomes of a record), `orders`, `customers`, `receipts`, `reading` (the
desks), `session` (the desks that a product has), `company` (its door), `entrance` (how a person lets us in),
`doorbell` (how the product calls us), `usage` (what it costs and allows). Each desk is a small protocol.
Why: docs/decisions/0016-one-port-for-seven-products.md.
"""
