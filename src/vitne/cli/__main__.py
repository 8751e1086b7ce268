"""``python -m vitne.cli``: the command without an installed script."""

from vitne.cli.main import entry

entry()
