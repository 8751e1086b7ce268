"""What a recipient can learn, printed for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from vitne.consequence.following import Fix, Following
    from vitne.consequence.learned import Learned


def print_learned(learned: Learned, fixes: Sequence[Fix]) -> None:
    """Print what lasts, what joins, what a hash hides, and how well the phone could be followed."""
    from vitne.cli.terminal import Terminal

    console = Terminal()
    console.print(Text(f"What {visible(learned.recipient, 120)} can learn", style="bold"))
    where = ", ".join(visible(each, 80) for each in learned.destinations)
    console.print(Text(f"from {learned.findings} findings sent to {where}; from what was observed alone\n"))
    _print_identifiers(console, learned)
    _print_joins(console, learned)
    _print_hashes(console, learned)
    _print_following(console, learned, fixes)


def _print_identifiers(console: Console, learned: Learned) -> None:
    console.print(Text("Identifiers it holds", style="bold"))
    for row in learned.identifiers:
        line = f"  {row['identifier']}: {len(row['values'])} value(s), {row['times']} times"
        if "outlives" in row:
            lives = row["outlives"]
            line += f"; points at the {row['of']}; outlives the app {lives['app']}, a factory reset "
            line += f"{lives['reset']}, another SIM card {lives['card']}; resettable {row['resettable']}"
        console.print(Text(visible(line, 300)))


def _print_joins(console: Console, learned: Learned) -> None:
    console.print(Text("\nRecords it can join", style="bold"))
    for each in learned.joins:
        console.print(Text(visible(f"  {each.value}: with {', '.join(each.others)} ({each.lasts})", 300)))
    if not learned.joins:
        console.print(Text("  with no other recipient of this case: no identifier went to two of them"))
    for tie in learned.bridges:
        console.print(
            Text(
                visible(
                    f"  {tie.resettable} is tied to {tie.permanent} for ever, {tie.count} times, first in "
                    f"frames {tie.frames[0]} to {tie.frames[1]} of {tie.capture} at {tie.time}",
                    300,
                )
            )
        )


def _print_hashes(console: Console, learned: Learned) -> None:
    if not (learned.hashes or learned.unhidden):
        return
    console.print(Text("\nWhat hashes hide", style="bold"))
    for each in learned.hashes:
        how = (
            f"found again in {each.seconds:.1f} s after {each.tried:,} tries"
            if each.found
            else f"not run to its end: {each.tried:,} tries in {each.seconds:.1f} s"
        )
        console.print(
            Text(
                f"  {each.identifier} as {each.digest}: {each.space.size:,} candidates where "
                f"{each.space.assumes}; {how}; all of them take {each.whole_s:,.0f} s on this machine"
            )
        )
    for line in learned.unhidden:
        console.print(Text(f"  {line}"))


def _print_following(console: Console, learned: Learned, fixes: Sequence[Fix]) -> None:
    following = learned.following
    console.print(Text("\nCould it follow the phone?", style="bold"))
    if following is None:
        console.print(
            Text("  It got no cell, coordinate or wireless network: not from this recipient's findings.")
        )
        return
    gap = (
        "no gap to measure"
        if following.median_gap_s is None
        else f"median gap {following.median_gap_s:.0f} s, longest {following.longest_gap_s:.0f} s"
    )
    console.print(
        Text(
            f"  {following.fixes} fixes at {following.places} place(s) over {following.span_s / 3600:.2f} h "
            f"({following.per_day:.1f} a day at that rate); {gap}"
        )
    )
    _print_live(console, following)
    for each in following.shares:
        part = 100 * each.known_s / each.of_s if each.of_s else 0.0
        right = f"if a fix is right to {each.radius_m:.0f} m ({each.assumption})"
        if not each.radius_m:
            right = "with the reach that the table or the value gives each fix"
        console.print(Text(f"  known within 1 km for {part:.0f} % of that time, {right}"))
    for word, usual in (("nights", following.night_place), ("workdays", following.work_place)):
        if usual is not None:
            console.print(Text(f"  {word}: {visible(usual[0], 60)} on {usual[1]} of {usual[2]}"))
    if learned.miss is not None:
        off = learned.miss
        console.print(
            Text(
                f"  the track lies {off.median_m:.0f} m from the true one in the middle, nine of ten moments "
                f"within {off.nine_tenths_m:.0f} m, at worst {off.worst_m:.0f} m ({off.moments} moments)"
            )
        )
    placed = sum(each.position is not None for each in fixes)
    console.print(Text(f"  positions known of {placed} of {len(fixes)} fixes (cells by --cells)"))
    for line in following.assumptions:
        console.print(Text(f"  assumed: {line}", style="dim"))


def _print_live(console: Console, following: Following) -> None:
    """Say whether the phone could be followed in real time, with numbers."""
    live = following.live
    if live is None:
        return
    best = max(live.shares, key=lambda each: each.known_s)
    part = 100 * best.known_s / best.of_s if best.of_s else 0.0
    console.print(
        Text(
            f"  in real time: the newest fix was {live.median_age_s:.0f} s old in the middle, "
            f"{live.longest_age_s:.0f} s at most; with it alone the phone was known within 1 km for "
            f"{part:.0f} % of the time at best"
        )
    )
