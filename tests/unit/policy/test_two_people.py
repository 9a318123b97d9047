"""Nobody is their own second, and nobody decides about what is their own."""

from __future__ import annotations

import pytest

from evidence.errors import Conflict, Forbidden
from policy.two_people import require_new_approver, require_other, require_uninvolved


def test_a_second_person() -> None:
    require_other("a", "b", "set this hold")
    with pytest.raises(Forbidden, match="You set this hold yourself"):
        require_other("a", "a", "set this hold")


def test_each_approver_is_new() -> None:
    require_new_approver("c", "a", ("b",))
    with pytest.raises(Forbidden):
        require_new_approver("a", "a", ())
    with pytest.raises(Conflict):
        require_new_approver("b", "a", ("b",))


def test_nobody_who_is_involved() -> None:
    require_uninvolved("a", "r1", "b", ("c",))
    require_uninvolved("a", "r1", None, ())
    for officer, people in (("a", ()), ("b", ("a",))):
        with pytest.raises(Forbidden):
            require_uninvolved("a", "r1", officer, people)
