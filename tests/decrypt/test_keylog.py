from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decrypt.keylog import MOST_LINES, KeyLog
from vitne.model import UsageError

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = bytes(range(32))
MASTER = bytes(range(100, 148))


def line(label: str = "CLIENT_RANDOM", random: bytes = RANDOM, secret: bytes = MASTER) -> bytes:
    return f"{label} {random.hex()} {secret.hex()}".encode()


def test_secrets_are_found_by_client_random_and_label() -> None:
    log = KeyLog()
    log.add(line() + b"\n" + line("CLIENT_TRAFFIC_SECRET_0", b"z" * 32, b"s" * 32) + b"\n")
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": (MASTER,)}
    assert log.secrets(b"z" * 32) == {"CLIENT_TRAFFIC_SECRET_0": (b"s" * 32,)}
    assert log.secrets(b"y" * 32) == {}
    assert (log.lines, log.unread) == (2, 0)


def test_comments_line_ends_of_windows_capitals_and_a_last_line_without_end_are_read() -> None:
    log = KeyLog()
    log.add(
        b"# made by hand\r\n\r\n\n" + line().upper() + b"\r\n" + line("SERVER_TRAFFIC_SECRET_0", b"b" * 32)
    )
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": (MASTER,)}
    assert set(log.secrets(b"b" * 32)) == {"SERVER_TRAFFIC_SECRET_0"}
    assert log.unread == 0


def test_a_line_that_is_cut_or_no_key_is_counted_and_the_rest_read() -> None:
    log = KeyLog()
    log.add(line()[:-90] + b"\nhello world\nRSA 0011 2233\n" + line() + b"\n" + line()[:120])
    assert log.secrets(RANDOM) == {"CLIENT_RANDOM": (MASTER,)}
    assert (log.lines, log.unread) == (1, 4)


def test_every_proper_prefix_is_read_as_far_as_it_goes() -> None:
    whole = line() + b"\n" + line("EXPORTER_SECRET", b"e" * 32, b"x" * 32)
    for cut in range(len(whole)):
        log = KeyLog()
        log.add(whole[:cut])
        assert log.lines + log.unread == (cut > 0) + (cut > len(line()) + 1)
        assert set(log.secrets(b"e" * 32)) <= {"EXPORTER_SECRET"}


def test_an_odd_digit_makes_a_line_none_when_it_is_looked_up() -> None:
    log = KeyLog()
    log.add(line()[:-1] + b"\n")
    assert log.secrets(RANDOM) == {}


def test_different_secrets_of_one_session_are_all_given_once() -> None:
    log = KeyLog()
    log.add(b"\n".join([line(), line(), line(secret=b"o" * 48)]))
    log.add(line("SERVER_HANDSHAKE_TRAFFIC_SECRET", secret=b"h" * 32))
    assert log.secrets(RANDOM) == {
        "CLIENT_RANDOM": (MASTER, b"o" * 48),
        "SERVER_HANDSHAKE_TRAFFIC_SECRET": (b"h" * 32,),
    }


def test_lines_over_the_border_of_two_pieces_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vitne.decrypt.keylog._PIECE", 1000)
    log = KeyLog()
    log.add(b"\n".join(line(random=bytes([number]) * 32) for number in range(200)))
    assert log.lines == 200
    assert all(log.secrets(bytes([number]) * 32) for number in range(200))


def test_a_log_takes_sixteen_bytes_a_line_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "keys.log"
    with path.open("wb") as file:
        for number in range(100_000):
            file.write(line(random=number.to_bytes(8, "big") * 4) + b"\n")
    tracemalloc.start()
    log = KeyLog()
    log.add_file(path)
    assert log.secrets((77_777).to_bytes(8, "big") * 4)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.lines == 100_000
    assert kept < 100_000 * 40, "the index, and its sorted copy for a moment"
    assert peak < 64 << 20
    assert MOST_LINES * 16 <= 256 << 20


def test_a_file_without_keys_or_no_file_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    text = tmp_path / "text"
    text.write_bytes(b"no keys here\n" * 100)
    for path in (empty, text, tmp_path / "none", tmp_path):
        with pytest.raises(UsageError):
            KeyLog().add_file(path)


@given(
    st.lists(st.sampled_from([line(), b"\n", b"\r", b" ", b"#", b"CLIENT_RANDOM ", b"\xff", b"00", b"\0"]))
)
def test_noise_raises_nothing(pieces: list[bytes]) -> None:
    log = KeyLog()
    log.add(b"".join(pieces))
    log.secrets(RANDOM)
    log.secrets(b"")


@pytest.mark.parametrize("block", [1, 7, 1 << 19])
def test_secrets_are_the_same_however_many_lines_are_sorted_together(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, block: int
) -> None:
    monkeypatch.setattr("vitne.decrypt.keylog._BLOCK", block)
    monkeypatch.setattr("vitne.decrypt.keylog._PIECE", 700)
    lines = [b"LABEL_%d %064x %064x" % (number % 3, (number % 9) << 200, number) for number in range(60)]
    path = tmp_path / "keys.log"
    path.write_bytes(b"\n".join(lines))
    log = KeyLog()
    log.add_file(path)
    assert log.lines == 60
    for each in range(9):
        wanted: dict[str, list[bytes]] = {}
        for number in range(each, 60, 9):
            wanted.setdefault(f"LABEL_{number % 3}", []).append(b"%032x" % number)
        found = log.secrets((each << 200).to_bytes(32, "big"))
        assert {label: [secret.hex()[-32:].encode() for secret in some] for label, some in found.items()} == {
            label: some[:4] for label, some in wanted.items()
        }
