"""A start spares libraries what no command needs; what is spared is there for whoever asks."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from vitne.cli.main import build_parser


def started(code: str) -> dict[str, object]:
    words = (
        f"import json, sys; from vitne.cli.starting import start; start(); {code}; print(json.dumps(told))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", words], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return dict(json.loads(run.stdout))


def test_numpy_works_without_its_documentation():
    code = (
        "import numpy as np; told = {'docs': bool(np.ndarray.sum.__doc__),"
        " 'sum': int(np.arange(10).sum()), 'sorted': np.sort(np.array([3, 1, 2])).tolist(),"
        " 'solved': np.linalg.solve(np.eye(2), np.ones(2)).tolist(),"
        " 'types': '_array_like' in ' '.join(m for m in sys.modules if 'numpy._typing' in m)}"
    )
    told = started(code)
    assert (told["sum"], told["sorted"], told["solved"]) == (45, [1, 2, 3], [1.0, 1.0])
    assert not told["types"]


def test_whoever_asks_for_types_of_numpy_gets_them():
    code = (
        "import numpy.typing as npt, numpy as np; told = {'like': str(npt.ArrayLike)[:12],"
        " 'array': str(npt.NDArray[np.uint8]), 'whole': type(sys.modules['numpy._typing']).__name__}"
    )
    told = started(code)
    assert "numpy.ndarray" in str(told["array"])
    assert told["whole"] == "module"


def test_values_are_counted_without_masks_and_masks_are_there_for_whoever_asks():
    code = (
        "import numpy as np; told = {'unique': np.unique(np.array([3, 1, 3])).tolist(),"
        " 'loaded': 'numpy.ma.core' in sys.modules}; held = np.ma;"
        " masked = held.array([1, 2, 2], mask=[0, 0, 1]);"
        " told |= {'masked': bool(np.ma.is_masked(masked)), 'before': bool(held.is_masked(masked)),"
        " 'then': np.unique(masked).count().item(), 'isinstance': isinstance(masked, np.ma.MaskedArray)}"
    )
    told = started(code)
    assert told == {
        "unique": [1, 3], "loaded": False, "masked": True, "before": True, "then": 2, "isinstance": True,
    }  # fmt: skip


def test_msgspec_is_loaded_without_what_it_does_not_need_and_others_find_that():
    code = (
        "told = {'before': 'typing_extensions' in sys.modules, 'msgspec': 'msgspec' in sys.modules};"
        " import importlib.util; told['found'] = importlib.util.find_spec('typing_extensions') is not None"
    )
    told = started(code)
    assert told["msgspec"]
    assert not told["before"]
    pytest.importorskip("typing_extensions")
    assert told["found"]


def test_a_verb_that_only_explains_itself_loads_no_library():
    code = (
        "import sys; from vitne.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m in {'msgspec', 'numpy', 'rich', 'pyarrow'}], file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr.strip() == "[]"


def test_who_asks_for_signatures_later_is_told_them_by_the_true_module():
    code = (
        "import numpy as np, pyarrow.parquet; told = {'spared': not {'inspect', 'ssl', 'pandas', 'pyarrow._s3fs'} & set(sys.modules)};"
        " from numpy._core import overrides; told['stand-in'] = overrides.inspect.cleandoc('  x');"
        " told['more'] = overrides.inspect.isfunction(overrides.array_function_dispatch);"
        " import inspect; told['true'] = inspect.cleandoc('  x'); told['own'] = inspect.signature(started := (lambda a: a))"
        ".parameters.keys() == {'a'}; told['numpy'] = 'a' in str(inspect.signature(np.sum));"
        " told['old'] = np.dtype('2i4,f8').names == ('f0', 'f1')"
    )
    told = started(code)
    assert told == {
        "spared": True, "stand-in": "  x", "more": True, "true": "x", "own": True, "numpy": True, "old": True,
    }  # fmt: skip


def test_the_parser_of_scan_alone_says_and_takes_what_that_of_all_verbs_does():
    words = ["scan", "a.pcap", "--quick", "--encrypt", "-", "-j", "2"]
    alone, every = build_parser(scan_alone=True), build_parser()
    assert vars(alone.parse_args(words)) == vars(every.parse_args(words))
    told = [parser._subparsers._group_actions[0].choices["scan"].format_help() for parser in (alone, every)]
    assert told[0] == told[1]
