"""The program with all its commands at once."""

from tidegate.cli.main import application

app = application()
