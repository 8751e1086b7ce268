"""What is printed plainly is what the library of terminals prints where nothing is coloured."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from vitne.report.formats.laid import Indented, Plain, Rule, Table, Text

WORDS = st.sampled_from(
    ["a", "of", "imei", "004402990000014", "x" * 30, "·", "×", "…", "漢字", "e\u0301", "encrypted", "—"]
)
LINES = st.lists(WORDS, max_size=14).map(" ".join)
TEXTS = st.one_of(LINES, st.tuples(LINES, LINES).map("\n".join), st.just("  two  blanks   "))
WIDTHS = st.integers(64, 120)
MOST = settings(max_examples=60)


def both(item, width, **how):
    plain, rich = io.StringIO(), io.StringIO()
    Plain(plain, width).print(*([] if item is None else [item]), **how)
    console = Console(file=rich, width=width, force_terminal=False, highlight=False)
    console.print(*([] if item is None else [item]), **how)
    return plain.getvalue(), rich.getvalue()


@MOST
@given(TEXTS, TEXTS, WIDTHS, st.booleans())
def test_texts_are_broken_alike(first, second, width, soft):
    plain, rich = both(Text(first, "bold").append(second, "dim"), width, soft_wrap=soft)
    assert plain == rich


@MOST
@given(TEXTS, WIDTHS, st.integers(0, 8))
def test_indented_texts_are_filled_alike(text, width, left):
    plain, rich = both(Indented(Text(text), left), width)
    assert plain == rich


@MOST
@given(LINES, WIDTHS)
def test_rules_are_drawn_alike(title, width):
    plain, rich = both(Rule(Text(title, "bold")), width)
    assert plain == rich


@MOST
@given(st.data(), WIDTHS)
def test_tables_are_laid_alike(data, width):
    table = Table()
    count = data.draw(st.integers(1, 6))
    own = []
    for number in range(count):
        kind = data.draw(st.sampled_from(["fold", "fold", "right", "least"]))
        if kind == "fold" or number == 0:
            table.add_column("what")
        elif kind == "right":
            table.add_column("times", right=True, no_wrap=True)
            own.append(number)
        else:
            table.add_column("value", min_width=data.draw(st.integers(1, 24)))
    for row in data.draw(st.lists(st.lists(LINES, max_size=count), max_size=5)):
        table.add_row(*(Text(text[:7] if at in own else text) for at, text in enumerate(row)))
    plain, rich = both(Indented(table, 2), width)
    assert plain == rich


def test_an_empty_line_is_one():
    assert both(None, 80) == ("\n", "\n")


@pytest.mark.parametrize("style", ["", "bold", "dim"])
def test_styles_reach_the_library(style):
    made = Text("a", style).append("b", "green").append_text(Text("c", "red")).__rich__()
    assert made.plain == "abc"
    assert [str(span.style) for span in made.spans][-2:] == ["green", "red"]
    assert str(made.style) == style
