"""A room over plain dictionaries: no wire, no simulator, every difference of the products a switch.

`switches` says what can differ, `books` is what the company has, `calls` counts the calls to it and is where they go
wrong; the other modules are its desks. Nothing here is a product: it cannot be configured, only opened by a test.
"""
