"""Tape archives by the standard library and the tar program."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile

import pytest

from vitne.encodings.tar import encoding
from vitne.model import Limits, Malformed

LIMITS = Limits()
TEXT = b'{"imei":"004402990000014"}' * 30
LONG = "folder/" * 20 + "name.json"


def archive(form: int, *names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as made:
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(TEXT)
            made.addfile(info, io.BytesIO(TEXT))
    return out.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_files_are_children_by_name_also_by_a_long_one(form):
    data = archive(form, "a.json", LONG)
    found = list(encoding.find(data, LIMITS))
    assert [(child.path, child.data) for child in found] == [("a.json", TEXT), (LONG, TEXT)]
    assert all(data[child.start : child.end] == TEXT for child in found)


@pytest.mark.skipif(shutil.which("tar") is None, reason="the tar program is not installed")
def test_what_the_tar_program_writes_is_read(tmp_path):
    (tmp_path / "sms.json").write_bytes(TEXT)
    data = subprocess.run(
        ["tar", "-cf", "-", "-C", tmp_path, "sms.json"], capture_output=True, check=True
    ).stdout
    (child,) = encoding.unwrap(data, LIMITS)
    assert (child.path, child.data) == ("sms.json", TEXT)


def test_a_cut_off_file_is_told():
    data = archive(tarfile.USTAR_FORMAT, "a.json")
    (child,) = encoding.unwrap(data[:1124], LIMITS)
    assert (child.data, child.complete) == (TEXT[:100], False)


def test_a_wrong_sum_is_no_header():
    data = bytearray(archive(tarfile.USTAR_FORMAT, "a.json"))
    data[0] ^= 1
    assert list(encoding.find(bytes(data), LIMITS)) == []


@pytest.mark.parametrize("data", [b"", bytes(2048), b"x" * 2048, b"\xff" * 1024])
def test_other_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        list(encoding.unwrap(data, LIMITS))
