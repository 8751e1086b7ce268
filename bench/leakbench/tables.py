"""Tables and JSON of a run."""

from __future__ import annotations

import collections
import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .scanning import encodings, takes_keys
from .score import Tally, cause

if TYPE_CHECKING:
    from .score import Outcome, Score
    from .strangers import Clean
    from .tracks import Bench

WANTED = {1: 0.98, 2: 0.98, 3: 0.96, 4: 0.94, 5: 0.88, 6: 0.80}  # least recall of the random track by depth
WANTED_FIXED = 0.99


@dataclass
class Report:
    """What a run gave."""

    seed: int
    quick: bool = False
    fixed: Score | None = None
    random: dict[int, Score] = field(default_factory=dict)
    decoys: Score | None = None
    clean: Clean | None = None
    peers: dict[str, list[Score]] = field(default_factory=dict)  # name -> scores of F and R, as positives()
    rejected: list[str] = field(default_factory=list)
    unfit: int = 0

    def finish(self, bench: Bench) -> None:
        """Take over what the run noted."""
        self.unfit = len(bench.unfit)
        for name, scores in bench.beside.items():
            self.peers[name] = [scores[own.track] for own in self.positives()]
        for what, counts in (("layer", bench.rejected.layers), ("carrier", bench.rejected.carriers)):
            total = collections.Counter[str]()
            for (name, _), count in counts.items():
                total[name] += count
            listed = ", ".join(f"{name} {count}" for name, count in sorted(total.items()))
            self.rejected.append(f"drawn again for a {what}: {listed or 'none'}")

    def positives(self) -> list[Score]:
        """Give the scores of the tracks with planted values."""
        return [*([self.fixed] if self.fixed else []), *self.random.values()]

    def missed(self) -> dict[str, list[Outcome]]:
        """Give what was not found and could be, by its likely cause."""
        found: dict[str, list[Outcome]] = collections.defaultdict(list)
        known, keys = encodings(), takes_keys()
        for score in self.positives():
            for outcome in score.outcomes:
                if outcome.case.reachable and not outcome.found:
                    found[cause(outcome, known, keys=keys)].append(outcome)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def text(self) -> str:
        """Give the tables of a run for a terminal."""
        out: list[str] = []
        if self.fixed:
            out += _fixed(self.fixed)
        if self.random:
            out += _random(self.random)
        if self.decoys:
            out += _decoys(self.decoys)
        if self.clean:
            out += _clean(self.clean)
        out += _peers(self)
        out += _quality(self.positives())
        out += ["", *self.rejected, f"chains that do not fit an identifier: {self.unfit}"]
        return "\n".join(out)

    def failures(self) -> str:
        """Give all that was missed, grouped by cause, as a page."""
        out = [f"# Missed by vitne scan, seed {self.seed}", ""]
        for why, rows in self.missed().items():
            out.append(f"## {why}: {len(rows)}")
            chains = collections.Counter(
                (row.case.track, row.case.recipe.chain, row.case.recipe.carrier) for row in rows
            )
            for (track, chain, carrier), count in chains.most_common(60):
                names = sorted(
                    {
                        row.case.recipe.identifier
                        + (":" + row.case.recipe.spelling if row.case.recipe.spelling else "")
                        for row in rows
                        if (row.case.track, row.case.recipe.chain, row.case.recipe.carrier)
                        == (track, chain, carrier)
                    }
                )
                out.append(f"- {track} {chain} @{carrier} x{count}: {', '.join(names)}")
            out.append("")
        return "\n".join(out)

    def json(self) -> str:
        """Give all figures as JSON."""
        return json.dumps(self.figures(), indent=1, ensure_ascii=False) + "\n"

    def figures(self) -> dict[str, Any]:
        """Give all figures."""
        figures: dict[str, Any] = {"leakbench": 1, "seed": self.seed, "quick": self.quick}
        if self.fixed:
            figures["F"] = {
                "macro": round(self.fixed.macro(), 4),
                **{key: _rows(self.fixed.by(key)) for key in ("family", "chain", "identifier", "carrier")},
            }
        if self.random:
            figures["R"] = {
                str(depth): {
                    "recall": round(_sum(score).recall, 4),
                    **{key: _rows(score.by(key)) for key in ("layer", "carrier", "identifier")},
                }
                for depth, score in self.random.items()
            }
        if self.decoys:
            figures["D"] = {
                "decoys": len(self.decoys.outcomes),
                "false": sum(outcome.false for outcome in self.decoys.outcomes),
                "kinds": {
                    kind: [sum(each.false for each in rows), len(rows)]
                    for kind, rows in _kinds(self.decoys).items()
                },
            }
        if self.clean:
            figures["C"] = dataclasses.asdict(self.clean)
        figures["peers"] = {
            name: {score.track: round(main_figure(score), 4) for score in scores}
            for name, scores in self.peers.items()
        }
        figures["found"] = {name: round(_share(self.positives(), name), 4) for name in QUALITIES}
        figures["missed"] = {why: len(rows) for why, rows in self.missed().items()}
        return figures


QUALITIES = {
    "verified": "verified by writing again",
    "identifier_right": "right identifier",
    "frames_right": "right frames",
    "path_right": "right layers",
}


def _rows(tallies: dict[str, Tally]) -> dict[str, list[int]]:
    return {name: [tally.found, tally.planted] for name, tally in tallies.items()}


def _sum(score: Score) -> Tally:
    total = Tally()
    for outcome in score.outcomes:
        if outcome.case.reachable:
            total.add(found=outcome.found)
    return total


def quality_share(report: Report, name: str) -> float:
    """Give the share of what was found of which something holds."""
    return _share(report.positives(), name)


def _share(scores: list[Score], name: str) -> float:
    found = [outcome for score in scores for outcome in score.outcomes if outcome.found]
    return sum(bool(getattr(outcome, name)) for outcome in found) / len(found) if found else 1.0


def _kinds(score: Score) -> dict[str, list[Outcome]]:
    kinds: dict[str, list[Outcome]] = collections.defaultdict(list)
    for outcome in score.outcomes:
        kinds[outcome.case.decoy].append(outcome)
    return dict(sorted(kinds.items()))


def _fixed(score: Score) -> list[str]:
    chains = score.by("chain")
    full = sum(tally.recall == 1 for tally in chains.values())
    total = _sum(score)
    title = f"F  fixed chains: macro recall {score.macro():.3f} (wanted {WANTED_FIXED})"
    out = ["", f"{title}, {full} of {len(chains)} chains in full, {total.found} of {total.planted} cases"]
    for family, tally in score.by("family").items():
        out.append(f"   {family:36} {tally.recall:6.3f}  {tally.found:4} of {tally.planted}")
    hidden = [outcome for outcome in score.outcomes if not outcome.case.reachable]
    out.append(
        f"   without its key, not counted: {sum(each.found for each in hidden)} of {len(hidden)} named"
    )
    return out


def _random(scores: dict[int, Score]) -> list[str]:
    out = ["", "R  random chains    recall  wanted   found   ms a case"]
    for depth, score in scores.items():
        total = _sum(score)
        out.append(
            f"   depth {depth}          {total.recall:6.3f}  {WANTED.get(depth, 0):6.2f}  "
            f"{total.found:4} of {total.planted}  {score.cpu / max(total.planted, 1) * 1000:6.1f}"
        )
    return out


def _decoys(score: Score) -> list[str]:
    false = sum(outcome.false for outcome in score.outcomes)
    out = ["", f"D  decoys: {false} false of {len(score.outcomes)}"]
    for kind, rows in _kinds(score).items():
        seen = sum(each.seen for each in rows)
        out.append(
            f"   {kind:18} {sum(each.false for each in rows):4} false of {len(rows):5}   {seen} named rightly"
        )
    return out


def _quality(scores: list[Score]) -> list[str]:
    if not any(outcome.found for score in scores for outcome in score.outcomes):
        return []
    return [
        "",
        "Of what was found:",
        *(f"   {words:28} {_share(scores, name):6.3f}" for name, words in QUALITIES.items()),
    ]


def _clean(clean: Clean) -> list[str]:
    listed = ", ".join(f"{name} {count}" for name, count in clean.false.items())
    title = f"C  {clean.strangers} strangers in {clean.captures} real captures ({clean.bytes / 1e6:.1f} MB)"
    false = f"{sum(clean.false.values())} false {listed}".rstrip()
    return ["", f"{title}: {false}; parts of names, only inferred: {clean.parts}"]


def main_figure(score: Score) -> float:
    """Give the figure of a track: the mean over chains of F, the share of all cases of R."""
    return score.macro() if score.track == "F" else _sum(score).recall


def _peers(report: Report) -> list[str]:
    if not report.peers:
        return []
    own = report.positives()
    out = ["", f"   {'':20}" + "".join(f"{score.track:>7}" for score in own)]
    for name, scores in {"vitne": own, **report.peers}.items():
        out.append(f"   {name:20}" + "".join(f"{main_figure(score):7.3f}" for score in scores))
    return out
