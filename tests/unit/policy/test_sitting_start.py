"""Whether a sitting may begin."""

from __future__ import annotations

import pytest

from evidence.errors import Conflict
from policy.sitting_start import Readiness, require_ready

FRONT = Readiness("正面", True, True, "")
ROOM_DOWN = Readiness("全景", True, False, "The camera does not answer.")
BACKUP_DOWN = Readiness("备份", False, False, "The folder is missing.")


def test_a_must_record_sitting_names_every_required_channel_that_is_missing_and_why() -> None:
    with pytest.raises(Conflict) as caught:
        require_ready([FRONT, ROOM_DOWN, Readiness("门", True, False, ""), BACKUP_DOWN], must_record=True)
    assert "全景: The camera does not answer; 门: not ready." in caught.value.message
    assert "备份" not in caught.value.message


def test_what_is_not_required_may_be_down() -> None:
    require_ready([FRONT, BACKUP_DOWN], must_record=True)
    require_ready([FRONT, ROOM_DOWN], must_record=False)


@pytest.mark.parametrize("channels", [[], [ROOM_DOWN, BACKUP_DOWN]])
def test_no_sitting_without_any_channel(channels: list[Readiness]) -> None:
    with pytest.raises(Conflict, match="No channel"):
        require_ready(channels, must_record=False)
