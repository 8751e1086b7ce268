"""Live look-ups: asking registers, name servers and certificates, only when the user asked for it.

The one room that sends anything.  Every query is announced before it is sent, because it can tip off whoever
runs the server, and every raw answer is kept with its time and digest.  The rooms behind read answers, never
the network.
"""
