"""What is true about a request: who asks, from where, over what.

Headers of a proxy are believed from trusted addresses only (``YANSHU_TRUSTED_PROXIES``, default loopback).
"""

from __future__ import annotations

import ipaddress
import os
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from ingestion.accounts import COOKIE

SESSION_SECONDS = 12 * 3600
LANGUAGE_COOKIE = "yanshu_lang"
THEME_COOKIE = "yanshu_theme"


def _trusted() -> frozenset[str]:
    given = os.environ.get("YANSHU_TRUSTED_PROXIES", "")
    return frozenset(part.strip() for part in given.split(",") if part.strip())


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def peer(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def through_proxy(connection: HTTPConnection) -> bool:
    """Does the request come from an address whose forwarding headers are believed?"""
    host = peer(connection)
    return is_loopback(host) or host in _trusted()


def address(connection: HTTPConnection) -> str:
    """The visitor's address: the last one a trusted proxy wrote down, else the peer's."""
    forwarded = connection.headers.get("x-forwarded-for", "")
    if forwarded and through_proxy(connection):
        last = forwarded.split(",")[-1].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            pass
    return peer(connection)


def scheme(connection: HTTPConnection) -> str:
    """https where the browser speaks it, also behind a proxy."""
    forwarded = connection.headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
    if forwarded in ("http", "https") and through_proxy(connection):
        return forwarded
    return {"wss": "https", "ws": "http"}.get(connection.url.scheme, connection.url.scheme)


def is_secure(connection: HTTPConnection) -> bool:
    return scheme(connection) == "https"


def host(connection: HTTPConnection) -> str:
    forwarded = connection.headers.get("x-forwarded-host", "").split(",")[-1].strip()
    if forwarded and through_proxy(connection):
        return forwarded.lower()
    return connection.headers.get("host", "").lower()


def same_origin(connection: HTTPConnection, *, required: bool) -> bool:
    """Does the page that sends this stand under our own address? ``required``: without an Origin header the
    answer is no, unless the browser itself says the request is its user's own or same-origin."""
    origin = connection.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == host(connection) and bool(host(connection))
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return not required


def is_navigation(connection: HTTPConnection) -> bool:
    """A page is being opened, in contrast to something a page fetches."""
    mode = connection.headers.get("sec-fetch-mode")
    if mode is not None:
        return mode == "navigate"
    return "text/html" in connection.headers.get("accept", "")


def language(connection: HTTPConnection) -> str:
    return "en" if connection.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"


def theme(connection: HTTPConnection) -> str:
    return {"Dark": "dark", "Light": "light"}.get(connection.cookies.get(THEME_COOKIE, "").strip('"'), "")


def token(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(COOKIE)


def safe_next(target: str | None) -> str:
    """Where to go after login: a path of ours, never another site."""
    if not target or not target.startswith("/") or target.startswith("//") or len(target) > 2000:
        return "/"
    if "\\" in target or any(ord(c) < 33 for c in target) or urlsplit(target).netloc:
        return "/"
    return "/" if target.startswith(("/login", "/auth/", "/_stcore", "/media", "/ui/", "/static/")) else target


def keep_session(connection: HTTPConnection, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE, token, max_age=SESSION_SECONDS, path="/", httponly=True, samesite="lax", secure=is_secure(connection)
    )


def drop_session(connection: HTTPConnection, response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_secure(connection))


def keep_language(connection: HTTPConnection, response: Response, language: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=365 * 24 * 3600, path="/", samesite="lax", secure=is_secure(connection)
    )
