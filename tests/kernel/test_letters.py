from __future__ import annotations

import base64
import concurrent.futures
import gzip
import random

import pytest

from vitne.encodings import base64 as patient
from vitne.kernel.letters import may_begin_inside, number_of
from vitne.model import Limits

ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
VALUES = bytes(max(ALPHABET.find(byte), 0) for byte in range(256))
TEXTS = (b'{"imei":"004402990000014"}', "blåbær og rømme ".encode(), gzip.compress(b"imei=004402990000014"))


def found_inside(data, start, end, monkeypatch):
    """Say whether the patient look finds base64 inside a run."""
    monkeypatch.setattr(patient, "may_begin_inside", lambda *_: True)
    return patient.encoding._inside(data, start, end, Limits()) is not None


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("front", [b"", b"x", b"ab", b"abc", b"path/", b"a/b/c/", b"9/8/"])
@pytest.mark.parametrize("behind", [b"", b"=", b"/more", b"-_-", b"+/+/"])
def test_what_begins_inside_a_run_is_never_told_hopeless(text, front, behind, monkeypatch):
    for written in (base64.b64encode(text), base64.urlsafe_b64encode(text).rstrip(b"=")):
        data = b'"' + front + written + behind + b'"'
        if found_inside(data, 1, len(data) - 1, monkeypatch):
            assert may_begin_inside(data, 1, len(data) - 1)


@pytest.mark.parametrize("letters", [b"ABab01+/", b"ABCDEFGHIJabcdefghij0123456789+/", b"AQgI/Jm9vYmFy\r\n="])
def test_of_chance_runs_none_is_told_hopeless_that_a_closer_look_takes(letters, monkeypatch):
    chance = random.Random(len(letters))
    for _ in range(400):
        data = bytes(chance.choices(letters, k=chance.randint(1, 90)))
        if found_inside(data, 0, len(data), monkeypatch):
            assert may_begin_inside(data, 0, len(data))


def test_most_noise_is_told_hopeless():
    chance = random.Random(1)
    runs = [base64.b64encode(chance.randbytes(150)) for _ in range(200)]
    assert sum(may_begin_inside(run, 0, len(run)) for run in runs) < 40


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0, 23), (30, 30), (30, 10), (0, 10**9), (5, 40)])
def test_ranges_are_kept_within_the_data(start, end):
    assert may_begin_inside(b"+" * 40, start, end) in {True, False}


@pytest.mark.parametrize("size", [1, 2, 5, 6, 30, 400, 9000, 20000])
@pytest.mark.parametrize("base", [58, 62])
def test_a_number_is_what_its_digits_say(size, base):
    chance = random.Random(size * base)
    letters = bytes(chance.choices(ALPHABET[:base], k=size))
    value = 0
    for letter in letters:
        value = value * base + ALPHABET.index(letter)
    assert number_of(letters, VALUES, base) == value.to_bytes((value.bit_length() + 7) // 8, "big")


@pytest.mark.parametrize("base", [2, 10, 36, 255, 256])
def test_numbers_of_other_bases_are_right_too(base):
    chance = random.Random(base)
    for size in (0, 1, 7, 8, 9, 64, 300):
        digits = bytes(chance.randrange(base) for _ in range(size))
        value = 0
        for digit in digits:
            value = value * base + digit
        wanted = value.to_bytes((value.bit_length() + 7) // 8, "big")
        assert number_of(digits, bytes(min(one, base - 1) for one in range(256)), base) == wanted


def test_threads_do_not_mix_up_their_numbers():
    chance = random.Random(7)
    rows = [bytes(chance.choices(ALPHABET, k=chance.randint(1, 300))) for _ in range(200)]
    wanted = [number_of(row, VALUES, 62) for row in rows]
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda row: number_of(row, VALUES, 62), rows * 4)) == wanted * 4


def test_what_is_no_base_is_refused():
    for base, values in ((1, VALUES), (257, VALUES), (10, b"")):
        with pytest.raises(ValueError, match="base"):
            number_of(b"1", values, base)
