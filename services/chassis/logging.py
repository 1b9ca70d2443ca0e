"""Logs of every process: one JSON object a line on stderr, with phone numbers and e-mail addresses masked."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from services.chassis import tracing
from services.chassis.settings import Settings

# Ids and times look like phone numbers to a pattern that means to miss none: they are matched first, and kept.
_PATTERN = re.compile(
    r"(?P<keep>[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)*)"
    r"|(?P<phone>(?<![0-9A-Za-z])"
    r"(?:(?:\+|%2[Bb])\s?\(?\d(?:[\s().\-/]{0,3}\d){6,14}|\(?\d(?:[\s().\-/]{0,3}\d){8,14})(?![0-9A-Za-z]))"
)


def mask(text: str) -> str:
    """The text with everything that may be a phone number (nine digits, or seven after a plus) or e-mail hidden."""
    return _PATTERN.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    if match["keep"]:
        return match["keep"]
    return "[e-mail]" if match["email"] else "[phone]"


def mask_contacts(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """structlog processor: mask every string of the event, at any depth."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {_masked(key): _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(str(value))


def configure_logging(settings: Settings) -> None:
    """Route structlog and the standard library's loggers (uvicorn, temporalio, asyncpg) through one masked stream."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        tracing.name_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_contacts,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *[step for step in shared if not isinstance(step, structlog.stdlib.ExtraAdder)],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer()
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
