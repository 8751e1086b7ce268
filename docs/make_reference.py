# ruff: noqa: INP001
"""Make the reference from the program itself: ``python docs/make_reference.py`` (``--check`` compares)."""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from vitne import catalog
from vitne.cli import main as shell
from vitne.cli.names import schemas
from vitne.decode.protocols import decoders
from vitne.encodings import encodings
from vitne.model import GRADES, IDENTIFIERS, Capture, Finding, Gap, GapKind, Layer, Oddity, gaps
from vitne.pipeline import Result
from vitne.pipeline.result import DeviceRow
from vitne.report import words
from vitne.store import FORMAT, OpaqueTotal, OpenedTotal
from vitne.store.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).resolve().parent
REFERENCE = HERE / "reference"
MADE = "<!-- Made by `make docs` from the program itself: change the program, not this page. -->\n"

EXIT_MEANS = {
    "DONE": "ran to its end",
    "FAILED": "a part failed inside vitne, or a case could not be written or read; wins over 10",
    "USAGE": "the command, an option or the subject file is wrong",
    "NO_INPUT": "no input could be read",
    "FOUND": "findings at or above the grade of `--fail-on`",
    "STOPPED": "stopped by the user (Ctrl-C), or by a signal that asks to end",
}
CASE_MEANS = {
    "captures": "one input file as received",
    "findings": "one value of one identifier in one message to one destination",
    "gaps": "something that could not be read, where, and why",
    "oddities": "something deviant that was read all the same",
    "opaque": "the bytes of one destination that could not be read",
    "transmissions": "one message that passed, whether anything was found in it or not",
}


ROWS: dict[str, type] = {
    "layer": Layer,
    "finding": Finding,
    "opaque": OpaqueTotal,
    "opened": OpenedTotal,
    "gap": Gap,
    "oddity": Oddity,
    "capture": Capture,
    "device": DeviceRow,
}


def pages() -> dict[str, str]:
    """Give every page by its file name."""
    makers: dict[str, Callable[[], Iterable[str]]] = {
        "README.md": _contents,
        "commands.md": _commands,
        "exit-codes.md": _exit_codes,
        "identifiers.md": _identifiers,
        "protocols.md": _protocols,
        "encodings.md": _encodings,
        "senders.md": _senders,
        "closed-words.md": _closed_words,
        "gaps-and-oddities.md": _gaps_and_oddities,
        **{f"{name}-document.md": partial(_document, name) for name in schemas()},
        "case-folder.md": _case_folder,
        "library.md": _library,
    }
    return {name: "\n".join([MADE, *make()]).rstrip() + "\n" for name, make in makers.items()}


def _table(head: tuple[str, ...], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def _from_here(path: str) -> str:
    """Give a path of the project as a link from the reference."""
    return "../" + path.removeprefix("docs/")


def _code(word: str) -> str:
    return f"`{word}`" if word else ""


def _contents() -> Iterator[str]:
    yield "# Reference\n"
    yield "Every page here is made from the program by `make docs`, and a test compares them.\n"
    for name, title in (
        ("commands", "commands and their options"),
        ("exit-codes", "exit codes"),
        ("library", "the library call"),
        ("identifiers", "identifiers: the closed list of kinds of personal data"),
        ("protocols", "protocols"),
        ("encodings", "encodings"),
        ("senders", "known senders"),
        ("closed-words", "grades, delivery, protection, scope: the closed words of a finding"),
        ("gaps-and-oddities", "gaps and oddities"),
        *((f"{name}-document", _titled(text)) for name, text in schemas().items()),
        ("case-folder", "files of a case"),
    ):
        yield f"- [{title}]({name}.md)"


# -- commands ------------------------------------------------------------------------------------------------


def verbs(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Give every verb, also inside a verb: its words, its help, its parser."""
    for action in parser._actions:  # noqa: SLF001  (argparse has no other way of asking)
        if not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            continue
        helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
        for name, inner in action.choices.items():
            yield inner.prog, helps[name], inner
            yield from verbs(inner)


def options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Give every argument and option of one verb as written, and its help."""
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction | argparse._HelpAction):  # noqa: SLF001
            continue
        value = str(action.metavar or (action.dest if action.option_strings else "")).strip()
        if not action.option_strings:
            name = str(action.metavar or ("|".join(action.choices) if action.choices else action.dest))
            yield f"{name}{'...' if action.nargs == '+' else ''}", action.help or "one of these words"
        else:
            takes = f" {value.upper()}" if action.nargs != 0 else ""
            yield ", ".join(f"{name}{takes}" for name in action.option_strings), action.help or ""


def _commands() -> Iterator[str]:
    parser = shell.build_parser()
    yield "# Commands\n"
    yield f"`{parser.prog}`: {parser.description}\n"
    yield from _table(("option", "what it does"), ((_code(name), text) for name, text in options(parser)))
    for prog, text, inner in verbs(parser):
        yield f"## `{prog}`\n"
        yield f"{words.upfirst(text)}.\n"
        rows = list(options(inner))
        if rows:
            yield from _table(
                ("argument or option", "what it does"), ((_code(name), help_) for name, help_ in rows)
            )


def exit_codes() -> dict[int, str]:
    """Give every exit code and what it means."""
    return {getattr(shell, name): means for name, means in EXIT_MEANS.items()}


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes\n"
    yield from _table(("code", "meaning"), ((str(code), means) for code, means in exit_codes().items()))
    yield "How to build on them: [use vitne in a gate](../how-to/use-in-a-gate.md)."


# -- what vitne knows ----------------------------------------------------------------------------------------


def _identifiers() -> Iterator[str]:
    files = {one.id: one for one in catalog.identifiers()}
    yield "# Identifiers\n"
    yield "The closed list of kinds of personal data; `vitne list identifiers` prints it."
    yield "Every identifier can stand in a subject file."
    yield (
        "«Rules» says how many ways of knowing a value without a subject file there are; "
        "findings by them are graded `inferred`.\n"
    )
    rows = []
    for word, (kind, title) in IDENTIFIERS.items():
        one = files.get(word)
        rule = f"[{len(one.rule)}]({_from_here(one.because)})" if one else ""
        rows.append((_code(word), kind, title, rule))
    yield from _table(("identifier", "kind", "title", "rules"), rows)
    yield "How to add one: [add an identifier](../how-to/add-an-identifier.md)."


def _protocols() -> Iterator[str]:
    yield "# Protocols\n"
    yield "`vitne list protocols` prints the list."
    yield "A protocol is chosen by the first bytes of a conversation, never by its port."
    yield "What no protocol fits is called `stream` or `datagram`; its bytes are searched all the same.\n"
    rows = ((_code(name), one.summary, one.specification) for name, one in decoders().items())
    yield from _table(("protocol", "what is read", "specification"), rows)
    yield "How to add one: [add a protocol](../how-to/add-a-protocol.md)."


def _encodings() -> Iterator[str]:
    yield "# Encodings\n"
    yield "Ways of wrapping bytes that are undone; `vitne list encodings` prints the list."
    yield "«Readable»: a person reads the wrapped bytes as they are, so a value in them is `clear`."
    yield (
        "«Exact»: wrapping again gives the captured bytes; else both unwrap to the same content "
        "(many compressed forms stand for one content).\n"
    )
    rows = (
        (
            _code(name),
            one.summary,
            one.specification,
            one.family,
            "yes" if one.readable else "",
            "yes" if one.exact else "",
        )
        for name, one in encodings().items()
    )
    yield from _table(("encoding", "what it is", "specification", "family", "readable", "exact"), rows)
    yield "How to add one: [add an encoding](../how-to/add-an-encoding.md)."


def _senders() -> Iterator[str]:
    yield "# Known senders\n"
    yield "A known sender is a record format whose fields are documented."
    yield "A field of it is graded `declared` at least."
    yield "`vitne list senders` prints the list.\n"
    for one in catalog.senders():
        yield f"## `{one.id}`\n"
        yield f"{one.title}."
        yield f"Basis: [{Path(one.because).name}]({_from_here(one.because)})."
        wrapped = ", ".join(one.decoding) or "nothing"
        yield f"Seen in: {', '.join(one.match.protocols)}; wrapped in: {wrapped}.\n"
        rows = ((_code(each.name), _code(each.identifier), each.meaning) for each in one.field)
        yield from _table(("field", "identifier", "meaning"), rows)
    yield "How to add one: [add a known sender](../how-to/add-a-known-sender.md)."


# -- results -------------------------------------------------------------------------------------------------


def _closed_words() -> Iterator[str]:
    yield "# The closed words of a finding\n"
    parts: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("grade", "How it is proved, weakest first.", {word: words.GRADE_MEANS[word] for word in GRADES}),
        ("delivery", "How far the message came, as the capture shows it.", words.DELIVERY_MEANS),
        ("protection", "Who could read it on the way.", words.PROTECTION_MEANS),
        ("scope", "How far the destination lies.", words.SCOPE_MEANS),
        ("host_source", "How the destination's name is known.", words.HOST_SOURCE_MEANS),
        ("app.source", "How the app on the device is known.", words.APP_SOURCE_MEANS),
    )
    for name, what, means in parts:
        yield f"## `{name}`\n"
        yield f"{what}\n"
        rows = ((_code(word), text.removeprefix(f"{word}: ")) for word, text in means.items())
        yield from _table(("word", "meaning"), rows)
    yield "## `reason` of opaque bytes\n"
    rows = ((_code(word), text) for word, text in words.REASON_MEANS.items())
    yield from _table(("word", "meaning"), rows)


def gap_kinds() -> dict[str, str]:
    """Give every kind of gap and the line of meaning that stands beside it in the model."""
    source = inspect.getsource(gaps)
    means = dict(re.findall(r'^    "([a-z-]+)",  # (.+)$', source, re.MULTILINE))
    return {kind: means[kind] for kind in get_args(GapKind)}


def _gaps_and_oddities() -> Iterator[str]:
    yield "# Gaps and oddities\n"
    yield "A gap is something that could not be read; an oddity is deviant, and was read all the same."
    yield "`vitne scan -v` prints them one by one; `gaps[]` and `oddities[]` of `--json` hold them.\n"
    yield "## Kinds of gaps\n"
    yield from _table(("kind", "meaning"), ((_code(kind), text) for kind, text in gap_kinds().items()))
    yield "## Oddities\n"
    rows = ((_code(name), title) for name, title in sorted(catalog.oddities().items()))
    yield from _table(("name", "meaning"), rows)


def meanings(row: type) -> dict[str, str]:
    """Give the line of meaning that stands beside each field of a noun."""
    return dict(re.findall(r"^    (\w+): [^#\n]+  # (.+)$", inspect.getsource(row), re.MULTILINE))


def shape(schema: dict[str, Any]) -> str:
    """Give the type of a schema in a few characters."""
    if not isinstance(schema, dict):
        return "any"  # true: nothing is said of it
    if "$ref" in schema:
        part = schema["$ref"].rpartition("/")[2]
        return f"[{part}](#{part.lower()})"
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        many = [str(word) for word in schema["enum"]]
        return " or ".join(f"`{word}`" for word in many) if len(many) < 9 else f"one of {len(many)} words"
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(shape(one) for one in schema.get("anyOf", schema.get("oneOf", [])))
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else kind
    if kind == "array":
        items = schema.get("items", {})
        return "list of " + (_inner(items) or shape(items))
    return _inner(schema) or str(kind)


def _inner(schema: dict[str, Any]) -> str:
    names = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return "object: " + ", ".join(f"`{name}`" for name in names) if names else ""


def _titled(text: str) -> str:
    """Give the title of a schema with its command as code: "the JSON document of ..."."""
    title = str(json.loads(text)["title"])
    found = re.search(r"vitne .+ --json", title)
    return f"the JSON document of `{found[0]}`" if found else title


def _document(name: str) -> Iterator[str]:
    schema = json.loads(schemas()[name])
    yield f"# The JSON document `{name}`\n"
    yield f"{schema['title']}; `vitne schema {name}` prints the JSON Schema."
    yield f"{schema.get('description', '')}\n"
    yield from _names(schema)
    for part, inner in schema.get("$defs", {}).items():
        yield f"## {part}\n"
        yield from _names(inner, meanings(ROWS[part]) if part in ROWS else None)


def _names(schema: dict[str, Any], means: dict[str, str] | None = None) -> Iterator[str]:
    rows = (
        (_code(name), shape(one), one.get("description") or (means or {}).get(name, ""))
        for name, one in schema.get("properties", {}).items()
    )
    yield from _table(("name", "type", "meaning"), rows)


def _case_folder() -> Iterator[str]:
    yield "# Files of a case\n"
    yield f"Format `{FORMAT}`."
    same = "The same captures and the same rules give the same bytes in every file"
    yield f"{same} but `run.json` and `ledger.jsonl`.\n"
    rows = [
        ("`manifest.json`", "inputs with their digests, versions and rules used, digest of every result"),
        ("`run.json`", "what differs by run: times, user, host, command; no digest covers it"),
        ("`ledger.jsonl`", "who did what to the case, and when; each line is chained to the one before"),
        ("`report/index.html`", "the page for a person; opens offline, loads nothing"),
    ]
    rows += [
        (
            f"`{table.name}.jsonl`" + (f", `{table.name}.parquet`" if table.parquet else ""),
            CASE_MEANS[table.name],
        )
        for table in TABLES
    ]
    rows.append(("`evidence/`", "captures that exist nowhere else: what came by standard input"))
    rows.append(
        ("`triggers.json`", "what `vitne triggers` found last; `triggers-asked.json` says what it was asked")
    )
    yield from _table(("file", "what it holds"), rows)
    yield "How to open them: [query a case](../how-to/query-a-case.md).\n"
    yield "## Columns\n"
    for table in TABLES:
        names = ", ".join(f"`{name}`" for name in table.row.__struct_fields__)
        yield f"- {table.name}: {names}"


def _library() -> Iterator[str]:
    import vitne

    yield "# The library\n"
    for name in vitne.__all__:
        door = getattr(vitne, name)
        yield f"## `vitne.{name}`\n"
        yield "```python"
        yield from _signature(door)
        yield "```\n"
        yield inspect.getdoc(door) or ""
        yield ""
    yield "## `Result`\n"
    yield f"{inspect.getdoc(Result)}\n"
    hints = get_type_hints(Result)
    means = meanings(Result) | {field: CASE_MEANS[field] for field in CASE_MEANS}
    rows = (
        (_code(field), _code(_type(hints[field])), means.get(field, "")) for field in Result.__struct_fields__
    )
    yield from _table(("field", "type", "meaning"), rows)
    yield "What each noun holds stands in [the JSON document](scan-document.md); the names are the same."


def _signature(door: Callable[..., Any]) -> Iterator[str]:
    yield f"vitne.{door.__name__}("
    starred = False
    for parameter in inspect.signature(door).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            starred = True
            yield "    *,"
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"    {parameter.name}: {parameter.annotation}{default},"
    yield f") -> {inspect.signature(door).return_annotation}"


def _type(hint: Any) -> str:
    plain = isinstance(hint, type) and not get_args(hint)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", hint.__name__ if plain else str(hint))


def main() -> int:
    """Write the pages, or with ``--check`` say which differ."""
    check = "--check" in sys.argv[1:]
    REFERENCE.mkdir(exist_ok=True)
    made = pages()
    differing = [
        name
        for name, text in made.items()
        if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != text
    ]
    if check:
        print("\n".join(f"docs/reference/{name} differs: run `make docs`" for name in differing) or "as made")
        return 1 if differing else 0
    for name in differing:
        (REFERENCE / name).write_text(made[name], encoding="utf-8")
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
