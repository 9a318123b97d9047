"""Makes the sound of a specimen: something like speech (formants, syllables, pauses) over street noise.

Pure numpy; no files. The same arguments give the same samples.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

# Synthesis runs at this rate and is stretched to the wanted one: formants end below 4 kHz anyway.
_SYNTHESIS_RATE = 8_000
# First three formants in Hz of a few vowels (Peterson & Barney 1952, male speakers).
_VOWELS = np.array([(730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240)])
_SYLLABLES_PER_S = 4
_HARMONICS = 20


def speak(seconds: float, rate: int) -> Samples:
    """Mono samples, `rate` per second, signed 16 bit."""
    n = max(1, round(seconds * _SYNTHESIS_RATE))
    t = (np.arange(n) / _SYNTHESIS_RATE).astype(np.float32)
    random = np.random.default_rng(7)
    wave = _voice(t) * _loudness(t) + random.normal(0, 0.008, n).astype(np.float32)
    wanted = round(seconds * rate)
    if rate != _SYNTHESIS_RATE:
        wave = np.interp(np.arange(wanted) * (_SYNTHESIS_RATE / rate), np.arange(n), wave).astype(np.float32)
    clipped: Samples = np.clip(wave * 20_000, -32_767, 32_767).astype(np.int16)
    return clipped


def _voice(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Harmonics of a gliding pitch, weighted by the formants of one vowel per syllable."""
    pitch_hz = 118 + 14 * np.sin(2 * np.pi * 0.7 * t) + 6 * np.sin(2 * np.pi * 2.9 * t)
    phase = np.cumsum(2 * np.pi * pitch_hz / _SYNTHESIS_RATE).astype(np.float32)
    syllable = (t * _SYLLABLES_PER_S).astype(np.int64)
    order = (syllable * 7 + syllable // 3) % len(_VOWELS)
    weights = np.zeros((len(_VOWELS), _HARMONICS), np.float32)
    for vowel, formants in enumerate(_VOWELS):
        for harmonic in range(_HARMONICS):
            distance = (118.0 * (harmonic + 1) - formants) / (90, 120, 160)
            weights[vowel, harmonic] = np.sum((1, 0.5, 0.25) / (1 + distance**2)) / (1 + 0.1 * harmonic)
    wave = np.zeros_like(t)
    for harmonic in range(_HARMONICS):
        wave += weights[order, harmonic] * np.sin(phase * np.float32(harmonic + 1))
    return wave * np.float32(0.35)


def _loudness(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Syllables rise and fall; after each sentence of about 3 s the speaker pauses."""
    syllables = np.abs(np.sin(np.pi * _SYLLABLES_PER_S * t)) ** 0.6
    sentence = np.clip(np.sin(2 * np.pi * t / 3.7) * 6 + 3, 0, 1)
    return np.asarray(syllables * sentence, np.float32)
