"""The conformance suite of the port: what every room of every Sage product keeps, over any simulator.

`stand` says what the suite needs of a room and of the simulator behind it. The modules of tests are collected by
pytest where they are imported, beside a fixture `stand`; they need `tidegate[conformance]`. `memory` is a room over
plain dictionaries that keeps them (it has no prices and no sign-in).
Why: docs/decisions/0018-the-conformance-suite-ships-in-the-package.md.
"""
