"""The model's mean field: what is left of it without luck, in wide teams of people who are alike.

Ordinary differential equations for the mean state of the teams of each level, derived by hand from
section 7 of docs/odd.md; nothing here comes from `empowersim.rules`.

Every week's encounter is drawn anew, and moves a relation by a share of its rate. With all rates ε
times theirs and 1/ε times as many weeks, each relation meets 1/ε times as many encounters on the
same way: luck averages out, and as ε goes to 0 the change becomes its expectation (the averaging
principle; Kurtz, Journal of Applied Probability 7, 1970 (not checked at the source)). Teams must be
wide where a manager's week is not linear in his team's: where `clip` holds his usefulness.

Nobody leaves. What a newcomer changes does not get smaller with ε, and sets people apart who were
alike: the limit would be an equation for a distribution of people, not for a mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from empowersim import Parameters
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import Intervention, Scenario

type Levels = NDArray[np.float64]
"""A number for the teams led from each level, from the head's on: (n_levels,)."""


class Teams(NamedTuple):
    """The mean state of the teams led from each level, each (n_levels,) or (weeks, n_levels).

    The first seven are of the relations, the last two of those who lead them.
    """

    autonomy: Levels
    responsibility: Levels
    trust: Levels
    readiness: Levels
    willingness: Levels
    strain: Levels
    appreciation: Levels
    control_habit: Levels
    assurance: Levels


class ByEncounter(NamedTuple):
    """A number for each kind of encounter."""

    directed: Levels | float
    overburdened: Levels | float
    adrift: Levels | float
    partnership: Levels | float


class Given(NamedTuple):
    """What a week asks, and what a manager gives his team in it."""

    asked: float
    begun: float
    attention: Levels
    facilitation: Levels
    support: Levels
    drive: Levels


type TrustChange = Callable[[Teams, ByEncounter, ByEncounter, Parameters], Levels]
"""Change of trust by the state, the chances of the encounters, and their chances of success."""


# --- The limit --------------------------------------------------------------------------------

RATES = tuple(
    name
    for name, known in DECLARATIONS.items()
    if known.unit == "1/week" and not name.startswith("turnover")
)
"""Every share of its way by which a week moves a state."""


def alike(p: Parameters) -> Parameters:
    """The same company, of people who are all alike and never leave."""
    same = dict.fromkeys((name for name in DECLARATIONS if name.endswith("_sd")), 0.0)
    for trait in ("readiness", "disposition"):
        same |= dict.fromkeys((f"{trait}_low", f"{trait}_high"), middle(p, trait))
    return p.with_changes(same | {"turnover": 0.0, "turnover_strain": 0.0})


def middle(p: Parameters, trait: str) -> float:
    """The mean of a trait that is drawn uniformly between two bounds."""
    low, high = getattr(p, f"{trait}_low"), getattr(p, f"{trait}_high")
    return float(low + high) / 2


def slowed(scenario: Scenario, epsilon: float) -> Scenario:
    """The same course 1/ε times as long: slower rates, a later start, a longer ramp."""
    p = scenario.parameters
    slow = {name: epsilon * getattr(p, name) for name in RATES}
    slow |= {"start": p.start / epsilon, "ramp": p.ramp / epsilon}
    later = tuple(
        Intervention(round(each.week / epsilon), each.lever, each.value)
        for each in scenario.interventions
    )
    weeks = round(scenario.weeks / epsilon)
    return replace(scenario, parameters=p.with_changes(slow), interventions=later, weeks=weeks)


def lived(
    scenario: Scenario, span: int, depth: int, trust_change: TrustChange | None = None
) -> Teams:
    """The mean field of a scenario on a balanced chart, week by week: (weeks + 1, depth) each.

    Args:
        scenario: what is done; the spreads of its parameters do not count.
        span: people in a team.
        depth: levels below the head.
        trust_change: how trust changes, if otherwise than in the model (a negative control).
    """
    of_trust = trust_change or change_of_trust

    def flow(time: float, flat: Levels, p: Parameters) -> Levels:
        teams = Teams(*flat.reshape(len(Teams._fields), depth))
        return np.concatenate(change(time, teams, p, span, of_trust))

    states = [np.concatenate(start(scenario.parameters, depth))]
    for begin, end, p in stretches(scenario):
        weeks = np.arange(begin + 1, end + 1)
        solved = solve_ivp(
            flow, (begin, end), states[-1], t_eval=weeks, args=(p,), rtol=1e-7, atol=1e-9
        )
        states.extend(solved.y.T)
    return Teams(*np.array(states).reshape(len(states), -1, depth).swapaxes(0, 1))


def stretches(scenario: Scenario) -> Iterator[tuple[int, int, Parameters]]:
    """The times between which parameters stay; what works from a week on works from its start."""
    p = scenario.parameters
    changes = {week - 1: each for week, each in scenario.changes_by_week.items()}
    for begin, end in pairwise(sorted({0, *changes, scenario.weeks})):
        if begin >= scenario.weeks:
            return
        p = p.with_changes(changes.get(begin, {}))
        yield begin, end, p


def start(p: Parameters, depth: int) -> Teams:
    """The mean state of week 0, as long as no tail of a normal number is held at an end."""
    drawn = {
        name: getattr(p, f"initial_{name}")
        for name in Teams._fields
        if name not in ("readiness", "willingness")
    }
    drawn |= {"readiness": middle(p, "readiness"), "willingness": middle(p, "disposition")}
    return Teams(**{name: np.full(depth, value) for name, value in drawn.items()})


# --- Expectations -----------------------------------------------------------------------------


def mean_of_clip(base: Levels, slope: Levels) -> Levels:
    """The mean of clip(base + slope·x) over x uniform in [0, 1], each (n_levels,)."""
    flat = np.abs(slope) < 1e-6  # where the quotient below would only be rounding
    steep = np.where(flat, 1.0, slope)
    area = integral_of_clip(base + steep) - integral_of_clip(base)
    return np.where(flat, np.clip(base + slope / 2, 0, 1), area / steep)


def integral_of_clip(x: Levels) -> Levels:
    """∫ clip from 0 to x."""
    return np.clip(x, 0, 1) ** 2 / 2 + np.maximum(x - 1, 0)


def encounters(teams: Teams) -> ByEncounter:
    """The chance of each encounter: is the matter left to him, and does he take it?"""
    a, r = teams.autonomy, teams.responsibility
    return ByEncounter((1 - a) * (1 - r), (1 - a) * r, a * (1 - r), a * r)


def successes(teams: Teams, given: Given, p: Parameters) -> ByEncounter:
    """The chance of success in each encounter, over matters of any complexity."""
    alone = p.alone_success + p.alone_readiness * teams.readiness
    together = p.partnership_success + p.partnership_readiness * teams.readiness
    together = together + p.partnership_support * given.support
    together = together - p.partnership_strain * teams.strain
    harder = -np.full_like(alone, p.alone_complexity)
    return ByEncounter(
        directed=0.0,  # nothing follows from it
        overburdened=mean_of_clip(alone + p.overburdened_attention * given.attention, harder),
        adrift=mean_of_clip(alone, harder),
        partnership=mean_of_clip(together, -np.full_like(alone, p.partnership_complexity)),
    )


def mean_over(chances: ByEncounter, values: ByEncounter) -> Levels:
    """The mean of what goes with the encounters."""
    total: Levels = np.sum([c * v for c, v in zip(chances, values, strict=True)], axis=0)
    return total


# --- The change of everyone's mean state --------------------------------------------------------


def given_in(time: float, teams: Teams, p: Parameters, span: int) -> Given:
    """What the week that begins at a time asks, and what managers give; its number is one more."""
    week = time + 1
    a, r = teams.autonomy, teams.responsibility
    team_load = span * (1 - a + a * (p.support_load - p.initiative_relief * r))
    attention = p.capacity / np.maximum(team_load, p.capacity)
    facilitation = 1 - teams.control_habit
    return Given(
        asked=p.mandate * float(np.clip((week - p.start) / p.ramp, 0, 1)),
        begun=float(week >= p.start),
        attention=attention,
        facilitation=facilitation,
        support=facilitation * attention,
        drive=np.sqrt(np.maximum(teams.readiness * teams.willingness, 0)),
    )


def change(time: float, teams: Teams, p: Parameters, span: int, of_trust: TrustChange) -> Teams:
    """What a week changes in expectation, each (n_levels,)."""
    given = given_in(time, teams, p, span)
    chances, success = encounters(teams), successes(teams, given, p)
    return Teams(
        autonomy=change_of_autonomy(teams, given, p),
        responsibility=change_of_responsibility(teams, given, p),
        trust=of_trust(teams, chances, success, p),
        readiness=change_of_readiness(teams, chances, given, p),
        willingness=change_of_willingness(teams, chances, success, given, p),
        strain=change_of_strain(teams, chances, given, p),
        appreciation=change_of_appreciation(teams, given, p),
        control_habit=change_of_habit(teams, given, p),
        assurance=change_of_assurance(teams, given, p),
    )


def choice(utility: Levels, p: Parameters) -> Levels:
    """The inclination that a utility leads to."""
    return 0.5 + 0.5 * utility / np.sqrt(p.choice_spread + utility**2)


def change_of_autonomy(teams: Teams, given: Given, p: Parameters) -> Levels:
    """Towards what the manager chooses; he has what his own boss leaves him."""
    own = np.concatenate([[p.root_autonomy], teams.autonomy[:-1]])
    utility = p.b_manager + p.w_mandate * given.asked + p.w_trust * (teams.trust - p.neutral_trust)
    utility = utility + p.w_overload * (1 - given.attention)
    utility = utility + p.w_cascade * (own - p.neutral_autonomy)
    utility = utility - p.w_habit * teams.control_habit - p.w_insecurity * (1 - teams.assurance)
    utility = utility - p.w_reward * p.control_reward * (1 - p.upward_accountability)
    way = choice(utility, p) - teams.autonomy
    return p.pace * np.where(way < 0, p.regain, 1) * way


def change_of_responsibility(teams: Teams, given: Given, p: Parameters) -> Levels:
    """Towards what the collaborator chooses; his teammates are as he is."""
    utility = p.b_collaborator + p.w_room * teams.autonomy + p.w_drive * given.drive
    utility = utility + p.w_share * p.collaborator_share * given.asked
    utility = utility + p.w_peers * teams.responsibility + p.w_support * given.support
    return p.pace * (choice(utility - p.w_strain * teams.strain, p) - teams.responsibility)


def change_of_trust(
    teams: Teams, chances: ByEncounter, success: ByEncounter, p: Parameters
) -> Levels:
    """Won by successes, lost by failures, and drifting where it is not tried."""
    trust = teams.trust
    gains = ByEncounter(0, p.overburdened_trust_gain, p.adrift_trust_gain, 1)
    losses = ByEncounter(0, p.overburdened_trust_loss, 1, p.partnership_trust_loss)
    moved = ByEncounter(
        *(
            s * p.trust_gain * gain * (1 - trust) - (1 - s) * p.trust_loss * loss * trust
            for s, gain, loss in zip(success, gains, losses, strict=True)
        )
    )
    return mean_over(chances, moved) + chances.directed * p.trust_drift * (p.neutral_trust - trust)


def change_of_readiness(teams: Teams, chances: ByEncounter, given: Given, p: Parameters) -> Levels:
    """Learnt by doing and by training, lost by being directed."""
    missing = p.readiness_ceiling - teams.readiness
    learnt = chances.partnership * (p.learning_alone + p.learning_facilitated * given.facilitation)
    learnt = learnt + chances.overburdened * p.overburdened_learning
    lost = chances.directed * p.unlearning * teams.readiness
    trained = p.training * given.begun * p.train_rate * missing
    return p.learning * (learnt * missing - lost) + trained


def change_of_strain(teams: Teams, chances: ByEncounter, given: Given, p: Parameters) -> Levels:
    """Towards the stress of the encounters and the effort of the change."""
    carried = p.collaborator_share * given.asked
    effort = p.effort_collaborator * carried**2 * (p.effort_reach - teams.readiness)
    effort = effort * (1 - p.effort_relief * given.support)
    # A partner is stressed by what a matter is too complex for him: of all matters, 1 - readiness.
    enough, short = teams.readiness, 1 - teams.readiness
    slope = p.stress_weight * (1 - p.stress_relief * given.support) * short
    felt = ByEncounter(
        directed=np.clip(p.stress_weight * p.directed_stress * given.drive + effort, 0, 1),
        overburdened=np.clip(p.stress_weight * p.overburdened_stress + effort, 0, 1),
        adrift=np.clip(effort, 0, 1),
        partnership=enough * np.clip(effort, 0, 1) + short * mean_of_clip(effort, slope),
    )
    return p.strain_rate * (mean_over(chances, felt) - teams.strain)


def change_of_willingness(
    teams: Teams, chances: ByEncounter, success: ByEncounter, given: Given, p: Parameters
) -> Levels:
    """Towards what the encounters were like, and what he is like."""
    disposition = middle(p, "disposition")
    liked = p.will_appreciation * (teams.appreciation - p.neutral_appreciation)
    rest = p.will_disposition * disposition - p.will_strain * teams.strain + liked

    def target(experience: Levels | float) -> Levels:
        return np.clip(p.will_experience * experience + rest, 0, 1)

    s = success.partnership
    wanted = ByEncounter(
        directed=target(disposition * (1 - p.directed_frustration * given.drive)),
        overburdened=target(p.experience_overburdened),
        adrift=target(disposition),
        partnership=s * target(p.experience_success) + (1 - s) * target(p.experience_failure),
    )
    return p.will_rate * (mean_over(chances, wanted) - teams.willingness)


def change_of_appreciation(teams: Teams, given: Given, p: Parameters) -> Levels:
    """Towards support, and autonomy that fits the drive."""
    fit = 1 - np.abs(teams.autonomy - given.drive)
    target = p.appreciation_base + p.appreciation_support * given.support
    target = target + p.appreciation_fit * fit - p.appreciation_strain * teams.strain
    return p.appreciation_rate * (np.clip(target, 0, 1) - teams.appreciation)


def change_of_habit(teams: Teams, given: Given, p: Parameters) -> Levels:
    """Restored by matters kept and by rewards, undone by practice."""
    a, habit = teams.autonomy, teams.control_habit
    carried = (1 - p.collaborator_share) * given.asked
    restored = (p.relapse + p.control_reward * (1 - p.upward_accountability)) * (1 - a)
    undone = p.practice * a + p.coached_practice * p.coaching * given.begun * carried
    return p.habit_rate * (restored * (1 - habit) - undone * habit)


def change_of_assurance(teams: Teams, given: Given, p: Parameters) -> Levels:
    """Towards usefulness, coaching and the peers', less the effort; the head has no peers."""
    a, liked = teams.autonomy, teams.appreciation
    signs = a * teams.responsibility * (p.sign_base + p.sign_appreciation * liked)
    upward = p.upward_accountability
    useful = (1 - upward) * (1 - a) + signs + upward * (1 - a + p.upward_thanks * a) * liked
    useful = np.clip(useful, 0, 1)
    carried = (1 - p.collaborator_share) * given.asked
    own = useful + p.coaching_assurance * p.coaching * given.begun * (1 - useful)
    own = np.clip(own - p.effort_manager * carried * teams.control_habit, 0, 1)
    peers = np.where(np.arange(len(a)) > 0, p.peer_assurance, 0)
    return p.assurance_rate * ((1 - peers) * own + peers * teams.assurance - teams.assurance)
