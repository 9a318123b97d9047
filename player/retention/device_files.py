"""Whether a sealed device file must stay on its device. Asked by the intake before it clears one."""

from __future__ import annotations

from sqlalchemy import Engine

from evidence.catalog.engine import connected
from evidence.records import RecordingId
from player.retention.gathering import RetentionRules, judged_one
from policy.retention import must_stay


def stays_on_device(engine: Engine, rules: RetentionRules, recording: RecordingId) -> str | None:
    """Why, in words; None if it may be cleared where the site says so. Blocking."""
    with connected(engine) as connection:
        judged = judged_one(connection, rules, recording)
        # By any list that was ever in force: a weaker one clears nothing that had to stay.
        lists = rules.lists(connection)
    reasons = [] if judged is None else [must_stay(judged.facts, items) for items in lists]
    reason = next((each for each in reasons if each is not None), None)
    if reason is None:
        return None
    if reason.because == "hold":
        return f"The recording is on hold: the device file is kept. ({reason.named})"
    if reason.because == "handed-over":
        return f"Case {reason.named}, which must be recorded in full, is with {reason.words}: the device file is kept."
    return f"Case {reason.named}, which must be recorded in full, is open: the device file is kept."
