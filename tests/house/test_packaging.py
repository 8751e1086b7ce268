"""Packaging: the kernel is built without a compiler of the machine, and a wheel holds all that vitne needs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from vitne.kernel import library

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "requirements"


def _run(*command: str | Path, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    names = {name: value for name, value in os.environ.items() if name not in {"CC", "VITNE_KERNEL"}}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**names, **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_without_any_compiler_the_build_says_so_and_what_to_do(tmp_path: Path) -> None:
    bare = (
        f"import sys; sys.modules['ziglang'] = None; sys.path.insert(0, {str(ROOT)!r}); import build_kernel"
    )
    absent = "build_kernel.importlib.util.find_spec = lambda name: None"
    asked = _run(
        sys.executable, "-c", f"{bare}; {absent}; print(build_kernel.compiler())", PATH=str(tmp_path)
    )
    assert asked.stdout.strip() == "None", asked.stderr
    code = f"{bare}; {absent}; build_kernel.build(build_kernel.Path('kernel.so'))"
    refused = _run(sys.executable, "-c", code, cwd=tmp_path, PATH=str(tmp_path))
    assert refused.returncode == 1
    assert "no C compiler" in refused.stderr
    assert "next: pip install" in refused.stderr


def test_the_question_for_a_compiler_is_answered_by_the_exit_code(tmp_path: Path) -> None:
    packaged = importlib.util.find_spec("ziglang") is not None
    without = _run(sys.executable, ROOT / "build_kernel.py", "--have-compiler", PATH=str(tmp_path))
    assert without.returncode == (0 if packaged else 1)
    named = tmp_path / "mycc"
    named.write_text("#!/bin/sh\nexit 0\n")
    named.chmod(0o755)
    found = _run(
        sys.executable, ROOT / "build_kernel.py", "--have-compiler", PATH=str(tmp_path), CC="mycc -v"
    )
    assert found.returncode == 0


def test_the_packaged_compiler_builds_a_kernel_that_loads(tmp_path: Path) -> None:
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("the packaged compiler is not installed: pip install -r requirements/compiler.txt")
    built = tmp_path / "kernel.so"
    code = f"import build_kernel, pathlib; build_kernel.build(pathlib.Path({str(built)!r}))"
    run = _run(sys.executable, "-c", code, PATH=str(tmp_path), ZIG_GLOBAL_CACHE_DIR=str(tmp_path / "cache"))
    assert run.returncode == 0, run.stderr
    assert library.load(built).vitne_kernel_abi() == library.ABI


def test_a_build_that_fails_leaves_the_old_kernel_and_no_rest(tmp_path: Path) -> None:
    failing = tmp_path / "cc"
    failing.write_text("#!/bin/sh\necho 'cannot compile that' >&2\nexit 1\n")
    failing.chmod(0o755)
    old = tmp_path / "kernel.so"
    old.write_bytes(b"old")
    code = f"import build_kernel, pathlib; build_kernel.build(pathlib.Path({str(old)!r}))"
    run = _run(sys.executable, "-c", code, PATH=f"{tmp_path}:/usr/bin:/bin")
    assert run.returncode == 1
    assert "cannot compile that" in run.stderr
    assert old.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"cc", "kernel.so"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a wheel built from a copy of the tracked files, as one gets them."""
    place = tmp_path_factory.mktemp("wheel")
    listed = _run("git", "ls-files", "-co", "--exclude-standard")
    if listed.returncode:
        pytest.skip("this is no git checkout")
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and name.split("/")[0] not in {"tests", "docs", "bench"}:
            (place / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            (place / "tree" / name).write_bytes((ROOT / name).read_bytes())
    code = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    run = _run(sys.executable, "-c", code, place, cwd=place / "tree")
    assert run.returncode == 0, run.stderr
    return place / run.stdout.split()[-1]


def test_a_wheel_is_for_one_kind_of_machine_and_holds_one_kernel(wheel: Path) -> None:
    assert "-py3-none-" in wheel.name
    assert not wheel.name.endswith("-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if "_kernel" in name] == [f"vitne/kernel/{library.library_name()}"]
    assert not [name for name in names if name.endswith((".c", ".h"))], "sources belong to a checkout"


def test_a_wheel_holds_every_module_and_every_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    kinds = {".py", ".toml", ".json", ".html", ".css", ".js"}
    theirs = [path for path in (ROOT / "src" / "vitne").rglob("*") if path.suffix in kinds]
    assert len(theirs) > 150
    assert {str(path.relative_to(ROOT / "src")) for path in theirs} <= names


def test_an_installed_wheel_runs_the_demonstration_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); import vitne;"
        f" assert vitne.__file__.startswith({str(installed)!r}), vitne.__file__;"
        " from vitne.cli.main import main; sys.exit(main(['demo', 'demo']))"
    )
    run = _run(sys.executable, "-c", code, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "IMEI" in run.stdout
    assert (tmp_path / "demo" / "case" / "report" / "index.html").is_file()


@pytest.mark.parametrize("name", ["run", "dev", "compiler"])
def test_every_requirement_is_pinned_with_digests_and_without_an_address(name: str) -> None:
    text = (RULES / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    for block in text.replace("\\\n", " ").splitlines():
        if block.strip() and not block.lstrip().startswith("#"):
            assert "==" in block, block
            assert "--hash=sha256:" in block, block


def test_what_the_package_needs_is_what_a_newcomer_gets() -> None:
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[<>=]", each)[0] for each in project["dependencies"]}
    pinned = {
        line.split("==")[0]
        for line in (RULES / "run.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }
    assert needed <= pinned
    assert not {"pytest", "ruff", "mypy", "hypothesis", "duckdb", "pandas"} & pinned
