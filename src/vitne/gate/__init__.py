"""The gate: what a policy lets go to whom, and every sending that it does not name.

The doors are ``read_policy()``, ``judge()`` and the renderings ``sarif()``, ``junit()`` and ``markdown()``.
"""

from vitne.gate.judging import Judged, Outcome, judge
from vitne.gate.policy import Allowance, Policy, Waiver, read_policy

__all__ = ["Allowance", "Judged", "Outcome", "Policy", "Waiver", "judge", "read_policy"]
