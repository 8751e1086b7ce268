from __future__ import annotations

import errno
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest

from vitne.lab import samples
from vitne.model import StoreError
from vitne.store import FORMAT, cases, read_case, write_case

PAGES = {"report/index.html": b"<!doctype html>\n"}


def parts(**changes):
    said = {
        "captures": [samples.capture()],
        "findings": samples.findings(),
        "opaque": samples.opaque(),
        "gaps": samples.gaps(),
        "oddities": samples.oddities(),
        "transmissions": samples.transmissions(),
        "manifest": {"vitne": "2026.11.0", "rules": "ab" * 32},
        "run": {
            "started": "2026-11-21T22:00:00Z",
            "user": "kari",
            "host": "pc.example",
            "command": ["vitne", "scan"],
        },
        "pages": PAGES,
        "partial": False,
    }
    return said | changes


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_case_holds_every_table_and_reads_back_as_it_was_written(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    assert sorted(tree(folder)) == [
        "captures.jsonl", "findings.jsonl", "findings.parquet", "gaps.jsonl", "gaps.parquet", "manifest.json",
        "oddities.jsonl", "oddities.parquet", "opaque.jsonl", "opaque.parquet", "report/index.html", "run.json",
        "transmissions.jsonl", "transmissions.parquet",
    ]  # fmt: skip
    case = read_case(folder)
    assert sorted(case.findings, key=lambda f: f.id) == sorted(samples.findings(), key=lambda f: f.id)
    assert set(case.gaps) == set(samples.gaps())
    assert set(case.oddities) == set(samples.oddities())
    assert [row.bytes for row in case.opaque] == [33_120, 7_240]
    assert [row.message_frames for row in case.transmissions] == [(131, 131), (288, 289)]
    assert case.run["user"] == "kari"
    assert case.partial is False
    assert (case.captures[0].name, case.captures[0].packets) == (samples.NAME, 831)


def test_the_manifest_holds_the_digest_of_every_result_and_input(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    manifest = json.loads((folder / "manifest.json").read_bytes())
    files = tree(folder)
    assert manifest["format"] == FORMAT == "vitne-case/1"
    assert manifest["inputs"] == [
        {"name": samples.NAME, "sha256": samples.DIGEST, "size": 370_192, "format": "pcapng"}
    ]
    assert set(manifest["results"]) == set(files) - {"manifest.json", "run.json"}
    for name, said in manifest["results"].items():
        assert said["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert said["size"] == len(files[name])
    assert manifest["results"]["findings.parquet"]["rows"] == len(samples.findings())
    assert manifest["rules"] == "ab" * 32


def test_another_run_differs_in_run_json_alone(tmp_path):
    first = tree(write_case(tmp_path / "a", **parts()))
    shuffled = parts(run={"user": "ola"}, findings=samples.findings()[::-1], gaps=samples.gaps()[::-1])
    second = tree(write_case(tmp_path / "b", **shuffled))
    assert {name for name in first if first[name] != second[name]} == {"run.json"}


def test_another_process_gives_the_same_bytes(tmp_path):
    code = (
        "import sys; from pathlib import Path; from vitne.lab import samples; from vitne.store import write_case\n"
        "write_case(Path(sys.argv[1]), captures=[samples.capture()], findings=samples.findings(),"
        " opaque=samples.opaque(), gaps=samples.gaps(), oddities=samples.oddities(),"
        " transmissions=samples.transmissions(), manifest={'vitne': '2026.11.0', 'rules': 'ab' * 32}, run={},"
        " pages={'report/index.html': b'<!doctype html>\\n'}, partial=False)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "other")], check=True, env=environment)
    own = tree(write_case(tmp_path / "own", **parts()))
    other = tree(tmp_path / "other")
    assert {name for name in own if own[name] != other[name]} == {"run.json"}


def test_where_the_capture_was_read_from_is_in_no_result(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    assert not [name for name, data in tree(folder).items() if b"somewhere/" in data]


def test_a_stopped_scan_is_marked_partial(tmp_path):
    case = read_case(write_case(tmp_path / "case", **parts(partial=True)))
    assert case.partial is True
    assert case.manifest["partial"] is True


def test_an_older_case_is_replaced_as_a_whole(tmp_path):
    write_case(tmp_path / "case", **parts(pages={"report/old.html": b"old"}))
    folder = write_case(tmp_path / "case", **parts(findings=[]))
    assert read_case(folder).findings == ()
    assert not (folder / "report/old.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["case"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "case").mkdir()
    read_case(write_case(tmp_path / "case", **parts()))


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"x")
    with pytest.raises(StoreError, match="something else than a case") as caught:
        write_case(tmp_path / "photos", **parts())
    assert "--case" in caught.value.next_step
    assert tree(tmp_path) == {"photos/a.jpg": b"x"}


def test_a_case_with_a_strangers_file_in_it_is_left_alone(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    (folder / "my-notes.txt").write_text("hours of work")
    before = tree(tmp_path)
    with pytest.raises(StoreError, match="my-notes"):
        write_case(folder, **parts(findings=[]))
    assert tree(tmp_path) == before


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_left_alone(tmp_path, kind):
    place = tmp_path / "case"
    if kind == "file":
        place.write_text("x")
    else:
        (tmp_path / "elsewhere").mkdir()
        place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="not a folder"):
        write_case(place, **parts())


def full_after(monkeypatch, count):
    """Let the disk be full after so many files."""
    left = [count]
    write = cases._write

    def limited(path, data):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, data)

    monkeypatch.setattr(cases, "_write", limited)


@pytest.mark.parametrize("count", [0, 1, 5, 11, 13])
def test_a_full_disk_is_told_with_the_space_needed_and_leaves_nothing(tmp_path, monkeypatch, count):
    whole = sum(len(data) for data in tree(write_case(tmp_path / "whole", **parts())).values())
    full_after(monkeypatch, count)
    with pytest.raises(StoreError, match=r"the disk is full: the case needs \d+ bytes") as caught:
        write_case(tmp_path / "case", **parts())
    needed = int(str(caught.value).split("needs ")[1].split()[0])
    assert 0.8 * whole < needed < whole + 10_000
    assert [p.name for p in tmp_path.iterdir()] == ["whole"]


def test_a_full_disk_leaves_the_older_case_as_it_was(tmp_path, monkeypatch):
    write_case(tmp_path / "case", **parts())
    before = tree(tmp_path)
    full_after(monkeypatch, 3)
    with pytest.raises(StoreError):
        write_case(tmp_path / "case", **parts(findings=[]))
    assert tree(tmp_path) == before


def test_a_stop_in_the_middle_leaves_nothing(tmp_path, monkeypatch):
    def stopped(path, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(cases, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_case(tmp_path / "case", **parts())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jobs", [2, 4])
def test_several_processes_write_the_same_bytes(tmp_path, jobs):
    whole = tree(write_case(tmp_path / "one", **parts()))
    made = parts(pages={name: (lambda data=data: data) for name, data in PAGES.items()})
    assert tree(write_case(tmp_path / "many", **made, jobs=jobs)) == whole


def test_a_process_that_is_killed_while_it_writes_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    write, own = cases._write, os.getpid()

    def killed(path, data):
        if os.getpid() != own and path.name == "findings.parquet":
            os.kill(os.getpid(), signal.SIGKILL)
        return write(path, data)

    monkeypatch.setattr(cases, "_write", killed)
    with pytest.raises(StoreError, match="a process that wrote a part of it ended with -9"):
        write_case(tmp_path / "case", **parts(), jobs=2)
    assert list(tmp_path.iterdir()) == []
    assert multiprocessing.active_children() == []


def test_a_disk_that_is_full_for_another_process_is_told_as_ever(tmp_path, monkeypatch):
    write, own = cases._write, os.getpid()

    def limited(path, data):
        if os.getpid() != own:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, data)

    monkeypatch.setattr(cases, "_write", limited)
    with pytest.raises(StoreError, match=r"the disk is full: the case needs \d+ bytes"):
        write_case(tmp_path / "case", **parts(), jobs=2)
    assert list(tmp_path.iterdir()) == []


def test_a_stop_of_this_process_ends_the_others_first(tmp_path, monkeypatch):
    own = os.getpid()

    def stopped(path, data):
        if os.getpid() == own:
            raise KeyboardInterrupt
        time.sleep(60)

    monkeypatch.setattr(cases, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_case(tmp_path / "case", **parts(), jobs=2)
    assert multiprocessing.active_children() == []
    assert list(tmp_path.iterdir()) == []


def test_very_many_findings_are_not_held_twice(monkeypatch):
    files = [(name, len) for name in ("findings.jsonl", "transmissions.jsonl", "report/index.html")]
    assert cases._apart(files, 5, 1) == []
    assert cases._apart(files, 5, 2) == [[files[0]], [files[1]]]
    assert cases._apart(files, 200_000, 2) == [[files[1]]]
    monkeypatch.delattr(os, "fork")
    assert cases._apart(files, 5, 2) == []


def test_a_rename_that_fails_brings_the_older_case_back(tmp_path, monkeypatch):
    write_case(tmp_path / "case", **parts())
    before = tree(tmp_path)
    rename = cases.Path.rename

    def failing(self, target):
        if ".unfinished-" in self.name:
            raise OSError(errno.EIO, "no")
        return rename(self, target)

    monkeypatch.setattr(cases.Path, "rename", failing)
    with pytest.raises(StoreError, match="cannot be written"):
        write_case(tmp_path / "case", **parts(findings=[]))
    monkeypatch.undo()
    assert tree(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        write_case(tmp_path / "file" / "case", **parts())


def test_a_page_outside_the_case_is_our_own_fault(tmp_path):
    for name in ("../x.html", "/x.html", ""):
        with pytest.raises(ValueError, match="inside the case"):
            write_case(tmp_path / "case", **parts(pages={name: b""}))
    assert list(tmp_path.iterdir()) == []


def test_reading_says_what_to_do_where_there_is_no_case(tmp_path):
    with pytest.raises(StoreError, match="no case here") as caught:
        read_case(tmp_path / "nowhere")
    assert "vitne scan" in caught.value.next_step
    (tmp_path / "manifest.json").write_text('{"format": "other/1", "results": {}}')
    with pytest.raises(StoreError, match="no case here"):
        read_case(tmp_path)
    for damage in (b"{", b'{"format":"\xff"}', b'{"a":' * 100_000, b"[]"):
        (tmp_path / "manifest.json").write_bytes(damage)
        with pytest.raises(StoreError, match="cannot be read"):
            read_case(tmp_path)
    with pytest.raises(StoreError, match="cannot be read \\(Not a directory\\)"):
        read_case(tmp_path / "manifest.json")


def test_a_case_of_a_later_format_is_not_guessed_at(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("vitne-case/1", "vitne-case/9"))
    with pytest.raises(StoreError, match="vitne-case/9"):
        read_case(folder)
    write_case(folder, **parts())
    assert read_case(folder).manifest["format"] == FORMAT


@pytest.mark.parametrize("change", ["edit", "delete", "unlisted"])
def test_a_table_that_was_changed_is_told(tmp_path, change):
    folder = write_case(tmp_path / "case", **parts())
    table = folder / "findings.jsonl"
    if change == "edit":
        table.write_bytes(table.read_bytes().replace(b"refused", b"accepted"))
    elif change == "delete":
        table.unlink()
    else:
        manifest = json.loads((folder / "manifest.json").read_text())
        del manifest["results"]["findings.jsonl"]
        (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=r"findings\.jsonl") as caught:
        read_case(folder)
    assert caught.value.next_step


def test_a_case_without_its_run_file_still_reads(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    for damage in (b"", b'{"a":"\xff"}', b'{"a":' * 100_000):
        (folder / "run.json").write_bytes(damage)
        assert read_case(folder).run == {}
    (folder / "run.json").unlink()
    assert read_case(folder).run == {}


def test_reading_a_case_does_not_load_pyarrow(tmp_path):
    folder = write_case(tmp_path / "case", **parts())
    code = "import sys; from pathlib import Path; from vitne.store import read_case; read_case(Path(sys.argv[1]));sys.exit('pyarrow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)


def test_a_crash_in_the_middle_leaves_the_older_case_and_no_half_one(tmp_path):
    write_case(tmp_path / "case", **parts())
    before = tree(tmp_path / "case")
    code = (
        "import os, sys; from pathlib import Path; from vitne.lab import samples; from vitne.store import cases\n"
        "write, left = cases._write, [5]\n"
        "def crashing(path, data):\n"
        "    left[0] -= 1\n"
        "    write(path, data) if left[0] else os._exit(9)\n"
        "cases._write = crashing\n"
        "for name in ('case', 'other'):\n"
        "    if len(sys.argv) == 3 and sys.argv[2] == name:\n"
        "        cases.write_case(Path(sys.argv[1]) / name, captures=[samples.capture()], findings=[], opaque=[],"
        " gaps=[], oddities=[], transmissions=[], manifest={}, run={}, pages={}, partial=False)"
    )
    for name in ("case", "other"):
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path), name], check=False)
        assert done.returncode == 9
    assert tree(tmp_path / "case") == before
    assert not (tmp_path / "other").exists()
    read_case(tmp_path / "case")
