"""Every list that names apps is told by its content, and by no other's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.apps import samples

from vitne.apps import Book, format_of
from vitne.apps.formats import formats
from vitne.model import Malformed


@pytest.mark.parametrize(("name", "data"), samples.ALL)
def test_a_list_is_told_by_its_content(name, data):
    found = format_of(data)
    assert found is not None
    assert name == found.NAME


@pytest.mark.parametrize(
    "data", [b"", b"hello", b'{"log": {}}', b"<xml/>", b"CLIENT_RANDOM ab cd", bytes(64)]
)
def test_what_names_no_apps_is_none(data):
    assert format_of(data) is None


def test_every_format_says_what_it_is():
    for form in formats():
        assert "summary:" in (form.__doc__ or "")
        assert "specification:" in (form.__doc__ or "")


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.NAME)
@given(noise=st.binary(max_size=400), at=st.integers(0, 3000), which=st.sampled_from(samples.ALL))
def test_noise_raises_nothing_but_malformed(form, noise, at, which):
    data = which[1][:at] + noise + which[1][at:]
    form.fit(data)
    try:
        form.read(data, Book())
    except Malformed:
        return
