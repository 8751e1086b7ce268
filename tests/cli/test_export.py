"""Twin of vitne.cli.export: every format, and no value leaves without being meant to."""

from __future__ import annotations

import json
import stat

import pytest

from vitne.cli.main import main


@pytest.mark.parametrize("form", ["timesketch", "timesketch-csv", "stix", "case-uco", "geojson"])
def test_a_masked_export_is_written_for_the_owner_alone(demonstration, tmp_path, form, capsys) -> None:
    out = tmp_path / "x"
    assert main(["export", str(demonstration / "case"), "--format", form, "-o", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert b"004402990000014" not in out.read_bytes()
    capsys.readouterr()


@pytest.mark.parametrize("form", ["har", "slices"])
def test_what_holds_values_must_be_meant(bag, tmp_path, form, capsys) -> None:
    out = tmp_path / "x"
    assert main(["export", str(bag), "--format", form, "-o", str(out)]) == 2
    assert "--reveal" in capsys.readouterr().err
    assert not out.exists()
    assert main(["export", str(bag), "--format", form, "-o", str(out), "--reveal"]) == 0
    assert out.exists()


def test_parquet_files_are_those_of_the_case(demonstration, tmp_path, capsys) -> None:
    assert (
        main(["export", str(demonstration / "case"), "--format", "parquet", "-o", str(tmp_path / "p")]) == 0
    )
    for path in (tmp_path / "p").iterdir():
        assert path.read_bytes() == (demonstration / "case" / path.name).read_bytes()
    assert len(list((tmp_path / "p").iterdir())) >= 5
    capsys.readouterr()


def test_geojson_has_coordinates_only_when_revealed(tmp_path, capsys) -> None:
    from tests.pipeline.talk import Talk, post

    talk = Talk()
    talk.ask(post(b'{"latitude": 59.910000, "longitude": 10.750000}'))
    capture = talk.write(tmp_path / "a.pcap")
    (tmp_path / "s.toml").write_text(
        '[[known]]\nidentifier = "location"\nlatitude = 59.91\nlongitude = 10.75\nradius_m = 50\n'
    )
    case = tmp_path / "case"
    assert (
        main(["scan", str(capture), "--subject", str(tmp_path / "s.toml"), "--case", str(case), "--quiet"])
        == 0
    )
    for reveal in ([], ["--reveal", "--subject", str(tmp_path / "s.toml")]):
        out = tmp_path / f"g{len(reveal)}"
        assert main(["export", str(case), "--format", "geojson", "-o", str(out), *reveal]) == 0
        points = [f["geometry"] for f in json.loads(out.read_text())["features"] if f["geometry"]]
        assert bool(points) == bool(reveal)
    capsys.readouterr()


def test_nothing_is_replaced(demonstration, tmp_path, capsys) -> None:
    (tmp_path / "x").write_bytes(b"")
    assert main(["export", str(demonstration / "case"), "--format", "stix", "-o", str(tmp_path / "x")]) == 2
    capsys.readouterr()
