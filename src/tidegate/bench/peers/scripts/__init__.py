"""Programs that run in environments of their own, with other packages and without Tidegate: they import nothing of it."""
