"""Authorization headers: the examples of RFC 7617, 6750 and 7616."""

from __future__ import annotations

import pytest

from vitne.encodings.authorization import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()


def read(data: bytes) -> list[tuple[str, bytes]]:
    found = list(encoding.find(data, LIMITS))
    assert all(data[child.start : child.end] == child.data for child in found)
    return [(child.path, child.data) for child in found]


def test_basic_gives_its_credentials_and_bearer_its_token():
    assert read(b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==") == [("credentials", b"QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    assert read(b"bearer mF_9.B5f-4.1JqM") == [("token", b"mF_9.B5f-4.1JqM")]


def test_digest_gives_its_parameters():
    found = dict(
        read(
            b'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", nc=00000001, qop=auth'
        )
    )
    assert found["username"] == b"Mufasa"
    assert found["realm"] == b"http-auth@example.org"
    assert found["nc"] == b"00000001"


@pytest.mark.parametrize("data", [b"", b"plain", b"Basic ", b"two words of text"])
def test_other_texts_are_left_alone(data):
    assert read(data) == []


@pytest.mark.parametrize("data", [b"", b"plain", b"Basic "])
def test_texts_without_a_scheme_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
