"""The people of the model as one first writes them, for any framework with agents as objects.

They call `empowersim.rules`, phase by phase as `empowersim.week` says, and draw their luck one
number at a time from a generator. Nothing is cached, nothing unrolled.
"""

from __future__ import annotations

from empowersim import outcomes, rules


class CollaboratorPhases:
    """What a collaborator does; the framework's class gives `model` and `luck()`."""

    def begin(self, manager: ManagerPhases | None) -> None:
        """Draw the initial state."""
        p, random = self.parameters, self.model.random
        self.manager = manager
        for name in ("autonomy", "responsibility", "trust", "strain", "appreciation"):
            mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
            setattr(self, name, rules.normal_clipped(mean, sd, random.gauss(0, 1)))
        if manager is None:
            self.autonomy = p.root_autonomy
        else:
            manager.team.append(self)
        self.readiness = random.uniform(p.readiness_low, p.readiness_high)
        self.disposition = random.uniform(p.disposition_low, p.disposition_high)
        self.willingness = self.disposition
        self.succeeded = self.gone = 0.0

    @property
    def parameters(self):
        """The parameters in force."""
        return self.model.parameters

    @property
    def asked(self) -> float:
        """How much of the change is asked of him this week."""
        return rules.intensity(self.model.week, 0.0, self.parameters)

    @property
    def begun(self) -> float:
        """Whether coaching and training have begun."""
        return rules.under_way(self.model.week, 0.0, self.parameters)

    @property
    def carried(self) -> float:
        """The part of the change that he carries."""
        return rules.carried_by_collaborators(self.asked, self.parameters)

    @property
    def regime(self) -> outcomes.Regime:
        """The regime of his relation with his manager."""
        return outcomes.regime(self.autonomy, self.responsibility, self.parameters)

    def luck(self) -> float:
        """A uniform number."""
        return self.model.random.random()

    def taking_on(self) -> None:
        """Take on more responsibility, or less."""
        p, boss = self.parameters, self.manager
        share = rules.share_of_others(len(boss.team))
        teammates = rules.mean_of_others(boss.team_responsibility, self.responsibility, share)
        terms = rules.taking_on(
            self.autonomy, self.carried, self.drive, teammates, boss.support, self.strain, p
        )
        utility = rules.utility_of_taking_on(terms)
        self.responsibility = rules.responsibility_after(self.responsibility, utility, p)

    def encounter(self) -> None:
        """Meet the week's matter."""
        p, boss = self.parameters, self.manager
        self.complexity = self.luck()
        self.left = rules.happens(self.autonomy, self.luck())
        self.took = rules.happens(self.responsibility, self.luck())
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
        self.succeeded = rules.happens(chance, self.luck())
        self.sign = rules.sign(self.left, self.took, self.appreciation, p)

    def consequences(self) -> None:
        """Change by what the encounter did."""
        p, boss, left, took = self.parameters, self.manager, self.left, self.took
        readiness, strain = self.readiness, self.strain
        self.trust = rules.trust_after(self.trust, left, took, self.succeeded, p)
        self.readiness = rules.readiness_after(
            readiness, left, took, boss.facilitation, self.begun, p
        )
        self.strain = rules.strain_after(
            strain,
            left,
            took,
            self.complexity,
            readiness,
            self.drive,
            boss.support,
            self.carried,
            p,
        )
        self.willingness = rules.willingness_after(
            self.willingness,
            left,
            took,
            self.succeeded,
            self.disposition,
            self.drive,
            strain,
            self.appreciation,
            p,
        )
        self.appreciation = rules.appreciation_after(
            self.appreciation, self.autonomy, self.drive, strain, boss.support, p
        )

    def leaving(self) -> None:
        """Leave or stay; a newcomer takes the place."""
        p, random = self.parameters, self.model.random
        self.gone = rules.happens(rules.leaving_probability(self.strain, p), self.luck())
        if self.gone:
            self.trust, self.strain = p.neutral_trust, 0.0
            self.appreciation = p.neutral_appreciation
            self.readiness = random.uniform(p.readiness_low, p.readiness_high)
            self.disposition = random.uniform(p.disposition_low, p.disposition_high)
            self.willingness = self.disposition


class ManagerPhases(CollaboratorPhases):
    """What a manager does besides."""

    def begin(self, manager: ManagerPhases | None) -> None:
        """Draw the initial state."""
        super().begin(manager)
        p, random = self.parameters, self.model.random
        self.team: list[CollaboratorPhases] = []
        for name in ("control_habit", "assurance"):
            mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
            setattr(self, name, rules.normal_clipped(mean, sd, random.gauss(0, 1)))

    @property
    def facilitation(self) -> float:
        """How far he facilitates rather than controls."""
        return rules.facilitation(self.control_habit)

    @property
    def support(self) -> float:
        """What each of his team gets of him."""
        return self.facilitation * self.attention_given

    @property
    def managers_in_team(self) -> list[ManagerPhases]:
        """Those of his team who are managers themselves."""
        return [person for person in self.team if isinstance(person, ManagerPhases)]

    def attention(self) -> None:
        """Take in the team's state of last week, and share the capacity among it."""
        p, team = self.parameters, self.team
        load = sum(rules.load(person.autonomy, person.responsibility, p) for person in team)
        self.team_responsibility = sum(person.responsibility for person in team)
        self.team_appreciation = sum(person.appreciation for person in team)
        self.team_assurance = sum(manager.assurance for manager in self.managers_in_team)
        self.autonomy_before = self.autonomy
        self.attention_given = rules.attention(load, p)

    def letting_go(self) -> None:
        """Give each of the team more autonomy, or take it back."""
        p = self.parameters
        for person in self.team:
            person.drive = rules.drive(person.readiness, person.willingness)
            terms = rules.letting_go(
                self.asked,
                person.trust,
                person.drive,
                self.attention_given,
                self.autonomy_before,
                self.control_habit,
                self.assurance,
                p,
            )
            utility = rules.utility_of_letting_go(terms)
            person.autonomy = rules.autonomy_after(person.autonomy, utility, p)

    def taking_stock(self) -> None:
        """Draw assurance from control or signs, and strengthen or lose the habit of control."""
        p, size, boss = self.parameters, len(self.team), self.manager
        let_go = sum(person.left for person in self.team) / size
        signs = sum(person.sign for person in self.team) / size
        carried = rules.carried_by_managers(self.asked, p)
        share = rules.share_of_others(len(boss.managers_in_team) if boss else 0)
        peers = boss.team_assurance if boss else 0.0
        assurance = rules.assurance_after(
            self.assurance,
            rules.usefulness(let_go, signs, self.team_appreciation / size, p),
            self.begun,
            carried,
            self.control_habit,
            rules.mean_of_others(peers, self.assurance, share),
            rules.weight_of_peers(share, p),
            p,
        )
        self.control_habit = rules.control_habit_after(
            self.control_habit, let_go, self.begun, carried, p
        )
        self.assurance = assurance
