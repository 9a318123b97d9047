"""Log lines are JSON, and secrets are taken out of them wherever they lie."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest
import structlog

from mediad import log


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    log.configure("info", written)
    yield written
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_a_record_is_one_json_line(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("file taken in", action="recording.sealed", bay="一号")
    logging.getLogger("library").warning("careful: %s", "disk")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first["event"] == "file taken in" and first["bay"] == "一号" and first["level"] == "info"
    assert first["timestamp"].endswith("Z")
    assert second["event"] == "careful: disk" and second["level"] == "warning"


def test_a_librarys_warning_is_a_record_too() -> None:
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # another test may have left it on
        log.configure("info", written)
        warnings.warn("added twice", RuntimeWarning, stacklevel=1)
        logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    (line,) = written.getvalue().splitlines()
    assert json.loads(line)["level"] == "warning" and "added twice" in line


def test_secrets_never_reach_the_log(stream: io.StringIO) -> None:
    structlog.get_logger("x").info(
        "sign-in", password="hunter22", headers={"Cookie": "s=hunter22", "X-CSRF-Token": "hunter22", "Host": "a"}
    )
    logging.getLogger("library").warning("said", extra={"token": "hunter22", "nested": [{"secret": "hunter22"}]})
    assert "hunter22" not in stream.getvalue()
    assert stream.getvalue().count("[redacted]") == 5
    assert '"Host": "a"' in stream.getvalue()


def test_a_failure_keeps_its_trace_on_the_same_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("x").exception("it failed", action="x.failed")
    (line,) = stream.getvalue().splitlines()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_debug_is_left_out(stream: io.StringIO) -> None:
    structlog.get_logger("x").debug("noise")
    assert stream.getvalue() == ""
