"""The headers of every answer, for the pages and for the query endpoint alike."""

from __future__ import annotations

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load and do: this site's own files, no inline script, no frame around it."""

DATA_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; sandbox"
"""Data loads nothing, even where a browser is talked into showing it as a page."""

EXPOSED = "ETag, Link, Content-Disposition, Retry-After"


def answer_headers(
    *,
    page: bool,
    etag: str | None = None,
    max_age: int | None = None,
    vary: str | None = "Accept",
) -> list[tuple[str, str]]:
    """The security, sharing and caching headers of one answer.

    ``page`` tells HTML from data. ``etag`` is the bare tag, sent as a strong one. ``max_age`` is in seconds;
    None, as for every error, forbids keeping the answer. ``vary`` names what the answer was chosen by.
    """
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY),
        ("Cross-Origin-Resource-Policy", "same-origin" if page else "cross-origin"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Cache-Control", "no-store" if max_age is None else f"public, max-age={max_age}"),
    ]
    if vary:
        headers.append(("Vary", vary))
    if etag:
        headers.append(("ETag", f'"{etag}"'))
    return headers
