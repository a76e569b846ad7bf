"""Sage ID as the sign-in server of Sage 200 (contract §3: addresses and rotation P, lifetimes C)."""

from __future__ import annotations

from tidegate.sage.oauth2 import Server

SAGE_ID = Server(
    authorize_path="/authorize",
    token_path="/oauth/token",  # noqa: S106 - a path
    scope="openid profile email offline_access",
    access_seconds=28800,  # 480 minutes, where the answer does not say (C)
    extra=(("audience", "s200ukipd/sage200"),),
)
