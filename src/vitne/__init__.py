"""What personal data does this device send, in what form, to whom, and can you prove it.

``scan`` gives the same nouns as the command of that name.  Importing this package does nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vitne.model import Subject
    from vitne.pipeline import Result

__all__ = ["scan"]


def scan(  # noqa: PLR0913  (the options of the command that a library needs)
    paths: str | Path | Sequence[str | Path],
    *,
    subject: Subject | str | Path | None = None,
    device: str | None = None,
    keys: Sequence[str | Path] = (),
    secrets: str | Path | None = None,
    reveal: bool = False,
) -> Result:
    """Scan captures and give findings, unreadable bytes, gaps and oddities (``vitne.pipeline.Result``).

    ``paths``: captures and exports, folders and zip archives of them; ring files given together are one
    stream of packets.
    ``subject``: what is known of the person and the phone, or the path of a subject file.
    ``device``: only this device, by link address, network address or name.
    ``keys``: key logs (SSLKEYLOGFILE) that open what went encrypted; those in folders are used anyway.
    ``secrets``: path of a file of keys, salts and alphabets that senders use.
    ``reveal``: give values of persons; they are labels such as ``imei#1`` otherwise.

    Raises vitne.model.CaptureError where no capture can be read, and vitne.model.UsageError for a wrong
    subject or secrets file or an unknown device.  Writes nothing and reaches no network.
    """
    from pathlib import Path as _Path

    from vitne.ciphers import read_secrets
    from vitne.model import Secrets as _Secrets
    from vitne.model import Subject as _Subject
    from vitne.pipeline import Options, run_scan
    from vitne.pipeline.inputs import key_logs

    if isinstance(subject, (str, _Path)):
        from vitne.identify.subject import read_subject

        subject, _ = read_subject(subject)
    one = [paths] if isinstance(paths, (str, _Path)) else list(paths)
    logs = (*keys, *key_logs(one))
    own = read_secrets(secrets)[0] if secrets is not None else _Secrets()
    result = run_scan(one, Options(subject=subject or _Subject(), device=device, keys=logs, secrets=own))
    return result if reveal else result.masked()
