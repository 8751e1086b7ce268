"""The documentation tells the truth: commands run, links lead somewhere, the reference is what the program says."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from vitne.cli.main import build_parser, main
from vitne.cli.names import schemas
from vitne.decode.protocols import decoders
from vitne.encodings import encodings
from vitne.model import IDENTIFIERS, GapKind
from vitne.store.tables import TABLES

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "changes").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PLACEHOLDER = "F-0123456789abcdef"
"""Stands in the pages for the id of a finding of the demonstration: an IMEI sent to the carrier."""
BANNED = re.compile(
    r"\b(breach(es|ed)?|illegal(ly)?|violat(es?|ed|ions?|ing)|unlawful(ly)?|stole|steals?|stealing|sp(y|ies|ied|ying)"
    r"|leak(s|ed|ing|age)?|tracked)\b",
    re.IGNORECASE,
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _generator(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _reference(name: str) -> str:
    return (DOCS / "reference" / name).read_text(encoding="utf-8")


def _prose(path: Path) -> str:
    return BLOCK.sub("", path.read_text(encoding="utf-8"))


def _slug(title: str) -> str:
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
    return re.sub(r" ", "-", re.sub(r"[^\w\- ]", "", plain))


# -- links and words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, heading = link.partition("#")
        aim = (page.parent / target).resolve() if target else page
        assert aim.exists(), f"{_name(page)}: {link}"
        assert aim.is_relative_to(ROOT), f"{_name(page)}: {link}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", aim.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {_slug(title) for title in titles}, f"{_name(page)}: {link}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(DOCS)], ids=_name)
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    assert page in _reachable(), f"link {_name(page)} from a page that is linked"


@cache
def _reachable() -> frozenset[Path]:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text(encoding="utf-8")))
        waiting += [
            (page.parent / link).resolve() for link in links if link and not re.match(r"[a-z]+:", link)
        ]
    return frozenset(seen)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_says_what_only_a_court_can_say(page: Path) -> None:
    found = BANNED.search(page.read_text(encoding="utf-8"))
    assert found is None, f"{_name(page)}: {found}"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_line_holds_one_sentence(page: Path) -> None:
    for line in _prose(page).splitlines():
        if line.startswith(("|", "<!--", "#", "    ")):
            continue
        plain = re.sub(r"`[^`]*`|\([^)]*\)|\d+\.|\b(?:e\.g|i\.e|etc|section)\.", "", line)
        assert not re.search(r"[a-z»)][.!?] [A-Z«]", plain), f"{_name(page)}: {line}"


def test_the_first_screen_of_the_readme_shows_both_commands_and_a_picture() -> None:
    screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:16])
    assert "make demo" in screen
    assert "make test" in screen
    assert re.search(r"!\[[^\]]+\]\(docs/pictures/", screen)


def test_no_value_of_the_demonstration_stands_in_a_picture(folder: Path) -> None:
    known = tomllib.loads((folder / "demo" / "subject.toml").read_text(encoding="utf-8"))["known"]
    values = [str(entry[key]) for entry in known for key in ("value", "ci") if key in entry]
    for drawing in (DOCS / "pictures").glob("*.svg"):
        text = re.sub(r"<[^>]+>|&#160;", " ", drawing.read_text(encoding="utf-8"))
        assert not [value for value in values if value.lower() in text.lower()], drawing.name


def test_the_readme_counts_protocols_and_encodings_right() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"[{len(decoders())} protocols]" in readme
    assert f"[{len(encodings())} encodings]" in readme


# -- the reference -------------------------------------------------------------------------------------------


def test_making_the_reference_again_gives_the_same_text() -> None:
    made = _generator("make_reference").pages()
    assert {path.name for path in (DOCS / "reference").iterdir()} == set(made)
    for name, text in made.items():
        assert _reference(name) == text, f"docs/reference/{name} is behind the program: run `make docs`"


def test_every_command_and_option_is_in_the_docs() -> None:
    page = _reference("commands.md")
    generator = _generator("make_reference")
    for prog, help_, parser in generator.verbs(build_parser()):
        assert f"## `{prog}`" in page
        assert help_
        for action in parser._actions:
            for option in action.option_strings:
                assert option in page or option in {"-h", "--help"}


def test_every_exit_code_is_in_the_docs() -> None:
    import vitne.cli.main as shell

    codes = {value for name, value in vars(shell).items() if name.isupper() and type(value) is int}
    assert codes == set(_generator("make_reference").exit_codes())
    for text in (_reference("exit-codes.md"), (ROOT / "README.md").read_text(encoding="utf-8")):
        assert all(f"| {code} |" in text for code in codes)


def test_every_closed_word_is_in_the_docs() -> None:
    gaps = _reference("gaps-and-oddities.md")
    assert all(f"| `{kind}` |" in gaps for kind in get_args(GapKind))
    assert all(f"| `{word}` |" in _reference("identifiers.md") for word in IDENTIFIERS)
    assert all(f"| `{name}` |" in _reference("protocols.md") for name in decoders())
    assert all(f"| `{name}` |" in _reference("encodings.md") for name in encodings())


def test_every_name_of_the_document_and_of_the_case_is_in_the_docs() -> None:
    for name, text in schemas().items():
        page = _reference(f"{name}-document.md")
        schema = msgspec.json.decode(text)
        for part in (schema, *schema["$defs"].values()):
            assert all(f"| `{each}` |" in page for each in part.get("properties", ()))
    page = _reference("case-folder.md")
    assert all(f"`{table.name}.jsonl`" in page for table in TABLES)


def test_every_noun_of_the_model_is_in_the_glossary() -> None:
    import vitne.model

    glossary = (DOCS / "explanation" / "glossary.md").read_text(encoding="utf-8")
    inside = {"Also", "Child", "Decoder", "Encoding", "Fit", "Limits", "Malformed", "Node", "Part", "Place"}
    inside |= {"RecordChunk", "Side", "StreamBatch", "GapKind", "Kind", "Interface"}
    for name in vitne.model.__all__:
        if name[0].isupper() and not name.endswith("Error") and not name.isupper() and name not in inside:
            assert f"**{name}**" in glossary, name


# -- what the pages show is what happens ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which the demonstration was made, as every page assumes."""
    place = tmp_path_factory.mktemp("docs")
    before = Path.cwd()
    os.chdir(place)
    try:
        assert main(["demo", "demo"]) == 0
    finally:
        os.chdir(before)
    return place


def _blocks(language: str) -> list[Any]:
    return [
        pytest.param(page, text, id=f"{_name(page)}:{number}")
        for page in PAGES
        for number, (kind, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")), 1)
        if kind == language
    ]


def _finding(folder: Path) -> str:
    for line in (folder / "demo" / "case" / "findings.jsonl").read_bytes().splitlines():
        row = msgspec.json.decode(line)
        if row["identifier"] == "imei" and row["destination"]["host"] == "registration.carrier.example":
            return str(row["id"])
    raise AssertionError("the demonstration sends an IMEI")


def _shell(command: str, folder: Path) -> str:
    binaries = Path(sys.executable).parent
    path = f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"
    run = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in run.stderr, run.stderr
    return run.stdout + run.stderr


@pytest.mark.parametrize(("page", "text"), _blocks("console"))
def test_a_shown_command_runs_and_gives_what_is_shown(page: Path, text: str, folder: Path) -> None:
    if "tshark" in text and shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    own = _finding(folder)
    for shown in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *expected = shown.replace(PLACEHOLDER, own).splitlines()
        given = " ".join(_shell(command, folder).split())
        for line in expected:
            words = " ".join(line.split())
            assert words == "..." or words in given, (
                f"{_name(page)}: $ {command}\nshown: {line}\ngiven: {given}"
            )


@pytest.mark.parametrize(("page", "text"), _blocks("python"))
def test_a_shown_piece_of_python_runs(page: Path, text: str, folder: Path) -> None:
    if "reference" in page.parts or page.name == "query-a-case.md":
        pytest.skip("a signature, or a piece that its own test runs")
    inside = folder / "demo" / "case" if "findings.parquet" in text else folder
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=inside,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, f"{_name(page)}: {run.stderr}"


def test_every_console_block_shows_a_command() -> None:
    for page in PAGES:
        for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            assert kind != "console" or text.startswith("$ "), _name(page)
