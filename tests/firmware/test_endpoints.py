"""Which texts name a host, and which only look as if they did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.firmware.endpoints import hosts_in


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        (b"http://a.b.example/path?x=1", ["a.b.example"]),
        (
            b"see HTTPS://User@API.Test.example:8443/x, and ftp://b.example.",
            ["api.test.example", "b.example"],
        ),
        (b'{"url":"https://c.example"}', ["c.example"]),
        (b"https://192.0.2.7:8083/register", ["192.0.2.7"]),
        (b"192.0.2.7:8083", ["192.0.2.7"]),
        (b"api.weather.co.uk", ["api.weather.co.uk"]),
        (b"collector.carrier.example/nb", ["collector.carrier.example"]),
        (b"coap://iot.carrier.example/nb", ["iot.carrier.example"]),
    ],
)
def test_these_name_hosts(text: bytes, hosts: list[str]) -> None:
    assert [each.host for each in hosts_in(text)] == hosts


@pytest.mark.parametrize(
    "text",
    [
        b"com.android.phone",
        b"persist.vendor.radio.enabled",
        b"libfoo.so",
        b"1.2.3.4",
        b"999.1.1.1:80",
        b"http://%s/%s",
        b"http://localhost/",
        b"http://",
        b"device.name",
        b"Hello. World",
        b"http://nowhere.invalidtopleveldomain/",
        b"android.intent.action.VIEW",
        b"build.prop.bak",
        b"",
    ],
)
def test_these_name_none(text: bytes) -> None:
    assert list(hosts_in(text)) == []


def test_one_text_gives_no_more_than_32() -> None:
    assert len(list(hosts_in(b" ".join(b"http://h%d.example" % number for number in range(100))))) == 32


@given(st.binary(max_size=400))
def test_any_bytes_are_taken(text: bytes) -> None:
    for each in hosts_in(text + b"://." + text):
        assert each.host
