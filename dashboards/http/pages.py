"""The frame of the server-rendered pages, and the pages that only say something.

Everything put into a page is escaped by ``esc`` at the place where it is put in.
"""

from __future__ import annotations

import json
from html import escape as esc
from urllib.parse import urlencode

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from dashboards.http import edge
from dashboards.http.words import word

LOGO = (
    '<svg class="logo" viewBox="0 0 32 32" width="40" height="40" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#1F5AA8"/>'
    '<rect x="6.5" y="13" width="5" height="13" rx="1.8" fill="#fff"/><rect x="13.5" y="6" width="5" height="20" rx="1.8" fill="#fff"/>'
    '<rect x="20.5" y="10" width="5" height="16" rx="1.8" fill="#fff"/></svg>'
)
LOCK = (
    '<svg viewBox="0 0 24 24" width="14" height="14" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" '
    'd="M6 10h12v10H6zM8.5 10V7a3.5 3.5 0 0 1 7 0v3M12 14v2.5"/></svg>'
)
SCHOOL = (
    '<svg viewBox="0 0 24 24" width="14" height="14" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linejoin="round" d="M2 9.5 12 4l10 5.5L12 15zM6 12v5c2 2 10 2 12 0v-5M22 9.5V15"/></svg>'
)
CHEVRON = (
    '<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="2" '
    'd="m9 5 7 7-7 7"/></svg>'
)
EYE = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.8" '
    'd="M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12z"/><circle cx="12" cy="12" r="3" fill="none" stroke="currentColor" stroke-width="1.8"/></svg>'
)


def page(
    connection: HTTPConnection, title: str, body: str, *, status: int = 200, footer: str = "", switch: bool = True
) -> HTMLResponse:
    """A whole page: brand, language switch, body, footer. ``body`` and ``footer`` are HTML already escaped."""
    language, theme = edge.language(connection), edge.theme(connection)
    here = connection.url.path if connection.scope.get("method") == "GET" else "/login"
    target = connection.scope.get("yanshu.next", "/")
    kept = {} if target == "/" else {"next": target}
    both = "".join(
        f'<a href="{esc(here)}?{esc(urlencode({**kept, "lang": code}))}" lang="{code}" hreflang="{code}"{" aria-current=true" if code == language else ""}>{name}</a>'
        for code, name in (("zh", "中文"), ("en", "English"))
    )
    chooser = f'<nav class="language" aria-label="{esc(word("language", language))}">{both}</nav>' if switch else ""
    html = f"""<!DOCTYPE html>
<html lang="{"en" if language == "en" else "zh-CN"}"{f' data-theme="{theme}"' if theme else ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{esc(title)}</title>
<link rel="icon" href="/ui/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/ui/login.css">
<script src="/ui/login.js" defer></script>
</head>
<body>
<p id="old-browser" class="old">{esc(word("old_browser", language))}</p>
<header class="top">
<a class="brand" href="/login">{LOGO}<span><b>{esc(word("name", language))}</b><small>{esc(word("motto", language))}</small></span></a>
{chooser}
</header>
<main>
{body}
</main>
{f"<footer>{footer}</footer>" if footer else ""}
</body>
</html>
"""
    return HTMLResponse(html, status_code=status)


def card(
    connection: HTTPConnection, title: str, text: str, *, status: int, link: str = "/login", label: str = "to_login"
) -> HTMLResponse:
    """One sentence and one way on."""
    language = edge.language(connection)
    body = (
        f'<section class="card narrow"><h1>{esc(title)}</h1><p>{esc(text)}</p>'
        f'<p><a class="button quiet" href="{esc(link)}">{esc(word(label, language))}</a></p></section>'
    )
    return page(connection, f"{title} · {word('product', language)}", body, status=status)


def said(connection: HTTPConnection, key: str, *, status: int, text: str | None = None) -> HTMLResponse:
    """A card from the word list: ``key`` and ``key_text``."""
    language = edge.language(connection)
    return card(connection, word(key, language), text or word(f"{key}_text", language), status=status)


def field(
    name: str, label: str, *, kind: str = "text", value: str = "", error: str = "", complete: str = "off", show: str = ""
) -> str:
    """A labelled input with the place for its error. ``show`` adds the button that reveals a password."""
    described = f' aria-describedby="{name}-error" aria-invalid="true"' if error else f' aria-describedby="{name}-error"'
    eye = f'<button type="button" class="eye" data-show="{name}" aria-label="{esc(show)}">{EYE}</button>' if show else ""
    return (
        f'<div class="field"><label for="{name}">{esc(label)}</label><div class="box">'
        f'<input id="{name}" name="{name}" type="{kind}" value="{esc(value)}" autocomplete="{complete}" maxlength="300"'
        f' autocapitalize="none" spellcheck="false"{described}>{eye}</div>'
        f'<p class="error" id="{name}-error">{esc(error)}</p></div>'
    )


def data(identifier: str, value: object) -> str:
    """Data for the page's own script: JSON in a block that is never run."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'<script type="application/json" id="{identifier}">{safe}</script>'
