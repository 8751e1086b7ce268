from __future__ import annotations

import random
import time

import pytest

from vitne.identify.differences import TOO_LONG, TOO_MANY, Differences
from vitne.model import Seed

IMEI = "490154203237518"
SEED = Seed(identifier="imei", name="imei#1", value=IMEI)
UUID = Seed(identifier="advertising-id", name="a", value="6a1c1487-a0af-4223-b142-a0f4621d0311")
RECORD = f'{{"model":"TA-0000","hw":"{IMEI}","ts":1549174542}}'.encode()


def under(data, key):
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data))


def a_key(length):
    chance = random.Random(length)
    return bytes(chance.randrange(1, 256) for _ in range(length))


def find(data, *seeds):
    return Differences(seeds or (SEED,), haystack=1 << 20).find(data)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("front", [0, 3])
def test_a_key_of_any_length_falls_out_and_opens_the_record(length, front):
    key = a_key(length)
    data = bytes(range(200, 200 + front)) + under(RECORD, key)
    one = find(data)[0]
    assert one.way == "xor"
    assert under(data[one.start : one.end], one.key)[-len(RECORD) :] == RECORD
    assert one.chance < 1e-4


@pytest.mark.parametrize("length", [10, 12, 16])
def test_longer_values_tell_longer_keys(length):
    key = a_key(length)
    data = under(f'{{"id":"{UUID.value}","v":3}}'.encode(), key)
    assert find(data, UUID)[0].key == key


@pytest.mark.parametrize("key", [[9], [200], [1, 2, 3, 4]])
def test_numbers_that_are_added_fall_out_too(key):
    data = bytes((byte + key[at % len(key)]) % 256 for at, byte in enumerate(RECORD))
    one = next(one for one in find(data) if one.way == "add")
    assert list(one.key) == key


def test_a_value_that_stands_open_yields_no_key():
    assert find(RECORD) == []


def test_a_neighbour_is_not_taken_for_the_value():
    """One other digit: the key byte there would be told by that digit alone, or be the odd one among zeros."""
    chance = random.Random(5)
    for place in range(15):
        other = IMEI[:place] + str((int(IMEI[place]) + 1) % 10) + IMEI[place + 1 :]
        for length in (1, 2, 4, 8):
            key = bytes(chance.randrange(1, 256) for _ in range(length))
            record = RECORD.replace(IMEI.encode(), other.encode())
            assert find(record) == []
            captured = under(record, key)
            for one in find(captured):  # the right key may be told by the 14 digits without the last
                assert IMEI.encode() not in under(captured[one.start : one.end], one.key)


def test_noise_yields_no_key():
    chance = random.Random(6)
    assert not [one for _ in range(300) for one in find(chance.randbytes(chance.randint(1, 2000)))]


@pytest.mark.parametrize("data", [b"", b"a", bytes(40), b"\xff" * 500])
def test_few_and_even_bytes_yield_no_key(data):
    assert find(data) == []


def test_values_of_the_capture_are_not_looked_for():
    own = Seed(identifier="mac-address", name="link address 1", value="00:00:5e:00:53:01", origin="capture")
    assert find(under(b'{"mac":"00:00:5e:00:53:01"}', b"\x99"), own) == []


@pytest.mark.parametrize(
    ("seed", "record"),
    [
        (
            Seed(identifier="msisdn", name="m", value="447700900123"),
            b'{"model":"TA-1","tel":"+447700900123","ts":1549174542,"a":1,"b":2}',
        ),
        (
            Seed(identifier="serial-number", name="s", value="VTN0CL4Q81ZX"),
            b'{"a":"12","sn":"VTN0CL4Q81ZX","ts":1549174542,"lvl":"app_open"}',
        ),
        (
            Seed(identifier="serial-number", name="s", value="VTN0CL4Q81ZX"),
            b"a=12&b=1&sn=VTN0CL4Q81ZX&ts=1549174542&lvl=app_open&x=1&y=2&z=3&w=5",
        ),
    ],
)
def test_a_short_value_in_a_record_without_a_flaw_tells_a_long_key(seed, record):
    data = under(record, a_key(8))
    assert [under(data, one.key) for one in find(data, seed)] == [record]


def test_a_neighbour_of_a_short_value_breaks_a_mark():
    seed = Seed(identifier="serial-number", name="s", value="VTN0CL4Q81ZX")
    for at in range(12):
        other = bytearray(b"VTN0CL4Q81ZX")
        other[at] = 0x41 if other[at] != 0x41 else 0x42
        record = b'{"a":"12","sn":"%s","ts":1549174542,"lvl":"app_open","theme":"dark"}' % bytes(other)
        assert find(under(record, a_key(8)), seed) == []


def test_a_value_far_behind_in_a_long_layer_is_found():
    key, chance = a_key(6), random.Random(7)
    noise = chance.randbytes(3 << 20)
    at = len(noise) - 1000
    data = noise[:at] + b"\x00" + under(RECORD, key) + b"\x00" + noise[at:]
    one = find(data)[0]
    assert one.start <= at + 1 < one.end
    assert RECORD in under(data[one.start : one.end], one.key)


def test_a_key_that_opens_a_long_text_opens_all_of_it_once():
    key = a_key(5)
    text = (RECORD + b"\n") * 5_000
    found, left = Differences((SEED,), haystack=1 << 20).search(under(text, key))
    assert left == (TOO_MANY,)  # the value stands there more often than is looked at
    assert [(one.start, one.end, under(under(text, key), one.key)) for one in found[:1]] == [
        (0, len(text), text)
    ]


def test_more_keys_than_are_judged_are_told():
    record = RECORD * 2
    data = b"\x00".join(under(record, random.Random(at).randbytes(4)) for at in range(100))
    found, left = Differences((SEED,), haystack=1 << 20).search(data)
    assert found
    assert left == (TOO_MANY,)


@pytest.mark.parametrize(("entries", "left"), [(300, ()), (6000, (TOO_LONG,))])
def test_a_short_value_in_a_record_that_is_too_long_is_told(entries, left):
    seed = Seed(identifier="serial-number", name="s", value="VTN0CL4Q81ZX")
    rows = ",".join(f'"{row:05}":"{row}"' for row in range(entries)).encode()
    record = b'{"a":"12","sn":"VTN0CL4Q81ZX","ts":1549174542,"lvl":"app_open",' + rows + b"}"
    assert (len(record) > 64 << 10) is bool(left)
    found, told = Differences((seed,), haystack=1 << 20).search(under(record, a_key(8)))
    assert told == left
    assert bool(found) is not bool(left)


def test_bytes_made_to_be_slow_cost_no_more_than_their_length():
    """Islands of the value's differences in zeros: under each key all of the zeros read as text."""
    islands = [under(IMEI.encode(), bytes([0x21 + at % 90] * 4)) for at in range(2000)]
    data = b"".join(bytes(500) + island for island in islands)
    begun = time.process_time()
    find(data)
    assert time.process_time() - begun < 4
