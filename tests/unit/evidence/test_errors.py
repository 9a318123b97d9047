"""The error family: every error has its own code, an exit code and an HTTP status."""

from __future__ import annotations

import re

import pytest

from evidence import errors
from evidence.errors import (
    OUTCOMES,
    CaseBlocked,
    DiskFull,
    LinesRejected,
    MediadError,
    RejectedLine,
    StoreUnavailable,
    TooManyAttempts,
    outcome_of,
)

FAMILY = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, MediadError)]


def test_codes_are_stable_words_and_no_two_are_the_same() -> None:
    codes = [cls.code for cls in FAMILY]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("cls", FAMILY, ids=lambda cls: cls.code)
def test_every_error_has_an_outcome(cls: type[MediadError]) -> None:
    exit_code, status = outcome_of(_made(cls))
    assert exit_code in (1, 2, 3)
    assert 400 <= status <= 599


def _made(cls: type[MediadError]) -> MediadError:
    if cls is TooManyAttempts:
        return TooManyAttempts("x", retry_after_s=1)
    if cls is CaseBlocked:
        return CaseBlocked((("x", "x"),))
    if cls is LinesRejected:
        return LinesRejected((RejectedLine(2, "x", "x"),))
    return cls("x")


def test_an_error_not_in_the_table_has_its_parents_outcome() -> None:
    assert DiskFull not in OUTCOMES
    assert outcome_of(DiskFull("full")) == OUTCOMES[StoreUnavailable]


def test_the_sentence_ends_with_what_to_do() -> None:
    error = errors.KeyUnreadable("The key is gone.", remedy="Bring it back.")
    assert str(error) == "The key is gone. Bring it back."
    assert (error.message, error.remedy) == ("The key is gone.", "Bring it back.")
    assert str(errors.NotFound("No such recording.")) == "No such recording."


def test_throttling_says_for_how_long() -> None:
    error = TooManyAttempts("Too many attempts.", retry_after_s=30)
    assert (error.retry_after_s, str(error)) == (30, "Too many attempts. Try again in 30 s.")
