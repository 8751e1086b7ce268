from __future__ import annotations

import base64
import hashlib

import pytest

from vitne.ciphers.steps import apply, complaint
from vitne.model import Malformed


@pytest.mark.parametrize(
    ("data", "steps", "key"),
    [
        (b"abc", ["md5", "hex", "first 16"], hashlib.md5(b"abc").hexdigest()[:16].encode()),
        (b"abc", ["sha256", "last 16"], hashlib.sha256(b"abc").digest()[-16:]),
        (b"abc", ["sha1", "base64"], base64.b64encode(hashlib.sha1(b"abc").digest())),
        (
            b"1612345678",
            ["modulo 100000000", "xor 16781585", "last 8"],
            str(12345678 ^ 0x1001111)[-8:].encode(),
        ),
        (b"7", ["plus 5", "digits 4"], b"0012"),
        (b"Ab", ["lower", "upper", "reverse", "zeros 4"], b"BA\0\0"),
        (b"6162", ["unhex", "from 1"], b"b"),
        (b"YWI=", ["unbase64"], b"ab"),
    ],
)
def test_steps_are_done_one_after_the_other(data, steps, key):
    assert not any(map(complaint, steps))
    assert apply(data, steps, {}) == key


@pytest.mark.parametrize("places", [b"3,1,4,1", b"3 1 4 1", b"[3,1,4,1]", b"3-1-4-1"])
def test_letters_are_picked_by_places_from_zero(places):
    assert apply(b"abcdef", ["pick at"], {"at": places}) == b"dbeb"


@pytest.mark.parametrize(
    ("data", "step", "told"),
    [
        (b"abc", "modulo 7", {}),
        (b"0" * 41, "modulo 7", {}),
        (b"xyz", "unhex", {}),
        (b"a", "unbase64", {}),
        (b"abc", "pick at", {"at": b"1,9"}),
        (b"abc", "pick at", {"at": b"one"}),
        (b"abc", "pick at", {}),
        (b"abc" * 2000, "upper", {}),
    ],
)
def test_what_cannot_be_done_is_malformed(data, step, told):
    with pytest.raises(Malformed):
        apply(data, [step], told)


@pytest.mark.parametrize("step", ["md6", "md5 3", "first", "first x", "first 0", "pick", ""])
def test_words_that_are_no_steps_are_complained_of(step):
    assert complaint(step)
