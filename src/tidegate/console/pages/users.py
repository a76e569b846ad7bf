"""Users and their roles, for administrators of everything."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from tidegate.console import accounts
from tidegate.console.models import EVERY
from tidegate.console.pages.page import Visit, page
from tidegate.console.roles import Permission, Role


@page(Permission.USERS)
def listing(visit: Visit) -> HttpResponse:
    """Everybody, with what they may."""
    everywhere(visit)
    return visit.show(
        "users", users=accounts.listed(), roles=list(Role), connections=visit.known(), every=EVERY, link=""
    )


@page(Permission.USERS, methods=("POST",))
def add(visit: Visit) -> HttpResponse:
    """Make a user and show their link, once."""
    everywhere(visit)
    name, email = visit.text("name"), visit.text("email")
    link = ""
    try:
        user = accounts.add(
            name, [role_of(visit)], [place_of(visit)], now=visit.now, actor=visit.name, email=email
        )
        link = f"{visit.configuration.console.public}/invitation/{accounts.invite(user, visit.now)}"
    except accounts.Refusal as refused:
        messages.error(visit.request, str(refused))
    return visit.show(
        "users",
        users=accounts.listed(),
        roles=list(Role),
        connections=visit.known(),
        every=EVERY,
        link=link,
        name=name,
    )


@page(Permission.USERS, methods=("POST",))
def change(visit: Visit, name: str) -> HttpResponse:
    """Give a role, take one away, make a link, or shut somebody out."""
    everywhere(visit)
    link = ""
    try:
        user = accounts.find(name)
        match visit.text("act"):
            case "give":
                accounts.grant(user, role_of(visit), place_of(visit), now=visit.now, actor=visit.name)
            case "take":
                accounts.revoke(user, role_of(visit), place_of(visit), now=visit.now, actor=visit.name)
            case "remove":
                accounts.remove(user, now=visit.now, actor=visit.name)
            case "link":
                link = f"{visit.configuration.console.public}/invitation/{accounts.invite(user, visit.now)}"
            case _:
                raise Http404("there is no such action")
    except accounts.Refusal as refused:
        messages.error(visit.request, str(refused))
    if link:
        return visit.show(
            "users",
            users=accounts.listed(),
            roles=list(Role),
            connections=visit.known(),
            every=EVERY,
            link=link,
            name=name,
        )
    return redirect("/users")


def everywhere(visit: Visit) -> None:
    """Roles reach every connection, so giving them needs an administrator of every connection."""
    if not visit.rights.everywhere(Permission.USERS):
        raise Http404("this page needs an administrator of every connection")


def role_of(visit: Visit) -> Role:
    """The role that the form names."""
    try:
        return Role(visit.text("role"))
    except ValueError:
        raise Http404("there is no such role") from None


def place_of(visit: Visit) -> str:
    """The connection that the form names, or every one."""
    name = visit.text("connection") or EVERY
    if name != EVERY and name not in visit.known():
        raise Http404("there is no such connection")
    return name
