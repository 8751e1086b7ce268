"""Find and load the compiled kernel.

The library lies beside this module under a name that tells the kind of machine.  ``VITNE_KERNEL`` may name
another build of it, such as the one with sanitizers.  Where the C files lie beside it (a checkout), a library
that was made from other ones is refused: its answers would not be those of the code that one reads.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import sysconfig
from functools import cache
from pathlib import Path

from vitne.model import VitneError

ABI = 1  # what vitne_kernel_abi() of a fitting build gives
HERE = Path(__file__).resolve().parent
REBUILD = "install vitne again (`make demo` does), or run `python build_kernel.py` in the source folder"


def library_name() -> str:
    """Give the file name of the compiled kernel on this kind of machine (as ``build_kernel.py`` names it)."""
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"_kernel.{machine}{suffix}"


def sources_digest(folder: Path) -> str:
    """Give the SHA-256 of a folder's C files as ``build_kernel.py`` does, or nothing where there are none."""
    paths = sorted([*folder.glob("*.c"), *folder.glob("*.h")], key=lambda path: path.name)
    digest = hashlib.sha256()
    for path in paths:
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.name} {len(text)}\n".encode() + text)
    return digest.hexdigest() if paths else ""


def _made_from(library: ctypes.CDLL) -> str:
    """Give the digest of the C files that a build of the kernel carries; empty where it carries none."""
    if not hasattr(library, "vitne_kernel_sources"):
        return ""
    library.vitne_kernel_sources.restype = ctypes.c_char_p
    said: bytes = library.vitne_kernel_sources()
    return said.decode("ascii", "replace")


def load(path: Path, *, sources: Path = HERE) -> ctypes.CDLL:
    """Load one build of the kernel; raises VitneError where it is missing, foreign, or of another version.

    ``sources`` is the folder whose C files, if it has any, must be the ones that the library was made from.
    """
    expected = f"the compiled kernel, interface {ABI}"
    if not path.is_file():
        raise VitneError(
            "the compiled kernel is not there", where=str(path), expected=expected, next_step=REBUILD
        )
    try:
        library = ctypes.CDLL(str(path))
        version = library.vitne_kernel_abi
    except (OSError, AttributeError) as error:
        raise VitneError(
            f"this file cannot be loaded as the kernel ({error})",
            where=str(path),
            expected=expected,
            next_step=REBUILD,
        ) from error
    version.restype = ctypes.c_int
    found = version()
    if found != ABI:
        raise VitneError(
            f"the compiled kernel has interface {found}",
            where=str(path),
            expected=expected,
            next_step=REBUILD,
        )
    current = sources_digest(sources)
    if current and _made_from(library) != current:
        raise VitneError(
            "the compiled kernel was made from other C files than those beside it",
            where=str(path),
            expected=f"a kernel made from {sources}",
            next_step=REBUILD,
        )
    return library


@cache
def library() -> ctypes.CDLL:
    """Give the kernel of this installation, loaded once; raises VitneError as `load` does."""
    named = os.environ.get("VITNE_KERNEL")
    return load(Path(named) if named else HERE / library_name())
