"""Log records as one JSON object a line, for the journal; the only place where secrets are taken out of them."""

from __future__ import annotations

import logging
import sys
from typing import IO, Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# Fields by these names never reach a log, whatever their value.
SECRET_FIELDS = frozenset(
    ("password", "token", "csrf", "cookie", "authorization", "set-cookie", "secret", "x-csrf-token", "new_password")
)
_REDACTED = "[redacted]"


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out secrets, however deep they lie."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: str, value: Any) -> Any:
    if key.lower() in SECRET_FIELDS:
        return _REDACTED
    if isinstance(value, dict):
        return {inner: _clean(str(inner), found) for inner, found in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean("", found) for found in value]
    return value


def configure(level: str, stream: IO[str] | None = None) -> None:
    """Send this program's and its libraries' records to `stream` (standard output if None)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries' warnings are records too: on standard error they would stand in the middle of what a command prints.
    logging.captureWarnings(True)
    # One line per request is the proxy's business; refusals and deliveries are in the ledger.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *[each for each in shared if not isinstance(each, structlog.stdlib.ExtraAdder)],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
