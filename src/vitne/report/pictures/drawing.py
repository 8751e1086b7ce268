"""The few shapes that the pictures are made of, as SVG text with everything foreign escaped."""

from __future__ import annotations

import textwrap
from xml.sax.saxutils import escape, quoteattr

INK, SOFT, PAPER, FILL = "#1b1d21", "#565c66", "#ffffff", "#e4e1da"
SIZE = 13


def text(x: float, y: float, words: str, *, anchor: str = "start", soft: bool = False) -> str:
    """Write a line of text."""
    colour = SOFT if soft else INK
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{SIZE}" fill="{colour}">'
        f"{escape(words)}</text>"
    )


def box(x: float, y: float, width: float, height: float, *, strong: bool = False) -> str:
    """Draw a box."""
    fill, stroke = (FILL, 2.5) if strong else (PAPER, 1)
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4" '
        f'fill="{fill}" stroke="{INK}" stroke-width="{stroke}"/>'
    )


def line(points: tuple[float, float, float, float], width: float = 1.0, *, dashed: bool = False) -> str:
    """Draw a line."""
    x1, y1, x2, y2 = points
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{INK}" '
        f'stroke-width="{width:.1f}"{dash}/>'
    )


def dot(x: float, y: float) -> str:
    """Draw a dot."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{INK}"/>'


def svg(width: float, height: float, shapes: list[str], told: str) -> str:
    """Put shapes into one drawing that says in words what it shows."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f"aria-label={quoteattr(told)}><title>{escape(told)}</title>"
        f'<g font-family="sans-serif">{"".join(shapes)}</g></svg>'
    )


def folded(words: str, most: int, lines: int) -> list[str]:
    """Put words on so many lines at most; what is left over is cut off with a sign."""
    told = textwrap.wrap(words, most, break_long_words=True) or [""]
    return told if len(told) <= lines else [*told[: lines - 1], cut(" ".join(told[lines - 1 :]), most)]


def cut(words: str, most: int) -> str:
    """Shorten words that would run out of their place."""
    return words if len(words) <= most else words[: most - 1] + "…"
