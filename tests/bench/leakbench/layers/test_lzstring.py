from __future__ import annotations

from bench.leakbench.layers import lzstring


def test_texts_are_those_of_the_published_library():
    """Values that the library's own demonstration and tests give."""
    assert lzstring.base64(b"hello") == b"BYUwNmD2Q==="
    assert lzstring.base64(b"") == b"Q==="


def _read(units, width, reset):
    """Read the bits back as the published decompressor does; written here from its description."""
    bits = [unit >> at & 1 for unit in units for at in range(width - 1, -1, -1)]
    place = 0

    def take(count):
        nonlocal place
        value = sum(bits[place + at] << at for at in range(count))
        place += count
        return value

    book, size, left, out = {}, 3, 4, ""
    following = take(2)
    if following == 2:
        return ""
    letter = chr(take(8 if following == 0 else 16))
    book[3] = before = out = letter
    number = 4
    while True:
        code = take(size)
        if code == 2:
            return out
        if code in {0, 1}:
            book[number] = chr(take(8 if code == 0 else 16))
            code, number, left = number, number + 1, left - 1
        if left == 0:
            left, size = 2**size, size + 1
        entry = book[code] if code in book else before + before[0]
        out += entry
        book[number] = before + entry[0]
        number, left, before = number + 1, left - 1, entry
        if left == 0:
            left, size = 2**size, size + 1


def test_a_reader_written_from_the_description_gives_the_text_back():
    for text in ('{"imei":"004402990000014","evt":"open open open"}' * 5, "Åslaug €uro", "a"):
        data = text.encode()
        letters = lzstring.base64(data).rstrip(b"=").decode()
        assert _read([lzstring.BASE64.index(letter) for letter in letters], 6, 32) == text
        letters = lzstring.base64(data, lzstring.URI, pad=False).decode()
        assert _read([lzstring.URI.index(letter) for letter in letters], 6, 32) == text
        units = [ord(letter) - 32 for letter in lzstring.utf16(data).decode()[:-1]]
        assert _read(units, 15, 16384) == text
