from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.identify import checks


@pytest.mark.parametrize("name", checks.names())
def test_every_check_says_what_it_is_and_where_that_stands(name: str):
    found = checks.find(name)
    assert found.summary
    assert found.specification
    assert found.name == name


@pytest.mark.parametrize("name", checks.names())
@given(text=st.text(max_size=60) | st.text("0123456789abcdefABCDEF-:.@+F ", max_size=40))
def test_a_check_never_raises_and_its_canonical_spelling_is_stable(name: str, text: str):
    check = checks.find(name).check
    result = check(text)
    assert bool(result.why) != result.ok
    if result.ok:
        assert check(result.canonical).canonical == result.canonical
    elif len(text) > 6:
        assert text not in result.why


def test_an_unknown_check_is_an_error():
    with pytest.raises(KeyError):
        checks.find("nothing")
