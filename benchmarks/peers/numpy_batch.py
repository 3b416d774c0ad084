"""The same model in NumPy, over a batch of runs of one point: arrays of (n_people, n_runs).

The rules are those of `empowersim.rules` with `np.where` for their conditions, in the same order of
operations, so that the state is the ensemble's to the last bit. What made it faster was kept:
tables of four for what depends on the encounter alone, a manager's terms computed once for his
team, a batch that stays in the nearer caches, newcomers' draws for those alone who come.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from benchmarks import batches
from empowersim import Parameters, ensemble, rules
from empowersim import random_streams as luck
from empowersim.compiled import LANES
from empowersim.org_chart import Chart, Hierarchy, hierarchy

type Rows = NDArray[np.float64]

RUNS = 64
WEEKS_CHECKED = 26
STATES = ensemble.State._fields
# A slot's step from the key: (slot + 1)·γ, modulo 2⁶⁴.
_STEPS = np.arange(1, luck.WEEKLY_SLOTS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_11, _27, _30, _31 = (np.uint64(n) for n in (11, 27, 30, 31))


# --- Draws --------------------------------------------------------------------------------------


class KeyedDraws:
    """The ensemble's own draws: `random_streams`, with the operations done in place."""

    def __init__(self, keys: luck.Keys, n_people: int) -> None:
        self.keys = keys
        self.people = np.arange(1, n_people, dtype=np.uint64)[:, np.newaxis]
        self.bits, self.shifted = np.empty((2, n_people - 1, len(keys)), np.uint64)

    def begin_week(self, week: int) -> None:
        """Take the keys of everyone's week."""
        self.person_keys = luck.nth(luck.nth(self.keys, np.array([week], np.uint64)), self.people)

    def uniform(self, slot: np.uint64) -> Rows:
        """Everyone's number of one slot, (n_people - 1, n_runs)."""
        z, shifted = self.bits, self.shifted
        np.add(self.person_keys, _STEPS[int(slot)], out=z)
        for shift, factor in ((_30, _MIX_1), (_27, _MIX_2)):
            np.right_shift(z, shift, out=shifted)
            z ^= shifted
            z *= factor
        np.right_shift(z, _31, out=shifted)
        z ^= shifted
        z >>= _11
        # Below 2⁵³ the signed integer is the same, and has a faster way to a float.
        return z.view(np.int64) * 2.0**-53

    def uniform_of(self, who: tuple[NDArray[np.intp], ...], slot: np.uint64) -> Rows:
        """The number of one slot of some people alone."""
        return luck.uniform(self.person_keys[who], np.array([slot]))


class NumpysDraws:
    """NumPy's fastest generator, seeded once: what one takes who need not reproduce another."""

    def __init__(self, keys: luck.Keys, n_people: int) -> None:
        self.generator = np.random.Generator(np.random.SFC64(int(keys[0])))
        self.shape = n_people - 1, len(keys)

    def begin_week(self, week: int) -> None:
        """Nothing: the stream goes on."""

    def uniform(self, _slot: np.uint64) -> Rows:
        """Everyone's number, (n_people - 1, n_runs)."""
        return self.generator.random(self.shape)

    def uniform_of(self, who: tuple[NDArray[np.intp], ...], _slot: np.uint64) -> Rows:
        """A number for each of some people."""
        return self.generator.random(len(who[0]))


# --- Rules that hold a condition ----------------------------------------------------------------


def clip(x: Rows) -> Rows:
    """`rules.clip`, in place."""
    np.maximum(x, 0.0, out=x)
    return np.minimum(x, 1.0, out=x)


def choice(utility: Rows, p: Parameters) -> Rows:
    """`rules.choice`; the parentheses keep its order of operations."""
    return 0.5 + (0.5 * utility) / np.sqrt(p.choice_spread + utility * utility)


# --- The model ----------------------------------------------------------------------------------


class Batch:
    """Runs of one point side by side, each with its key."""

    def __init__(
        self,
        company: Hierarchy,
        p: Parameters,
        keys: luck.Keys,
        draws: type[KeyedDraws | NumpysDraws] = KeyedDraws,
    ) -> None:
        self.p = p
        self.draws = draws(keys, company.n_people)
        self._take_chart(company)
        self._begin(keys, company.n_people)

    def _take_chart(self, company: Hierarchy) -> None:
        self.managers = managers = company.managers
        size = company.team_size[managers]
        self.size = size[:, np.newaxis].astype(np.float64)
        # Teams follow each other: the team of every manager, in order, makes up everyone below.
        self.size_of_team = size
        self.leads = (company.team_size[1:, np.newaxis] > 0).astype(np.float64)
        row = np.zeros(company.n_people, np.intp)
        row[managers] = np.arange(len(managers))
        self.boss = row[company.manager[1:]]
        self.bosss_boss = row[company.manager[managers]]
        self.teammates = _share_of_others(size)[self.boss]
        in_team = np.bincount(self.bosss_boss[1:], minlength=len(managers))
        peers = in_team[self.bosss_boss]
        peers[0] = 0
        self.peers = _share_of_others(peers)
        self.peers_weight = np.where(self.peers > 0.0, self.p.peer_assurance, 0.0)
        start = company.team_start[managers] - 1
        self.same_size = int(size[0]) if (size == size[0]).all() else 0
        self.by_position = [
            (np.flatnonzero(size > k), start[size > k] + k) for k in range(size.max())
        ]

    def _begin(self, keys: luck.Keys, n_people: int) -> None:
        p = self.p
        people = np.arange(n_people, dtype=np.uint64)[:, np.newaxis]
        key = luck.nth(luck.nth(keys, np.array([0], np.uint64)), people)
        for name in STATES:
            if name in ("readiness", "disposition"):
                low, high = getattr(p, f"{name}_low"), getattr(p, f"{name}_high")
                slot = np.array([getattr(luck, f"INITIAL_{name.upper()}")])
                state = rules.uniform_between(low, high, luck.uniform(key, slot))
            elif name != "willingness":
                mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
                slot = np.array([getattr(luck, f"INITIAL_{name.upper()}")])
                state = clip(mean + sd * luck.standard_normal(key, slot))
            setattr(self, name, state)
        self.willingness = self.disposition.copy()
        self.autonomy[0] = p.root_autonomy

    def state(self) -> Rows:
        """Everyone's state, (n_states, n_people, n_runs)."""
        return np.array([getattr(self, name) for name in STATES])

    def team_sums(self, x: Rows) -> Rows:
        """Sums over teams of (n_people - 1, n_runs), (n_managers, n_runs), one by one in order."""
        if self.same_size:  # a reduction over an axis that is not the last goes one by one
            return x.reshape(-1, self.same_size, x.shape[-1]).sum(axis=1)
        total = np.zeros((len(self.managers), x.shape[-1]))
        for teams, members in self.by_position:
            total[teams] += x[members]
        return total

    def of_team(self, x: Rows) -> Rows:
        """Each manager's value for everyone in his team, (n_people - 1, n_runs)."""
        return x.repeat(self.size_of_team, axis=0)

    def live(self, weeks: int, record: list[Rows] | None = None) -> None:
        """Live `weeks` weeks; the week's sums of the measures are appended to `record`."""
        for week in range(1, weeks + 1):
            flows = self._live_one_week(week)
            if record is not None:
                record.append(self.measures(*flows))

    # Long for a reason: the phases hand on a dozen arrays, which are named once this way.
    def _live_one_week(self, week: int) -> tuple[Rows, Rows]:
        p, draws, managers = self.p, self.draws, self.managers
        autonomy, responsibility, trust = self.autonomy[1:], self.responsibility[1:], self.trust[1:]
        readiness, willingness = self.readiness[1:], self.willingness[1:]
        disposition, strain = self.disposition[1:], self.strain[1:]
        appreciation = self.appreciation[1:]
        control_habit, assurance = self.control_habit[managers], self.assurance[managers]
        asked, begun = rules.intensity(week, 0.0, p), rules.under_way(week, 0.0, p)
        draws.begin_week(week)

        # Attention
        load = self.team_sums(rules.load(autonomy, responsibility, p))
        attention_of = np.where(load <= p.capacity, 1.0, p.capacity / load)
        team_responsibility = self.team_sums(responsibility)
        team_appreciation = self.team_sums(appreciation) / self.size
        team_assurance = self.team_sums(self.assurance[1:] * self.leads)
        facilitation_of = rules.facilitation(control_habit)
        attention = self.of_team(attention_of)
        support = self.of_team(facilitation_of * attention_of)

        # Letting go: a manager's terms are the same for all of his team
        terms = rules.letting_go(
            asked, 0.0, 0.0, attention_of, self.autonomy[managers], control_habit, assurance, p
        )
        utility = (terms.bias + terms.mandate) + p.w_trust * (trust - p.neutral_trust)
        for term in (terms.overload, terms.cascade, terms.habit, terms.insecurity):
            utility += self.of_team(term)
        utility += terms.reward
        step = choice(utility, p)
        step -= autonomy
        step *= np.where(step < 0.0, p.pace * p.regain, p.pace)
        autonomy += step

        # Taking on
        drive = np.sqrt(readiness * willingness)
        carried = rules.carried_by_collaborators(asked, p)
        peers = (self.of_team(team_responsibility) - responsibility) * self.teammates
        if not self.teammates.all():
            peers = np.where(self.teammates > 0.0, peers, responsibility)
        utility = rules.utility_of_taking_on(
            rules.taking_on(autonomy, carried, drive, peers, support, strain, p)
        )
        responsibility += p.pace * (choice(utility, p) - responsibility)

        # Encounters
        complexity = draws.uniform(luck.COMPLEXITY)
        left = draws.uniform(luck.LEFT_TO_HIM) < autonomy
        took = draws.uniform(luck.INITIATIVE) < responsibility
        partnership = left & took
        both = _Encounters(left, took)
        directed = (
            p.directed_success
            + p.directed_attention * attention * (1.0 - p.directed_dilution * complexity)
            + p.directed_readiness * readiness
            - p.directed_complexity * complexity
        )
        alone = p.alone_success + p.alone_readiness * readiness - p.alone_complexity * complexity
        in_partnership = (
            p.partnership_success
            + p.partnership_readiness * readiness
            - p.partnership_complexity * complexity
            + p.partnership_support * support
            - p.partnership_strain * strain
        )
        overburdened = alone + p.overburdened_attention * attention
        # No draw is below 0 or above 1: the clip of the chance changes nothing.
        chance = both.choose(directed, overburdened, alone, in_partnership)
        succeeded = draws.uniform(luck.SUCCESS) < chance
        sign = partnership * (p.sign_base + p.sign_appreciation * appreciation)

        # Consequences
        gain = both.table(0.0, p.overburdened_trust_gain, p.adrift_trust_gain, 1.0, p.trust_gain)
        loss = both.table(
            0.0, p.overburdened_trust_loss, 1.0, p.partnership_trust_loss, -p.trust_loss
        )
        change = np.where(succeeded, gain * (1.0 - trust), loss * trust)
        drift = both.table(p.trust_drift, 0.0, 0.0, 0.0)
        new_trust = trust + change + drift * (p.neutral_trust - trust)

        by_facilitation = p.learning_alone + p.learning_facilitated * facilitation_of
        learnt = np.where(
            partnership,
            self.of_team(p.learning * by_facilitation),
            both.table(0.0, p.overburdened_learning, 0.0, 0.0, p.learning),
        )
        lost = both.table(p.unlearning, 0.0, 0.0, 0.0, p.learning)
        missing = p.readiness_ceiling - readiness
        new_readiness = clip(
            readiness
            + learnt * missing
            - lost * readiness
            + p.training * begun * p.train_rate * missing
        )

        shortfall = np.maximum(complexity - readiness, 0.0)
        stress = both.choose(
            p.directed_stress * drive,
            p.overburdened_stress,
            0.0,
            shortfall * (1.0 - p.stress_relief * support),
        )
        effort = (
            p.effort_collaborator
            * (carried * carried)
            * (p.effort_reach - readiness)
            * (1.0 - p.effort_relief * support)
        )
        new_strain = rules.towards(strain, clip(p.stress_weight * stress + effort), p.strain_rate)

        experience = both.choose(
            disposition * (1.0 - p.directed_frustration * drive),
            p.experience_overburdened,
            disposition,
            np.where(succeeded, p.experience_success, p.experience_failure),
        )
        target = (
            p.will_experience * experience
            + p.will_disposition * disposition
            - p.will_strain * strain
            + p.will_appreciation * (appreciation - p.neutral_appreciation)
        )
        willingness[:] = rules.towards(willingness, clip(target), p.will_rate)
        target = (
            p.appreciation_base
            + p.appreciation_support * support
            + p.appreciation_fit * (1.0 - np.abs(autonomy - drive))
            - p.appreciation_strain * strain
        )
        appreciation[:] = rules.towards(appreciation, clip(target), p.appreciation_rate)
        trust[:], readiness[:], strain[:] = new_trust, new_readiness, new_strain

        # Taking stock
        let_go = self.team_sums(left.astype(np.float64)) / self.size
        carried = rules.carried_by_managers(asked, p)
        signs = self.team_sums(sign) / self.size
        self._take_stock(let_go, signs, team_appreciation, team_assurance, carried, begun)

        # Leaving
        gone = draws.uniform(luck.LEAVING) < rules.leaving_probability(strain, p)
        who = np.nonzero(gone)
        trust[who], appreciation[who], strain[who] = p.neutral_trust, p.neutral_appreciation, 0.0
        readiness[who] = rules.uniform_between(
            p.readiness_low, p.readiness_high, draws.uniform_of(who, luck.NEW_READINESS)
        )
        disposition[who] = willingness[who] = rules.uniform_between(
            p.disposition_low, p.disposition_high, draws.uniform_of(who, luck.NEW_DISPOSITION)
        )
        return succeeded, gone

    def _take_stock(
        self,
        let_go: Rows,
        signs: Rows,
        team_appreciation: Rows,
        team_assurance: Rows,
        carried: float,
        coached: float,
    ) -> None:
        p, managers = self.p, self.managers
        control_habit, assurance = self.control_habit[managers], self.assurance[managers]
        upward = p.upward_accountability
        useful = clip(
            (1.0 - upward) * (1.0 - let_go)
            + signs
            + upward * (1.0 - let_go) * team_appreciation
            + p.upward_thanks * upward * let_go * team_appreciation
        )
        own = clip(
            useful
            + p.coaching_assurance * p.coaching * coached * (1.0 - useful)
            - p.effort_manager * carried * control_habit
        )
        others = (team_assurance[self.bosss_boss] - assurance) * self.peers
        others = np.where(self.peers > 0.0, others, assurance)
        target = rules.towards(own, others, self.peers_weight)
        self.assurance[managers] = rules.towards(assurance, target, p.assurance_rate)
        restored = (p.relapse + p.control_reward * (1.0 - upward)) * (1.0 - let_go)
        undone = p.practice * let_go + p.coached_practice * p.coaching * coached * carried
        self.control_habit[managers] = clip(
            control_habit
            + p.habit_rate * (restored * (1.0 - control_habit) - undone * control_habit)
        )

    def measures(self, succeeded: Rows, gone: Rows) -> Rows:
        """The sums that the ensemble records, (n_measures, n_runs)."""
        states = (self.autonomy, self.responsibility, self.trust, self.readiness, self.willingness,
                  self.strain, self.appreciation)  # fmt: skip
        room = self.autonomy[1:] >= self.p.regime_threshold
        takes_on = self.responsibility[1:] >= self.p.regime_threshold
        partnership = np.count_nonzero(room & takes_on, axis=0)
        adrift = np.count_nonzero(room, axis=0) - partnership
        overburdened = np.count_nonzero(takes_on, axis=0) - partnership
        return np.array(
            [
                *(state[1:].sum(axis=0) for state in states),
                len(room) - adrift - overburdened - partnership,
                adrift,
                overburdened,
                partnership,
                np.count_nonzero(succeeded, axis=0),
                np.count_nonzero(gone, axis=0),
                self.control_habit[self.managers].sum(axis=0),
                self.assurance[self.managers].sum(axis=0),
            ]
        )


class _Encounters:
    """Who is in which of the four encounters, for `rules.by_encounter`."""

    def __init__(self, left: NDArray[np.bool_], took: NDArray[np.bool_]) -> None:
        self.left, self.took = left, took
        self.number = left.astype(np.intp) * 2 + took

    def choose(self, directed, overburdened, adrift, partnership) -> Rows:
        """The value that goes with the encounter, of arrays or numbers."""
        return np.where(
            self.left,
            np.where(self.took, partnership, adrift),
            np.where(self.took, overburdened, directed),
        )

    def table(
        self,
        directed: float,
        overburdened: float,
        adrift: float,
        partnership: float,
        factor: float = 1.0,
    ) -> Rows:
        """The number that goes with the encounter, times a factor."""
        values = factor * np.array([directed, overburdened, adrift, partnership])
        return values.take(self.number)


def _share_of_others(count: NDArray[np.integer]) -> Rows:
    """`rules.share_of_others` of every count, (len(count), 1)."""
    return np.array([[rules.share_of_others(float(n))] for n in count])


# --- The contest --------------------------------------------------------------------------------


def check(chart: Chart, weeks: int = WEEKS_CHECKED) -> None:
    """Hold everyone's state in every week against the ensemble's, and the sums too.

    Raises:
        AssertionError: a bit differs.
    """
    company, p = hierarchy(chart), Parameters()
    keys = np.array([luck.replicate_key(1, replicate) for replicate in range(LANES)])
    twins = [batches.new_batch(company) for _ in range(2)]
    expected, sums = twins[0].trace(weeks), twins[1].run(weeks, 1)[:, :, 0]
    batch = Batch(company, p, keys)
    record: list[Rows] = []
    np.testing.assert_array_equal(batch.state(), expected[0])
    for week in range(1, weeks + 1):
        record.append(batch.measures(*batch._live_one_week(week)))
        np.testing.assert_array_equal(batch.state(), expected[week], f"week {week}")
    np.testing.assert_array_equal(record, sums)


def person_weeks_per_second(
    chart: Chart,
    weeks: int,
    runs: int = RUNS,
    draws: type[KeyedDraws | NumpysDraws] = KeyedDraws,
) -> float:
    """Speed of a batch, every week recorded, set-up left out."""
    company = hierarchy(chart)
    keys = np.array([luck.replicate_key(1, replicate) for replicate in range(runs)])
    batch = Batch(company, Parameters(), keys, draws)
    start = time.perf_counter()
    batch.live(weeks, [])
    return (company.n_people - 1) * weeks * runs / (time.perf_counter() - start)
