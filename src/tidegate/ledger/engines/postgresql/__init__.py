"""The PostgreSQL engine; Django looks for it in `base.py`."""
