from __future__ import annotations

import base64

import numpy as np
import pytest

from vitne.identify.borders import Bounds, escaped, keep_whole
from vitne.identify.needles import Needles
from vitne.identify.variants import needles
from vitne.model import Seed

IMEI = Seed(identifier="imei", name="imei#1", value="490154203237518")
ANDROID = Seed(identifier="android-id", name="x", value="3a1b2c3d4e5f6071")
WORD = Seed(identifier="ssid", name="x", value="Nordmann hjemme")


def _kept(seed: Seed, buffer: bytes, pieces: list[tuple[int, int]] | None = None) -> list[tuple[int, int]]:
    compiled = Needles.compile(needles([seed]))
    pieces = pieces or [(0, len(buffer))]
    bounds = Bounds(np.array([low for low, _ in pieces]), np.array([high for _, high in pieces]))
    hits = keep_whole(compiled.scan(buffer), compiled, np.frombuffer(buffer, dtype=np.uint8), bounds=bounds)
    return sorted(set(zip(hits.start.tolist(), hits.end.tolist(), strict=True)))


@pytest.mark.parametrize(
    "before", [b"", b"imei=", b'"', b"%22", b"%20", b"\\u0022", b"=3D", b"\\n", b"\\x22", b"x", b"%3A%22"]
)
@pytest.mark.parametrize("behind", [b"", b"&", b'"', b"%22", b"x", b"\xff"])
def test_a_number_between_marks_letters_or_escapes_is_whole(before: bytes, behind: bytes):
    assert _kept(IMEI, before + b"490154203237518" + behind) == [(len(before), len(before) + 15)]


@pytest.mark.parametrize(
    "around", [(b"1", b""), (b"", b"12"), (b"x=20", b""), (b"22", b""), (b"u0022", b""), (b"%2", b"")]
)
def test_a_number_beside_a_digit_is_a_part_of_a_longer_one(around: tuple[bytes, bytes]):
    assert _kept(IMEI, around[0] + b"490154203237518" + around[1]) == []


def test_sixteen_digits_that_begin_with_the_imei_are_an_imeisv():
    assert _kept(IMEI, b"sv=4901542032375101&") == [(3, 19)]
    assert _kept(IMEI, b"sv=49015420323751011&") == []
    assert _kept(IMEI, b"sv=490154203237510") == [(3, 18)]  # check digit sent as 0


@pytest.mark.parametrize("around", [(b"a", b""), (b"", b"F"), (b"0", b"0")])
def test_hexadecimal_digits_beside_one_another_are_one_number(around: tuple[bytes, bytes]):
    assert _kept(ANDROID, around[0] + b"3A1b2c3d4e5f6071" + around[1]) == []
    assert _kept(ANDROID, b"%3D3A1b2c3d4e5f6071-") == [(3, 19)]
    assert _kept(ANDROID, b"id=3D3A1b2c3d4e5f6071") == [(5, 21)]


def test_words_are_bordered_by_letters_of_any_script():
    assert _kept(WORD, b"xNordmann hjemme") == []
    assert _kept(WORD, "øNordmann hjemme".encode()) == []
    assert _kept(WORD, b'"nordmann HJEMME"') == [(1, 16)]
    assert _kept(WORD, b"\\tNordmann hjemme") == [(2, 17)]


@pytest.mark.parametrize(
    "around", [(b"", b""), (b'{"imei":"', b'"}'), (b"1", b""), (b"", b"1"), (b"12", b"34")]
)
@pytest.mark.parametrize("pad", range(3))
def test_borders_are_seen_through_codecs(around: tuple[bytes, bytes], pad: int):
    text = b"." * pad + around[0] + b"490154203237518" + around[1] + b".." * (1 - len(around[1]) % 2)
    free = not (around[0][-1:].isdigit() or around[1][:1].isdigit())
    for encoded in (
        text.hex().encode(),
        base64.b64encode(text),
        text.decode().encode("utf-16-le"),
        text.decode().encode("utf-16-be"),
    ):
        assert bool(_kept(IMEI, encoded)) == free, encoded


def test_what_lies_in_another_piece_does_not_stand_beside():
    assert _kept(IMEI, b"1" + b"490154203237518" + b"1", [(0, 1), (1, 16), (16, 17)]) == [(1, 16)]
    hexed = b"31" + b"490154203237518".hex().encode() + b"31"
    assert _kept(IMEI, hexed, [(0, 2), (2, 32), (32, 34)]) == [(2, 32)]
    assert _kept(IMEI, hexed) == []


@pytest.mark.parametrize(
    ("before", "is_escape"),
    [
        (b"%22", True),
        (b"22", False),
        (b"\\u0022", True),
        (b"u0022", False),
        (b"\\r", True),
        (b"\\1", False),
        (b"", False),
    ],
)
def test_an_escape_is_known_by_its_mark(before: bytes, is_escape: bool):
    assert escaped(before, len(before)) == is_escape


@pytest.mark.parametrize("lead", [b"", b"x", b"xx", b'{"v":"', b'{"id":"', b'{"ids":"'])
@pytest.mark.parametrize("behind", [b"", b'"', b'"}'])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_a_neighbour_is_not_the_value(lead: bytes, behind: bytes, encode):
    """Bits at both ends of the value stand in letters that it shares with what is beside it."""
    assert _kept(IMEI, encode(lead + IMEI.value.encode() + behind))
    for last in "012345679":
        neighbour = IMEI.value[:-1] + last
        other = [place for place in _kept(IMEI, encode(lead + neighbour.encode() + behind)) if last != "0"]
        assert other == [], neighbour  # with 0 at the end it is the IMEI as the radio sends it
    assert _kept(IMEI, encode(lead + b"5" + IMEI.value[1:].encode() + behind)) == []


def test_base64_of_neighbouring_bytes_is_not_the_value():
    raw = bytes.fromhex(ANDROID.value)
    for lead in (b"", b"\0", b"\0\0"):
        assert _kept(ANDROID, base64.b64encode(lead + raw))
        assert _kept(ANDROID, base64.b64encode(lead + raw[:-1] + bytes([raw[-1] ^ 1]))) == []


@pytest.mark.parametrize("cut", range(1, 20))
def test_base64_is_whole_where_a_line_break_stands_between_shared_letters(cut: int):
    """A break within the needle's letters hides it, one beside them does not."""
    text = base64.b64encode(b"x" + IMEI.value.encode())
    broken = text[:cut] + b"\r\n" + text[cut:]
    assert bool(_kept(IMEI, broken)) is (cut <= 2 or cut > 2 + len(text[2:].rstrip(b"=")) - 1)
