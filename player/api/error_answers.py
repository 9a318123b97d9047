"""The one shape and the headers of every answer that something went wrong, wherever it did. Event loop only."""

from __future__ import annotations

import msgspec
import structlog
from aiohttp import web

from evidence.errors import CaseBlocked, MediadError, TooManyAttempts, outcome_of
from player.api.shapes import Answer, ErrorAnswer, ErrorFacts, OpenFinding

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "font-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Server": "mediad",
}
_log = structlog.get_logger("player.api")
_encoder = msgspec.json.Encoder()


def guard(response: web.StreamResponse, *, behind_tls: bool) -> None:
    """The headers of every response, streams included."""
    response.headers.update(_HEADERS)
    if behind_tls:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"


def fault() -> web.Response:
    """Ours; what it was is in the log."""
    return _plain(500, "internal", "Something went wrong here; it was logged.")


def unreadable() -> web.Response:
    """To what is no HTTP. Nothing that follows on the connection can be understood either."""
    response = _plain(400, "invalid", "This is no HTTP request that can be read.")
    response.force_close()
    return response


def _plain(status: int, code: str, message: str) -> web.Response:
    return json_answer(status, ErrorAnswer(error=ErrorFacts(code=code, message=message, remedy=None)))


def answer_to(error: MediadError) -> web.Response:
    status = outcome_of(error)[1]
    if status >= 500:
        _log.error("a request could not be served", code=error.code, reason=str(error))
    blocked = error.findings if isinstance(error, CaseBlocked) else ()
    findings = tuple(OpenFinding(zh=zh, en=en) for zh, en in blocked)
    facts = ErrorFacts(code=error.code, message=error.message, remedy=error.remedy, findings=findings)
    response = json_answer(status, ErrorAnswer(error=facts))
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif status == 429:
        response.headers["Retry-After"] = "1"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Session realm="mediad"'
    return response


def answer_to_http(error: web.HTTPException) -> web.StreamResponse:
    """What the library would answer by itself, in the API's shape; redirections as they are."""
    if error.status < 400:
        raise error
    code = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(error.status, "invalid")
    response = _plain(error.status, code, f"{error.reason}.")
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def json_answer(status: int, answer: Answer) -> web.Response:
    return web.Response(status=status, body=_encoder.encode(answer), content_type="application/json", charset="utf-8")
