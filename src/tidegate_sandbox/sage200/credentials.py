"""What a client of the simulated Sage 200 is configured with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Credentials:
    """What a client is configured with. The desktop application is the public one, without a secret."""

    client_id: str = "tidegate-web"
    client_secret: str = "web-secret"
    desktop_client_id: str = "tidegate-desktop"
    redirect_uri: str = "https://hub.example/oauth/callback"
    desktop_redirect_uri: str = "http://127.0.0.1:8400/callback"
    subscription_key: str = "primary-key"
    secondary_subscription_key: str = "secondary-key"
    site_id: str = "0d5b3a52-6a53-4a0e-9a0b-7f2a1d6b9c11"
    company_id: int = 123
