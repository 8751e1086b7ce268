"""A report as a text document: Office Open XML (ECMA-376), transitional, written with the standard library.

The same report gives the same bytes: entries are in a fixed order with a fixed date.  Pictures stand as PNG
with their words for who does not see them; where the package typst is missing, as their words alone.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from vitne.model import UsageError
from vitne.report.blocks import Grid, Heading, Items, Para, Picture, without_echo
from vitne.report.formats.png import png_of

if TYPE_CHECKING:
    from vitne.report.blocks import Code, Page

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DATE = (1980, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BAD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = (
    _HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="png" ContentType="image/png"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.'
    'core-properties+xml"/></Types>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = (
    _HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_REL}/officeDocument" Target="word/document.xml"/>'
    '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/'
    'core-properties" Target="docProps/core.xml"/></Relationships>'
)
_PICTURE = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PLACED = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_WIDE = 6_100_000
"""Width of a picture in English Metric Units, 914 400 an inch."""


def render(page: Page) -> bytes:
    """Give the document."""
    drawn = _drawn(page)
    numbers = iter(range(1, len(drawn) + 1))
    body = _paragraph(page.title, "Title") + "".join(
        _picture(block, next(numbers, 0), drawn) if isinstance(block, Picture) else _block(block)
        for block in without_echo(page.blocks)
    )
    margins = " ".join(f'w:{side}="1134"' for side in ("top", "right", "bottom", "left"))
    section = f'<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar {margins}/></w:sectPr>'
    names = (
        f'xmlns:w="{_W}" xmlns:r="{_REL}" xmlns:wp="{_PLACED}" xmlns:a="{_DRAWING}" xmlns:pic="{_PICTURE}"'
    )
    document = f"{_HEAD}<w:document {names}><w:body>{body}{section}</w:body></w:document>"
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "docProps/core.xml": _core(page),
        "word/_rels/document.xml.rels": _document_rels(len(drawn)),
        "word/document.xml": document,
        "word/styles.xml": _styles(page.language),
        **{f"word/media/picture{number}.png": data for number, data in enumerate(drawn, 1)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            archive.writestr(entry, content if isinstance(content, bytes) else content.encode())
    return out.getvalue()


def _drawn(page: Page) -> list[bytes]:
    """Draw the pictures; none where that cannot be done here."""
    pictures = [block for block in page.blocks if isinstance(block, Picture)]
    try:
        return [png_of(picture.svg) for picture in pictures]
    except UsageError:
        return []


def _document_rels(pictures: int) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number + 1}" Type="{_REL}/image" Target="media/picture{number}.png"/>'
        for number in range(1, pictures + 1)
    )
    return (
        _HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_REL}/styles" Target="styles.xml"/>{rows}</Relationships>'
    )


def _picture(block: Picture, number: int, drawn: list[bytes]) -> str:
    """Give a drawing with its words and its caption; the words alone where it was not drawn."""
    caption = _paragraph(block.caption, bold=True)
    if not number:
        return caption + _paragraph(block.told)
    wide, high = struct.unpack(">II", drawn[number - 1][16:24])  # IHDR, W3C PNG section 11.2.2
    tall = _WIDE * high // max(wide, 1)
    told = quoteattr(_BAD.sub("?", block.told))
    extent = f'cx="{_WIDE}" cy="{tall}"'
    return (
        f"<w:p><w:r><w:drawing><wp:inline><wp:extent {extent}/>"
        f'<wp:docPr id="{number}" name="picture{number}" '
        f'descr={told}/><a:graphic><a:graphicData uri="{_PICTURE}"><pic:pic><pic:nvPicPr>'
        f'<pic:cNvPr id="{number}" name="picture{number}" descr={told}/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="rId{number + 1}"/><a:stretch><a:fillRect/></a:stretch>'
        "</pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        f"{caption}"
    )


def _core(page: Page) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_text(page.title)}</dc:title><dc:language>{page.language}</dc:language></cp:coreProperties>"
    )


def _styles(language: str) -> str:
    def style(name: str, title: str, size: int, extra: str = "") -> str:
        return (
            f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{title}"/>'
            f'<w:pPr><w:spacing w:before="120" w:after="80"/>{extra}</w:pPr>'
            f'<w:rPr><w:sz w:val="{size}"/></w:rPr></w:style>'
        )

    levels = "".join(
        style(f"Heading{n}", f"heading {n}", size, f'<w:outlineLvl w:val="{n - 1}"/>')
        for n, size in ((1, 30), (2, 26), (3, 23))
    )
    defaults = (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="DejaVu Sans" w:hAnsi="DejaVu Sans"/>'
        f'<w:sz w:val="20"/><w:lang w:val="{language}"/></w:rPr></w:rPrDefault></w:docDefaults>'
    )
    code = style("Code", "Code", 15)
    title = style("Title", "Title", 38)
    return f'{_HEAD}<w:styles xmlns:w="{_W}">{defaults}{title}{levels}{code}</w:styles>'


def _text(text: str) -> str:
    """Escape for XML; what XML 1.0 cannot hold becomes a question mark."""
    return escape(_BAD.sub("?", text))


def _run(text: str, *, bold: bool = False, mono: bool = False) -> str:
    look = ("<w:b/>" if bold else "") + (
        '<w:rFonts w:ascii="DejaVu Sans Mono" w:hAnsi="DejaVu Sans Mono"/>' if mono else ""
    )
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{_text(text)}</w:t></w:r>'


def _paragraph(text: str, style: str = "", *, bold: bool = False) -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}{_run(text, bold=bold, mono=style == 'Code')}</w:p>"


def _block(block: Heading | Para | Items | Grid | Code) -> str:
    if isinstance(block, Heading):
        return _paragraph(block.text, f"Heading{min(block.level, 3)}")
    if isinstance(block, Para):
        return _paragraph(block.text, bold=block.lead)
    if isinstance(block, Items):
        marks = [f"{n}. " if block.numbered else "• " for n in range(1, len(block.items) + 1)]
        return "".join(_paragraph(mark + item) for mark, item in zip(marks, block.items, strict=True))
    if isinstance(block, Grid):
        return (_paragraph(block.caption, bold=True) if block.caption else "") + _table(block) + "<w:p/>"
    lines = "".join(_paragraph(row, "Code") for row in block.text.splitlines())
    return (_paragraph(block.caption, bold=True) if block.caption else "") + lines


def _table(block: Grid) -> str:
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:color="999999"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{1200 + 40 * min(len(each), 40)}"/>' for each in block.head)
    rows = _row(block.head, head=True) + "".join(_row(row) for row in block.rows)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edges}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _row(cells: tuple[str, ...], *, head: bool = False) -> str:
    mark = "<w:trPr><w:tblHeader/></w:trPr>" if head else ""
    return f"<w:tr>{mark}{''.join(f'<w:tc>{_paragraph(cell, bold=head)}</w:tc>' for cell in cells)}</w:tr>"
