"""Find and load the compiled kernel.

The library lies beside this module under a name that tells the kind of machine.  ``VITNE_KERNEL`` may name
another build of it, such as the one with sanitizers.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from functools import cache
from pathlib import Path

from vitne.model import VitneError

ABI = 1  # what vitne_kernel_abi() of a fitting build gives
REBUILD = "install vitne again (`make demo` does), or run `python build_kernel.py` in the source folder"


def library_name() -> str:
    """Give the file name of the compiled kernel on this kind of machine (as ``build_kernel.py`` names it)."""
    suffix = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"_kernel.{machine}{suffix}"


def load(path: Path) -> ctypes.CDLL:
    """Load one build of the kernel; raises VitneError where it is missing, foreign or of another version."""
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
    return library


@cache
def library() -> ctypes.CDLL:
    """Give the kernel of this installation, loaded once; raises VitneError as `load` does."""
    named = os.environ.get("VITNE_KERNEL")
    return load(Path(named) if named else Path(__file__).resolve().parent / library_name())
