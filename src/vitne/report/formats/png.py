"""A drawing as PNG: drawn from SVG by typst, with its own fonts, the same bytes each time.

The package ``typst`` is loaded only when a PNG is asked for.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from vitne.model import UsageError
from vitne.report.formats.typst import covered

DOTS = 144.0
"""Dots per inch; an inch is 96 units of the drawing."""
_PAGE = '#set page(width: auto, height: auto, margin: 0pt)\n#image("drawing.svg")\n'


def png_of(svg: str) -> bytes:
    """Draw an SVG.  Raises UsageError where the package is not installed or refuses."""
    try:
        import typst
    except ModuleNotFoundError as error:
        raise UsageError(
            "PNG needs the package typst, which is not installed",
            next_step="pip install typst, or take the drawing as SVG",
        ) from error
    with tempfile.TemporaryDirectory(prefix="vitne-") as root:
        (Path(root) / "drawing.svg").write_text(covered(svg, marks="svg"), encoding="utf-8")
        (Path(root) / "page.typ").write_text(_PAGE, encoding="utf-8")
        try:
            made = typst.compile(
                str(Path(root) / "page.typ"),
                root=root,
                format="png",
                ppi=DOTS,
                ignore_system_fonts=True,
                font_paths=[],
            )
        except (typst.TypstError, RuntimeError) as error:
            raise UsageError(f"typst refused the drawing: {str(error)[:300]}") from error
    return bytes(made)
