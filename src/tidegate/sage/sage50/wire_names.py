"""Every name and path of the platform that is an assumption, in one place: a fact learnt later is a change here.

Source: contract §1 to §10; marked (C) is what the vendor says, everything else is ours (A).
"""

from __future__ import annotations

from typing import Final

# Paths. The vendor writes the second without /api in some copies, and one in capitals.
DEVELOPERS: Final = "/api/developers"  # C
APPLICATIONS: Final = "/api/developers/{developer}/applications"  # C
PASSCODES: Final = "/api/developers/{developer}/applications/{application}/passcodes"  # C
ROTATION: Final = "/api/apikeys"
FILES: Final = "/api/files/{domain}/{scope}"  # C for reading

DOMAIN: Final = "ecommerce"  # C
PRODUCTS, CUSTOMERS, ORDERS = "products", "customers", "orders"

# Bodies
REGISTRATION_URL: Final = "registrationUrl"  # C
PASSCODE: Final = "passcode"  # C
SECRET: Final = "secret"  # noqa: S105 - the name of a field  # C
API_KEY: Final = "apikey"  # C
INITIAL_KEY: Final = "initialApikey"
EXPIRY: Final = "expiry"
EVENT: Final = "event"
APPROVED: Final = "approved"
DENIED: Final = "denied"
FILE_UPDATED: Final = "fileUpdated"
TRACKING_UPDATED: Final = "trackingUpdated"
APPLICATION_ID: Final = "applicationId"
SCOPE: Final = "scope"
DOWNLOAD_URL: Final = "downloadUrl"  # C
UPLOAD_URL: Final = "uploadUrl"
TRACKING_URL: Final = "trackingUrl"
RESULT_URL: Final = "downloadResultUrl"  # C
SIZE, SHA256, VERSION, UPLOADED_AT = "size", "sha256", "version", "uploadedAt"
UPDATED_AT: Final = "updatedAt"
STATUS: Final = "status"  # C

#: Why a key is refused for good: the consent was withdrawn, or the keys do not belong together.
WITHDRAWN: Final = "consentWithdrawn"
MISMATCHES: Final = frozenset({"keyMismatch", "secretMismatch"})

# Statuses of an upload
PENDING: Final = "pending"
INVALID: Final = "invalid"
EXPIRED: Final = "expired"
ACCEPTED: Final = "accepted"  # C
FAILED: Final = "failed"  # C
BAD_REQUEST: Final = "badRequest"  # C
#: The platform or Sage 50 is still at it. Any other word is unknown, and waited on in the same way.
UNDER_WAY: Final = frozenset({"validating", "available", "processing"})

# Statuses of one order in a result file
DONE: Final = frozenset({"created", "updated", "unchanged"})
REJECTED: Final = "rejected"

#: Names that the signature of a notification may come under. The underscore is the contract's; many web servers
#: drop such headers, and some turn it into a hyphen.
SIGNATURES: Final = ("hmac_sha256", "hmac-sha256")
