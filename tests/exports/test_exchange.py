from __future__ import annotations

import dataclasses

import msgspec
import pytest

from vitne.exports import Exchange, Unit


def test_an_exchange_says_nothing_that_its_entry_does_not() -> None:
    one = Exchange(units=(Unit(side=0, time_ns=None, data=b"x"),))
    assert (one.client_ip, one.server_ip, one.host, one.protocol) == ("", "", "", "")
    assert not one.secured


def test_exchanges_are_frozen() -> None:
    one = Exchange(units=())
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        one.host = "other.example"  # type: ignore[misc]
    assert msgspec.structs.replace(one, host="other.example").host == "other.example"
