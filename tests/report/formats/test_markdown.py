"""Twin of vitne.report.formats.markdown: parsed, a hostile text is text."""

from __future__ import annotations

import re

import pytest
from tests.report.hostile import HOSTILE, hostile_document

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.formats.markdown import plain, render
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def made(document, reader="lab", language="en"):
    return page(reader, Facts(document, messages(language)), Setting())


def tokens(data: bytes):
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(data.decode())


@pytest.mark.parametrize("reader", ["owner", "press", "maker", "lab"])
def test_no_hostile_text_becomes_a_link_an_image_or_markup(document, reader) -> None:
    kinds = set()
    for token in tokens(render(made(hostile_document(document), reader))):
        kinds.add(token.type)
        kinds |= {child.type for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "fence", "hr"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_reads_back_as_it_was(text) -> None:
    from vitne.report.blocks import shown

    whole = shown(text)
    [_, inline, _] = tokens(plain(whole).encode())
    read = "".join(child.content for child in inline.children)
    assert read.split() == whole.split()


def test_headings_and_tables_keep_their_shape(document) -> None:
    data = render(made(document)).decode()
    assert data.startswith("# Technical annex\n")
    heads = [line for line in data.splitlines() if re.fullmatch(r"\\|( --- \\|)+", line)]
    assert len(heads) >= 5
