"""Quiet, plain logs in tests: a line for an event, a short traceback for a defect."""

from __future__ import annotations

import logging

import structlog


def quieten() -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, plain],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
    )
