"""What holds for every encoding of the folder."""

from __future__ import annotations

import importlib
import pkgutil
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vitne.encodings
from vitne.encodings import encodings
from vitne.model import Child, Limits, Malformed

from .samples import SAMPLES

LIMITS = Limits()
MINE = sorted(SAMPLES)
EACH = [(name, sample) for name in MINE for sample in SAMPLES[name]]
NO_END = {
    "event-stream",
    "grpc-web-text",
    "base64",
    "hex",
    "percent",
    "form",
    "cookie",
    "html",
    "quoted-printable",
    "authorization",
    "protobuf",
    "xml",
    "utf16",
    "base32",
    "base58",
    "base62",
    "base85",
    "url-path",
    "xor",
    "backslash",
    "charset",
    "exif",
    "labels",
    "utf32",
    "lzstring",
    "lzstring-raw",
    "java",
    "tlv",
}

# many children: those before the cut are whole
MANY = {"json", "mms", "multipart", "tar", "zip"}


def children(name: str, data: bytes, *, find: bool = False, limits: Limits = LIMITS) -> list[Child]:
    encoding = encodings()[name]
    return list((encoding.find if find else encoding.unwrap)(data, limits))


@pytest.mark.parametrize(
    "module", [m.name for m in pkgutil.iter_modules(vitne.encodings.__path__) if m.name[0] != "_"]
)
def test_a_module_says_what_it_is_and_where_the_rules_stand(module):
    loaded = importlib.import_module(f"vitne.encodings.{module}")
    assert "\nsummary: " in loaded.__doc__
    assert "\nspecification: " in loaded.__doc__
    assert loaded.encoding.name == module.replace("_", "-")
    assert loaded.encoding.summary
    assert loaded.encoding.specification
    assert f"summary: {loaded.encoding.summary}" in loaded.__doc__


def test_the_folder_is_given_sorted_by_name():
    assert list(encodings()) == sorted(encodings())
    assert set(SAMPLES) <= set(encodings())


@pytest.mark.parametrize(("name", "sample"), EACH)
def test_wrapping_a_child_gives_the_bytes_of_its_range(name, sample):
    found = children(name, sample)
    assert found
    encoding = encodings()[name]
    for child in found:
        captured = sample[child.start : child.end]
        if encoding.exact:
            assert encoding.wrap(child) == captured
        else:
            again = next(iter(encoding.unwrap(encoding.wrap(child), LIMITS)))
            assert again.data == child.data


@pytest.mark.parametrize(("name", "sample"), EACH)
def test_every_range_of_a_child_lies_in_its_range_of_the_parent_and_grows_with_it(name, sample):
    encoding = encodings()[name]
    for child in children(name, sample):
        size = len(child.data)
        assert 0 <= child.start <= child.end <= len(sample)
        last = (child.start, child.start)
        for at in range(0, size, max(1, size // 50)):
            a, b = encoding.locate(sample, child, at, at + 1)
            assert child.start <= a < b <= child.end
            assert (a, b) >= last
            last = (a, b)
        whole = encoding.locate(sample, child, 0, size)
        assert child.start <= whole[0] <= whole[1] <= child.end


@pytest.mark.parametrize(("name", "sample"), EACH)
def test_an_empty_range_of_a_child_lies_in_its_range_of_the_parent(name, sample):
    # a cut-off structure has an empty field at its very end, and that has a place too
    encoding = encodings()[name]
    for cut in range(max(0, len(sample) - 80), len(sample) + 1):
        try:
            found = children(name, sample[:cut])
        except Malformed:
            continue
        for child in found:
            for at in (0, len(child.data) // 2, len(child.data)):
                start, end = encoding.locate(sample[:cut], child, at, at)
                assert child.start <= start <= end <= child.end


@pytest.mark.parametrize(("name", "sample"), EACH)
def test_wrapped_bytes_inside_others_are_read_alike_wherever_they_lie(name, sample):
    # how the bytes are cut does not matter: an encoding sees whole bytes, as bytes, bytearray views or slices
    padded = bytes(bytearray(b"xx") + sample)[2:]
    assert children(name, padded) == children(name, sample)
    assert children(name, sample) == children(name, sample)


@pytest.mark.parametrize(("name", "sample"), EACH)
def test_a_proper_prefix_is_reported_where_the_format_can_tell(name, sample):
    encoding = encodings()[name]
    whole = children(name, sample)
    for cut in range(0, len(sample), max(1, len(sample) // 64)):
        try:
            found = children(name, sample[:cut])
        except Malformed:
            continue
        for child in found:
            assert 0 <= child.start <= child.end <= cut
            if encoding.exact:
                assert encoding.wrap(child) == sample[child.start : child.end]
        if name in NO_END:
            continue
        shorter = [(c.data, c.path) for c in found] != [(c.data, c.path) for c in whole]
        reported = not found or not all(c.complete for c in found) or len(found) < len(whole)
        assert reported or not shorter


@pytest.mark.parametrize("name", sorted(set(MINE) - NO_END - MANY))
def test_every_proper_prefix_is_malformed_or_not_complete(name):
    for sample in SAMPLES[name]:
        for cut in range(len(sample)):
            try:
                found = children(name, sample[:cut])
            except Malformed:
                continue
            if name in {"gzip", "zstd", "websocket"} and all(c.complete for c in found):
                # the cut fell between two members or frames: what is left is whole in itself
                assert found[0].data in sample_contents(name, sample)
                continue
            assert found
            assert not any(c.complete for c in found)


def sample_contents(name: str, sample: bytes) -> list[bytes]:
    first = next(iter(encodings()[name].unwrap(sample, LIMITS))).data
    return [first[:n] for n in range(len(first) + 1)]


@pytest.mark.parametrize("name", ["gzip", "zlib", "zstd", "chunked", "brotli", "deflate", "bz2", "xz"])
def test_trailing_bytes_are_left_outside_the_range(name):
    for sample in SAMPLES[name]:
        child = next(iter(encodings()[name].unwrap(sample + b"trailing junk", LIMITS)))
        assert child.end == len(sample)
        assert child.complete


@pytest.mark.parametrize("name", MINE)
@given(noise=st.binary(max_size=300))
@settings(max_examples=60)
def test_noise_raises_nothing_but_malformed(name, noise):
    check(name, noise)


@pytest.mark.parametrize("name", MINE)
@given(data=st.data())
@settings(max_examples=60)
def test_damaged_samples_raise_nothing_but_malformed(name, data):
    sample = bytearray(data.draw(st.sampled_from(SAMPLES[name])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(sample) - 1))
        sample[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not sample:
            return
    check(name, bytes(sample))


def check(name: str, noise: bytes) -> None:
    encoding = encodings()[name]
    for read in (encoding.find, encoding.unwrap):
        try:
            found = list(read(noise, LIMITS))
        except Malformed:
            continue
        for child in found:
            assert 0 <= child.start <= child.end <= len(noise)
            if encoding.exact:
                assert encoding.wrap(child) == noise[child.start : child.end]
            if child.data:
                a, b = encoding.locate(noise, child, 0, len(child.data))
                assert child.start <= a <= b <= child.end


TRAPS = {
    "ampersands": b"&" * 1_000_000,
    "pairs": b"a=1&" * 250_000,
    "percents": b"%" * 1_000_000,
    "escapes": b"%41" * 300_000,
    "brackets": b"[" * 1_000_000,
    "objects": b'{"a":' * 200_000,
    "quotes": b'{"a":"' * 150_000,
    "backslashes": b'{"a":"' + b"\\" * 1_000_000,
    "letters": b"A" * 1_000_000,
    "lines": b"QUJD\n" * 200_000,
    "ragged": (b"QUJDREVGR0hJSktM\n" + b"QUJDREVGR0hJSktMQQ\n") * 25_000,
    "spaces": b" " * 1_000_000,
    "tags": b"<a " * 300_000,
    "open-quotes": b"<a b=\"'" * 140_000,
    "comments": b"<!--" * 250_000,
    "digits": b"1" * 1_000_000,
    "hex-pairs": b"41:" * 300_000,
    "semicolons": b"a;" * 500_000,
    "references": b"&#65;" * 200_000,
    "equals": b"=" * 1_000_000,
    "soft-breaks": b"a=\n" * 300_000,
    "boundaries": b"--x\r\n\r\n" * 140_000,
    "gzip-heads": b"\x1f\x8b\x08\x00" * 250_000,
    "zlib-heads": b"\x78\x9c" * 500_000,
    "zstd-heads": b"\x28\xb5\x2f\xfd" * 250_000,
    "lz4-heads": b"\x04\x22\x4d\x18\x60\x40\x00" * 140_000,
    "bzip2-heads": b"BZh91AY&SY" * 100_000,
    "xz-heads": b"\xfd7zXZ\x00\x00\x04" * 125_000,
    "lzma-heads": b"\x5d\x00\x00\x80\x00" + b"\xff" * 8 + bytes(1000),
    "zip-heads": b"PK\x03\x04\x14\x00\x00\x00\x08\x00" * 100_000,
    "zip-members": (b"PK\x03\x04\x14\x00\x00\x00\x00\x00" + bytes(20)) * 33_000,
    "snappy-chunks": b"\xff\x06\x00\x00sNaPpY" + b"\x80\x00\x00\x00" * 250_000,
    "snappy-copies": b"\xff\xff\xff\x07\x00a" + b"\xfe\x01\x00" * 330_000,
    "lz4-copies": b"\x1fa\x01\x00" + b"\xff" * 1_000_000,
    "lz4-literals": b"\x12ab\x01\x00" * 200_000,
    "mixed-letters": b"aB3" * 330_000,
    "punctuation": b"!#$aB3" * 160_000,
    "commas": b"1," * 500_000,
    "backslash-letters": b"\\x41" * 250_000,
    "chunks": b"1\r\na\r\n" * 160_000,
    "fields": b"\x08\x01" * 500_000,
    "nested": b"\x0a\x80\x80\x04" * 250_000,
    "zeros": bytes(1_000_000),
}


@pytest.mark.parametrize("trap", sorted(TRAPS))
def test_a_megabyte_of_a_trap_end_in_time(trap):
    data = TRAPS[trap]
    for name in MINE:
        encoding = encodings()[name]
        for read in (encoding.find, encoding.unwrap):
            begun = time.process_time()
            try:
                found = list(read(data, LIMITS))
            except Malformed:
                found = []
            assert len(found) <= LIMITS.children + 1
            assert sum(len(child.data) for child in found) <= 2 * LIMITS.size
            assert time.process_time() - begun < 2.5, f"{name} took too long"
