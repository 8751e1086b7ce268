"""For a supervisory authority: four questions, each with facts for and against, and what traffic cannot tell.

The questions are those that a data protection ombudsman put in public in 2019.  None is answered here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.catalog.law import adequacy, law
from vitne.report.audiences.closing import closing
from vitne.report.audiences.letters import authority
from vitne.report.audiences.transfers import outside, table
from vitne.report.blocks import Block, Grid, Heading, Items, Page, Para, shown
from vitne.report.facts import PERMANENT
from vitne.report.occasion_words import event_words, lines, told
from vitne.report.pictures.flow import flow
from vitne.report.pictures.lanes import lanes
from vitne.report.pictures.world import world
from vitne.report.words import clock

if TYPE_CHECKING:
    from vitne.report.audiences import Setting
    from vitne.report.facts import Facts

_MOST = 30


def page(facts: Facts, setting: Setting) -> Page:
    """Make the report."""
    say = facts.say
    blocks: list[Block] = [Para(say("a_lead"), lead=True), Para(say("not_reviewed_law"))]
    for key, sides in (("q1", _personal), ("q2", outside), ("q3", _basis), ("q4", _informed)):
        pro, contra, unknown = sides(facts)
        blocks.append(Heading(1, say(key)))
        for title, side in (("a_for", pro), ("a_against", contra), ("a_cannot", unknown)):
            blocks += [Heading(2, say(title)), Items(tuple(side or [say("g_none")]))]
        blocks += _provisions(facts, key, setting.country)
        if key == "q1":
            blocks += [*flow(facts), *lanes(facts), Items(tuple(lines(facts, _MOST)))]
        if key == "q2":
            blocks += [*table(facts), *world(facts), *_adequacy(facts)]
    blocks += _more(facts, setting.country)
    blocks += authority(facts, setting.country)
    blocks += closing(facts, legal=True)
    return Page(title=say("a_title"), language=say.language, day=facts.day, blocks=tuple(blocks))


Sides = tuple[list[str], list[str], list[str]]


def _personal(facts: Facts) -> Sides:
    say = facts.say
    pro = []
    for target in facts.outside:
        pro += [
            say(
                "f_line",
                what=facts.what(line),
                n=line["times"],
                where=facts.name(target),
                ids=facts.ids(line),
            )
            for line in facts.lines(target)
        ]
    if len(pro) > _MOST:
        pro = [*pro[:_MOST], say("more", n=len(pro) - _MOST)]
    left = facts.left
    known = [one for one in left if one["grade"] in {"observed", "derived"}]
    if known:
        pro.append(say("f_known", n=len(known)))
    together: dict[tuple[Any, ...], set[str]] = {}
    for one in left:
        together.setdefault((one["flow"], *one["message_frames"]), set()).add(one["identifier"])
    combined = sum(len(words) > 1 for words in together.values())
    if combined:
        pro.append(say("f_combined", n=combined))
    fixed = [say.of(word) for word in facts.identifiers() if word in PERMANENT]
    if fixed:
        pro.append(say("f_permanent", what=say.listed(fixed)))
    pro += [say("f_carrier", name=name) for name in _carriers(facts)]
    if pro:
        pro.append(say("f_address"))
    pattern = sum(one["grade"] == "inferred" for one in left)
    contra = [say("g_pattern", n=pattern)] if pattern else []
    return pro or [say("g_nothing")], contra, [say("k_means")]


def _carriers(facts: Facts) -> list[str]:
    """Name the recipients that documents describe as telephone companies."""
    rows = (each for t in facts.outside for row in facts.known(t) for each in row["recipients"])
    return sorted({shown(each["name"], 80) for each in rows if "carrier" in each["roles"]})


def _consent(facts: Facts, kind: str) -> list[str]:
    """Say when the device's log notes an act of consent, beside the first message."""
    said = facts.document.get("occasions") or {}
    times = [int(each) for each in said.get("event_times", {}).get(kind, ())]
    if not times or not facts.outside:
        return []
    first, name = facts.first(facts.outside), event_words(facts.say, kind)
    return [facts.say("f_consent", event=name, n=len(times), time=clock(min(times)), first=first)]


def _basis(facts: Facts) -> Sides:
    say = facts.say
    refused, given = _consent(facts, "consent-refused"), _consent(facts, "consent-given")
    pro = refused + ([say("f_unprompted")] if told(facts) else [])
    pro += [] if refused or given else [say("f_basis")]
    return pro, [*given, say("g_basis")], [say("k_basis")]


def _informed(facts: Facts) -> Sides:
    return [facts.say("f_informed")], [facts.say("g_informed")], [facts.say("k_informed")]


def _provisions(facts: Facts, question: str, country: str) -> list[Block]:
    say = facts.say
    rows = tuple(
        (row.instrument, row.article, row.applies_from, row.applies_to or "–")
        for row in law().on(facts.day, country)
        if row.question == question
    )
    if not rows:
        return []
    head = (say("c_source"), say("c_article"), say("c_from"), say("c_until"))
    return [Grid(say("law_rows", date=facts.day), head, rows)]


def _adequacy(facts: Facts) -> list[Block]:
    say = facts.say
    rows = tuple(
        (
            shown(row.who),
            row.decision + ("" if row.certain else " (?)"),
            row.adopted,
            row.expires or "–",
            row.scope or "–",
        )
        for row in adequacy().on(facts.day)
    )
    head = (say("c_who"), say("c_article"), say("c_from"), say("c_until"), say("c_scope"))
    return [Grid(say("adequacy", date=facts.day), head, rows), Para(say("adequacy_note"))]


def _more(facts: Facts, country: str) -> list[Block]:
    say = facts.say
    have = {word for t in facts.outside for word in t["protections"]}
    have |= {line["kind"] for t in facts.outside for line in facts.lines(t)}
    read = law()
    rows = tuple(
        (each.asks[say.language], each.articles)
        for each in read.question
        if not each.needs or have & set(each.needs)
    )
    cases = tuple(
        (each.id, each.date, each.said + ("" if each.certain else " (?)")) for each in read.decision
    )
    head = (say("c_question"), say("c_article"))
    return [
        Heading(1, say("more_questions")),
        Grid(say("more_questions"), head, rows),
        *_provisions(facts, "more", country),
        Grid(say("case_law"), (say("c_decision"), say("c_decided"), say("c_held")), cases),
    ]
