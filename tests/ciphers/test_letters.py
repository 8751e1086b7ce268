from __future__ import annotations

import base64
import random

import pytest

from vitne.ciphers import Keyring
from vitne.ciphers.letters import STANDARD, Lettered
from vitne.model import Alphabet, Limits, Malformed

TEXT = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'


def mixed(letters, seed):
    own = list(letters)
    random.Random(seed).shuffle(own)
    return "".join(own)


@pytest.mark.parametrize("seed", range(5))
def test_a_permuted_alphabet_is_put_back_and_written_again(seed):
    _, letters = STANDARD[64]
    own = mixed(letters, seed)
    text = base64.b64encode(TEXT).decode().translate(str.maketrans(letters, own)).encode()
    ((one, child),) = Keyring(alphabets=[Alphabet(name="sdk", letters=own)]).open(text, Limits())
    assert (one.name, child.data) == ("base64", TEXT)
    assert ("letters", "sdk") in child.params
    assert one.wrap(child) == text
    low, high = one.locate(text, child, 9, 24)
    assert base64.b64decode(
        text[low // 4 * 4 : -(-high // 4) * 4].decode().translate(str.maketrans(own, letters))
    )


def test_letters_outside_the_standard_may_be_used():
    _, letters = STANDARD[64]
    own = letters.replace("+", "*").replace("/", "!")
    one = Lettered(Alphabet(name="sdk", letters=own))
    data = bytes(range(251, 256)) * 4 + TEXT
    text = base64.b64encode(data).replace(b"+", b"*").replace(b"/", b"!")
    (child,) = one.unwrap(text, Limits())
    assert child.data == data
    assert one.wrap(child) == text


def test_other_bytes_are_malformed():
    with pytest.raises(Malformed):
        list(Lettered(Alphabet(name="sdk", letters=STANDARD[64][1])).unwrap(b"\x00\x01", Limits()))
