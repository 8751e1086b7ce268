"""Twin of vitne.report.formats.docx: opens as a document, holds the texts, and is the same each time."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from xml.etree import ElementTree as ET

import pytest
from tests.report.hostile import hostile_document

from vitne.catalog.messages import messages
from vitne.report.audiences import Setting, page
from vitne.report.blocks import Picture
from vitne.report.facts import Facts
from vitne.report.formats.docx import render
from vitne.report.frozen import freeze
from vitne.store import read_case


@pytest.fixture(scope="module")
def document(demonstration):
    return freeze(read_case(demonstration / "case"))


def made(document, reader="lab", language="en"):
    return page(reader, Facts(document, messages(language)), Setting())


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def parts(data: bytes) -> dict[str, ET.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if not name.endswith(".png")]
        return {name: ET.fromstring(archive.read(name)) for name in names}


@pytest.mark.parametrize("reader", ["owner", "authority", "lab"])
def test_every_part_is_well_formed_and_hostile_texts_are_text(document, reader) -> None:
    read = parts(render(made(hostile_document(document), reader)))
    assert "word/document.xml" in read
    kinds = {element.tag.removeprefix(W) for element in read["word/document.xml"].iter()}
    assert not kinds & {"fldSimple", "instrText", "hyperlink", "object", "altChunk"}


def test_no_part_points_outside(document) -> None:
    data = render(made(hostile_document(document)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b"TargetMode" not in archive.read(name)
            assert not name.startswith("/")


def test_pictures_are_inside_with_their_words_and_without_the_package_their_words_stand_alone(
    document, monkeypatch
) -> None:
    pytest.importorskip("typst")
    page_ = made(document)
    told = [block.told for block in page_.blocks if isinstance(block, Picture)]
    data = render(page_)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        drawn = [name for name in archive.namelist() if name.endswith(".png")]
        assert all(archive.read(name).startswith(b"\x89PNG") for name in drawn)
    assert len(drawn) == len(told) > 2
    body = parts(data)["word/document.xml"]
    assert [each.get("descr") for each in body.iter() if each.tag.endswith("}docPr")] == told
    monkeypatch.setitem(sys.modules, "typst", None)
    plain = "".join(parts(render(page_))["word/document.xml"].itertext())
    assert all(words in plain for words in told)


def test_texts_and_headings_are_there(document) -> None:
    body = parts(render(made(document, "owner", "de")))["word/document.xml"]
    text = "".join(body.itertext())
    assert "Was hat dieses Gerät verlassen?" in text
    styles = [element.get(f"{W}val") for element in body.iter(f"{W}pStyle")]
    assert styles[0] == "Title"
    assert "Heading1" in styles


def test_every_row_of_a_table_has_the_cells_of_its_grid(document) -> None:
    body = parts(render(made(document)))["word/document.xml"]
    for table in body.iter(f"{W}tbl"):
        columns = len(table.find(f"{W}tblGrid"))
        assert {len(row.findall(f"{W}tc")) for row in table.iter(f"{W}tr")} == {columns}


def test_the_same_report_gives_the_same_bytes(document) -> None:
    assert render(made(document)) == render(made(document))


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: no conversion was tried"
)
def test_libreoffice_opens_it(document, tmp_path) -> None:
    (tmp_path / "r.docx").write_bytes(render(made(document, "owner")))
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "txt:Text",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(tmp_path / "r.docx")],
        check=True,
        capture_output=True,
        timeout=180,
    )
    assert "What left this device?" in (tmp_path / "r.txt").read_text(encoding="utf-8-sig")
