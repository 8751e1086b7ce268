"""Compile the kernel: one shared library of plain C, loaded with ctypes: no Python headers are needed.

As a build hook of hatchling it runs on every install; as a program it tells whether a compiler is at hand
(``--have-compiler``) or compiles in place (``--sanitize`` adds AddressSanitizer and UBSan, for the tests).
It also lets vitne read and check its data files and compile its patterns, once for every start after that.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "src" / "vitne" / "kernel"
DATA = HERE / "src" / "vitne" / "data"
PREPARED = DATA / "prepared.json"
FLAGS = ["-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"]


def compiler() -> list[str] | None:
    """Give the command of a C compiler that works here: CC, cc, gcc, clang, or the packaged one."""
    named = os.environ.get("CC", "").split()
    if named and shutil.which(named[0]):
        return named
    for name in ("cc", "gcc", "clang"):
        found = shutil.which(name)
        if found:
            return [found]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    return None


def library_name() -> str:
    """Give the file name of the compiled kernel on this kind of machine."""
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"_kernel.{machine}{suffix}"


def sources_digest() -> str:
    """Give the SHA-256 of all C files, in hexadecimal: the library carries it, its loader compares."""
    digest = hashlib.sha256()
    for path in sorted([*SOURCE.glob("*.c"), *SOURCE.glob("*.h")], key=lambda path: path.name):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def build(target: Path, *, extra: tuple[str, ...] = ()) -> Path:
    """Compile all C files of the kernel into one library; raises SystemExit with the next step in it."""
    command = compiler()
    if command is None:
        raise SystemExit(
            "vitne: no C compiler found.\n  expected: cc, gcc or clang on PATH, or the package `ziglang`\n"
            "  next: pip install --require-hashes -r requirements/compiler.txt"
        )
    sources = sorted(str(path) for path in SOURCE.glob("*.c"))
    made_from = f'-DVITNE_SOURCES="{sources_digest()}"'
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.part")
    run = subprocess.run(  # noqa: S603  (a compiler of this machine, arguments of ours)
        [*command, *FLAGS, made_from, *extra, "-o", str(partial), *sources],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise SystemExit(f"vitne: the kernel does not compile with {' '.join(command)}\n{run.stderr}")
    partial.replace(target)
    return target


def prepare_data() -> None:
    """Let vitne check its data files and put them into one; raises SystemExit with what is wrong in them."""
    run = _own("vitne.catalog.preparing")
    if run.returncode:
        raise SystemExit(f"vitne: the data files cannot be prepared\n{run.stderr}")


def remember_patterns() -> list[Path]:
    """Let vitne compile its patterns for this Python; nothing where its libraries are not there."""
    _own("vitne.cli.remembering")
    return sorted(DATA.glob("*.patterns"))


def _own(module: str) -> subprocess.CompletedProcess[str]:
    """Run a module of vitne as it stands in the source folder."""
    paths = os.pathsep.join(filter(None, (str(HERE / "src"), os.environ.get("PYTHONPATH", ""))))
    return subprocess.run(  # noqa: S603  (this very Python, a module of ours)
        [sys.executable, "-m", module],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:
    BuildHookInterface = object  # type: ignore[assignment,misc]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,misc,valid-type]
    """Puts the compiled kernel into the package."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for what reads the data files, and for a packaged compiler where the machine has none."""
        return ["msgspec>=0.19", *([] if compiler() else ["ziglang"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the package's files are gathered."""
        del version
        library = build(SOURCE / library_name())
        build_data["pure_python"] = False
        machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{machine}"  # the library knows nothing of Python: any version loads it
        prepare_data()
        made = (library, PREPARED, *remember_patterns())
        build_data["artifacts"] += [str(each.relative_to(HERE)) for each in made]


if __name__ == "__main__":
    if "--have-compiler" in sys.argv:
        sys.exit(0 if compiler() else 1)
    sanitize = (
        "-g",
        "-O1",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    )
    name = library_name()
    if "--sanitize" in sys.argv:
        print(build(SOURCE / f"_sanitized{name}", extra=sanitize))
    else:
        print(build(SOURCE / name))
        prepare_data()
        remember_patterns()
