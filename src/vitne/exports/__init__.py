"""The second door: exports of proxies and browsers, whose records are messages and not packets."""

from vitne.exports.exchange import Exchange, Unit
from vitne.exports.formats import HEAD, format_of, formats

__all__ = ["HEAD", "Exchange", "Unit", "format_of", "formats"]
