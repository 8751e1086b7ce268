from __future__ import annotations

import pytest

from vitne.triggers.multiplicity import benjamini_hochberg, holm

P = [0.01, 0.04, 0.03, 0.005]


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    assert holm(P) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_and_hochberg_divide_by_the_rank() -> None:
    assert benjamini_hochberg(P) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_one_test_alone_stays_as_it_is_and_none_gives_none() -> None:
    assert holm([0.2]) == benjamini_hochberg([0.2]) == [0.2]
    assert holm([]) == benjamini_hochberg([]) == []


def test_nothing_rises_above_one() -> None:
    assert max(holm([0.9, 0.8])) == 1.0
