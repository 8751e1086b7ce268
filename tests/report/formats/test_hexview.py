from __future__ import annotations

import io
import re
import subprocess

import pytest
from rich.console import Console

from vitne.report.formats import hexview

DATA = b'{"IMEI1":"004402990000014","x":"<script>&amp;"}\x00\x1b\xff'


def plain(lines) -> str:
    return hexview.terminal(lines).plain


def untagged(markup) -> str:
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", str(markup)))


def test_the_hex_column_reads_back_to_the_bytes():
    lines = plain(hexview.rows(DATA)).split("\n")
    read = b"".join(bytes.fromhex(line[5 : 5 + 48]) for line in lines)
    assert read == DATA


def test_the_columns_agree_with_xxd(tmp_path):
    (tmp_path / "x").write_bytes(DATA)
    try:
        told = subprocess.run(
            ["xxd", "-g", "1", str(tmp_path / "x")], capture_output=True, text=True, check=True
        ).stdout
    except FileNotFoundError:
        pytest.skip("xxd is not installed")
    theirs = [(line[10:57].split(), line[59:]) for line in told.splitlines()]
    ours = [(line[5:53].split(), line[55:].rstrip("\n")) for line in plain(hexview.rows(DATA)).split("\n")]
    assert [hexes for hexes, _ in ours] == [hexes for hexes, _ in theirs]
    assert [text.strip() for _, text in ours] == [text.strip() for _, text in theirs]


def test_a_marked_range_stands_in_brackets_without_colour():
    lines = plain(hexview.rows(DATA, marked=(10, 25))).split("\n")
    assert "22[30 30 34 34 30 32]" in lines[0]
    assert "[39 39 30 30 30 30 30 31 34]22" in lines[1]
    assert "[" not in lines[2][:54]


@pytest.mark.parametrize("render", [plain, lambda lines: untagged(hexview.html(lines))])
def test_hidden_bytes_are_in_neither_column(render):
    told = render(hexview.rows(DATA, marked=(10, 25), hidden=[(10, 25)]))
    assert "004402" not in told
    assert "30 30 34 34" not in told
    assert "34 34 30 32" not in told
    assert told.count("•") == 15 * 3
    assert "IMEI1" in told


def test_every_other_byte_stays_when_some_are_hidden():
    shown = hexview.rows(DATA, hidden=[(10, 25)])
    cells = [cell for row in shown for cell in row.cells]
    assert len(cells) == len(DATA)
    for at, cell in enumerate(cells):
        assert cell.hex == ("••" if 10 <= at < 25 else f"{DATA[at]:02x}")


def test_terminal_and_page_show_the_same():
    lines = hexview.rows(DATA, marked=(3, 40), hidden=[(10, 25)], base=0x1F0)
    assert untagged(hexview.html(lines)) == plain(lines)


def test_the_marked_range_is_told_apart_from_other_hidden_bytes():
    told = plain(hexview.rows(b"ab0123cd4567ef", marked=(2, 6), hidden=[(2, 6), (8, 12)]))
    assert "62[•• •• •• ••]63 64 •• •• •• •• 65" in told
    assert told.endswith("ab••••cd••••ef")


def test_markup_in_the_bytes_is_inert_in_the_page():
    told = str(hexview.html(hexview.rows(b"<script>alert(1)</script>{{7*7}}")))
    assert "<script" not in told
    assert "&lt;script" in told


def test_console_markup_and_escapes_in_the_bytes_are_inert_on_the_terminal():
    sink = io.StringIO()
    Console(file=sink, force_terminal=True, width=120).print(
        hexview.terminal(hexview.rows(b"[red]x\x1b]52;c;eA==\x07"))
    )
    assert "[red]x.]52;c;eA=" in re.sub(r"\x1b\[[0-9;]*m", "", sink.getvalue())
    assert "\x1b]" not in sink.getvalue()


def test_offsets_begin_where_told_and_get_the_digits_they_need():
    lines = plain(hexview.rows(bytes(40), base=0xFFFF0)).split("\n")
    assert [line.split()[0] for line in lines] == ["0ffff0", "100000", "100010"]
    assert [int(line.split()[0], 16) for line in lines] == [0xFFFF0, 0x100000, 0x100010]


def test_context_keeps_rows_around_the_range():
    shown = hexview.rows(bytes(1600), marked=(800, 820), context=1)
    assert [row.offset for row in shown] == [784, 800, 816, 832]
    assert hexview.rows(bytes(100), marked=(0, 1), context=0)[0].offset == 0
    assert len(hexview.rows(bytes(100), marked=(99, 100), context=0)) == 1


def test_no_bytes_give_no_rows():
    assert hexview.rows(b"") == []
    assert plain([]) == ""
    assert untagged(hexview.html([])) == ""


def test_ranges_beyond_the_data_do_no_harm():
    shown = hexview.rows(b"abc", marked=(2, 99), hidden=[(50, 60)])
    assert [cell.state for cell in shown[0].cells] == ["plain", "plain", "marked"]
