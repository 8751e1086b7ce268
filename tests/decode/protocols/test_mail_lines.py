"""Lines cut anywhere."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.mail_lines import LONGEST, MOST_KEPT, Body, Lines


def drain(lines: Lines) -> list[tuple[bytes, int, int, bool]]:
    got = []
    while (line := lines.line()) is not None:
        got.append(tuple(line))
    return got


@given(
    st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"\n", b".")), max_size=8),
    st.integers(1, 9),
)
def test_lines_come_out_whole_however_they_are_cut(texts: list[bytes], size: int) -> None:
    stream = b"".join(text + b"\n" for text in texts) + b"tail"
    lines, got = Lines(100), []
    for i in range(0, len(stream), size):
        lines.add(stream[i : i + size])
        got += drain(lines)
    assert [line[0] for line in got] == [text.removesuffix(b"\r") for text in texts]
    assert all(whole and stream[start - 100 : end - 100].endswith(b"\n") for _, start, end, whole in got)
    rest = lines.rest()
    assert rest is not None
    assert (rest.data, rest.end, rest.whole) == (b"tail", 100 + len(stream), False)
    assert lines.rest() is None


def test_an_overlong_line_is_cut_and_its_rest_passed_over() -> None:
    for data in (
        [b"a" * (3 * LONGEST) + b"\nnext\n"],
        [b"a" * LONGEST, b"a" * LONGEST, b"a" * LONGEST, b"\nnext\n"],
    ):
        lines, got = Lines(), []
        for piece in data:
            lines.add(piece)
            got += drain(lines)
        assert [(len(line[0]), line[3]) for line in got] == [(LONGEST, False), (4, True)]
        assert got[1][1] == 3 * LONGEST + 1


def test_a_hole_gives_the_half_line_and_reads_on_behind_the_next_end() -> None:
    lines = Lines()
    lines.add(b"whole\nhal")
    drain(lines)
    half = lines.miss(10)
    assert half is not None
    assert (half.data, half.whole) == (b"hal", False)
    lines.add(b"rest\nafter\n")
    assert drain(lines) == [(b"after", 24, 30, True)]


def test_counted_bytes_are_taken_as_they_are() -> None:
    lines = Lines()
    lines.add(b"ab\ncd")
    assert (lines.peek(2), lines.take(4), lines.offset, len(lines)) == (b"ab", b"ab\nc", 4, 1)


def test_bytes_one_at_a_time_are_not_quadratic() -> None:
    lines = Lines()
    start = time.process_time()
    for _ in range(60_000):
        lines.add(b"x")
        lines.line()
    assert time.process_time() - start < 2


def test_a_body_is_a_slice_until_something_is_taken_out() -> None:
    body = Body(10)
    body.add(b"ab\r\n", 10, 14)
    assert body.part("body").exact
    body.add(b"cd", 15, 17)
    part = body.part("body", "f", hints=("base64",))
    assert (part.start, part.end, part.data, part.exact, part.hints) == (
        10,
        17,
        b"ab\r\ncd",
        False,
        ("base64",),
    )


def test_a_body_is_bounded() -> None:
    body = Body(0)
    body.add(bytes(MOST_KEPT), 0, MOST_KEPT)
    body.add(b"more", MOST_KEPT, MOST_KEPT + 4)
    assert body.cut
    assert len(body.data()) == MOST_KEPT
