"""Twin of vitne.report.formats.typst: PDF/A-3a and PDF/UA-1 as the engine enforces them, the same bytes, nothing run."""

from __future__ import annotations

import io
import json
import sys

import pytest
from tests.report.hostile import HOSTILE, hostile_document
from tests.report.rich import rich

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.blocks import Grid, Page
from vitne.report.facts import Facts
from vitne.report.formats import typst
from vitne.report.formats.typst import covered, render, source
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return rich(freeze(read_case(demonstration / "case")))


def made(document, reader="lab", language="en"):
    return page(reader, Facts(document, messages(language)), Setting())


def test_the_data_are_one_quoted_text_and_never_markup(document) -> None:
    data = source(made(hostile_document(document))).decode()
    first, rest = data.split("\n", 1)
    given = json.loads(json.loads(first.removeprefix("#let given = ")))
    assert given["title"] == "Technical annex"
    assert "panic" not in rest
    assert data.isascii() or "\\u" in first


@pytest.mark.parametrize("text", HOSTILE)
def test_what_no_font_can_draw_is_written_as_its_code_point(text) -> None:
    assert all(c == "\n" or " " <= c <= "\u2265" for c in covered(text))


def test_without_the_package_the_command_says_so(document, monkeypatch) -> None:
    from vitne.model import UsageError

    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UsageError, match="not installed"):
        render(made(document, "owner"))


def test_long_code_is_cut_into_blocks() -> None:
    from vitne.report.blocks import Code

    parts = typst._block(Code("x\n" * 450, "c"))
    assert [len(part["text"].splitlines()) for part in parts] == [200, 200, 50]
    assert [part["caption"] for part in parts] == ["c", "", ""]


@pytest.fixture(scope="module")
def pdf(document):
    pytest.importorskip("typst")
    return render(made(document, "lab", "nb"), b'{"findings":[]}')


def test_the_same_report_gives_the_same_bytes(document, pdf) -> None:
    assert render(made(document, "lab", "nb"), b'{"findings":[]}') == pdf


@pytest.mark.parametrize("reader", ["owner", "authority", "lab"])
def test_a_hostile_capture_compiles_and_reads_nothing(document, reader) -> None:
    pytest.importorskip("typst")
    assert render(made(hostile_document(document), reader)).startswith(b"%PDF-1.7")


def test_the_structure_is_that_of_a_tagged_archive_file(pdf) -> None:
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "nb"
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/StructTreeRoot"]["/K"]
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    meta = root["/Metadata"].get_data()
    assert b"<pdfaid:part>3<" in meta
    assert b"<pdfuaid:part>1<" in meta
    assert b"Teknisk vedlegg" in meta
    assert list(reader.attachments) == ["findings.json"]
    assert "/OpenAction" not in root
    assert "/JavaScript" not in root.get("/Names", {})


def of_kind(file, name):
    """Give the elements of the structure tree that have this name."""
    pikepdf = pytest.importorskip("pikepdf")
    return [
        each for each in file.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == f"/{name}"
    ]


def test_its_structure_has_headings_tables_with_heads_and_pictures_with_words(pdf) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(io.BytesIO(pdf)) as file:
        assert file.check_pdf_syntax() == [] if hasattr(file, "check_pdf_syntax") else file.check() == []
        figures = of_kind(file, "Figure")
        assert len(figures) > 3  # the flow, the map, the timeline, the layers of findings
        assert all(str(each.get("/Alt", "")) for each in figures)
        assert len(of_kind(file, "Title")) + len(of_kind(file, "H1")) > 5
        assert len(of_kind(file, "Table")) > 5
        assert of_kind(file, "TH")
        said = [
            {key: str(value) for part in each["/A"] for key, value in part.items()}
            for each in of_kind(file, "TH")
        ]
        assert {each["/Scope"] for each in said} == {"/Column"}
        assert of_kind(file, "LI")


def test_it_is_an_archive_file_with_its_data_inside_and_nothing_that_acts(pdf) -> None:
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(io.BytesIO(pdf)) as file:
        meta = file.open_metadata()
        assert (meta.pdfa_status, meta["pdfuaid:part"]) == ("3A", "1")
        assert str(file.Root.Lang) == "nb"
        assert file.Root.OutputIntents[0].S == "/GTS_PDFA1"
        [attached] = file.Root.AF
        assert str(attached.AFRelationship) == "/Data"
        assert json.loads(file.attachments["findings.json"].get_file().read_bytes()) == {"findings": []}
        kinds = {str(each.get("/S", "")) for each in file.objects if isinstance(each, pikepdf.Dictionary)}
        assert not kinds & {"/JavaScript", "/URI", "/Launch", "/SubmitForm", "/GoToR"}
        fonts = [
            each for each in file.objects if isinstance(each, pikepdf.Dictionary) and "/FontName" in each
        ]
        assert fonts
        assert all(set(each.keys()) & {"/FontFile", "/FontFile2", "/FontFile3"} for each in fonts)


@pytest.mark.parametrize("language", ["en", "nb", "fi", "de"])
def test_the_owner_gets_one_page(document, language) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    data = render(made(document, "owner", language))
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) == 1


def test_a_long_word_breaks_in_a_table_and_comes_out_whole(document) -> None:
    pytest.importorskip("typst")
    pypdf = pytest.importorskip("pypdf")
    word = "registration.carrier.example:80/" + "abcdefgh" * 12
    cells = tuple(f"cell {number}" for number in range(6))
    data = render(
        Page(title="t", language="en", day="2019-02-03", blocks=(Grid("c", cells, ((*cells[:5], word),)),))
    )
    text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(data)).pages)
    assert word in text.replace("\n", "")
    assert "\u200b" not in text


def test_no_known_value_can_be_taken_out_of_its_text(pdf, demonstration) -> None:
    pypdf = pytest.importorskip("pypdf")
    import tomllib

    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    values = [str(e["value"]) for e in known if "value" in e]
    text = "".join(page_.extract_text() for page_ in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert "Teknisk vedlegg" in text
    assert not [value for value in values if value in text.replace("\n", "")]


def test_a_column_is_wide_enough_for_a_name_that_has_no_place_to_break() -> None:
    """Such a name would else stand over the column beside it."""
    many = "encoded, not encrypted: readable by anyone on the way"
    grid = Grid("t", ("destination", "field", "on the way"), ((many, "SIM1LTEIMSI", many),))
    wide = typst._widths(grid)
    assert wide[1] / sum(wide) * 200 > len("SIM1LTEIMSI")  # some two hundred small characters fill a line
