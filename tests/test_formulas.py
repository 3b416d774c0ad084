"""Every rule comes to what its formula in the model's description says, typed a second time."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx  # noqa: PT013 (reads as mathematics)

import reference
from empowersim import rules
from strategies import parameters, shares

ENCOUNTERS = {
    "directed": (0.0, 0.0),
    "overburdened": (0.0, 1.0),
    "adrift": (1.0, 0.0),
    "partnership": (1.0, 1.0),
}
"""Whether the matter was left to him, and whether he took it."""


def near(expected):
    return approx(expected, rel=1e-12, abs=1e-12)


@dataclass
class Week:
    """All that one relation and its manager may meet in a week."""

    met: str
    succeeded: bool
    begun: bool
    autonomy: float
    responsibility: float
    trust: float
    readiness: float
    willingness: float
    disposition: float
    strain: float
    appreciation: float
    control_habit: float
    assurance: float
    own_autonomy: float
    attention: float
    asked: float
    complexity: float
    peers: float
    let_go: float
    signs: float

    @property
    def left_and_took(self):
        return ENCOUNTERS[self.met]

    @property
    def facilitation(self):
        return 1 - self.control_habit

    @property
    def support(self):
        return self.facilitation * self.attention

    @property
    def drive(self):
        return reference.drive(self.readiness, self.willingness)


weeks = st.builds(
    Week,
    met=st.sampled_from(list(ENCOUNTERS)),
    succeeded=st.booleans(),
    begun=st.booleans(),
    **{name: shares for name, kind in Week.__annotations__.items() if kind is float},
)
times = st.integers(0, 300)
delays = st.integers(0, 100)


@given(times, delays, parameters())
def test_the_change(week, delay, p):
    asked = rules.intensity(week, delay, p)
    assert asked == near(reference.intensity(week, delay, p))
    assert rules.under_way(week, delay, p) == reference.begun(week, delay, p)
    assert rules.carried_by_collaborators(asked, p) == near(p.collaborator_share * asked)
    assert rules.carried_by_managers(asked, p) == near((1 - p.collaborator_share) * asked)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=20), parameters())
def test_attention(team, p):
    load = 0.0
    for autonomy, responsibility in team:
        load += rules.load(autonomy, responsibility, p)
    assert rules.attention(load, p) == near(reference.attention(team, p))


@given(weeks, parameters())
def test_letting_go(w, p):
    terms = rules.letting_go(
        w.asked, w.trust, w.drive, w.attention, w.own_autonomy, w.control_habit, w.assurance, p
    )
    utility = rules.utility_of_letting_go(terms)
    assert utility == near(
        reference.letting_go(
            w.asked, w.trust, w.drive, w.attention, w.own_autonomy, w.control_habit, w.assurance, p
        )
    )
    assert rules.choice(utility, p) == near(reference.S(utility, p))
    after = rules.autonomy_after(w.autonomy, utility, p)
    assert after == near(reference.autonomy(w.autonomy, utility, p))


@given(weeks, parameters())
def test_taking_on(w, p):
    drive = rules.drive(w.readiness, w.willingness)
    support = rules.facilitation(w.control_habit) * w.attention
    terms = rules.taking_on(w.autonomy, w.asked, drive, w.peers, support, w.strain, p)
    utility = rules.utility_of_taking_on(terms)
    assert utility == near(
        reference.taking_on(
            w.autonomy, w.asked, w.drive, w.peers, w.facilitation, w.attention, w.strain, p
        )
    )
    after = rules.responsibility_after(w.responsibility, utility, p)
    assert after == near(reference.responsibility(w.responsibility, utility, p))


@given(weeks, parameters())
def test_success_probability(w, p):
    chance = rules.success_probability(
        *w.left_and_took, w.complexity, w.readiness, w.strain, w.attention, w.support, p
    )
    assert chance == near(
        reference.success_probability(
            w.met, w.complexity, w.readiness, w.strain, w.facilitation, w.attention, p
        )
    )


@given(weeks, parameters())
def test_trust(w, p):
    after = rules.trust_after(w.trust, *w.left_and_took, float(w.succeeded), p)
    assert after == near(reference.trust(w.trust, w.met, w.succeeded, p))


@given(weeks, parameters())
def test_readiness(w, p):
    after = rules.readiness_after(w.readiness, *w.left_and_took, w.facilitation, float(w.begun), p)
    assert after == near(reference.readiness(w.readiness, w.met, w.facilitation, w.begun, p))


@given(weeks, parameters())
def test_strain(w, p):
    after = rules.strain_after(
        w.strain, *w.left_and_took, w.complexity, w.readiness, w.drive, w.support, w.asked, p
    )
    assert after == near(
        reference.strain(
            w.strain, w.met, w.complexity, w.readiness, w.drive, w.facilitation, w.attention,
            w.asked, p,
        )
    )  # fmt: skip


@given(weeks, parameters())
def test_willingness(w, p):
    after = rules.willingness_after(
        w.willingness, *w.left_and_took, float(w.succeeded), w.disposition, w.drive, w.strain,
        w.appreciation, p,
    )  # fmt: skip
    assert after == near(
        reference.willingness(
            w.willingness, w.met, w.succeeded, w.disposition, w.drive, w.strain, w.appreciation, p
        )
    )


@given(weeks, parameters())
def test_appreciation(w, p):
    after = rules.appreciation_after(w.appreciation, w.autonomy, w.drive, w.strain, w.support, p)
    assert after == near(
        reference.appreciation(
            w.appreciation, w.autonomy, w.drive, w.strain, w.facilitation, w.attention, p
        )
    )


@given(weeks, parameters())
def test_usefulness(w, p):
    assert rules.sign(*w.left_and_took, w.appreciation, p) == near(
        reference.sign(w.met, w.appreciation, p)
    )
    assert rules.usefulness(w.let_go, w.signs, w.appreciation, p) == near(
        reference.usefulness(w.let_go, w.signs, w.appreciation, p)
    )


@given(weeks, st.lists(shares, max_size=6), parameters())
def test_assurance(w, peers, p):
    """The rule gets its peers' mean from the team's total, in which he is himself."""
    total, share = sum(peers) + w.assurance, rules.share_of_others(len(peers) + 1)
    after = rules.assurance_after(
        w.assurance,
        w.signs,
        float(w.begun),
        w.asked,
        w.control_habit,
        rules.mean_of_others(total, w.assurance, share),
        rules.weight_of_peers(share, p),
        p,
    )
    assert after == near(
        reference.assurance(w.assurance, w.signs, w.begun, w.asked, w.control_habit, peers, p)
    )


@given(weeks, parameters())
def test_control_habit(w, p):
    after = rules.control_habit_after(w.control_habit, w.let_go, float(w.begun), w.asked, p)
    assert after == near(reference.control_habit(w.control_habit, w.let_go, w.begun, w.asked, p))


@given(weeks, parameters())
def test_leaving(w, p):
    chance = rules.leaving_probability(w.strain, p)
    assert chance == near(reference.leaving_probability(w.strain, p))
