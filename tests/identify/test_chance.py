from __future__ import annotations

import random

import pytest

from vitne.identify.chance import ENOUGH, evalue, judge, probability
from vitne.identify.needles import Needle


def _needle(data: bytes, **more: object) -> Needle:
    return Needle(seed=0, data=data, text=data, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("digits", "measured"), [(3, 12.2), (4, 0.79), (5, 0.033)])
def test_runs_of_digits_come_as_often_as_was_measured(digits: int, measured: float):
    # hits of a random run in 289 kB of request text, notes on detection 2.4
    expected = evalue(_needle(b"7" * digits), 289_000)
    assert measured / 3 < expected < measured * 3


@pytest.mark.parametrize("length", [2, 3])
def test_random_hexadecimal_text_holds_no_more_than_is_expected(length: int):
    rng = random.Random(3)
    text = rng.randbytes(100_000).hex().encode()
    needles = [_needle(rng.randbytes(length).hex().encode()) for _ in range(40)]
    observed = sum(text.count(needle.data) for needle in needles)
    # the model takes 3 % of all bytes for hexadecimal; here all of them are
    expected = sum(evalue(needle, len(text)) for needle in needles) / 0.03
    assert observed <= 2 * expected + 5


def test_random_bytes_hold_no_more_than_is_expected():
    rng = random.Random(5)
    noise = rng.randbytes(1 << 20)
    needles = [_needle(rng.randbytes(3)) for _ in range(300)]
    observed = sum(noise.count(needle.data) for needle in needles)
    assert observed <= 2 * sum(evalue(needle, len(noise)) for needle in needles) + 5


def test_a_longer_needle_is_less_likely_and_more_bytes_or_siblings_make_more_hits():
    short, long = _needle(b"12345678"), _needle(b"123456789012345")
    assert probability(long) < probability(short)
    assert evalue(short, 2000) == pytest.approx(2 * evalue(short, 1000))
    assert evalue(short, 1000, siblings=7) == pytest.approx(7 * evalue(short, 1000))


def test_fifteen_digits_stand_alone_and_four_do_not():
    assert judge(_needle(b"490154203237518"), haystack=1 << 30, siblings=300).enough
    assert not judge(_needle(b"4901"), haystack=1 << 30, siblings=1).enough
    assert judge(_needle(b"490154203237", weak=True), haystack=1, siblings=1).evalue <= ENOUGH
    assert not judge(_needle(b"490154203237", weak=True), haystack=1, siblings=1).enough


def test_zeros_are_cheap_bytes():
    assert probability(_needle(bytes(8))) > probability(_needle(bytes(range(128, 136))))


def test_a_key_or_company_backs_a_hit_that_chance_could_explain():
    weak = judge(_needle(b"12345678", weak=True, border="digit"), haystack=1 << 20, siblings=1)
    assert not weak.backed(key=False, record=0, whole_field=False).enough
    keyed = weak.backed(key=True, record=0, whole_field=False)
    assert keyed.enough
    assert keyed.reasons
    assert keyed.evalue < weak.evalue
    assert weak.backed(key=False, record=500, whole_field=False).enough


def test_what_chance_surely_explains_is_not_backed_by_a_key_alone():
    weak = judge(_needle(b"Per", weak=True, fold=True), haystack=1 << 30, siblings=1)
    assert not weak.backed(key=True, record=0, whole_field=False).enough
    whole = weak.backed(key=True, record=0, whole_field=True)
    assert whole.enough
    assert whole.evalue is None
