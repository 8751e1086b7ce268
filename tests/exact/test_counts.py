"""Exact tests of counts: against hand-counted tables and published values."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.exact import fisher, fisher_log, interval, rates, tail


def test_the_tea_lady_of_fisher_gets_his_numbers() -> None:
    # Fisher 1935: 3 of 4 right: one-sided 17/70, two-sided 34/70; 4 of 4: 1/70, two-sided 2/70
    assert fisher((3, 4), (1, 4)) == pytest.approx(34 / 70)
    assert fisher((4, 4), (0, 4)) == pytest.approx(2 / 70)


def test_no_unlock_of_forty_against_nearly_all_is_no_chance() -> None:
    # tables as extreme: 37 of the one and 0 of the other, or the other way round: 2 C(40,37) / C(80,37) + none between
    assert fisher((0, 40), (37, 40)) == pytest.approx(2 * math.comb(40, 37) / math.comb(80, 37), rel=1e-6)


def test_a_test_of_nothing_says_nothing() -> None:
    assert fisher((0, 0), (3, 4)) == 1.0
    assert fisher((0, 5), (0, 7)) == 1.0
    assert rates((0, 3600.0), (0, 3600.0)) == 1.0
    assert rates((5, 0.0), (0, 3600.0)) == 1.0


@pytest.mark.parametrize("bad", [(-1, 4), (5, 4)])
def test_a_count_beyond_its_total_is_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="between 0 and its total"):
        fisher(bad, (1, 2))


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 12), st.integers(1, 12))
def test_fisher_equals_counting_all_tables(a: int, b: int, n: int, m: int) -> None:
    a, b = min(a, n), min(b, m)
    ways = {k: math.comb(n, k) * math.comb(m, a + b - k) for k in range(max(0, a + b - m), min(a + b, n) + 1)}
    expected = sum(way for way in ways.values() if way <= ways[a]) / math.comb(n + m, a + b)
    assert fisher((a, n), (b, m)) == pytest.approx(expected, rel=1e-6)
    assert fisher((b, m), (a, n)) == pytest.approx(expected, rel=1e-6)


def test_eight_sendings_in_an_hour_against_none_in_an_hour() -> None:
    assert rates((8, 3600.0), (0, 3600.0)) == pytest.approx(2 / 2**8)


def test_a_longer_look_weighs_more() -> None:
    # all 3 events in a tenth of the time: (1/11)^3, and nothing on the other side is as rare
    assert rates((3, 360.0), (0, 3600.0)) == pytest.approx((1 / 11) ** 3, rel=1e-6)


def test_a_tail_is_what_adding_up_gives() -> None:
    assert tail(0, 10, 0.3) == 1.0
    assert tail(2, 3, 0.5) == pytest.approx(0.5)
    assert tail(1, 4, 0.0) == 0.0
    assert tail(4, 4, 1.0) == 1.0


def test_the_interval_of_clopper_and_pearson() -> None:
    # closed forms at the ends: 1 - (alpha/2)^(1/n) and its mirror
    low, high = interval(0, 2940)
    assert low == 0.0
    assert high == pytest.approx(1 - 0.025 ** (1 / 2940), rel=1e-6)
    low, high = interval(60, 60)
    assert low == pytest.approx(0.025 ** (1 / 60), rel=1e-6)
    assert high == 1.0
    low, high = interval(5, 10)
    assert (low, high) == (pytest.approx(0.18709, abs=1e-4), pytest.approx(0.81291, abs=1e-4))
    assert interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("first", "second"),
    [((2000, 2000), (0, 1000)), ((60, 60), (1, 2938)), ((400, 890), (1, 19108)), ((30, 31), (9000, 9100))],
)
def test_large_tables_equal_counting_with_whole_numbers(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (a, n), (b, m) = first, second
    least = max(0, a + b - m)
    term = math.comb(n, least) * math.comb(m, a + b - least)
    terms = {}
    for k in range(least, min(a + b, n) + 1):
        terms[k] = term
        term = term * (n - k) * (a + b - k) // ((k + 1) * (m - (a + b - k) + 1))
    total, whole = sum(each for each in terms.values() if each <= terms[a]), math.comb(n + m, a + b)
    expected = (total.bit_length() - whole.bit_length()) * math.log(2)
    mantissas = [each >> max(each.bit_length() - 60, 0) for each in (total, whole)]
    expected += math.log(mantissas[0] / 2.0 ** mantissas[0].bit_length()) - math.log(
        mantissas[1] / 2.0 ** mantissas[1].bit_length()
    )
    assert fisher_log(first, second) == pytest.approx(expected, rel=1e-9, abs=1e-7)


def test_a_tail_from_either_side_is_what_adding_up_gives() -> None:
    for k in range(1, 61):
        expected = sum(math.comb(60, i) * 0.4**i * 0.6 ** (60 - i) for i in range(k, 61))
        assert tail(k, 60, 0.4) == pytest.approx(expected, rel=1e-9)
    assert tail(61, 60, 0.4) == 0.0
    low, high = interval(50, 100_000)
    assert tail(50, 100_000, low) == pytest.approx(0.025, rel=1e-6)
    assert 1 - tail(51, 100_000, high) == pytest.approx(0.025, rel=1e-6)
