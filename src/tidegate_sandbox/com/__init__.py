"""Late-bound servers as the fakes need them: objects by name, seats, and calls that may go wrong."""
