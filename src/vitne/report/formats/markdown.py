"""A report as Markdown (CommonMark with tables): every mark of its syntax in a text is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.report.blocks import Block, Code, Grid, Heading, Items, Para, without_echo

if TYPE_CHECKING:
    from vitne.report.blocks import Page

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~&=$^:.@-])")
_SAFE = re.compile(r"(?<=\w)\\([.:-])(?=\w)|(?<=[\w)])\\([.,:])(?= |$)")


def render(page: Page) -> bytes:
    """Give the report as UTF-8."""
    parts = [f"# {plain(page.title)}", *(_block(block) for block in without_echo(page.blocks))]
    return ("\n\n".join(part for part in parts if part) + "\n").encode()


def plain(text: str) -> str:
    """Escape a text so that it is read as it is, on one line; links are not made of it."""
    out = _MARKS.sub(r"\\\1", " ".join(text.split()))
    return _SAFE.sub(lambda m: m[1] or m[2], out) if "://" not in text and "www" not in text else out


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * min(block.level + 1, 6)} {plain(block.text)}"
    if isinstance(block, Para):
        return f"**{plain(block.text)}**" if block.lead else plain(block.text)
    if isinstance(block, Items):
        marks = [f"{n}." if block.numbered else "-" for n in range(1, len(block.items) + 1)]
        return "\n".join(f"{mark} {plain(item)}" for mark, item in zip(marks, block.items, strict=True))
    if isinstance(block, Grid):
        rows = [block.head, tuple("---" for _ in block.head), *block.rows]
        lines = [
            "| " + " | ".join(cell if n == 1 else plain(cell) for cell in row) + " |"
            for n, row in enumerate(rows)
        ]
        return (f"{plain(block.caption)}\n\n" if block.caption else "") + "\n".join(lines)
    if isinstance(block, Code):
        body = "\n".join("    " + row for row in block.text.splitlines())
        return f"{plain(block.caption)}\n\n{body}" if block.caption else body
    return f"{plain(block.caption)}\n\n{plain(block.told)}"
