# ruff: noqa: INP001
"""Make the pictures of the README from the real demonstration: ``python docs/make_pictures.py``.

The terminal table is drawn as SVG, the page is photographed by a headless browser where there is one.
No value of a person can stand in them: the demonstration is invented, and values are masked besides.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from vitne.cli.main import main
from vitne.store import read_case

if TYPE_CHECKING:
    from vitne.store import Case

PICTURES = Path(__file__).resolve().parent / "pictures"
COLUMNS = 92
LINES = 29  # lines of the terminal that the README shows
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
<rect fill="#11151c" x="0" y="0" width="{width}" height="{height}" rx="8"/>
<g transform="translate(9, 9)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def terminal(case: Case) -> str:
    """Draw the first lines of what ``vitne scan`` prints."""
    from vitne.report.formats.table import print_result

    shown = _console(COLUMNS)
    print_result(case, shown)
    drawn = _console(COLUMNS + 2)
    drawn.print(Text("$ make demo", "bold"), Text(""), sep="\n")
    for line in shown.export_text(styles=True).splitlines():
        drawn.print(*Text.from_ansi(line).wrap(drawn, COLUMNS), sep="\n")
    text = drawn.export_text(styles=True, clear=True).splitlines()[:LINES]
    drawn.print(*map(Text.from_ansi, text), sep="\n")
    drawing = drawn.export_svg(code_format=FRAME, unique_id="vitne")
    return "\n".join(line.rstrip() for line in drawing.splitlines()) + "\n"


def _console(width: int) -> Console:
    return Console(
        width=width, force_terminal=True, color_system="truecolor", record=True, file=io.StringIO()
    )


def page(case: Path, target: Path) -> bool:
    """Photograph the page of a case; gives false where no browser is installed."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return False
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603  (a browser of this machine, a page of ours)
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                "--window-size=1100,950",
                f"--screenshot={target}",
                (case / "report" / "index.html").resolve().as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )
    return True


def make() -> int:
    """Make both pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if code := main(["demo", folder]):
            return code
        case = Path(folder) / "case"
        (PICTURES / "result.svg").write_text(terminal(read_case(case)), encoding="utf-8")
        if not page(case, PICTURES / "page.png"):
            print("No browser found: docs/pictures/page.png stays as it is.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(make())
