"""What stands before the first import: libraries are spared what no command needs of them.

A scan of a few packets is mostly start-up.  Of that, a good part went into pandas, which nobody asked
for, into documentation and types of NumPy, and into patterns that are the same at every start.
"""

from __future__ import annotations

import importlib
import io
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

DOCUMENTATION = frozenset({"numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"})
"""Modules that give docstrings to functions of NumPy, and do nothing else."""
_UNWANTED = frozenset({"pandas"})  # PyArrow would load it wherever it is installed


class Array:
    """What an annotation of NumPy names, while its types are not loaded."""

    def __class_getitem__(cls, _: object) -> type:
        """Give the name again, whatever it is an array of."""
        return cls


def _never(_: object) -> bool:
    """Say that an array has no mask: while the module that makes such arrays is not loaded, none is there."""
    return False


STAND_INS: dict[str, dict[str, Any]] = {
    "numpy._typing": {"NDArray": Array},  # linear algebra names it, and uses it for nothing
    "numpy.ma": {"is_masked": _never},  # asked of each array whose different values are counted
}
"""Modules that are not loaded before something else of them is asked for, and what can be said without."""


class Later(ModuleType):
    """Stands for a module until more is asked of it than can be said without it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        vars(self).update(STAND_INS[name])

    def __getattr__(self, name: str) -> Any:
        """Load the module; what Python itself asks of a module is not in it."""
        own = self.__name__
        if name.startswith("__"):
            raise AttributeError(name)
        package: Any = importlib.import_module(own.rpartition(".")[0])
        spec = PathFinder.find_spec(own, package.__path__)
        if spec is None or spec.loader is None:
            raise AttributeError(name)
        whole = module_from_spec(spec)
        sys.modules[own] = whole
        setattr(package, own.rpartition(".")[2], whole)
        spec.loader.exec_module(whole)
        vars(self).update(vars(whole))  # whoever has this module already finds all of it, too
        return getattr(whole, name)


class Sparing:
    """A finder that comes before all others."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Refuse what is unwanted, give stand-ins, and leave all else to the finders behind."""
        del path, target
        if name in _UNWANTED:
            raise ModuleNotFoundError(name, name=name)
        if name in DOCUMENTATION or name in STAND_INS:
            loader: Any = self
            return ModuleSpec(name, loader, is_package=name in STAND_INS)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Give the stand-in."""
        return Later(spec.name) if spec.name in STAND_INS else None

    def exec_module(self, module: ModuleType) -> None:
        """Leave the stand-in as it is."""


def accept_all_characters() -> None:
    """Write what the encoding of standard output lacks as an escape: a table is no reason to stop."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def start() -> None:
    """Prepare this process, before anything is loaded that takes long."""
    from vitne.cli import remembered

    remembered.use()
    sys.meta_path.insert(0, Sparing())
    _load_msgspec()


def _load_msgspec() -> None:
    """Load msgspec without typing_extensions, which it prefers where it is installed and does not need."""
    name = "typing_extensions"
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        importlib.import_module("msgspec")
    finally:
        if absent:
            del sys.modules[name]
