"""A report as one self-contained page: no script, nothing loaded, strict content policy, prints well."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from vitne.report.blocks import Code, Grid, Heading, Items, Para, Picture, without_echo

if TYPE_CHECKING:
    from vitne.report.blocks import Page


_ID = re.compile(r"\(?F-[0-9a-f]{16}\b")
_LONG = 14  # letters of a word that need not break
_SPACES = re.compile(r"(\s+)")
_SIGNS = re.compile(r"[^./:=_@]+[./:=_@]*|[./:=_@]+")


def render(page: Page) -> bytes:
    """Give the page as UTF-8."""
    style = (resources.files("vitne.report.formats") / "templates" / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    heard = [block.caption for block in page.blocks if isinstance(block, Grid)]
    seen = [block.caption for block in without_echo(page.blocks) if isinstance(block, Grid)]
    echoes = iter([bool(spoken and not caption) for caption, spoken in zip(seen, heard, strict=True)])
    body = Markup("\n").join(
        _grid(block, echo=next(echoes)) if isinstance(block, Grid) else _block(block) for block in page.blocks
    )
    text = Markup(
        '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<title>{}</title>\n<style>{}</style>\n</head>\n'
        '<body>\n<a class="skip" href="#main">{}</a>\n<main id="main">\n<h1>{}</h1>\n{}\n'
        "</main>\n</body>\n</html>\n"
    ).format(page.language, policy, page.title, Markup(style), page.title, page.title, body)  # noqa: S704
    return text.encode()


def _block(block: Heading | Para | Items | Code | Picture) -> Markup:
    if isinstance(block, Heading):
        level = min(block.level + 1, 6)
        return Markup("<h{}>{}</h{}>").format(level, block.text, level)
    if isinstance(block, Para):
        lead = Markup(' class="lead"') if block.lead else ""
        return Markup("<p{}>{}</p>").format(lead, block.text)
    if isinstance(block, Items):
        name = "ol" if block.numbered else "ul"
        rows = Markup("").join(Markup("<li>{}</li>").format(_words(item)) for item in block.items)
        return Markup("<{}>{}</{}>").format(name, rows, name)
    if isinstance(block, Code):
        caption = Markup("<figcaption>{}</figcaption>").format(block.caption) if block.caption else ""
        return Markup('<figure>{}<pre tabindex="0">{}</pre></figure>').format(caption, block.text)
    return _picture(block)


def _grid(block: Grid, *, echo: bool) -> Markup:
    """Give a table; a caption that only echoes the heading is for screen readers alone."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(each) for each in block.head)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(_words(cell)) for cell in row)
        )
        for row in block.rows
    )
    return Markup(
        '<div class="scroll" tabindex="0"><table><caption{}>{}</caption><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(Markup(' class="heard"') if echo else "", block.caption, head, rows)


def _words(text: str) -> Markup:
    """Give a text in which ids stay whole, and long names may break behind their signs and not elsewhere."""
    out = Markup("")
    for word in _SPACES.split(text):
        if _ID.match(word):
            out += Markup('<span class="id">{}</span>').format(word)
        elif len(word) > _LONG:
            out += Markup("<wbr>").join(_SIGNS.findall(word))
        else:
            out += escape(word)
    return out


def _picture(block: Picture) -> Markup:
    drawing = Markup(block.svg)  # noqa: S704  (made by our own drawing, which escapes)
    return Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(drawing, escape(block.caption))
