from __future__ import annotations

import pytest

from vitne.identify.checks import operator


@pytest.mark.parametrize(
    ("text", "canonical"), [("00101", "001-01"), ("001-01", "001-01"), ("310/410", "310-410")]
)
def test_the_canonical_spelling_has_a_dash(text: str, canonical: str):
    assert operator.check(text).canonical == canonical


@pytest.mark.parametrize("text", ["1-1", "80101", "001", "001-0001"])
def test_others_are_refused(text: str):
    assert not operator.check(text).ok
