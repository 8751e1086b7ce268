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


def test_the_build_and_the_loader_digest_the_sources_alike():
    code = "import build_kernel; print(build_kernel.sources_digest())"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == library.sources_digest(ROOT / "src" / "vitne" / "kernel")


def test_a_kernel_made_from_other_sources_is_refused(tmp_path):
    built = library.HERE / library.library_name()
    for path in library.HERE.glob("*.[ch]"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert library.load(built, sources=tmp_path).vitne_kernel_abi() == library.ABI
    with (tmp_path / "walk.c").open("a") as stream:
        stream.write("/* a change */\n")
    with pytest.raises(VitneError, match="other C files") as caught:
        library.load(built, sources=tmp_path)
    assert "build_kernel.py" in caught.value.next_step


def test_a_kernel_that_does_not_say_from_what_it_was_made_is_refused_beside_sources(tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler is here to make another kernel")
    source, other = tmp_path / "other.c", tmp_path / "other.so"
    source.write_text(f"int vitne_kernel_abi(void) {{ return {library.ABI}; }}\n")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", other, source], check=True)
    with pytest.raises(VitneError, match="other C files"):
        library.load(other, sources=tmp_path)


def test_an_installation_without_sources_takes_its_kernel_as_it_is(tmp_path):
    assert library.sources_digest(tmp_path) == ""
    assert library.load(library.HERE / library.library_name(), sources=tmp_path)


def test_another_build_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VITNE_KERNEL", str(tmp_path / "named.so"))
    library.library.cache_clear()
    with pytest.raises(VitneError, match="not there"):
        library.library()
    monkeypatch.undo()
    library.library.cache_clear()
    assert library.library().vitne_kernel_abi() == library.ABI
