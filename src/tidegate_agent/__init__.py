"""The agent: a small service beside an on-premise Sage, which lends its seats to one hub over HTTPS.

It knows Sage and nothing of the shop, of queues or of schedules. It imports nothing of the hub.
"""

VERSION = "1.0.0"
CONTRACT = 1
"""The version of the HTTP interface; a breaking change is a new path prefix."""
