"""``python -m tidegate_agent``."""

from tidegate_agent.command import run

run()
