"""The SQLite engine; Django looks for it in `base.py`."""
