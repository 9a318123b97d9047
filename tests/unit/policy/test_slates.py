"""Time slates as they were filmed: bounds that hold whatever the latencies were, and every way to be refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import slate
from evidence.signing import SlateSigner
from evidence.slate import DISPLAY_MS, MAX_PROMISE_MS, MIN_PROMISE_MS, REFRESH_MS, STALE_MS
from evidence.slate_codes import Seen, SlateCodes
from policy.slates import Circumstances, Elsewhere, Judgement, KnownKey, codes_of, judge

SIGNER, OTHER = SlateSigner.generate(), SlateSigner.generate()
T = 1_764_000_000_000  # the first picture, truly
FRAME = 40


def known(**more: object) -> Circumstances:
    keys = {slate.kid_of(SIGNER.public): (KnownKey(SIGNER.public, T - 60_000, None),)}
    plain = Circumstances(keys, received_ms=T + 600_000, duration_ms=60_000, stated_ms=T + 420_000)
    return replace(plain, **more)  # type: ignore[arg-type]


def filmed(
    from_ms: int = 5_000,
    until_ms: int = 7_000,
    *,
    signer: SlateSigner = SIGNER,
    case: str | None = None,
    speed: float = 1,
    promise_ms: int = 35,
) -> SlateCodes:
    """Codes as a page shows them that has each after 20 ms; every second picture is read."""
    seen = []
    for at_ms in range(from_ms, until_ms, 2 * FRAME):
        on_screen = from_ms + round((at_ms - from_ms) * speed)
        asked = T + (on_screen - 20) // REFRESH_MS * REFRESH_MS
        seen.append(Seen(at_ms, slate.make(signer, asked + 10, case, promise_ms)))
    return SlateCodes(FRAME, tuple(seen))


def verdict(found: SlateCodes, circumstances: Circumstances | None = None) -> str:
    judged = judge(found, circumstances or known())
    assert judged is not None
    if judged.verdict != "accepted":
        assert (judged.earliest_ms, judged.latest_ms, judged.best_ms, judged.case) == (None, None, None, None)
    return judged.verdict


def test_it_tells_the_beginning_to_a_fraction_of_a_second() -> None:
    judged = judge(filmed(case="罚〔2026〕1号"), known())
    assert judged is not None and judged.verdict == "accepted" and judged.case == "罚〔2026〕1号"
    assert judged.earliest_ms is not None and judged.latest_ms is not None
    assert judged.earliest_ms <= T <= judged.latest_ms
    assert judged.latest_ms - judged.earliest_ms <= 35 + DISPLAY_MS + 2 * FRAME + 15
    assert judged.best_ms is not None and judged.earliest_ms <= judged.best_ms <= judged.latest_ms
    assert (judged.start_ms, judged.told_ms) == (5_000, T + 4_940)


def test_slates_of_the_first_version_give_what_they_gave() -> None:
    """`mediad check` judges accepted slates again: whatever codes promise now, those promised 200 ms."""

    def first(time_ms: int) -> str:
        body = bytes.fromhex(slate.kid_of(SIGNER.public)) + time_ms.to_bytes(6, "big")
        return "M1:" + slate._to_base45(body + SIGNER.sign(b"mediad/slate/1\n" + body))

    seen = tuple(Seen(at, first(T + (at - 20) // 250 * 250 + 10)) for at in range(5_000, 7_000, 80))
    judged = judge(SlateCodes(FRAME, seen), known())
    assert judged is not None and judged.verdict == "accepted"
    assert (judged.earliest_ms, judged.latest_ms) == (T - 51, T + 341)


def test_a_shorter_promise_tells_more() -> None:
    widths = []
    for promise_ms in (MIN_PROMISE_MS, 50, MAX_PROMISE_MS):
        judged = judge(filmed(promise_ms=promise_ms), known())
        assert judged is not None and judged.earliest_ms is not None and judged.latest_ms is not None
        widths.append(judged.latest_ms - judged.earliest_ms)
    assert [widths[1] - widths[0], widths[2] - widths[1]] == [50 - MIN_PROMISE_MS, MAX_PROMISE_MS - 50]


@st.composite
def _films(draw: st.DrawFn) -> SlateCodes:
    """A page asks, waits, and shows; a camera films it somewhere; some pictures cannot be read."""
    frame = draw(st.sampled_from([33, 40, 67, 83]))
    drawn: list[tuple[int, int, int, str]] = []  # when, true time from the first picture; asked for, signed; the code
    at = draw(st.integers(0, 50_000))
    for _ in range(draw(st.integers(2, 8))):
        trip = draw(st.integers(0, MAX_PROMISE_MS))
        promise_ms = draw(st.integers(max(trip, MIN_PROMISE_MS), MAX_PROMISE_MS))
        signed = at + draw(st.integers(0, trip))
        code = slate.make(SIGNER, T + signed, promise_ms=promise_ms)
        drawn.append((at + trip, at, signed, code))
        at += REFRESH_MS
    shown: list[tuple[int, str]] = []  # from when on
    latest = latest_signed = -1
    for when, asked, signed, code in sorted(drawn):
        if asked > latest and signed > latest_signed:  # a page never goes back
            on_screen = when + draw(st.integers(0, DISPLAY_MS))
            shown.append((max(on_screen, shown[-1][0] if shown else 0), code))
            latest, latest_signed = asked, signed
    # A picture shows what stood there at some moment of the frame before it.
    seen = []
    last = shown[-1][0] + min(600, STALE_MS)
    for n in range(shown[0][0] // frame, last // frame):
        moment = n * frame + draw(st.integers(0, frame - 1)) if draw(st.booleans()) else n * frame
        there = [text for since, text in shown if since <= moment]
        if there and draw(st.integers(0, 3)):
            seen.append(Seen(n * frame, there[-1]))
    return SlateCodes(frame, tuple(seen))


@given(_films())
def test_the_true_beginning_lies_within_the_answer(found: SlateCodes) -> None:
    judged = judge(found, known())
    if judged is None:
        assert not found.seen
    elif len(codes_of(found)) > 1:
        assert judged.verdict == "accepted"
        assert judged.earliest_ms is not None and judged.latest_ms is not None
        assert judged.earliest_ms <= T <= judged.latest_ms
        assert judged.best_ms is not None and judged.earliest_ms <= judged.best_ms <= judged.latest_ms
    else:
        assert judged.verdict == "too-short"


def test_signed_by_somebody_else() -> None:
    assert verdict(filmed(signer=OTHER)) == "unknown-key"
    kid, forged = slate.kid_of(SIGNER.public), slate.make(OTHER, T)
    body = bytes.fromhex(kid) + slate.read(forged).body[3:] + slate.read(forged).signature
    under_our_name = "M2:" + slate._to_base45(body)
    assert verdict(SlateCodes(FRAME, (Seen(0, under_our_name), Seen(40, under_our_name)))) == "forged"


def test_signed_with_a_key_that_was_not_in_use_then() -> None:
    kid = slate.kid_of(SIGNER.public)
    for key in (KnownKey(SIGNER.public, T + 9_000, None), KnownKey(SIGNER.public, T - 90_000, T - 80_000)):
        assert verdict(filmed(), known(keys={kid: (key,)})) == "unknown-key"


def test_keys_that_came_and_went_still_tell() -> None:
    keys = {
        slate.kid_of(SIGNER.public): (KnownKey(SIGNER.public, T - 60_000, T + 60_000),),
        slate.kid_of(OTHER.public): (KnownKey(OTHER.public, T + 60_000, None),),
    }
    assert verdict(filmed(), known(keys=keys)) == "accepted"


def test_a_photograph_of_a_slate() -> None:
    text = slate.make(SIGNER, T + 5_000)
    still = SlateCodes(FRAME, tuple(Seen(at, text) for at in range(5_000, 8_000, FRAME)))
    assert verdict(still) == "uneven"
    assert verdict(SlateCodes(FRAME, still.seen[:8])) == "too-short"


@pytest.mark.parametrize("speed", [0.5, 3.0])
def test_a_film_of_a_slate_at_another_speed(speed: float) -> None:
    assert verdict(filmed(5_000, 9_000, speed=speed)) == "uneven"


def test_codes_that_run_backwards() -> None:
    seen = filmed().seen
    turned = tuple(Seen(one.at_ms, other.text) for one, other in zip(seen, reversed(seen), strict=True))
    assert verdict(SlateCodes(FRAME, turned)) == "uneven"


def test_two_visits_must_agree() -> None:
    early, late = filmed(1_000, 3_000), filmed(40_000, 42_000)
    assert verdict(SlateCodes(FRAME, early.seen + late.seen)) == "accepted"
    cut = tuple(Seen(each.at_ms - 8_000, each.text) for each in late.seen)  # 8 s are missing in between
    assert verdict(SlateCodes(FRAME, early.seen + cut)) == "uneven"


def test_told_after_the_server_had_the_recording() -> None:
    assert verdict(filmed(), known(received_ms=T + 50_000)) == "too-late"


def test_too_far_from_what_the_device_says() -> None:
    assert verdict(filmed(), known(stated_ms=T + 7_300_000)) == "far"
    assert verdict(filmed(), known(stated_ms=T - 7_300_000)) == "far"
    assert verdict(filmed(), known(stated_ms=None)) == "accepted"
    assert verdict(filmed(), known(stated_ms=None, received_ms=T + 90_000_000)) == "far"


def test_the_same_codes_in_another_recording_of_the_camera() -> None:
    other = Elsewhere("r2", 30_000, codes_of(filmed()))
    judged = judge(filmed(), known(elsewhere=(other,)))
    assert judged is not None and (judged.verdict, judged.clashes) == ("replayed", ("r2",))
    # A file that goes on in the next one: the code stands at the end of one and at the beginning of the other.
    ended = filmed(59_000, 60_000)
    begun = {code: at - 59_000 for code, at in codes_of(ended).items()}
    assert verdict(ended, known(elsewhere=(Elsewhere("r2", 30_000, begun),))) == "accepted"


def test_a_code_at_the_end_of_one_file_goes_on_only_at_the_beginning_of_another() -> None:
    first, middle, last = filmed(0, 1_000), filmed(20_000, 21_000), filmed(59_000, 60_000)
    for here, shift_ms, expected in (
        (first, 29_000, "accepted"),
        (first, 0, "replayed"),
        (first, 15_000, "replayed"),
        (middle, -20_000, "replayed"),
        (middle, 9_000, "replayed"),
        (last, -59_000, "accepted"),
        (last, -45_000, "replayed"),
        (last, -30_000, "replayed"),
    ):
        there = {code: at + shift_ms for code, at in codes_of(here).items()}
        assert verdict(here, known(elsewhere=(Elsewhere("r2", 30_000, there),))) == expected, shift_ms


def test_other_codes_are_nothing_of_ours() -> None:
    texts: Iterable[str] = ("", "https://example.org", "M2:", "M2:ABC", slate.make(SIGNER, T)[:-3])
    assert judge(SlateCodes(FRAME, tuple(Seen(n, text) for n, text in enumerate(texts))), known()) is None
    assert isinstance(judge(filmed(), known()), Judgement)
