"""From packets to streams: links, IP, TCP and UDP.  Packets are rows of columns, never Python objects.

The door: ``Walk()``, ``Walk.add`` for each chunk of records, ``Walk.finish`` for the Traffic.
"""

from vitne.reassemble.traffic import Traffic
from vitne.reassemble.walk import Walk

__all__ = ["Traffic", "Walk"]
