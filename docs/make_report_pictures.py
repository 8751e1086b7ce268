# ruff: noqa: INP001
"""Every report page and picture as PNG, to be looked at: ``python docs/make_report_pictures.py FOLDER``.

Makes the demonstration, writes each report as a page, and lets a headless browser (chromium) draw it; with
the package typst the pages of the technical annex are drawn as well.  Without a folder the first screen of
each report goes to docs/pictures.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from vitne.cli.evidence_verbs import AUDIENCES
from vitne.cli.main import main

PICTURES = Path(__file__).resolve().parent / "pictures"
WIDTH = 1000


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


def annex_pages(case: Path, folder: Path) -> int:
    """Draw the pages of the technical annex as typst lays them out; gives their number."""
    try:
        import typst
    except ModuleNotFoundError:
        print("typst is not installed: the pages of the PDF are not drawn")
        return 0
    source = folder / "annex.typ"
    main(["report", str(case), "--for", "lab", "--format", "typ", "-o", str(source)])
    (folder / "findings.json").write_text("{}", encoding="utf-8")
    drawn = typst.compile(str(source), root=str(folder), format="png", ppi=80)
    pages = drawn if isinstance(drawn, list) else [drawn]
    for number, data in enumerate(pages, 1):
        (folder / f"annex-{number:02}.png").write_bytes(data)
    return len(pages)


def run() -> int:
    """Draw all."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("there is no chromium on this machine: nothing was drawn")
        return 1
    whole = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        main(["demo", str(folder / "demo")])
        case = folder / "demo" / "case"
        target = whole or PICTURES
        target.mkdir(parents=True, exist_ok=True)
        for reader in AUDIENCES:
            page = folder / f"{reader}.html"
            main(["report", str(case), "--for", reader, "--country", "NO", "-o", str(page)])
            height = 6000 if whole and reader == "lab" else 1300
            screenshot(browser, page, target / f"report-{reader}.png", height=height)
        if whole:
            print(annex_pages(case, whole), "pages of the annex")
    print(f"drawn: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(run())
