"""Tidegate as a service of the operating system: what `tidegate service install` writes or registers."""
