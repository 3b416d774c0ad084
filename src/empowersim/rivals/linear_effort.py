"""The effort of the change grows in step with what is carried, not with its square.

Ours takes the collaborators' effort to grow faster than what they carry, as economics takes costs
of effort to do; the managers' effort, in `assurance_after`, grows in step. Nobody has measured
either. That the best share lies inside hangs on this square: `validation.effort` tells how.

Scale: the same effort where collaborators carry all of a full change (`carried` of 1).
"""

import math

from empowersim import rules
from empowersim.parameters import Parameters


def strain_after(
    strain: float,
    left: float,
    took: float,
    complexity: float,
    readiness: float,
    own_drive: float,
    support: float,
    carried: float,
    p: Parameters,
) -> float:
    """Our rule, which squares what is carried, given its root."""
    return rules.strain_after(
        strain, left, took, complexity, readiness, own_drive, support, math.sqrt(carried), p
    )
