"""Hypothesis for the domain's tests: no deadline, since a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("domain", deadline=None)
settings.load_profile("domain")
