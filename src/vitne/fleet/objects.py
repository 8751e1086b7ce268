"""Captures in an object store that speaks S3: listed page by page, and fetched as a whole or not at all.

A key is any text: it is taken as the store gives it, and never read as a path.  An object is pinned by the
ETag that the listing gave; one that is replaced while it is read is read anew from its beginning.  An answer
that says «not now» (5xx, 429) and a connection that breaks are tried again, later and later, until nothing
has moved for as long as the caller is patient.  Who may read is what boto3 finds in the environment; it is
never shown.
"""

from __future__ import annotations

import os
import re
import time
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

import msgspec

from vitne.model import CaptureError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEME = "s3://"
PATIENCE_S = 300.0
_PIECE = 1 << 20
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 15.0
_CHANGES = 3
"""Times that an object may change while it is read before it is left."""
_LATER = frozenset({408, 425, 429})
_MAGIC = re.compile(r"[*?\[]")
_REFUSED = {401: "the store refuses access", 403: "the store refuses access", 404: "it is not there"}


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """One object as the store told of it."""

    url: str  # s3://bucket/key, the key as it is
    etag: str = ""  # as given, "" where it is not known yet
    size: int = -1  # bytes, -1 where it is not known yet


class _Changed(Exception):  # noqa: N818  (it is no fault)
    """The object is another one than was listed."""


def is_object(word: str) -> bool:
    """Say whether a word names something in an object store."""
    return word.startswith(SCHEME)


def parts_of(url: str) -> tuple[str, str]:
    """Give bucket and key; raises UsageError where no bucket is named."""
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", bucket):
        raise UsageError("no bucket is named", where=url, expected="s3://BUCKET/KEY")
    return bucket, key


def has_pattern(word: str) -> bool:
    """Say whether a word may be a pattern."""
    return bool(_MAGIC.search(word))


def _client() -> Any:
    return _client_of(
        os.getpid(), os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    )


@lru_cache(maxsize=4)
def _client_of(process: int, endpoint: str | None) -> Any:
    """Give the client of one process: a forked one must not use its parent's connections."""
    del process
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise UsageError(
            "object stores need a library that is not installed", next_step="pip install boto3"
        ) from error
    settings = Config(
        retries={"total_max_attempts": 1},  # tried again here, where it is known how much came already
        connect_timeout=10,
        read_timeout=60,
        s3={"addressing_style": "path"} if endpoint else {},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    return boto3.session.Session().client("s3", config=settings, region_name=region)


class Store:
    """What speaks to object stores; ``patience_s`` without any progress it gives up."""

    def __init__(
        self, *, patience_s: float = PATIENCE_S, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.patience_s = patience_s
        self.sleep = sleep

    def listed(self, url: str) -> Iterator[Stored]:
        """Give every object whose key begins as the URL does, in the store's order; raises CaptureError."""
        bucket, prefix = parts_of(url)
        token: dict[str, str] = {}
        while True:
            page = self._patiently(
                url,
                lambda: _client().list_objects_v2(Bucket=bucket, Prefix=prefix, **token),  # noqa: B023
            )
            for row in page.get("Contents", ()):
                if not row["Key"].endswith("/"):  # what consoles make to show a folder
                    found = f"{SCHEME}{bucket}/{row['Key']}"
                    yield Stored(url=found, etag=row.get("ETag", ""), size=row["Size"])
            following = page.get("NextContinuationToken")
            if not page.get("IsTruncated") or not following or following == token.get("ContinuationToken"):
                return
            token = {"ContinuationToken": following}

    def matching(self, url: str) -> Iterator[Stored]:
        """Give the objects that a pattern names; «*» goes across «/», as keys have no folders."""
        first = _MAGIC.search(url)
        prefix = url[: first.start()] if first else url
        return (each for each in self.listed(prefix) if fnmatchcase(each.url, url))

    def told(self, url: str) -> Stored:
        """Ask for one object; raises CaptureError where it is not there."""
        bucket, key = parts_of(url)
        row = self._patiently(url, lambda: _client().head_object(Bucket=bucket, Key=key))
        return Stored(url=url, etag=row.get("ETag", ""), size=row["ContentLength"])

    def beginning(self, url: str, length: int) -> bytes:
        """Give the first bytes of an object; raises CaptureError."""
        bucket, key = parts_of(url)

        def ask() -> bytes:
            answer = _client().get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{length - 1}")
            return bytes(answer["Body"].read(length))

        try:
            return bytes(self._patiently(url, ask))
        except _Changed:  # a range of an object that is empty by now
            return b""

    def fetch(self, one: Stored, stream: IO[bytes]) -> Stored:
        """Write an object into an empty stream and give what was fetched; raises CaptureError."""
        for _ in range(_CHANGES):
            pinned = one if one.etag and one.size >= 0 else self.told(one.url)
            stream.seek(0)
            stream.truncate()
            try:
                self._whole(pinned, stream)
            except _Changed:
                one = Stored(url=one.url)
                continue
            return pinned
        what = "it changes while it is read: every answer has another ETag"
        raise CaptureError(what, where=one.url, next_step="run again when it is written to its end")

    def _whole(self, one: Stored, stream: IO[bytes]) -> None:
        """Fetch all bytes, going on where a connection broke."""
        bucket, key = parts_of(one.url)

        def ask() -> None:
            begin = stream.tell()
            if begin == one.size:
                return
            more = {"Range": f"bytes={begin}-"} if begin else {}
            answer = _client().get_object(Bucket=bucket, Key=key, IfMatch=one.etag, **more)
            whole = begin + answer["ContentLength"]
            if (
                answer.get("ETag") != one.etag
                or (begin and "ContentRange" not in answer)
                or whole != one.size
            ):
                raise _Changed
            while piece := answer["Body"].read(_PIECE):
                stream.write(piece)

        while stream.tell() < one.size:
            self._patiently(one.url, ask, progress=stream.tell)
        if stream.tell() != one.size:
            raise _Changed

    def _patiently(self, url: str, ask: Callable[[], Any], *, progress: Callable[[], int] = int) -> Any:
        """Ask until there is an answer, or nothing has moved for too long; raises CaptureError."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        pause, since, reached = _FIRST_PAUSE_S, time.monotonic(), progress()
        while True:
            try:
                return ask()
            except ClientError as error:
                status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
                why = _refused(url, status, str(error.response.get("Error", {}).get("Code", "")))
            except ResponseParserError:
                why = "its answer is no XML"
            except BotoCoreError as error:
                why = _broken(url, error)
            if progress() > reached:
                pause, since, reached = _FIRST_PAUSE_S, time.monotonic(), progress()
            if time.monotonic() - since >= self.patience_s:
                what = f"the object store gives no answer ({why})"
                raise CaptureError(what, where=url, next_step="run again later: what is done stays done")
            self.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)


def _refused(url: str, status: int, code: str) -> str:
    """Say why a request was refused, where it may be granted later; raises what is final."""
    if status in {412, 416}:  # RFC 9110, 15.5.13 and 15.5.17: the ETag is another one, or it is shorter now
        raise _Changed
    if status >= 500 or status in _LATER or code in {"SlowDown", "RequestTimeout"}:
        return " ".join(dict.fromkeys((str(status), code))).strip()
    what = _REFUSED.get(status, "the store refuses the request")
    raise CaptureError(f"{what} ({' '.join(dict.fromkeys((str(status), code))).strip()})", where=url)


def _broken(url: str, error: Exception) -> str:
    """Say how a connection broke; raises UsageError where it cannot come about."""
    from botocore import exceptions as known

    if isinstance(error, known.NoCredentialsError | known.PartialCredentialsError | known.ProfileNotFound):
        raise UsageError(
            "nothing says who may read this object store",
            where=url,
            expected="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
            next_step="set them, and AWS_ENDPOINT_URL for a store of your own",
        ) from error
    if isinstance(error, known.ParamValidationError | known.InvalidEndpointConfigurationError):
        raise UsageError("the object store cannot be asked for this", where=url) from error
    return type(error).__name__
