"""Twin of vitne.report.pictures.drawing: shapes that are well-formed whatever stands in them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from tests.report.hostile import HOSTILE

from vitne.report.blocks import shown
from vitne.report.pictures.drawing import box, cut, dot, folded, line, svg, text


@pytest.mark.parametrize("words", HOSTILE)
def test_any_text_is_text(words) -> None:
    drawn = ET.fromstring(svg(10, 10, [text(1, 2, shown(words), soft=True)], shown(words)))
    assert [element.tag.rpartition("}")[2] for element in drawn.iter()] == ["svg", "title", "g", "text"]


def test_shapes_have_an_edge_that_grey_shows() -> None:
    drawn = ET.fromstring(
        svg(
            10,
            10,
            [box(0, 0, 5, 5), box(0, 0, 5, 5, strong=True), line((0, 0, 1, 1), 2, dashed=True), dot(1, 1)],
            "t",
        )
    )
    kinds = [element.tag.rpartition("}")[2] for element in drawn.iter()]
    assert kinds == ["svg", "title", "g", "rect", "rect", "line", "circle"]
    rects = [e for e in drawn.iter() if e.tag.endswith("rect")]
    assert rects[0].get("stroke-width") != rects[1].get("stroke-width")


def test_long_words_are_cut() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 4) == "abc"


def test_words_are_put_on_lines_and_the_last_is_cut() -> None:
    assert folded("one two three four", 9, 2) == ["one two", "three fo…"]
    assert folded("one two", 9, 2) == ["one two"]
    assert folded("", 9, 2) == [""]
    assert folded("x" * 30, 10, 2) == ["x" * 10, "x" * 9 + "…"]
