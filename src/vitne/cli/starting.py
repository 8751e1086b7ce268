"""What stands before the first import: libraries are spared what no command needs of them.

A scan of a few packets is mostly start-up.  Of that, a good part went into pandas, which nobody asked
for, into documentation and types of NumPy, and into patterns that are the same at every start.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any, NamedTuple

DOCUMENTATION = frozenset({"numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"})
"""Modules that give docstrings to functions of NumPy, and do nothing else."""
_UNWANTED = frozenset(
    {
        "pandas",  # PyArrow would load these two wherever they are installed
        "cloudpickle",
        "pyarrow._azurefs",  # file systems of others' machines: no byte of a case goes to one
        "pyarrow._gcsfs",
        "pyarrow._hdfs",
        "pyarrow._s3fs",
    }
)
_WITHOUT = {
    "numpy._core.overrides": "inspect",
    "numpy._core.function_base": "inspect",
    "pyarrow.parquet.core": "inspect",
    "numpy._core._internal": "ast",
    "numpy.matrixlib.defmatrix": "ast",
    "pyarrow.fs": "ssl",
}
"""Modules that load another one for texts, signatures, old formats or files of others' machines alone."""


class Array:
    """What an annotation of NumPy names, while its types are not loaded."""

    def __class_getitem__(cls, _: object) -> type:
        """Give the name again, whatever it is an array of."""
        return cls


def _never(_: object) -> bool:
    """Say that an array has no mask: while the module that makes such arrays is not loaded, none is there."""
    return False


def _as_it_is(text: str) -> str:
    """Give a documentation as it stands: nobody reads it."""
    return text


def _untold(_: object) -> None:
    """Tell no signature: whoever asks for that of such a function is told by `inspect` itself."""


class Trusted(NamedTuple):
    """Where certificates lie that are trusted."""

    cafile: None
    capath: None


def _nowhere() -> Trusted:
    """Name no certificates: no file system of another machine is loaded."""
    return Trusted(None, None)


STAND_INS: dict[str, dict[str, Any]] = {
    "inspect": {"cleandoc": _as_it_is, "signature": _untold},  # these three while one of _WITHOUT is
    "ast": {},
    "ssl": {"get_default_verify_paths": _nowhere},
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
        if "." not in own:
            return getattr(_whole(own, self), name)
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


def _whole(name: str, stand_in: ModuleType) -> ModuleType:
    """Load a module that a stand-in may stand for at this moment."""
    stands = sys.modules.get(name) is stand_in
    if stands:
        del sys.modules[name]
    whole = importlib.import_module(name)
    vars(stand_in).update(vars(whole))
    return whole


class Without:
    """Loads a module while a stand-in is there for another one."""

    def __init__(self, loader: Any, absent: str) -> None:
        self._loader = loader
        self._absent = absent

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave it to the module's own loader."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Load the module; the stand-in is gone from among the modules afterwards."""
        stand_in = sys.modules[self._absent] = Later(self._absent)
        try:
            self._loader.exec_module(module)
        finally:
            if sys.modules.get(self._absent) is stand_in:
                del sys.modules[self._absent]


def _without(name: str, path: Any) -> ModuleSpec | None:
    """Find a module that is loaded without another one, unless that is there already."""
    spec = PathFinder.find_spec(name, path) if _WITHOUT[name] not in sys.modules else None
    if spec is not None:
        loader: Any = Without(spec.loader, _WITHOUT[name])
        spec.loader = loader
    return spec


class Sparing:
    """A finder that comes before all others."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Refuse what is unwanted, give stand-ins, and leave all else to the finders behind."""
        del target
        if name in _UNWANTED:
            raise ModuleNotFoundError(name, name=name)
        if name in _WITHOUT:
            return _without(name, path)
        if name in DOCUMENTATION or (name in STAND_INS and "." in name):
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
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing is multiplied: its threads would only wait
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
