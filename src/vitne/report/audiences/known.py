"""What is known of the destinations, and of what set messages off: sections that several readers get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.report.blocks import Block, Grid, Heading, Items, Para, shown
from vitne.report.occasion_words import STRENGTH, event_words, lines, sentence

if TYPE_CHECKING:
    from vitne.catalog.messages import Messages
    from vitne.report.facts import Facts

STEPS = ("resolved", "attempted", "connected", "sent", "acknowledged", "accepted", "refused", "repeated")
_FACTS = 400
_VERDICTS = 60


def in_words(facts: Facts, target: dict[str, Any]) -> list[str]:
    """Say of one destination who documents name, which countries tables name, and where sources disagree."""
    say = facts.say
    if facts.document.get("destinations") is None:
        return [say("rec_not_looked_up")]
    names = facts.recipients(target)
    where = facts.name(target)
    stands = next((row["stands_for"] for row in facts.known(target) if row["stands_for"]), "")
    who = f"{where} ({say('rec_stands_short', name=shown(stands, 80))})" if stands else where
    said = say("rec_listed", where=who, names=say.listed(names)) if names else say("rec_unknown", where=who)
    countries = facts.countries(target)
    told = say("rec_country_unknown")
    if countries:
        told = say("rec_country", countries=facts.country_words(target))
    about = facts.disagreements(target)
    return [said, told, *([say("rec_disagree", about=say.listed(about))] if about else [])]


def recipients(facts: Facts) -> list[Block]:
    """Give every fact of every destination with its source and date, disagreements, traps and limits."""
    say = facts.say
    blocks: list[Block] = [Heading(1, say("l_recipients"))]
    if facts.document.get("destinations") is None:
        return [*blocks, Para(say("rec_not_looked_up"))]
    blocks.append(Para(say("l_recipients_note")))
    if facts.tables:
        blocks.append(Para(say("l_tables", names=", ".join(shown(name, 60) for name in facts.tables))))
    left = _FACTS
    for target in facts.outside:
        rows = _rows(facts, target)[:left]
        left -= len(rows)
        blocks.append(Heading(2, facts.name(target)))
        if rows:
            head = tuple(say(f"c_{key}") for key in ("fact", "said", "known", "source", "date"))
            blocks.append(Grid(facts.name(target), head, tuple(rows)))
        blocks.append(Items(tuple(_remarks(facts, target))))
    return blocks


def _rows(facts: Facts, target: dict[str, Any]) -> list[tuple[str, ...]]:
    say = facts.say
    rows: list[tuple[str, ...]] = []
    for one in facts.known(target):
        for fact in one["facts"]:
            said_by = f", {shown(fact['said_by'], 200)}" if fact["said_by"] else ""
            row = (
                say.word("fact", fact["kind"]),
                shown(fact["value"], 200),
                say.word("knowing", fact["knowing"]),
                f"{shown(fact['source'], 200)}{said_by}",
                shown(fact["date"], 20) or "–",
            )
            if row not in rows:
                rows.append(row)
    return rows


def _remarks(facts: Facts, target: dict[str, Any]) -> list[str]:
    say = facts.say
    known = facts.known(target)
    out = in_words(facts, target)
    out += [say("l_trap", why=_quoted(say, f["trap"])) for row in known for f in row["facts"] if f["trap"]]
    for row in known:
        for each in row["disagreements"]:
            values = "; ".join(
                f"{shown(value, 80)} ({shown(source, 120)})" for value, source in each["values"]
            )
            out.append(f"{say('rec_disagree', about=say.word('about', each['about']))} {values}")
    out += [say("l_limit", what=_quoted(say, limit)) for row in known for limit in row["limits"]]
    unknown = dict.fromkeys(kind for row in known for kind in row["unknown"] if kind != "stands-for")
    if unknown:
        out.append(say("l_unknown", what=", ".join(say.word("fact", kind) for kind in unknown)))
    return list(dict.fromkeys(out))


def _quoted(say: Messages, sentence: str) -> str:
    return shown(say.quoted(sentence), 300)


def _rival(say: Messages, rival: dict[str, Any]) -> str:
    """Say another explanation, how it stands, and why."""
    name, known = shown(rival["name"], 80), {}
    way, _, event = name.partition(" ")
    if event and way in {"through", "beside"}:
        known = {"event": event_words(say, event)}
        name = say(f"rival_{way}", **known)
    stands = say.word("standing", shown(rival["standing"], 40))
    because = shown(say.quoted(rival["because"], **known), 300)
    return f"{say.word('rival', name)}: {stands} ({because})"


def ladder(facts: Facts) -> list[Block]:
    """Give how far data came at each destination: the steps that packets prove."""
    say = facts.say
    rows = tuple(
        (f"{facts.name(target)}:{row['port']}", *(say(row["steps"].get(step, "unknown")) for step in STEPS))
        for target in facts.outside
        for row in facts.known(target)
    )
    if not rows:
        return []
    head = (say("c_destination"), *(say(f"step_{step}") for step in STEPS))
    return [Heading(1, say("l_ladder")), Grid(say("l_ladder"), head, rows)]


def occasions(facts: Facts) -> list[Block]:
    """Give every verdict of the tests, the strongest first, with corrected p and rival explanations."""
    say = facts.say
    blocks: list[Block] = [Heading(1, say("l_triggers"))]
    said = facts.document.get("occasions")
    if not said or said["blocked"]:
        return [*blocks, Items(tuple(lines(facts, 1)))]
    clock = said["clock"]
    notes = [say("l_tested", n=said["tested"])]
    if clock is not None:
        notes.insert(0, say("l_clock", offset=f"{clock['offset_s']:+.1f}", bound=f"{clock['bound_s']:.1f}"))
    order = [each for word in STRENGTH for each in said["triggers"] if each["verdict"] == word]
    rows = tuple(
        (
            event_words(say, each["event"]),
            shown(each["destination"], 80),
            sentence(facts, each),
            ", ".join(
                f"{say.word('test', shown(name, 40))}: {float(test['p_holm']):.2g}"
                for name, test in each["tests"].items()
                if test
            ),
            "; ".join(_rival(say, rival) for rival in each["rivals"]),
        )
        for each in order[:_VERDICTS]
    )
    head = (say("c_event"), say("c_destination"), say("c_verdict"), "p (Holm)", say("c_rivals"))
    rest = said["tested"] - len(rows)
    return [
        *blocks,
        Items(tuple(notes)),
        *([Grid(say("l_triggers"), head, rows)] if rows else []),
        *([Para(f"{say('v_no-coupling-seen')} / {say('v_cannot-tell')}: {rest}")] if rest > 0 else []),
    ]
