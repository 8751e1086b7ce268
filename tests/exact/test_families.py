"""Holm's correction, by hand."""

from __future__ import annotations

import pytest

from vitne.exact import holm


def test_the_least_counts_most() -> None:
    assert holm([0.01, 0.04, 0.03]) == [pytest.approx(0.03), pytest.approx(0.06), pytest.approx(0.06)]


def test_what_was_tried_and_not_listed_counts_too() -> None:
    assert holm([0.001], looked_at=50) == [pytest.approx(0.05)]


def test_no_probability_is_above_one() -> None:
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
