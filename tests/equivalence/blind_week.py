"""EmpowerSim written again from docs/odd.md alone, by someone who had not seen src/.

All people are kept in arrays, one entry per person, by number. Everyone but number 0, the head, is
a collaborator, so ``array[1:]`` are the relations by number, and ``array[boss]`` is, for each
relation, what belongs to its manager. A phase reads only what is known before it starts, so each
phase is a few operations on whole arrays. Element by element these do the very operations of the
description, in its order; sums are taken one number after the other, never pairwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Numbers = float | Floats
type Words = NDArray[np.uint64]
type Ints = NDArray[np.intp]
type State = dict[str, Floats]

RELATION_STATES = (
    "autonomy",
    "responsibility",
    "trust",
    "readiness",
    "willingness",
    "disposition",
    "strain",
    "appreciation",
)
MANAGER_STATES = ("control_habit", "assurance")
MEASURED_STATES = tuple(name for name in RELATION_STATES if name != "disposition")

COMPLEXITY, IS_LEFT, IS_TAKEN, SUCCEEDS, LEAVES, NEW_READINESS, NEW_DISPOSITION = range(7)


# Luck (7.10)

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def nth(keys: Words, n: int | Words) -> Words:
    """The n-th output, from 0, of the streams seeded with ``keys``; 64 bits, wrapping."""
    if isinstance(n, int):
        n = np.array([n & MASK], dtype=np.uint64)
    z: Words = keys + (n + np.uint64(1)) * np.uint64(GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    hashed: Words = z ^ (z >> np.uint64(31))
    return hashed


@dataclass(frozen=True)
class Luck:
    """The luck of everyone in one week.

    Attributes:
        keys: The key of each person in that week, by number.
    """

    keys: Words

    @classmethod
    def of_week(cls, seed: int, replicate: int, week: int, people: int) -> "Luck":
        """The luck of a week: keys go seed, replicate, week, person."""
        key: Words = np.zeros(1, dtype=np.uint64)
        for n in (seed, replicate, week):
            key = nth(key, n)
        return cls(nth(key, np.arange(people, dtype=np.uint64)))

    def uniform(self, slot: int) -> Floats:
        """A uniform number in [0, 1) for each person."""
        return (nth(self.keys, slot) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def standard_normal(self, slot: int) -> Floats:
        """A nearly normal number for each person, made of three slots from ``slot`` on."""
        twelve = np.zeros(self.keys.shape, dtype=np.uint64)
        for each in range(slot, slot + 3):
            bits = nth(self.keys, each)
            for shift in (0, 16, 32, 48):
                twelve += (bits >> np.uint64(shift)) & np.uint64(0xFFFF)
        return (twelve + np.uint64(6)).astype(np.float64) * 2.0**-16 - 6.0


# Rules without parameters (7.1, 7.9)


def clip(x: Floats) -> Floats:
    """``x`` held within [0, 1]."""
    return np.where(x < 0.0, 0.0, np.where(x > 1.0, 1.0, x))


def towards(value: Floats, target: Floats, rate: float | Floats) -> Floats:
    """``value`` moved towards ``target`` by the share ``rate`` of the way."""
    return value + rate * (target - value)


def happens(probability: Floats, luck: Floats) -> Floats:
    """1 where luck falls below the probability, else 0."""
    return (luck < probability).astype(np.float64)


def uniform_between(low: float, high: float, luck: Floats) -> Floats:
    """Uniform numbers from ``low`` to ``high``."""
    return low + luck * (high - low)


def share_of_others(count: Ints) -> Floats:
    """What each of the others weighs in their mean, in groups of ``count``; 0 if there are none."""
    return np.where(count > 1, 1.0 / np.maximum(count - 1, 1), 0.0)


def mean_of_others(total: Floats, own: Floats, share: Floats) -> Floats:
    """Mean of the others in a group with a known total; one's own value if alone."""
    return np.where(share > 0.0, (total - own) * share, own)


def mean(values: Floats) -> float:
    """Mean in the order of the description: from 0, one by one (``sum`` of 3.12 compensates)."""
    total = 0.0
    for value in values.tolist():
        total += value
    return total / len(values) if len(values) else float("nan")


@dataclass(frozen=True)
class Encounters:
    """One matter for each relation.

    Attributes:
        left: 1 where it was left to the collaborator, else 0.
        took: 1 where he took the initiative, else 0.
        complexity: Of the matter, uniform in [0, 1).
    """

    left: Floats
    took: Floats
    complexity: Floats

    def value(
        self, directed: Numbers, overburdened: Numbers, adrift: Numbers, partnership: Numbers
    ) -> Floats:
        """The value that goes with each encounter (``by_encounter``)."""
        took = self.took > 0.5
        where_left = np.where(took, partnership, adrift)
        where_kept = np.where(took, overburdened, directed)
        return np.where(self.left > 0.5, where_left, where_kept)


# The chart


class Chart:
    """Who reports to whom.

    Attributes:
        people: Number of people.
        boss: The manager's number for each relation, that is for persons 1, 2, ...
        team_size: For each person, how many report to him.
        leads: For each person, whether anyone reports to him.
        managers: The numbers of those who have a team.
        colleagues_share: For each relation, the weight of each teammate in the teammates' mean.
        peers_share: For each person, the weight of each peer, that is of each other manager who
            reports to the same boss; 0 for the head and for those without a team.
    """

    def __init__(self, managers: Sequence[int | None]) -> None:
        """Takes the manager's number of each person; None for the head, who is number 0."""
        self.people = len(managers)
        self.boss: Ints = np.array([m for m in managers if m is not None], dtype=np.intp)
        if self.people == 0 or managers[0] is not None or len(self.boss) != self.people - 1:
            raise ValueError("number 0, and nobody else, is the head")
        self.team_size: Ints = np.bincount(self.boss, minlength=self.people)
        self.leads = self.team_size > 0
        self.managers: Ints = np.flatnonzero(self.leads)
        self.colleagues_share = share_of_others(self.team_size)[self.boss]
        managers_in_team = np.bincount(self.boss, self.leads[1:], self.people).astype(np.intp)
        self.peers_share = np.zeros(self.people)
        self.peers_share[1:] = share_of_others(managers_in_team)[self.boss]
        self.peers_share[~self.leads] = 0.0

    def team_sum(self, of_relations: Floats) -> Floats:
        """For each person, the sum over his team, by number from 0; 0 without a team."""
        return np.bincount(self.boss, of_relations, self.people).astype(np.float64)

    def team_mean(self, of_relations: Floats) -> Floats:
        """For each person, the sum over his team divided by its size; 0 without a team."""
        return self.team_sum(of_relations) / np.maximum(self.team_size, 1)


# Choices and consequences (7.3 to 7.7). ``p`` holds the parameters in force, ``before`` the states
# of the relations before the phase.


def choice(p: SimpleNamespace, utility: Floats) -> Floats:
    """Inclination in (0, 1) that a utility leads to."""
    inclination: Floats = 0.5 + 0.5 * utility / np.sqrt(p.choice_spread + utility * utility)
    return inclination


def success_probability(
    p: SimpleNamespace, before: State, met: Encounters, attention: Floats, support: Floats
) -> Floats:
    """Chance that a matter succeeds in the encounter that it meets."""
    readiness, complexity = before["readiness"], met.complexity
    directed = (
        p.directed_success
        + p.directed_attention * attention * (1.0 - p.directed_dilution * complexity)
        + p.directed_readiness * readiness
        - p.directed_complexity * complexity
    )
    alone = p.alone_success + p.alone_readiness * readiness - p.alone_complexity * complexity
    partnership = (
        p.partnership_success
        + p.partnership_readiness * readiness
        - p.partnership_complexity * complexity
        + p.partnership_support * support
        - p.partnership_strain * before["strain"]
    )
    overburdened = alone + p.overburdened_attention * attention
    return clip(met.value(directed, overburdened, alone, partnership))


def trust_after(p: SimpleNamespace, before: State, met: Encounters, succeeded: Floats) -> Floats:
    """Trust after an encounter."""
    trust = before["trust"]
    gain = met.value(0.0, p.overburdened_trust_gain, p.adrift_trust_gain, 1.0)
    loss = met.value(0.0, p.overburdened_trust_loss, 1.0, p.partnership_trust_loss)
    drift = met.value(p.trust_drift, 0.0, 0.0, 0.0)
    won = p.trust_gain * gain * (1.0 - trust)
    lost = -(p.trust_loss * loss * trust)
    change = np.where(succeeded > 0.5, won, lost)
    after: Floats = trust + change + drift * (p.neutral_trust - trust)
    return after


def readiness_after(
    p: SimpleNamespace, before: State, met: Encounters, facilitation: Floats, trained: Floats
) -> Floats:
    """Readiness after an encounter and a week of training."""
    readiness = before["readiness"]
    in_partnership = p.learning_alone + p.learning_facilitated * facilitation
    learnt = met.value(0.0, p.overburdened_learning, 0.0, in_partnership)
    lost = met.value(p.unlearning, 0.0, 0.0, 0.0)
    missing = p.readiness_ceiling - readiness
    after: Floats = (
        readiness
        + p.learning * learnt * missing
        - p.learning * lost * readiness
        + p.training * trained * p.train_rate * missing
    )
    return clip(after)


def strain_after(
    p: SimpleNamespace,
    before: State,
    met: Encounters,
    drive: Floats,
    support: Floats,
    carried: Floats,
) -> Floats:
    """Strain moved towards the week's stress and the effort of the change carried."""
    readiness = before["readiness"]
    shortfall = met.complexity - readiness
    in_partnership = np.where(shortfall > 0.0, shortfall, 0.0) * (1.0 - p.stress_relief * support)
    stress = met.value(p.directed_stress * drive, p.overburdened_stress, 0.0, in_partnership)
    effort = p.effort_collaborator * (carried * carried) * (p.effort_reach - readiness)
    effort = effort * (1.0 - p.effort_relief * support)
    return towards(before["strain"], clip(p.stress_weight * stress + effort), p.strain_rate)


def willingness_after(
    p: SimpleNamespace, before: State, met: Encounters, succeeded: Floats, drive: Floats
) -> Floats:
    """Willingness moved towards what the week was like and what he is like."""
    disposition = before["disposition"]
    in_partnership = np.where(succeeded > 0.5, p.experience_success, p.experience_failure)
    when_directed = disposition * (1.0 - p.directed_frustration * drive)
    experience = met.value(when_directed, p.experience_overburdened, disposition, in_partnership)
    target = (
        p.will_experience * experience
        + p.will_disposition * disposition
        - p.will_strain * before["strain"]
        + p.will_appreciation * (before["appreciation"] - p.neutral_appreciation)
    )
    return towards(before["willingness"], clip(target), p.will_rate)


def appreciation_after(
    p: SimpleNamespace, before: State, autonomy: Floats, drive: Floats, support: Floats
) -> Floats:
    """Appreciation moved towards support, and autonomy (this week's) that fits the drive."""
    misfit = np.abs(autonomy - drive)
    target = (
        p.appreciation_base
        + p.appreciation_support * support
        + p.appreciation_fit * (1.0 - misfit)
        - p.appreciation_strain * before["strain"]
    )
    return towards(before["appreciation"], clip(target), p.appreciation_rate)


# Week 0 and a lived week


def begin(p: SimpleNamespace, luck: Luck) -> State:
    """Everyone's state in week 0; all people draw all states, used or not (5)."""
    state = {
        "readiness": uniform_between(p.readiness_low, p.readiness_high, luck.uniform(0)),
        "disposition": uniform_between(p.disposition_low, p.disposition_high, luck.uniform(1)),
    }
    state["willingness"] = state["disposition"].copy()
    drawn = ("autonomy", "responsibility", "trust", "strain", "appreciation", *MANAGER_STATES)
    for position, name in enumerate(drawn):
        middle, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
        state[name] = clip(middle + sd * luck.standard_normal(2 + 3 * position))
    state["autonomy"][0] = p.root_autonomy
    return state


def live(
    p: SimpleNamespace, chart: Chart, delays: Floats, state: State, week: int, luck: Luck
) -> tuple[Floats, Floats]:
    """Lives one week: changes ``state``, by number, from last week's end to this week's.

    Returns:
        For each relation, whether its matter succeeded, and whether the collaborator left.
    """
    boss, leaders = chart.boss, chart.managers
    last = {name: values.copy() for name, values in state.items()}
    before = {name: last[name][1:] for name in RELATION_STATES}

    # What the week asks of everyone
    asked = p.mandate * clip((week - p.start - delays) / p.ramp)
    under_way = (week >= p.start + delays).astype(np.float64)
    carried_by_collaborators = (p.collaborator_share * asked)[1:]
    carried_by_managers = (1.0 - p.collaborator_share) * asked

    # 1 Attention
    initiative = p.support_load - p.initiative_relief * before["responsibility"]
    load = chart.team_sum((1.0 - before["autonomy"]) + before["autonomy"] * initiative)
    team_responsibility = chart.team_sum(before["responsibility"])
    team_appreciation = chart.team_mean(before["appreciation"])
    team_assurance = chart.team_sum(np.where(chart.leads, last["assurance"], 0.0)[1:])
    attention = (p.capacity / np.where(load > p.capacity, load, p.capacity))[boss]
    facilitation = (1.0 - last["control_habit"])[boss]
    support = facilitation * attention

    # 2 Letting go
    utility = (
        p.b_manager
        + (p.w_mandate * asked)[boss]
        + p.w_trust * (before["trust"] - p.neutral_trust)
        + p.w_overload * (1.0 - attention)
        + p.w_cascade * (last["autonomy"][boss] - p.neutral_autonomy)
        + -(p.w_habit * last["control_habit"][boss])
        + -(p.w_insecurity * (1.0 - last["assurance"][boss]))
        + -(p.w_reward * p.control_reward * (1.0 - p.upward_accountability))
    )
    target = choice(p, utility)
    pace = np.where(target < before["autonomy"], p.pace * p.regain, p.pace)
    autonomy = towards(before["autonomy"], target, pace)

    # 3 Taking on
    drive = np.sqrt(before["readiness"] * before["willingness"])
    own_responsibility, teams = before["responsibility"], team_responsibility[boss]
    teammates = mean_of_others(teams, own_responsibility, chart.colleagues_share)
    utility = (
        p.b_collaborator
        + p.w_room * autonomy
        + p.w_share * carried_by_collaborators
        + p.w_drive * drive
        + p.w_peers * teammates
        + p.w_support * support
        + -(p.w_strain * before["strain"])
    )
    responsibility = towards(own_responsibility, choice(p, utility), p.pace)

    # 4 Encounter
    met = Encounters(
        left=happens(autonomy, luck.uniform(IS_LEFT)[1:]),
        took=happens(responsibility, luck.uniform(IS_TAKEN)[1:]),
        complexity=luck.uniform(COMPLEXITY)[1:],
    )
    chance = success_probability(p, before, met, attention, support)
    succeeded = happens(chance, luck.uniform(SUCCEEDS)[1:])
    sign = met.left * met.took * (p.sign_base + p.sign_appreciation * before["appreciation"])

    # 5 Consequences
    trust = trust_after(p, before, met, succeeded)
    readiness = readiness_after(p, before, met, facilitation, under_way[1:])
    strain = strain_after(p, before, met, drive, support, carried_by_collaborators)
    willingness = willingness_after(p, before, met, succeeded, drive)
    appreciation = appreciation_after(p, before, autonomy, drive, support)

    # 6 Taking stock; for the managers only, of whom each has a team
    habit, assurance = last["control_habit"][leaders], last["assurance"][leaders]
    coached, carried = under_way[leaders], carried_by_managers[leaders]
    let_go = chart.team_mean(met.left)[leaders]
    signs = chart.team_mean(sign)[leaders]
    valued = team_appreciation[leaders]
    useful = clip(
        (1.0 - p.upward_accountability) * (1.0 - let_go)
        + signs
        + p.upward_accountability * (1.0 - let_go) * valued
        + p.upward_thanks * p.upward_accountability * let_go * valued
    )
    made_good = p.coaching_assurance * p.coaching * coached * (1.0 - useful)
    own = useful + made_good - p.effort_manager * carried * habit
    peers_share = chart.peers_share[leaders]
    peers_total = np.append(0.0, team_assurance[boss])[leaders]  # the head has no peers
    peers_assurance = mean_of_others(peers_total, assurance, peers_share)
    peers_weight = np.where(peers_share > 0.0, p.peer_assurance, 0.0)
    felt = towards(clip(own), peers_assurance, peers_weight)
    state["assurance"][leaders] = clip(towards(assurance, felt, p.assurance_rate))
    restored = (p.relapse + p.control_reward * (1.0 - p.upward_accountability)) * (1.0 - let_go)
    undone = p.practice * let_go + p.coached_practice * p.coaching * coached * carried
    change = p.habit_rate * (restored * (1.0 - habit) - undone * habit)
    state["control_habit"][leaders] = clip(habit + change)

    # 7 Leaving
    departed = happens(p.turnover + p.turnover_strain * (strain * strain), luck.uniform(LEAVES)[1:])
    gone = departed > 0.5
    able = uniform_between(p.readiness_low, p.readiness_high, luck.uniform(NEW_READINESS)[1:])
    keen = uniform_between(p.disposition_low, p.disposition_high, luck.uniform(NEW_DISPOSITION)[1:])
    state["autonomy"][1:] = autonomy
    state["responsibility"][1:] = responsibility
    state["trust"][1:] = np.where(gone, p.neutral_trust, trust)
    state["readiness"][1:] = np.where(gone, able, readiness)
    state["disposition"][1:] = np.where(gone, keen, before["disposition"])
    state["willingness"][1:] = np.where(gone, keen, willingness)
    state["strain"][1:] = np.where(gone, 0.0, strain)
    state["appreciation"][1:] = np.where(gone, p.neutral_appreciation, appreciation)
    return succeeded, departed


def measure(
    p: SimpleNamespace, chart: Chart, state: State, happened: tuple[Floats, Floats] | None
) -> dict[str, float]:
    """The measures of a week's end; ``happened`` is None in week 0, which is not lived."""
    measures = {name: mean(state[name][1:]) for name in MEASURED_STATES}
    has_room = state["autonomy"][1:] >= p.regime_threshold
    takes_on = state["responsibility"][1:] >= p.regime_threshold
    measures["directed"] = mean(1.0 * (~has_room & ~takes_on))
    measures["adrift"] = mean(1.0 * (has_room & ~takes_on))
    measures["overburdened"] = mean(1.0 * (~has_room & takes_on))
    measures["partnership"] = mean(1.0 * (has_room & takes_on))
    measures["output"] = mean(happened[0]) if happened else float("nan")
    measures["departures"] = mean(happened[1]) if happened else float("nan")
    measures |= {name: mean(state[name][chart.managers]) for name in MANAGER_STATES}
    return measures


def carried_states(chart: Chart, state: State) -> State:
    """The states as they are told: not a number where a person does not carry one (2)."""
    told = {name: values.copy() for name, values in state.items()}
    for name in RELATION_STATES:
        if name != "autonomy":
            told[name][0] = np.nan
    for name in MANAGER_STATES:
        told[name][~chart.leads] = np.nan
    return told


def run(
    managers: list[int | None],
    parameters: dict[str, float],
    interventions: list[tuple[int, str, float]],
    delays: list[float],
    weeks: int,
    seed: int,
    replicate: int,
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[np.float64]]]:
    """Runs the model.

    Args:
        managers: The number of each person's manager, None for the head; breadth-first.
        parameters: Every parameter, by name.
        interventions: Week, lever, and the value that the lever has from that week on.
        delays: Weeks by which each person starts later than the first.
        weeks: Weeks to live after week 0.
        seed: Seed of the luck.
        replicate: Number of the replicate, from 0.

    Returns:
        The states, each by week and person, and the measures, each by week. What does not exist is
        not a number.
    """
    chart = Chart(managers)
    late = np.array(delays, dtype=np.float64)
    p = SimpleNamespace(**{name: float(value) for name, value in parameters.items()})
    state = begin(p, Luck.of_week(seed, replicate, 0, chart.people))
    told = [carried_states(chart, state)]
    measured = [measure(p, chart, state, None)]
    for week in range(1, weeks + 1):
        for from_week, lever, value in sorted(interventions, key=lambda each: each[0]):
            if from_week <= week:
                setattr(p, lever, float(value))
        luck = Luck.of_week(seed, replicate, week, chart.people)
        happened = live(p, chart, late, state, week, luck)
        told.append(carried_states(chart, state))
        measured.append(measure(p, chart, state, happened))
    return (
        {name: np.array([each[name] for each in told]) for name in told[0]},
        {name: np.array([each[name] for each in measured]) for name in measured[0]},
    )
