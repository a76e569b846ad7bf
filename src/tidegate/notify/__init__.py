"""Messages to people: who gets which alert and when, and how it is delivered. Knows the ledger, not the flows."""
