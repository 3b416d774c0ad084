"""The Mesa agents: they hold state, ask the rules, and decide nothing themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mesa.discrete_space import Cell, FixedAgent

if TYPE_CHECKING:
    from types import ModuleType

    from empowersim.model import EmpowermentModel
    from empowersim.parameters import Parameters
    from empowersim.rules import LettingGo, TakingOn


class Change(NamedTuple):
    """What a week asks of those who start with the same delay."""

    asked: float
    carried: float
    begun: float

    @classmethod
    def asked_in(cls, week: int, delay: float, p: Parameters, rules: ModuleType) -> Change:
        """Ask the rules."""
        asked = rules.intensity(week, delay, p)
        carried = rules.carried_by_collaborators(asked, p)
        return cls(asked, carried, rules.under_way(week, delay, p))


class Collaborator(FixedAgent):  # type: ignore[misc]
    """Someone who reports to a manager; holds the state of that relation too.

    Attributes:
        manager: whom he reports to; None for the head alone.
        autonomy, responsibility, trust: of the relation with his manager, in [0, 1].
        readiness, willingness, disposition, strain, appreciation: his own, in [0, 1].
        asked, carried: how much of the change is asked of him this week, and his part of it as a
            collaborator.
        begun: whether coaching and training have begun for him, 0.0 or 1.0.
        drive: how far he is both ready and willing at the start of the week, in [0, 1].
        left, took, succeeded: what the week's encounter was, 0.0 or 1.0.
        gone: 1.0 if he left this week, and a newcomer has his place.
        why_autonomy: the terms of his manager's last decision on him, None before the first.
        why_responsibility: the terms of his own last decision, None before the first.
    """

    model: EmpowermentModel
    boss: Manager  # his manager, for the phases, which go to those who have one

    def __init__(
        self, model: EmpowermentModel, cell: Cell, number: int, manager: Manager | None
    ) -> None:
        """Place a person on a cell of the org chart; `number` is his place breadth-first."""
        super().__init__(model)
        self.cell = cell
        self.number = number
        self.manager = manager
        if manager:
            self.boss = manager
        self.delay = float(model.delays[number])
        self.left = self.took = self.succeeded = self.gone = 0.0
        self.why_autonomy: LettingGo | None = None
        self.why_responsibility: TakingOn | None = None
        self._begin()

    def _begin(self) -> None:
        """Take the state that week 0 drew."""
        p, rules, number = self.model.parameters, self.model.rules, self.number
        uniform, normal = self.model.initial_draws
        self.autonomy = (
            rules.normal_clipped(p.initial_autonomy, p.initial_autonomy_sd, normal[0][number])
            if self.manager
            else p.root_autonomy
        )
        self.responsibility = rules.normal_clipped(
            p.initial_responsibility, p.initial_responsibility_sd, normal[1][number]
        )
        self.trust = rules.normal_clipped(p.initial_trust, p.initial_trust_sd, normal[2][number])
        self.strain = rules.normal_clipped(p.initial_strain, p.initial_strain_sd, normal[3][number])
        self.appreciation = rules.normal_clipped(
            p.initial_appreciation, p.initial_appreciation_sd, normal[4][number]
        )
        self.readiness = rules.uniform_between(
            p.readiness_low, p.readiness_high, uniform[0][number]
        )
        self.disposition = rules.uniform_between(
            p.disposition_low, p.disposition_high, uniform[1][number]
        )
        self.willingness = self.disposition

    def begin_week(self, change: Change, draws: list[float]) -> None:
        """Learn what this week asks of him; `draws` is his luck, by `random_streams`' slots.

        His drive is taken here, once: letting go and taking on both read it.
        """
        self.asked, self.carried, self.begun = change
        self.draws = draws
        self.drive = self.model.rules.drive(self.readiness, self.willingness)

    def taking_on(self) -> None:
        """Take on more responsibility, or less."""
        p, rules, boss = self.model.parameters, self.model.rules, self.boss
        teammates = rules.mean_of_others(
            boss.team_responsibility, self.responsibility, boss.share_of_teammates
        )
        self.why_responsibility = rules.taking_on(
            self.autonomy, self.carried, self.drive, teammates, boss.support, self.strain, p
        )
        self.responsibility = rules.responsibility_after(
            self.responsibility, rules.utility_of_taking_on(self.why_responsibility), p
        )

    def encounter(self) -> None:
        """Meet the week's matter, and give the manager a sign or none."""
        p, rules, boss = self.model.parameters, self.model.rules, self.boss
        self.complexity, luck_left, luck_took, luck_success, _, _, _ = self.draws
        self.left = rules.happens(self.autonomy, luck_left)
        self.took = rules.happens(self.responsibility, luck_took)
        chance = rules.success_probability(
            self.left,
            self.took,
            self.complexity,
            self.readiness,
            self.strain,
            boss.attention_given,
            boss.support,
            p,
        )
        self.succeeded = rules.happens(chance, luck_success)
        self.sign = rules.sign(self.left, self.took, self.appreciation, p)

    def consequences(self) -> None:
        """Change by what the encounter did; every rule reads the state before this phase."""
        p, rules, boss = self.model.parameters, self.model.rules, self.boss
        left, took = self.left, self.took
        trust = rules.trust_after(self.trust, left, took, self.succeeded, p)
        readiness = rules.readiness_after(
            self.readiness, left, took, boss.facilitation, self.begun, p
        )
        strain = rules.strain_after(
            self.strain,
            left,
            took,
            self.complexity,
            self.readiness,
            self.drive,
            boss.support,
            self.carried,
            p,
        )
        willingness = rules.willingness_after(
            self.willingness,
            left,
            took,
            self.succeeded,
            self.disposition,
            self.drive,
            self.strain,
            self.appreciation,
            p,
        )
        appreciation = rules.appreciation_after(
            self.appreciation, self.autonomy, self.drive, self.strain, boss.support, p
        )
        self.trust, self.readiness, self.strain = trust, readiness, strain
        self.willingness, self.appreciation = willingness, appreciation

    def leaving(self) -> None:
        """Leave or stay; a newcomer takes the place with a state of his own."""
        p, rules = self.model.parameters, self.model.rules
        _, _, _, _, luck_leaving, luck_readiness, luck_disposition = self.draws
        self.gone = rules.happens(rules.leaving_probability(self.strain, p), luck_leaving)
        if not self.gone:
            return
        self.trust = p.neutral_trust
        self.readiness = rules.uniform_between(p.readiness_low, p.readiness_high, luck_readiness)
        self.disposition = rules.uniform_between(
            p.disposition_low, p.disposition_high, luck_disposition
        )
        self.willingness = self.disposition
        self.strain = 0.0
        self.appreciation = p.neutral_appreciation


class Manager(Collaborator):
    """A collaborator who has a team; the head is a manager without a manager.

    Attributes:
        team: who reports to him, in breadth-first order.
        managers_in_team: those of his team who are managers themselves.
        control_habit, assurance: his own, in [0, 1].
        attention_given: share of the attention they need that each of his team gets this week.
        facilitation: how far he facilitates rather than controls this week.
        support: what each of his team gets of him this week: facilitation × attention.
    """

    def __init__(
        self, model: EmpowermentModel, cell: Cell, number: int, manager: Manager | None
    ) -> None:
        """Place a manager on a cell of the org chart; his team joins him later."""
        self.team: list[Collaborator] = []
        self.managers_in_team: list[Manager] = []
        self.attention_given = self.facilitation = self.support = 0.0
        self.autonomy_before = self.team_responsibility = self.team_appreciation = 0.0
        self.team_assurance = 0.0
        super().__init__(model, cell, number, manager)

    def _begin(self) -> None:
        super()._begin()
        p, rules, number = self.model.parameters, self.model.rules, self.number
        _, normal = self.model.initial_draws
        self.control_habit = rules.normal_clipped(
            p.initial_control_habit, p.initial_control_habit_sd, normal[5][number]
        )
        self.assurance = rules.normal_clipped(
            p.initial_assurance, p.initial_assurance_sd, normal[6][number]
        )

    def lead(self, person: Collaborator) -> None:
        """Take a person into the team."""
        self.team.append(person)
        if isinstance(person, Manager):
            self.managers_in_team.append(person)

    def attention(self) -> None:
        """Take in the team's state of last week, and share the capacity among it."""
        p, rules = self.model.parameters, self.model.rules
        team_load = self.team_responsibility = self.team_appreciation = 0.0
        for person in self.team:
            team_load += rules.load(person.autonomy, person.responsibility, p)
            self.team_responsibility += person.responsibility
            self.team_appreciation += person.appreciation
        self.team_assurance = 0.0
        for manager in self.managers_in_team:
            self.team_assurance += manager.assurance
        self.autonomy_before = self.autonomy
        self.share_of_teammates = rules.share_of_others(len(self.team))
        self.attention_given = rules.attention(team_load, p)
        self.facilitation = rules.facilitation(self.control_habit)
        self.support = self.facilitation * self.attention_given

    def letting_go(self) -> None:
        """Give each of the team more autonomy, or take it back."""
        p, rules, asked = self.model.parameters, self.model.rules, self.asked
        for person in self.team:
            person.why_autonomy = rules.letting_go(
                asked,
                person.trust,
                person.drive,
                self.attention_given,
                self.autonomy_before,
                self.control_habit,
                self.assurance,
                p,
            )
            person.autonomy = rules.autonomy_after(
                person.autonomy, rules.utility_of_letting_go(person.why_autonomy), p
            )

    def taking_stock(self) -> None:
        """Draw assurance from control or signs, and strengthen or lose the habit of control."""
        p, rules, size = self.model.parameters, self.model.rules, len(self.team)
        left = signs = 0.0
        for person in self.team:
            left += person.left
            signs += person.sign
        let_go = left / size
        carried = rules.carried_by_managers(self.asked, p)
        share_of_peers = rules.share_of_others(
            len(self.manager.managers_in_team) if self.manager else 0
        )
        self.assurance, self.control_habit = (
            rules.assurance_after(
                self.assurance,
                rules.usefulness(let_go, signs / size, self.team_appreciation / size, p),
                self.begun,
                carried,
                self.control_habit,
                rules.mean_of_others(
                    self.manager.team_assurance if self.manager else 0.0,
                    self.assurance,
                    share_of_peers,
                ),
                rules.weight_of_peers(share_of_peers, p),
                p,
            ),
            rules.control_habit_after(self.control_habit, let_go, self.begun, carried, p),
        )
