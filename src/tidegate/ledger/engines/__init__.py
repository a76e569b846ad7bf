"""Django's two database engines, saying in plain words why a connection cannot be made."""
