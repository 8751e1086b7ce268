r"""Escapes of programming languages, by hand."""

from __future__ import annotations

import base64

import pytest

from vitne.encodings.backslash import encoding
from vitne.model import Limits

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014"}'


@pytest.mark.parametrize(
    "captured",
    [
        "".join(f"\\x{byte:02x}" for byte in TEXT).encode(),
        "".join(f"\\x{byte:02X}" for byte in TEXT).encode(),
        "".join(f"\\{byte:03o}" for byte in TEXT).encode(),
        "".join(f"\\u{byte:04x}" for byte in TEXT).encode(),
        TEXT.replace(b'"', b'\\"'),
    ],
)
def test_every_spelling_is_undone_and_comes_back(captured):
    (child,) = encoding.find(captured, LIMITS)
    assert child.data == TEXT
    assert encoding.wrap(child) == captured
    at = TEXT.index(b"0044")
    start, end = encoding.locate(captured, child, at, at + 15)
    assert next(encoding.unwrap(captured[start:end], LIMITS)).data == b"004402990000014"


def test_line_ends_of_a_long_token_are_undone():
    letters = base64.b64encode(TEXT * 4)
    captured = letters[:76] + b"\\n" + letters[76:]
    (child,) = encoding.find(captured, LIMITS)
    assert child.data == letters[:76] + b"\n" + letters[76:]


@pytest.mark.parametrize("text", [b"C:\\new\\table\\readme", b"a\\b", b"\\d+\\w*", b"plain"])
def test_paths_and_patterns_are_left_alone(text):
    assert list(encoding.find(text, LIMITS)) == []
