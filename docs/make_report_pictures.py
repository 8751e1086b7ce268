# ruff: noqa: INP001
"""Every report page and picture as PNG, to be looked at: ``python docs/make_report_pictures.py FOLDER``.

Makes the demonstration, with an invented log of unlocks beside it, and draws each report and letter: as a
page in a headless browser (chromium), as the pages of its PDF, and each picture on its own (both by typst).
Without a folder the first screen of each report goes to docs/pictures.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from vitne.catalog.messages import messages
from vitne.cli.beside import beside
from vitne.cli.evidence_verbs import AUDIENCES
from vitne.cli.main import main
from vitne.report.audiences import Setting, page
from vitne.report.blocks import Picture
from vitne.report.facts import Facts
from vitne.report.formats.png import png_of
from vitne.report.frozen import freeze
from vitne.store import read_case

PICTURES = Path(__file__).resolve().parent / "pictures"
WIDTH, FIRST = 1000, 1300
TALL = {"lab": 12000, "authority": 5600, "press": 2900}
LETTERS = ("complaint", "access", "reply")
HALF_A_SECOND = 500_000_000


def screenshot(browser: str, page: Path, picture: Path, *, height: int) -> None:
    """Let the browser draw one page."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603  (our own page, no network)
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={WIDTH},{height}",
                f"--screenshot={picture}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def demonstration(folder: Path) -> Path:
    """Make the demonstration's case, with unlocks invented to fit its registrations."""
    main(["demo", str(folder / "demo")])
    case = folder / "demo" / "case"
    times = sorted(
        {row.time_ns for row in read_case(case).transmissions if row.host.startswith("registration")}
    )
    marks = [{"time": (t - HALF_A_SECOND) / 1e9, "kind": "unlock", "clock": "capture"} for t in times]
    log = folder / "marks.jsonl"
    log.write_text("".join(json.dumps(mark) + "\n" for mark in marks), encoding="utf-8")
    main(["triggers", str(case), "--events", str(log)])
    return case


def asked(name: str) -> list[str]:
    """Give the options for a reader or a letter."""
    return ["--letter", name] if name in LETTERS else ["--for", name]


def pdf_pages(case: Path, name: str, folder: Path, scratch: Path) -> int:
    """Draw the pages of one PDF as typst lays them out; gives their number."""
    try:
        import typst
    except ModuleNotFoundError:
        print("typst is not installed: the pages of the PDF are not drawn")
        return 0
    source = scratch / f"{name}.typ"
    main(["report", str(case), *asked(name), "--country", "NO", "--format", "typ", "-o", str(source)])
    (scratch / "findings.json").write_text("{}", encoding="utf-8")
    drawn: Any = typst.compile(str(source), root=str(scratch), format="png", ppi=80)
    pages = drawn if isinstance(drawn, list) else [drawn]
    for number, data in enumerate(pages, 1):
        (folder / f"pdf-{name}-{number:02}.png").write_bytes(data)
    return len(pages)


def single_pictures(case: Path, folder: Path) -> int:
    """Draw each picture of the annex on its own, in each language; gives their number."""
    read = read_case(case)
    document = freeze(read, beside(str(case), read, captures=[]))
    number = 0
    for language in ("en", "nb", "fi", "de"):
        made = page("lab", Facts(document, messages(language)), Setting())
        for number, block in enumerate((b for b in made.blocks if isinstance(b, Picture)), 1):
            (folder / f"picture-{language}-{number:02}.png").write_bytes(png_of(block.svg))
    return number


def run() -> int:
    """Draw all."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("there is no chromium on this machine: nothing was drawn")
        return 1
    whole = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        case = demonstration(folder)
        target = whole or PICTURES
        target.mkdir(parents=True, exist_ok=True)
        for name in (*AUDIENCES, *(LETTERS if whole else ())):
            place = folder / f"{name}.html"
            main(["report", str(case), *asked(name), "--country", "NO", "-o", str(place)])
            height = TALL.get(name, 1900) if whole else FIRST
            screenshot(browser, place, target / f"report-{name}.png", height=height)
            if whole:
                print(pdf_pages(case, name, whole, folder), "pages of the PDF:", name)
        if whole:
            print(single_pictures(case, whole), "pictures in each language")
    print(f"drawn: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(run())
