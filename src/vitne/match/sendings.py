"""What a case saw: findings and unreadable bytes, put together by host, app and known sender."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from vitne.match.shape import Sending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.model import Finding

_FINDINGS = 8
_REACHES = {"internet", "operator-core"}


def sendings(case: Any) -> tuple[Sending, ...]:
    """Give what was sent to hosts beyond the home network, by host.  ``case`` is a case or a result."""
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    for each in case.findings:
        if each.direction == "sent" and each.scope in _REACHES:
            groups[_key(each)].append(each)
    read = [_of_findings(group) for _, group in sorted(groups.items())]
    return (*read, *_unreadable(case.opaque, {(each.host, each.device) for each in read}))


def _key(each: Finding) -> tuple[str, ...]:
    host = each.destination.host or each.destination.ip
    uid = "" if each.app.uid is None else str(each.app.uid)
    return host, each.source.device, each.app.package, uid, each.sender or ""


def _of_findings(group: list[Finding]) -> Sending:
    first = min(group, key=lambda each: each.time_ns)
    telling = [each for each in group if each.kind != "attribute"] or group
    return Sending(
        host=first.destination.host or first.destination.ip,
        domain=first.destination.domain,
        device=first.source.device,
        app=first.app.package,
        uid=first.app.uid,
        sender=first.sender or "",
        identifiers=tuple(sorted({each.identifier for each in telling})),
        fields=tuple(sorted({each.field for each in group if each.field})),
        messages=len({(each.capture["sha256"], each.flow, each.message_frames) for each in group}),
        readable=True,
        bytes=0,
        first=first.time,
        findings=tuple(each.id for each in telling[:_FINDINGS]),
    )


def _unreadable(opaque: Iterable[Any], seen: set[tuple[str, str]]) -> list[Sending]:
    """Give the hosts to which nothing but unreadable bytes went."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in opaque:
        host = each.destination.host or each.destination.ip
        if each.scope in _REACHES and (host, each.device) not in seen:
            totals[host, each.device, each.destination.domain] += each.bytes
    return [
        Sending(
            host=host,
            domain=domain,
            device=device,
            app="",
            uid=None,
            sender="",
            identifiers=(),
            fields=(),
            messages=0,
            readable=False,
            bytes=count,
            first="",
            findings=(),
        )
        for (host, device, domain), count in sorted(totals.items())
    ]
