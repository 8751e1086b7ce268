"""A case as one page that opens offline: no script, nothing loaded, every foreign word inert."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import sys
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BytecodeCache, DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape
from msgspec.structs import replace

from vitne.model import GRADES
from vitne.report import visible, words
from vitne.report.overview import overview
from vitne.report.timeline import LEFT, RIGHT, WIDTH, drawing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2.bccache import Bucket

    from vitne.model import Finding
    from vitne.report.overview import Outcome, Overview, Whither

PATH = "report/index.html"
"""Where the page stands in a case."""
_LONGEST = 400  # characters of any one foreign text
_REPEATS = 100  # most repeats listed under one value
_LINES = 200  # most values listed under one destination
_TARGETS = 200  # most destinations of one device, of either sort
_PROOFS = 2000  # most values on the page
_NOTES = 100  # most kinds of gaps or oddities listed


def page(case: Outcome, *, rules: Mapping[str, Any] | None = None, whither: Sequence[Whither] = ()) -> bytes:
    """Give the page as UTF-8; ``rules`` are versions and digests of what was used."""
    laid, left_out = _bounded(overview(case))
    style = Markup(_template("style.css"))  # noqa: S704  (our own file)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    labels = [near.label for near in laid.devices if near.targets or near.unread]
    text = (
        _environment()
        .get_template("index.html.j2")
        .render(
            laid=laid,
            left_out=left_out,
            case=case,
            picture=drawing(case, laid),
            whither=[(each, Markup(each.svg)) for each in whither],  # noqa: S704  (drawn here, which escapes)
            title=_title(labels),
            style=style,
            style_digest=digest,
            rules=_flat(rules or {}),
            gaps=_counted((gap.kind, gap.why, gap.count) for gap in case.gaps),
            oddities=_counted((odd.name, odd.note, odd.count) for odd in case.oddities),
            grades=[(grade, words.GRADE_MEANS[grade]) for grade in reversed(GRADES)],
            most={"repeats": _REPEATS, "notes": _NOTES},
            edge={"width": WIDTH, "left": LEFT, "right": RIGHT},
        )
    )
    return text.encode()


def _bounded(laid: Overview) -> tuple[Overview, int]:
    """Keep what a page can hold; gives how many values and destinations were left out."""
    room = _PROOFS
    left_out = 0
    devices = []
    for near in laid.devices:
        targets = []
        for target in near.targets[:_TARGETS]:
            lines = target.lines[: min(_LINES, room)]
            attributes = target.attributes[: min(_LINES, room - len(lines))]
            kept = len(lines) + len(attributes)
            left_out += len(target.lines) + len(target.attributes) - kept
            room -= kept
            if kept:
                targets.append(replace(target, lines=lines, attributes=attributes))
        unread = near.unread[: min(_TARGETS, room)]
        left_out += len(near.targets[_TARGETS:]) + len(near.unread) - len(unread)
        room -= len(unread)
        if targets or unread:
            devices.append(replace(near, targets=tuple(targets), unread=unread))
    return replace(laid, devices=tuple(devices)), left_out


def _title(labels: list[str]) -> str:
    if len(labels) == 1:
        return f"What did {words.device_label(labels[0])} send, and to whom?"
    return "What did these devices send, and to whom?" if labels else "What was sent, and to whom?"


@functools.cache
def _template(name: str) -> str:
    return (resources.files("vitne.report.formats") / "templates" / name).read_text(encoding="utf-8")


class _Compiled(BytecodeCache):
    """Keeps the compiled template where Python keeps compiled modules, if that can be written to."""

    def __init__(self) -> None:
        folder = Path(__file__).parent / "__pycache__"
        self._file = folder / f"index.{sys.implementation.cache_tag}.template"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what was kept; a template that was changed since is not taken."""
        with suppress(OSError), self._file.open("rb") as stream:
            bucket.load_bytecode(stream)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next time."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                fresh = self._file.with_suffix(f".{os.getpid()}")
                fresh.write_bytes(bucket.bytecode_to_string())
                fresh.replace(self._file)


@functools.cache
def _environment() -> Environment:
    """Give an environment where everything is escaped and every text goes through ``visible`` first."""
    environment = Environment(
        bytecode_cache=_Compiled(),
        loader=DictLoader({"index.html.j2": _template("index.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "bytes": words.size,
        "clock": words.clock,
        "count": words.count_of,
        "records": words.records_of,
        "frames": words.frames,
        "joined": words.joined,
        "layers": _layers,
        "meaning": _meaning,
        "ranges": _ranges,
        "repeats": _repeats,
        "some": words.some,
        "upfirst": words.upfirst,
    }
    environment.globals |= {"reach": words.reach}
    return environment


def _inert(value: Any) -> Any:
    """Make whatever a template prints inert, unless it is markup of our own."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _escaped(value)
    return value


@functools.lru_cache(maxsize=1 << 14)
def _escaped(text: str) -> Markup:
    """Give a text without a look of its own or a meaning as markup; the same texts come again and again."""
    return escape(visible(text, 4 * _LONGEST if " " in text else _LONGEST))


def _meaning(word: str, of: str) -> str:
    """Give what a closed word means, the word itself where it is not known."""
    tables: dict[str, dict[str, str]] = {
        "delivery": words.DELIVERY_MEANS,
        "form": words.PROTECTION_SHORT,
        "protection": words.PROTECTION_MEANS,
        "scope": words.SCOPE_MEANS,
        "host": words.HOST_SOURCE_MEANS,
        "reason": words.REASON_MEANS,
    }
    return tables[of].get(word, word)


def _layers(layers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give layers as rows: what it is, where it stands in the layer before, with what parameters."""
    return [
        {
            "codec": layer.get("codec", ""),
            "path": layer.get("path", ""),
            "start": _range(layer)[0],
            "end": _range(layer)[1],
            "params": ", ".join(
                f"{key} {value!r}" for key, value in sorted(dict(layer.get("params") or {}).items())
            ),
        }
        for layer in layers
    ]


def _ranges(found: Finding) -> str:
    """Give all ranges of a finding on one line, outermost first, the value's own at the end."""
    steps = [f"{layer.get('codec', '')} {_range(layer)[0]}–{_range(layer)[1]}" for layer in found.layers]
    return " › ".join([*steps, f"value {found.value_range[0]}–{found.value_range[1]}"])


def _range(layer: Mapping[str, Any]) -> tuple[int, int]:
    start, end = layer.get("range") or (0, 0)
    return start, end


def _repeats(line: Any) -> tuple[Finding, ...]:
    """Give the findings of a line but the first, as many as are listed."""
    found: tuple[Finding, ...] = line.findings[1 : _REPEATS + 1]
    return found


def _counted(rows: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Add up alike notes, the most frequent first."""
    sums: dict[tuple[str, str], int] = {}
    for name, note, count in rows:
        sums[name, note] = sums.get((name, note), 0) + count
    return sorted(((*key, count) for key, count in sums.items()), key=lambda row: (-row[2], row[:2]))


def _flat(rules: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Give nested names and values as pairs, sorted."""
    out: list[tuple[str, str]] = []
    for name in sorted(rules):
        value = rules[name]
        if hasattr(value, "items"):
            out += _flat(value, f"{before}{name} ")
        else:
            out.append((f"{before}{name}", str(value)))
    return out
