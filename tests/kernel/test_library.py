"""Twin of vitne.kernel.library."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vitne.kernel import library
from vitne.model import VitneError

ROOT = Path(__file__).resolve().parents[2]


def test_the_kernel_loads_and_says_its_interface():
    assert library.library().vitne_kernel_abi() == library.ABI
    assert library.library() is library.library()


def test_the_name_is_the_one_that_the_build_gives():
    code = "import build_kernel; print(build_kernel.library_name())"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == library.library_name()


def test_a_kernel_that_is_not_there_is_an_error_with_the_next_step(tmp_path):
    with pytest.raises(VitneError, match="not there") as caught:
        library.load(tmp_path / "none.so")
    assert "build_kernel.py" in caught.value.next_step
    assert caught.value.where == str(tmp_path / "none.so")


def test_a_file_that_is_no_library_is_an_error(tmp_path):
    path = tmp_path / "text.so"
    path.write_text("no library")
    with pytest.raises(VitneError, match="cannot be loaded"):
        library.load(path)


def test_a_kernel_of_another_interface_is_refused(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler is here to make another kernel")
    source, other = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text("int vitne_kernel_abi(void) { return 999; }\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", other, source], check=True)
    with pytest.raises(VitneError, match="interface 999"):
        library.load(other)


def test_another_build_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VITNE_KERNEL", str(tmp_path / "named.so"))
    library.library.cache_clear()
    with pytest.raises(VitneError, match="not there"):
        library.library()
    monkeypatch.undo()
    library.library.cache_clear()
    assert library.library().vitne_kernel_abi() == library.ABI
