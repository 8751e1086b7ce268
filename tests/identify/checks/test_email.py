from __future__ import annotations

import pytest

from vitne.identify.checks import email


def test_the_domain_alone_is_lowered():
    assert email.check("Kari.Nordmann@Mail.Example").canonical == "Kari.Nordmann@mail.example"


@pytest.mark.parametrize("text", ["kåre@mail.example", "a+b@mail.example"])
def test_international_and_tagged_addresses_pass(text: str):
    assert email.check(text).ok


@pytest.mark.parametrize(
    "text",
    [
        "kari",
        "@mail.example",
        "kari@example",
        ".k@mail.example",
        "a..b@mail.example",
        "a b@mail.example",
        "a@-x.example",
        "a@" + "x" * 64 + ".example",
    ],
)
def test_others_are_refused(text: str):
    assert not email.check(text).ok
