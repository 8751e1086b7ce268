from __future__ import annotations

import uuid

import pytest

from vitne.identify.checks import uuid as check_uuid

VALUE = "6a1c1487-a0af-4223-b142-a0f4621d0311"


@pytest.mark.parametrize(
    "text", [VALUE, VALUE.upper(), VALUE.replace("-", ""), "{" + VALUE + "}", "urn:uuid:" + VALUE]
)
def test_the_canonical_spelling_is_that_of_the_standard_library(text: str):
    assert check_uuid.check(text).canonical == str(uuid.UUID(text)) == VALUE


@pytest.mark.parametrize(
    "text", ["00000000-0000-0000-0000-000000000000", VALUE[:-1], VALUE[:8] + VALUE[9:], "f" * 32]
)
def test_others_are_refused(text: str):
    assert not check_uuid.check(text).ok
