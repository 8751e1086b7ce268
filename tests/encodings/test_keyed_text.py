from __future__ import annotations

import random

import numpy as np

from vitne.encodings._keyed_text import texts_among

ALL = np.arange(256)
TABLES = [bytes(byte ^ key for byte in range(256)) for key in range(256)]


def keys(data):
    return texts_among(data, lambda there: ALL[:, None] ^ there[None, :], TABLES)


def test_the_key_of_a_record_comes_first():
    text = b'{"imei":"004402990000014","place":"59.91,10.75"}'
    assert keys(text.translate(TABLES[0x9C]))[0] == 0x9C


def test_a_text_of_letters_and_digits_alone_is_known_by_that():
    text = b"3yQmZ4vTRkN8sWcXa2bHfJ7dLpG5uE9oPqV6tYwMxKzB"
    assert keys(text.translate(TABLES[0x15]))[0] == 0x15


def test_noise_few_bytes_and_filling_have_none():
    chance = random.Random(3)
    assert not [1 for _ in range(300) if keys(chance.randbytes(64))]
    assert keys(b"short") == []
    assert keys(b"ab" * 30) == []
