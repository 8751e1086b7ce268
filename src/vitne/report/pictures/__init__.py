"""Drawings as SVG with the same told in words.  Legible in grey: meaning never hangs on a colour."""
