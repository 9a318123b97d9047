import numpy as np
import pytest

from evidence.media.speech import speak


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_as_many_samples_as_asked(rate: int) -> None:
    assert len(speak(1.5, rate)) == round(1.5 * rate)


def test_it_speaks_and_pauses() -> None:
    loudness = np.abs(speak(8, 8_000).astype(float)).reshape(-1, 1_600).mean(axis=1)
    assert loudness.max() > 10 * loudness.min()
    assert loudness.min() > 0


def test_the_same_words_every_time() -> None:
    assert (speak(2, 16_000) == speak(2, 16_000)).all()
