"""Errors say what, where, what was expected and what to do; bad bytes say where."""

from __future__ import annotations

import pytest

from vitne.model import CaptureError, CatalogError, Malformed, StoreError, UsageError, VitneError


def test_an_error_tells_what_where_expected_and_next() -> None:
    error = CaptureError("it is empty", where="a.pcap", expected="a capture", next_step="record again")
    assert str(error) == "a.pcap: it is empty\n  expected: a capture\n  next: record again"
    assert str(UsageError("no such thing")) == "no such thing"


@pytest.mark.parametrize("kind", [UsageError, CatalogError, CaptureError, StoreError])
def test_the_family_has_four_children(kind: type[VitneError]) -> None:
    assert kind.__mro__[1] is VitneError
    assert {each for each in VitneError.__subclasses__() if each.__module__ == "vitne.model.errors"} == {
        UsageError,
        CatalogError,
        CaptureError,
        StoreError,
    }


def test_bad_bytes_are_no_error_of_the_user() -> None:
    assert not issubclass(Malformed, VitneError)
    assert str(Malformed("cut short", at=7)) == "cut short (at byte 7)"
    assert str(Malformed("cut short")) == "cut short"
