"""Trust is won as fast as it is lost: a running mean of how matters went.

The linear operator of learning theory (Bush and Mosteller 1955): each trial moves what is expected
by the same share of the way towards what came out. Trust is then the recent share of successes,
among matters that tried it. Ours is asymmetric, as trust is often said to be (Slovic 1993): lost
twice as fast as won, and by encounters that weigh success and failure differently.

Kept: the drift of trust that is not tried (directed), for the asymmetry alone is in question. Left
out: that it matters who took the initiative; every encounter but a directed one counts fully.

Scale: the rate is `trust_gain`, at which ours wins trust by a success in partnership. `trust_loss`
and the weights of encounters play no part.

R. R. Bush and F. Mosteller, Stochastic Models for Learning, Wiley, 1955; P. Slovic, Perceived risk,
trust, and democracy, Risk Analysis 13(6), 1993, 675-682 (neither checked at the source).
"""

from empowersim import rules
from empowersim.parameters import Parameters


def trust_after(trust: float, left: float, took: float, succeeded: float, p: Parameters) -> float:
    """Trust moved towards what came out, or towards neutral where it was not tried."""
    tried = rules.by_encounter(left, took, 0.0, 1.0, 1.0, 1.0)
    target = succeeded if tried > 0.5 else p.neutral_trust
    rate = p.trust_gain if tried > 0.5 else p.trust_drift
    return rules.towards(trust, target, rate)
