"""The compiled engine: many runs at once, one in each lane, on the same org chart.

State is `[person][lane]`: the innermost loop runs over lanes, so that every lane reads the same
manager and the processor handles several lanes in one instruction. A week goes through the teams in
breadth-first order and, for each, through the phases of `week.PHASES`. Going team by team gives the
same as going phase by phase: what is read of people outside the team is last week's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empowersim import outcomes, rules
from empowersim import random_streams as luck
from empowersim.compiled import (
    LANES,
    CannotCompile,
    callable_from_kernels,
    complaint,
    functions_of,
    in_one_line,
    kernel,
    parameters_in_lane,
    with_rules,
)
from empowersim.errors import ExperimentError
from empowersim.org_chart import Hierarchy
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import Scenario

if TYPE_CHECKING:
    from empowersim.own_rules import RuleSet

type Rows = NDArray[np.float64]
type Indices = NDArray[np.int32]

for _module in (luck, outcomes, rules):
    callable_from_kernels(functions_of(_module))


class Chart(NamedTuple):
    """The org chart in breadth-first order; (n_people,) but where said."""

    team_start: Indices
    team_size: Indices
    manager: Indices
    peers: Indices  # managers with the same boss, himself included; 0 for the head
    group: Indices  # the row of the sums that a person is counted in
    cohort: Indices  # which of the cohorts, who start in the same week, a person belongs to
    delay_of_cohort: Rows  # (n_cohorts,) weeks by which a cohort starts later than the first


class State(NamedTuple):
    """Everyone's state in every lane, each (n_people, LANES), in [0, 1]."""

    autonomy: Rows
    responsibility: Rows
    trust: Rows
    readiness: Rows
    willingness: Rows
    disposition: Rows
    strain: Rows
    appreciation: Rows
    control_habit: Rows
    assurance: Rows


class Room(NamedTuple):
    """Room for what the phases of one week hand on, in every lane."""

    week_keys: luck.Keys  # (LANES,)
    asked: Rows  # (n_cohorts, LANES) intensity of the change
    begun: Rows  # (n_cohorts, LANES) whether coaching and training have begun
    autonomy_before: Rows  # (n_people, LANES) last week's
    team_assurance: Rows  # (n_people, LANES) last week's sum over the managers of a team
    team_attention: Rows  # this and what follows: (LANES,), of the team at hand
    team_responsibility: Rows
    team_appreciation: Rows
    team_left: Rows
    team_signs: Rows


class Sums(NamedTuple):
    """The measures of `outcomes.MEASURES` summed over each group, each (n_groups, LANES)."""

    autonomy: Rows
    responsibility: Rows
    trust: Rows
    readiness: Rows
    willingness: Rows
    strain: Rows
    appreciation: Rows
    directed: Rows
    adrift: Rows
    overburdened: Rows
    partnership: Rows
    output: Rows
    departures: Rows
    control_habit: Rows
    assurance: Rows


class Interventions(NamedTuple):
    """Changes of parameters, each (n_interventions,), by week."""

    week: NDArray[np.int64]
    parameter: NDArray[np.int64]
    lane: NDArray[np.int64]
    value: Rows


@kernel
def begin(table: Rows, keys: luck.Keys, state: State) -> None:
    """Draw everyone's initial state."""
    for person in range(len(state.autonomy)):
        for lane in range(LANES):
            p = parameters_in_lane(table, lane)
            key = luck.nth(luck.nth(keys[lane], np.uint64(0)), np.uint64(person))
            autonomy = rules.normal_clipped(
                p.initial_autonomy,
                p.initial_autonomy_sd,
                luck.standard_normal(key, luck.INITIAL_AUTONOMY),
            )
            state.autonomy[person, lane] = p.root_autonomy if person == 0 else autonomy
            state.responsibility[person, lane] = rules.normal_clipped(
                p.initial_responsibility,
                p.initial_responsibility_sd,
                luck.standard_normal(key, luck.INITIAL_RESPONSIBILITY),
            )
            state.trust[person, lane] = rules.normal_clipped(
                p.initial_trust, p.initial_trust_sd, luck.standard_normal(key, luck.INITIAL_TRUST)
            )
            state.strain[person, lane] = rules.normal_clipped(
                p.initial_strain,
                p.initial_strain_sd,
                luck.standard_normal(key, luck.INITIAL_STRAIN),
            )
            state.appreciation[person, lane] = rules.normal_clipped(
                p.initial_appreciation,
                p.initial_appreciation_sd,
                luck.standard_normal(key, luck.INITIAL_APPRECIATION),
            )
            state.control_habit[person, lane] = rules.normal_clipped(
                p.initial_control_habit,
                p.initial_control_habit_sd,
                luck.standard_normal(key, luck.INITIAL_CONTROL_HABIT),
            )
            state.assurance[person, lane] = rules.normal_clipped(
                p.initial_assurance,
                p.initial_assurance_sd,
                luck.standard_normal(key, luck.INITIAL_ASSURANCE),
            )
            state.readiness[person, lane] = rules.uniform_between(
                p.readiness_low, p.readiness_high, luck.uniform(key, luck.INITIAL_READINESS)
            )
            disposition = rules.uniform_between(
                p.disposition_low, p.disposition_high, luck.uniform(key, luck.INITIAL_DISPOSITION)
            )
            state.disposition[person, lane] = disposition
            state.willingness[person, lane] = disposition


# Long for a reason: the phases share a team's rows while these are in the nearest cache, and one
# kernel compiles sooner than three. The arrays are taken out of their tuples first: a tuple's
# attribute in a loop over lanes keeps it from SIMD. Leaving comes before taking stock here, while
# the person's row is at hand: taking stock reads nothing that leaving changes.
@kernel
def live(  # noqa: C901
    first: int,
    last: int,
    first_recorded: int,
    table: Rows,
    keys: luck.Keys,
    interventions: Interventions,
    chart: Chart,
    state: State,
    room: Room,
    sums: Sums,
    record: Rows,
) -> None:
    """Live the weeks `first` to `last`, recording sums from week `first_recorded` on.

    Week 0 is the start: it is measured, not lived. `table` changes with the interventions;
    `record` is (weeks recorded, n_measures, n_groups, lanes used).
    """
    team_start, team_size, manager_of, peers_of, group, cohort, delay_of_cohort = chart
    (
        all_autonomy,
        all_responsibility,
        all_trust,
        all_readiness,
        all_willingness,
        all_disposition,
        all_strain,
        all_appreciation,
        all_control_habit,
        all_assurance,
    ) = state
    (
        week_keys,
        asked,
        begun,
        autonomy_before,
        team_assurance,
        team_attention,
        team_responsibility,
        team_appreciation,
        team_left,
        team_signs,
    ) = room
    (
        sum_autonomy,
        sum_responsibility,
        sum_trust,
        sum_readiness,
        sum_willingness,
        sum_strain,
        sum_appreciation,
        directed,
        adrift,
        overburdened,
        partnership,
        output,
        departures,
        sum_control_habit,
        sum_assurance,
    ) = sums

    change, n_changes = 0, len(interventions.week)
    while change < n_changes and interventions.week[change] < first:
        change += 1
    for week in range(first, last + 1):
        while change < n_changes and interventions.week[change] == week:
            row, lane = interventions.parameter[change], interventions.lane[change]
            table[row, lane] = interventions.value[change]
            change += 1
        for lane in range(LANES):
            week_keys[lane] = luck.nth(keys[lane], np.uint64(week))
        for start in range(len(delay_of_cohort)):
            for lane in range(LANES):
                p = parameters_in_lane(table, lane)
                asked[start, lane] = rules.intensity(week, delay_of_cohort[start], p)
                begun[start, lane] = rules.under_way(week, delay_of_cohort[start], p)
        for row in range(len(output)):
            for k in range(len(sums)):
                for lane in range(LANES):
                    sums[k][row, lane] = 0.0

        for manager in range(len(team_size)):
            size = team_size[manager]
            if size == 0:
                continue
            team = range(team_start[manager], team_start[manager] + size)
            own_group = group[team_start[manager]]
            if week > 0:
                share_of_teammates = rules.share_of_others(size)
                share_of_peers = rules.share_of_others(peers_of[manager])
                managers_cohort = cohort[manager]

                # Attention
                for lane in range(LANES):
                    team_attention[lane] = 0.0
                    team_responsibility[lane] = 0.0
                    team_appreciation[lane] = 0.0
                    team_left[lane] = 0.0
                    team_signs[lane] = 0.0
                    team_assurance[manager, lane] = 0.0
                for person in team:
                    for lane in range(LANES):
                        p = parameters_in_lane(table, lane)
                        autonomy = all_autonomy[person, lane]
                        responsibility = all_responsibility[person, lane]
                        team_attention[lane] += rules.load(autonomy, responsibility, p)
                        team_responsibility[lane] += responsibility
                        team_appreciation[lane] += all_appreciation[person, lane]
                    if team_size[person] > 0:
                        for lane in range(LANES):
                            autonomy_before[person, lane] = all_autonomy[person, lane]
                            team_assurance[manager, lane] += all_assurance[person, lane]
                for lane in range(LANES):
                    p = parameters_in_lane(table, lane)
                    team_attention[lane] = rules.attention(team_attention[lane], p)

                for person in team:
                    own_cohort = cohort[person]
                    for lane in range(LANES):
                        p = parameters_in_lane(table, lane)
                        attention = team_attention[lane]
                        control_habit = all_control_habit[manager, lane]
                        facilitation = rules.facilitation(control_habit)
                        support = facilitation * attention

                        # Letting go
                        trust = all_trust[person, lane]
                        readiness = all_readiness[person, lane]
                        willingness = all_willingness[person, lane]
                        drive = rules.drive(readiness, willingness)
                        utility = rules.utility_of_letting_go(
                            rules.letting_go(
                                asked[managers_cohort, lane],
                                trust,
                                drive,
                                attention,
                                autonomy_before[manager, lane],
                                control_habit,
                                all_assurance[manager, lane],
                                p,
                            )
                        )
                        autonomy = rules.autonomy_after(all_autonomy[person, lane], utility, p)

                        # Taking on
                        strain = all_strain[person, lane]
                        responsibility = all_responsibility[person, lane]
                        carried = rules.carried_by_collaborators(asked[own_cohort, lane], p)
                        peers = rules.mean_of_others(
                            team_responsibility[lane], responsibility, share_of_teammates
                        )
                        utility = rules.utility_of_taking_on(
                            rules.taking_on(autonomy, carried, drive, peers, support, strain, p)
                        )
                        responsibility = rules.responsibility_after(responsibility, utility, p)

                        # Encounters
                        key = luck.nth(week_keys[lane], np.uint64(person))
                        complexity = luck.uniform(key, luck.COMPLEXITY)
                        left = rules.happens(autonomy, luck.uniform(key, luck.LEFT_TO_HIM))
                        took = rules.happens(responsibility, luck.uniform(key, luck.INITIATIVE))
                        chance = rules.success_probability(
                            left, took, complexity, readiness, strain, attention, support, p
                        )
                        succeeded = rules.happens(chance, luck.uniform(key, luck.SUCCESS))
                        appreciation = all_appreciation[person, lane]

                        # Consequences
                        disposition = all_disposition[person, lane]
                        trust = rules.trust_after(trust, left, took, succeeded, p)
                        sign = rules.sign(left, took, appreciation, p)
                        new_readiness = rules.readiness_after(
                            readiness, left, took, facilitation, begun[own_cohort, lane], p
                        )
                        new_strain = rules.strain_after(
                            strain, left, took, complexity, readiness, drive, support, carried, p
                        )
                        willingness = rules.willingness_after(
                            willingness,
                            left,
                            took,
                            succeeded,
                            disposition,
                            drive,
                            strain,
                            appreciation,
                            p,
                        )
                        appreciation = rules.appreciation_after(
                            appreciation, autonomy, drive, strain, support, p
                        )

                        # Leaving
                        chance = rules.leaving_probability(new_strain, p)
                        leaves = rules.happens(chance, luck.uniform(key, luck.LEAVING))
                        newcomers_readiness = rules.uniform_between(
                            p.readiness_low, p.readiness_high, luck.uniform(key, luck.NEW_READINESS)
                        )
                        newcomers_disposition = rules.uniform_between(
                            p.disposition_low,
                            p.disposition_high,
                            luck.uniform(key, luck.NEW_DISPOSITION),
                        )
                        gone = leaves > 0.5
                        newcomers_trust, newcomers_appreciation = (
                            p.neutral_trust,
                            p.neutral_appreciation,
                        )
                        all_autonomy[person, lane] = autonomy
                        all_responsibility[person, lane] = responsibility
                        all_trust[person, lane] = newcomers_trust if gone else trust
                        all_readiness[person, lane] = newcomers_readiness if gone else new_readiness
                        all_willingness[person, lane] = (
                            newcomers_disposition if gone else willingness
                        )
                        all_disposition[person, lane] = (
                            newcomers_disposition if gone else disposition
                        )
                        all_strain[person, lane] = 0.0 if gone else new_strain
                        all_appreciation[person, lane] = (
                            newcomers_appreciation if gone else appreciation
                        )

                        team_left[lane] += left
                        team_signs[lane] += sign
                        output[own_group, lane] += succeeded
                        departures[own_group, lane] += leaves

                # Taking stock
                for lane in range(LANES):
                    p = parameters_in_lane(table, lane)
                    control_habit = all_control_habit[manager, lane]
                    assurance = all_assurance[manager, lane]
                    carried = rules.carried_by_managers(asked[managers_cohort, lane], p)
                    coached = begun[managers_cohort, lane]
                    let_go = team_left[lane] / size
                    useful = rules.usefulness(
                        let_go, team_signs[lane] / size, team_appreciation[lane] / size, p
                    )
                    all_assurance[manager, lane] = rules.assurance_after(
                        assurance,
                        useful,
                        coached,
                        carried,
                        control_habit,
                        rules.mean_of_others(
                            team_assurance[manager_of[manager], lane], assurance, share_of_peers
                        ),
                        rules.weight_of_peers(share_of_peers, p),
                        p,
                    )
                    all_control_habit[manager, lane] = rules.control_habit_after(
                        control_habit, let_go, coached, carried, p
                    )

            # Measures
            if week >= first_recorded:
                for person in team:
                    for lane in range(LANES):
                        p = parameters_in_lane(table, lane)
                        autonomy = all_autonomy[person, lane]
                        responsibility = all_responsibility[person, lane]
                        regime = outcomes.regime(autonomy, responsibility, p)
                        sum_autonomy[own_group, lane] += autonomy
                        sum_responsibility[own_group, lane] += responsibility
                        sum_trust[own_group, lane] += all_trust[person, lane]
                        sum_readiness[own_group, lane] += all_readiness[person, lane]
                        sum_willingness[own_group, lane] += all_willingness[person, lane]
                        sum_strain[own_group, lane] += all_strain[person, lane]
                        sum_appreciation[own_group, lane] += all_appreciation[person, lane]
                        directed[own_group, lane] += regime.directed
                        adrift[own_group, lane] += regime.adrift
                        overburdened[own_group, lane] += regime.overburdened
                        partnership[own_group, lane] += regime.partnership
                for lane in range(LANES):
                    sum_control_habit[group[manager], lane] += all_control_habit[manager, lane]
                    sum_assurance[group[manager], lane] += all_assurance[manager, lane]

        if week >= first_recorded:
            for k in range(len(sums)):
                for row in range(len(output)):
                    for lane in range(record.shape[3]):
                        record[week - first_recorded, k, row, lane] = sums[k][row, lane]


# --- Own rules --------------------------------------------------------------------------------


class Kernels(NamedTuple):
    """The two kernels, calling the same rules."""

    begin: Callable[..., None]
    live: Callable[..., None]


_own_kernels: dict[RuleSet, Kernels] = {}
_building = Lock()


def kernels(own: RuleSet | None) -> Kernels:
    """The kernels that call a researcher's own rules, or the usual ones for None."""
    if own is None:
        return Kernels(begin, live)
    with _building:
        if own not in _own_kernels:
            callable_from_kernels(own.own_functions())
            _own_kernels[own] = Kernels(
                *(with_rules(each, own.functions, own.source_hash) for each in (begin, live))
            )
        return _own_kernels[own]


@contextmanager
def _named_if_not_compiled(own: RuleSet | None) -> Iterator[None]:
    """Turn the compiler's complaint about own rules into a line that names the rule."""
    try:
        yield
    except CannotCompile as error:
        if own is None:
            raise
        raise ExperimentError(_not_compiled(own, error)) from None


def _not_compiled(own: RuleSet, error: Exception) -> str:
    told = ((name, complaint(own.functions, name)) for name in own.replaced)
    name, why = next(((name, why) for name, why in told if why), (None, in_one_line(error)))
    rule = f"{name} in {own.source.label}" if name else f"a rule in {own.source.label}"
    return (
        f"{rule} cannot be compiled for the ensemble engine ({why}); use numbers and math only, or"
        " run it in the Mesa engine"
    )


# --- Batches ----------------------------------------------------------------------------------

PERSON_WEEKS_AT_A_TIME = 1_000_000
"""What is lived between two looks at whether to stop: a fraction of a second."""


class Batch:
    """Up to LANES runs on the same chart with the same rollout, ready to live.

    Args:
        hierarchy: the chart.
        delays: weeks by which each person starts later than the first, (n_people,).
        group: row of the sums in which each person is counted, (n_people,), non-decreasing from 0.
        scenarios: what each lane runs; 1 to LANES.
        keys: each lane's key (`random_streams.replicate_key`).
        stop: once set, `run` and `trace` raise CancelledError.
        rules: a researcher's own (`own_rules.rules_from`); None for `empowersim.rules`.

    Raises:
        ExperimentError: own rules that cannot be compiled; `run` and `trace` may raise it, too.
    """

    def __init__(
        self,
        hierarchy: Hierarchy,
        delays: Rows,
        group: Indices,
        scenarios: Sequence[Scenario],
        keys: Sequence[np.uint64],
        stop: Event | None = None,
        rules: RuleSet | None = None,
    ) -> None:
        self.stop = stop or Event()
        self.rules = rules
        self.kernels = kernels(rules)
        self.used = len(scenarios)
        self.interventions = _interventions(scenarios)
        # Lanes left over repeat the first one; what they do is thrown away.
        scenarios = [*scenarios, *[scenarios[0]] * (LANES - self.used)]
        n_people, n_groups = hierarchy.n_people, int(group[-1]) + 1
        delay_of_cohort, cohort = np.unique(delays, return_inverse=True)
        self.keys = np.array([*keys, *[keys[0]] * (LANES - self.used)], np.uint64)
        self.table = np.array(
            [[getattr(each.parameters, name) for each in scenarios] for name in DECLARATIONS]
        )
        self.chart = Chart(
            team_start=hierarchy.team_start,
            team_size=hierarchy.team_size,
            manager=hierarchy.manager,
            peers=_peers(hierarchy),
            group=group,
            cohort=cohort.astype(np.int32),
            delay_of_cohort=delay_of_cohort,
        )
        self.state = State(*(np.empty((n_people, LANES)) for _ in State._fields))
        self.room = Room(
            np.empty(LANES, np.uint64),
            *(np.empty((len(delay_of_cohort), LANES)) for _ in range(2)),
            *(np.empty((n_people, LANES)) for _ in range(2)),
            *(np.empty(LANES) for _ in range(5)),
        )
        self.sums = Sums(*(np.zeros((n_groups, LANES)) for _ in Sums._fields))
        with _named_if_not_compiled(rules):
            self.kernels.begin(self.table, self.keys, self.state)
        # The head's own autonomy is nobody's decision: no phase writes it.
        self.room.autonomy_before[0] = self.state.autonomy[0]

    def run(self, weeks: int, first_recorded: int) -> Rows:
        """Live `weeks` weeks; the sums of weeks `first_recorded` (from 0) to the last.

        Shape (weeks recorded, n_measures, n_groups, lanes used).
        """
        n_groups = len(self.sums.autonomy)
        record = np.empty((weeks + 1 - first_recorded, len(Sums._fields), n_groups, self.used))
        at_a_time = max(1, PERSON_WEEKS_AT_A_TIME // len(self.state.autonomy))
        for first in range(0, weeks + 1, at_a_time):
            self._live(first, min(first + at_a_time - 1, weeks), first_recorded, record)
        return record

    def trace(self, weeks: int) -> Rows:
        """Live `weeks` weeks; everyone's state in every week from 0.

        Shape (weeks + 1, n_states, n_people, lanes used), states in the order of `State`.
        """
        nothing = np.empty((0, *(len(Sums._fields), *self.sums.autonomy.shape)))
        states = np.empty((weeks + 1, len(State._fields), len(self.state.autonomy), self.used))
        for week in range(weeks + 1):
            if week > 0:
                self._live(week, week, week + 1, nothing)
            for k, state in enumerate(self.state):
                states[week, k] = state[:, : self.used]
        return states

    def _live(self, first: int, last: int, first_recorded: int, record: Rows) -> None:
        if self.stop.is_set():
            raise CancelledError
        with _named_if_not_compiled(self.rules):
            self.kernels.live(
                first,
                last,
                first_recorded,
                self.table,
                self.keys,
                self.interventions,
                self.chart,
                self.state,
                self.room,
                self.sums,
                record,
            )


def _interventions(scenarios: Sequence[Scenario]) -> Interventions:
    """The interventions of every lane as columns."""
    row = {name: k for k, name in enumerate(DECLARATIONS)}
    each = sorted(
        (change.week, row[change.lever], lane, change.value)
        for lane, scenario in enumerate(scenarios)
        for change in scenario.interventions
    )
    week, parameter, lane, value = zip(*each, strict=True) if each else ((), (), (), ())
    return Interventions(
        np.array(week, np.int64),
        np.array(parameter, np.int64),
        np.array(lane, np.int64),
        np.array(value, np.float64),
    )


def _peers(hierarchy: Hierarchy) -> Indices:
    """How many managers report to each person's boss; 0 for the head, (n_people,)."""
    below_the_head = hierarchy.managers[hierarchy.managers > 0]
    in_team = np.bincount(hierarchy.manager[below_the_head], minlength=hierarchy.n_people)
    peers = in_team[hierarchy.manager].astype(np.int32)
    peers[0] = 0
    return peers
