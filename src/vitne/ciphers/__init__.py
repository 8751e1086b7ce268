"""Ciphers: what senders close their bytes with, opened with keys handed over or yielded by messages.

The doors are ``Keyring`` (keys tried on bytes), ``Rebuilt`` (texts that known values give) and
``read_secrets`` (the user's file of keys and salts).
"""

from __future__ import annotations

from vitne.ciphers.keyring import Keyring
from vitne.ciphers.rebuilding import Rebuilt
from vitne.ciphers.secretsfile import read_secrets

__all__ = ["Keyring", "Rebuilt", "read_secrets"]
