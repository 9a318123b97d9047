"""The one error family, and the one table that maps an error to an exit code and an HTTP status.

Every error carries `code` (stable, for programs), a sentence for people, and, where there is one, `remedy`:
what the reader can do about it. `private` is what only the log and the command line say (hosts, database users).
"""

from __future__ import annotations

from dataclasses import dataclass


class MediadError(Exception):
    """Base of everything this project raises on purpose."""

    code = "error"

    def __init__(self, message: str, *, remedy: str | None = None, private: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.private = private

    def __str__(self) -> str:
        return " ".join(filter(None, (self.message, self.private, self.remedy)))


class ConfigInvalid(MediadError):
    code = "config-invalid"


class KeyUnreadable(MediadError):
    code = "key-unreadable"


class StoreUnavailable(MediadError):
    """The database or the blob store cannot be written or read now (locked, read-only, disk full)."""

    code = "store-unavailable"


class DiskFull(StoreUnavailable):
    code = "disk-full"


class SourceVanished(MediadError):
    """A device file or its bay went away, or could not be read, while it was being taken in."""

    code = "source-vanished"


class SourceChanged(MediadError):
    """A device file that was written to while it was being copied: waited for, then copied again."""

    code = "source-changed"


class SourceRefused(MediadError):
    """A path in a bay that is never taken in: symlink, device, socket, or one that leaves the bay."""

    code = "source-refused"


class MediaUnreadable(MediadError):
    """Bytes that cannot be read as media; the message says what is wrong with them."""

    code = "media-unreadable"


class WorkerFailed(MediadError):
    """A media worker crashed, hung past its time-out or passed its memory limit."""

    code = "worker-failed"


class WorkersUnavailable(WorkerFailed):
    """No media worker could be asked (the server stops, or none can be started): says nothing about the footage."""

    code = "workers-unavailable"


class IntegrityBroken(MediadError):
    """Raised by verification: what was checked is not what was sealed. The message names the piece."""

    code = "integrity-broken"


class NotFound(MediadError):
    code = "not-found"


class Invalid(MediadError):
    """A request whose content makes no sense."""

    code = "invalid"


class Unauthenticated(MediadError):
    code = "unauthenticated"


class Forbidden(MediadError):
    code = "forbidden"


class GrantExpired(MediadError):
    """A viewing grant that ran out, was closed, or belongs to another session."""

    code = "grant-expired"


class RecordingDestroyed(MediadError):
    """Footage that was destroyed: that it existed, and who decided, stays on record."""

    code = "recording-destroyed"

    def __init__(self, at: str) -> None:
        super().__init__(
            f"The footage was destroyed on {at[:10]}.",
            remedy="What is left of it is the proof that it existed, and the certificate of destruction.",
        )


class ReadAheadExceeded(MediadError):
    """A segment further ahead of the reported playhead than the site allows."""

    code = "read-ahead-exceeded"


class TooManyAttempts(MediadError):
    code = "too-many-attempts"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, remedy=f"Try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class Conflict(MediadError):
    code = "conflict"


class CaseBlocked(Conflict):
    """A case that cannot be closed, archived or handed over: each finding that is open, and each recording that is
    still being looked through, in Chinese and in English."""

    code = "case-blocked"

    def __init__(self, findings: tuple[tuple[str, str], ...], waits: tuple[tuple[str, str], ...] = ()) -> None:
        n = len(findings)
        words = [f"{n} findings are open" if n != 1 else "1 finding is open"] if n else []
        words += ["footage is still being looked through"] if waits else []
        super().__init__(
            f"The case cannot be closed: {', and '.join(words)}.",
            remedy="Mend each, or explain it and let somebody who is not on the case approve the explanation."
            if n
            else "Try again when it is done. Where it failed, ask for it again on the recording's page.",
        )
        self.findings = findings + waits


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line of a file that somebody handed over, and why it cannot be entered, in Chinese and in English."""

    line: int
    zh: str
    en: str


class LinesRejected(Invalid):
    """A file of which not every line can be entered: then none is."""

    code = "lines-rejected"

    def __init__(self, lines: tuple[RejectedLine, ...]) -> None:
        said = "; ".join(f"line {each.line}: {each.en}" for each in lines[:3])
        more = f" (and {len(lines) - 3} more)" if len(lines) > 3 else ""
        super().__init__(f"{len(lines)} lines cannot be entered: {said}{more}")
        self.lines = lines


# error → (exit code, HTTP status). Exit codes: 0 fine, 1 something found, 2 usage, 3 environment.
# The first class in the error's MRO that is listed decides.
OUTCOMES: dict[type[MediadError], tuple[int, int]] = {
    ConfigInvalid: (2, 500),
    KeyUnreadable: (3, 500),
    StoreUnavailable: (3, 503),
    SourceVanished: (1, 409),
    SourceChanged: (1, 409),
    SourceRefused: (1, 409),
    MediaUnreadable: (1, 422),
    WorkersUnavailable: (3, 503),
    WorkerFailed: (3, 500),
    IntegrityBroken: (1, 409),
    NotFound: (2, 404),
    Invalid: (2, 400),
    Unauthenticated: (2, 401),
    Forbidden: (2, 403),
    GrantExpired: (2, 410),
    RecordingDestroyed: (1, 410),
    ReadAheadExceeded: (2, 429),
    TooManyAttempts: (2, 429),
    Conflict: (2, 409),
    MediadError: (3, 500),
}


def outcome_of(error: MediadError) -> tuple[int, int]:
    """The (exit code, HTTP status) of an error."""
    return next(OUTCOMES[cls] for cls in type(error).__mro__ if cls in OUTCOMES)
