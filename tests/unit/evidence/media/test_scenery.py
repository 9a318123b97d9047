from datetime import UTC, datetime

import numpy as np
import pytest

from evidence.media.scenery import Street

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_picture_is_planar_yuv_and_moves() -> None:
    street = Street(320, 180, device="BWC-1", officer="P-1")
    first = street.draw(0, 0.0, NOW).copy()
    later = street.draw(25, 1.0, NOW).copy()
    assert first.shape == (270, 320) and first.dtype == np.uint8
    assert np.mean(first != later) > 0.2


def test_two_streets_are_filmed_alike() -> None:
    pictures = [Street(320, 180, device="A", officer="B").draw(3, 0.12, NOW).tobytes() for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_the_clock_is_burnt_in() -> None:
    street = Street(320, 180, device="A", officer="B", noise=0)
    first = street.draw(0, 0.0, NOW).copy()
    other = street.draw(0, 0.0, NOW.replace(year=2024)).copy()
    changed = np.argwhere(first != other)
    assert len(changed) and changed[:, 0].max() < 30


@pytest.mark.parametrize("size", [(321, 180), (320, 181), (32, 32)])
def test_odd_and_tiny_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="even"):
        Street(*size, device="A", officer="B")
