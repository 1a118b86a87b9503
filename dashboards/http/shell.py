"""Streamlit's one HTML page, made ours: language, title, style and script before the first paint."""

from __future__ import annotations

import re

_DROPPED = (
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"<link rel=\"shortcut icon\"[^>]*>"),
    re.compile(r"<link\s+rel=\"preload\"[^>]*as=\"font\"[^>]*>", re.S),  # a Latin font no page of ours uses
    re.compile(r"<link rel=\"service-desc\"[^>]*>"),  # the interface it names is closed
    re.compile(r"<script>\s*window\.prerenderReady = false\s*</script>"),  # inline scripts are not allowed to run
    re.compile(r"<noscript>.*?</noscript>", re.S),
)
_WORDS = {
    "zh": ("zh-CN", "研数", "请在浏览器中启用 JavaScript。"),
    "en": ("en", "Yanshu", "Enable JavaScript in your browser."),
}


def rewrite(html: str, language: str) -> str:
    """Raises ``ValueError`` where the page is not the one this was written for: better found by a test of the
    pinned version than seen by users."""
    tag, title, noscript = _WORDS["en" if language == "en" else "zh"]
    for pattern in _DROPPED:
        html = pattern.sub("", html)
    head = (
        f"<title>{title}</title>\n<link rel=\"icon\" href=\"/ui/favicon.svg\" type=\"image/svg+xml\">\n"
        "<link rel=\"stylesheet\" href=\"/ui/app.css\">\n<script src=\"/ui/shell.js\"></script>"
    )
    for old, new in (
        ('<html lang="en">', f'<html lang="{tag}" translate="no">'),
        ("<title>Streamlit</title>", head),
        ('<div id="root"></div>', f'<noscript><p>{noscript}</p></noscript><div id="root"></div>'),
    ):
        if html.count(old) != 1:
            raise ValueError(f"the shell page has no single {old}")
        html = html.replace(old, new)
    html = html.replace("\"./static/", "\"/static/")  # a page below the root reads the same scripts
    return re.sub(r"\n\s*\n+", "\n", html)
