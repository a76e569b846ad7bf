"""Seeded business weeks: the production code, a virtual clock, a hostile sandbox, a checker apart."""
