"""Twin of vitne.report.blocks: foreign text is inert before it is anywhere."""

from __future__ import annotations

from vitne.report.blocks import LONGEST, Heading, Page, shown


def test_controls_and_direction_marks_are_shown_and_length_is_bounded() -> None:
    assert shown("a\x1b[31m\u202eb") == "a⟨U+001B⟩[31m⟨U+202E⟩b"
    assert len(shown("x" * 10_000)) == LONGEST
    assert shown(15) == "15"


def test_pages_are_compared_by_content() -> None:
    page = Page(title="t", language="en", day="2026-01-01", blocks=(Heading(1, "a"),))
    assert page == Page(title="t", language="en", day="2026-01-01", blocks=(Heading(1, "a"),))
