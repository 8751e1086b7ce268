"""Twin of vitne.report.formats.webpage: self-contained, without script, and inert in a real browser."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import threading
from html.parser import HTMLParser

import pytest
from tests.report.hostile import hostile_document
from tests.report.rich import rich

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.formats.webpage import _words, render
from vitne.report.frozen import freeze
from vitne.store import read_case

READERS = ("owner", "press", "authority", "maker", "lab", "complaint", "access", "reply")


@pytest.fixture(scope="module")
def document(demonstration):
    return rich(freeze(read_case(demonstration / "case")))


def made(document, reader="lab", language="en"):
    letter = reader if reader in {"complaint", "access", "reply"} else ""
    return page("lab" if letter else reader, Facts(document, messages(language)), Setting(letter=letter))


ALLOWED = {"span", "wbr",
    "html", "head", "meta", "title", "style", "body", "a", "main", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "div",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "pre", "svg", "g", "rect", "text",
    "line", "circle", "path",
}  # fmt: skip


class Reader(HTMLParser):
    """Collects elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.mark.parametrize("reader", READERS)
def test_only_our_own_elements_and_no_address_outside_stand_in_it(document, reader) -> None:
    data = render(made(hostile_document(document), reader)).decode()
    parser = Reader()
    parser.feed(data)
    assert {tag for tag, _ in parser.seen} <= ALLOWED
    for _, attributes in parser.seen:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"src", "srcset", "action"}
        ]
        assert attributes.get("href", "#").startswith("#")


def test_the_policy_allows_the_own_style_alone(document) -> None:
    import base64
    import hashlib

    data = render(made(document)).decode()
    style = re.search(r"<style>(.*?)</style>", data, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;" in data


def test_the_same_document_gives_the_same_bytes(document) -> None:
    assert render(made(document)) == render(made(document))


def test_pictures_and_tables_say_in_words_what_they_show(document) -> None:
    data = render(made(document, "lab", "nb")).decode()
    assert '<html lang="nb">' in data
    for picture in re.findall(r"<svg.*?</svg>", data, re.DOTALL):
        assert 'role="img"' in picture
        assert "<title>" in picture
    assert data.count("<table>") == data.count("<caption")
    assert 'scope="col"' in data


@pytest.mark.skipif(
    shutil.which("chromium") is None, reason="chromium is not installed: no real browser looked at it"
)
@pytest.mark.parametrize("reader", ["owner", "press", "authority", "maker", "lab", "reply"])
def test_in_a_real_browser_no_script_runs_and_no_request_leaves(document, reader, tmp_path) -> None:
    asked: list[str] = []

    class Server(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_) -> None:
            return

    page_ = made(hostile_document(document), reader)
    (tmp_path / "report.html").write_bytes(render(page_))
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Server, directory=str(tmp_path))
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        proxy = f"--proxy-server=http://127.0.0.1:{server.server_port}"  # every other host comes here too
        run = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", proxy, "--proxy-bypass-list=127.0.0.1",
             f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=500", "--disable-background-networking",
             "--disable-component-update", "--no-first-run",
             "--disable-features=NetworkTimeServiceQuerying", "--dump-dom",
             f"http://127.0.0.1:{server.server_port}/report.html"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert f"<title>{page_.title}</title>" in run.stdout, run.stderr[-2000:]
    assert set(asked) <= {"/report.html", "/favicon.ico"}, asked


def test_ids_stay_whole_and_long_names_break_behind_their_signs() -> None:
    told = str(_words("see F-ce10cbcfaa0a8bf8: registration.carrier.example:80 <b>short</b> a.b"))
    assert told.startswith('see <span class="id">F-ce10cbcfaa0a8bf8:</span> ')
    assert "registration.<wbr>carrier.<wbr>example:<wbr>80 " in told
    assert told.endswith("&lt;b&gt;short&lt;/b&gt; a.b")
    assert str(_words("<script>alert(1)</script>....")) == "&lt;script&gt;alert(1)&lt;/<wbr>script&gt;...."
