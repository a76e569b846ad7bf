"""One *house* for each simulated product: all that weeks, demonstration, sandbox and measurements must know of it."""
