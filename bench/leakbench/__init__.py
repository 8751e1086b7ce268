"""leakbench: what a scan finds of what is known to be there.

Captures with planted identities and a truth file, a scan as a user runs it, and a score.  Values, chains and
carriers come from here alone: nothing of vitne but the builders of frames and capture files is used.
"""
