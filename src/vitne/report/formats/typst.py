"""A report as PDF by typst: PDF/A-3a with PDF/UA-1 as that engine enforces them, the same bytes each time.

The report goes to the engine as data (one JSON text), never as markup, so nothing in it can be a command.
What no embedded font can draw is written as its code point before: a missing sign would stop a PDF/A.
The package ``typst`` is loaded only when a PDF is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from importlib import resources
from typing import TYPE_CHECKING, Any

from vitne.model import UsageError
from vitne.report.blocks import Block, Code, Grid, Heading, Items, Para, without_echo

if TYPE_CHECKING:
    from vitne.report.blocks import Page

_RANGES = ((0x20, 0x7E), (0xA1, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x410, 0x44F))
_SIGNS = frozenset("\n–—‘’“”•…€→×")
_LONGEST = 30_000
"""Characters of one string: PDF/A allows 32 767 bytes."""
_LINES = 200


def source(page: Page) -> bytes:
    """Give the template and the report's data as one file that typst compiles."""
    data = json.dumps(_data(page), ensure_ascii=True, sort_keys=True)
    quoted = json.dumps(data, ensure_ascii=True)
    return f"#let given = {quoted}\n{_template()}".encode()


def render(page: Page, attachment: bytes = b"") -> bytes:
    """Compile the report; ``attachment`` is the findings document that travels inside.

    Raises UsageError where the package is not installed or refuses.
    """
    try:
        import typst
    except ModuleNotFoundError as error:
        raise UsageError(
            "PDF needs the package typst, which is not installed",
            next_step="pip install typst, or take another --format; typ gives what typst compiles",
        ) from error
    with tempfile.TemporaryDirectory(prefix="vitne-") as root:
        from pathlib import Path

        (Path(root) / "findings.json").write_bytes(attachment or b"{}")
        (Path(root) / "report.typ").write_bytes(source(page))
        try:
            made = typst.compile(
                str(Path(root) / "report.typ"),
                root=root,
                format="pdf",
                ignore_system_fonts=True,
                font_paths=[],
                pdf_standards=["a-3a", "ua-1"],
                timestamp=int(dt.datetime.fromisoformat(f"{page.day}T00:00:00+00:00").timestamp()),
            )
        except (typst.TypstError, RuntimeError) as error:
            raise UsageError(f"typst refused the report: {str(error)[:300]}") from error
    return bytes(made)


def _template() -> str:
    folder = resources.files("vitne.report.formats") / "templates"
    return (folder / "report.typ").read_text(encoding="utf-8")


def covered(text: str, *, marks: str = "text") -> str:
    """Give a text that the embedded fonts can draw; other characters as code points between two marks."""
    before, after = ("&lt;", "&gt;") if marks == "svg" else ("<", ">")
    out = []
    whole = text if marks == "svg" else text[:_LONGEST]
    for character in whole.replace("\u202f", " ").replace("▸", "→"):
        code = ord(character)
        if character in _SIGNS or any(low <= code <= high for low, high in _RANGES):
            out.append(character)
        elif character in "⟨⟩":
            out.append(before if character == "⟨" else after)
        else:
            out.append(f"{before}U+{code:04X}{after}")
    return "".join(out)


def _data(page: Page) -> dict[str, Any]:
    year, month, day = page.day.split("-")
    return {
        "title": covered(page.title),
        "language": page.language,
        "date": [int(year), int(month), int(day)],
        "blocks": [part for block in without_echo(page.blocks) for part in _block(block)],
    }


_WORD = 13  # characters of a word that a column is made wide enough for


def _widths(block: Grid) -> list[int]:
    """Give the columns their shares of the width: the longer their texts, the wider, within bounds."""
    shares = []
    for number, head in enumerate(block.head):
        lengths = [len(row[number]) for row in block.rows[:_LINES]] or [0]
        middle = sum(lengths) / len(lengths)
        word = max(map(len, head.split()), default=0)  # a word of the head stands in one line
        words = [len(each) for row in block.rows[:_LINES] for each in row[number].split()]
        long = min(
            _WORD, max(words, default=0)
        )  # so does one of a row: a name of a field has no place to break
        shares.append(round(max(6.0, len(head) * 0.6, word * 1.7, long * 1.7, min(40.0, middle**0.8 * 2))))
    return shares


def _block(block: Block) -> list[dict[str, Any]]:
    if isinstance(block, Heading):
        return [{"kind": "heading", "level": block.level, "text": covered(block.text)}]
    if isinstance(block, Para):
        return [{"kind": "para", "text": covered(block.text), "lead": block.lead}]
    if isinstance(block, Items):
        return [{"kind": "items", "items": [covered(i) for i in block.items], "numbered": block.numbered}]
    if isinstance(block, Grid):
        return [
            {
                "kind": "grid",
                "caption": covered(block.caption),
                "widths": _widths(block),
                "head": [covered(cell) for cell in block.head],
                "rows": [[covered(cell) for cell in row] for row in block.rows],
            }
        ]
    if isinstance(block, Code):
        lines = covered(block.text).splitlines()
        return [
            {"kind": "code", "caption": covered(block.caption) if not at else "", "text": "\n".join(part)}
            for at in range(0, max(len(lines), 1), _LINES)
            for part in [lines[at : at + _LINES]]
        ]
    told, caption = covered(block.told), covered(block.caption)
    return [{"kind": "picture", "svg": covered(block.svg, marks="svg"), "told": told, "caption": caption}]
