"""What is remembered: a Django app on SQLite or PostgreSQL. Every state change is one function here.

Importing anything below configures Django once per process, so that the modules can be imported in
any order and before a ledger is opened with `database.open_ledger`.
"""

from tidegate.ledger.configured import configure

configure()
