"""Renderings of a finished case for people.  Nothing here analyses; foreign text goes through ``visible``."""

from vitne.report.inert import visible

__all__ = ["visible"]
