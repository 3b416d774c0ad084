"""Every number of the model, declared once: default, range, unit, labels, meaning, source.

C1 to C9 are the claims of the essay on reverse management, P1 to P8 the patterns that the defaults
must show (tests/patterns). "Tuned" means: by hand, on those patterns, on a balanced chart of span 6
and depth 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import Self

from empowersim.declaration import Declaration, declaration_of, declared, unknown_name
from empowersim.errors import ParameterError

_lever = partial(declared, "lever")
_timing = partial(declared, "timing")
_start = partial(declared, "initial state")
_manager = partial(declared, "letting go")
_collaborator = partial(declared, "taking on")
_matter = partial(declared, "encounters")
_effect = partial(declared, "consequences")
_stock = partial(declared, "taking stock")
_leaving = partial(declared, "leaving")
_measure = partial(declared, "measures")

TUNED = "tuned on P1-P8"
DESIGN = "by construction of the model"


# One parameter a block: the formatter would give every argument a line of its own.
# fmt: off
@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """Every number of one run; values left out keep their defaults.

    Raises:
        ParameterError: a name that does not exist, or a value outside its declared range.
    """

    # --- Levers: what a company can move --------------------------------------------------
    mandate: float = _lever(0.8, 0, 1, "1", "Push to let go", "Injonction à lâcher prise",
        "how hard the company pushes its managers to let go", "C1; scenario default")
    collaborator_share: float = _lever(0.5, 0, 1, "1",
        "Share carried by collaborators", "Part portée par les équipes",
        "how much of the change the collaborators are asked to carry; managers carry the rest",
        "C3, the headline sweep")
    coaching: float = _lever(0.5, 0, 1, "1",
        "Accompaniment of managers", "Accompagnement des managers",
        "how strongly the company accompanies its managers through the change", "C2")
    training: float = _lever(0.5, 0, 1, "1",
        "Training of collaborators", "Formation des équipes",
        "how strongly collaborators are trained for autonomy", "C7")
    control_reward: float = _lever(0.5, 0, 1, "1",
        "Careers reward control", "Les carrières récompensent le contrôle",
        "how far careers reward managers who keep control", "C1")
    upward_accountability: float = _lever(0.0, 0, 1, "1",
        "Managers answer to their team", "Les managers rendent compte à leur équipe",
        "how far managers answer to those they serve: the inverted pyramid", "C9, Nayar (2010)")

    # --- Timing of the change ---------------------------------------------------------------
    start: float = _timing(8, 0, 1e6, "week", "Start of the change", "Début du changement",
        "week in which the change begins for those who start first", DESIGN)
    ramp: float = _timing(26, 1, 1e6, "week", "Length of the ramp", "Durée de la montée",
        "weeks over which the push grows from nothing to its full strength", DESIGN)

    # --- Initial state: means and standard deviations (normal, clipped), or bounds (uniform) -
    root_autonomy: float = _start(1, 0, 1, "1", "Autonomy at the top", "Autonomie au sommet",
        "autonomy of the head, who has no manager", DESIGN)
    initial_autonomy: float = _start(0.2, 0, 1, "1", "Autonomy at the start",
        "Autonomie au départ", "mean autonomy that relations begin with", TUNED + " (P1)")
    initial_autonomy_sd: float = _start(0.05, 0, 1, "1", "Spread of autonomy",
        "Dispersion de l'autonomie", "standard deviation of initial autonomy", TUNED)
    initial_responsibility: float = _start(0.2, 0, 1, "1", "Responsibility at the start",
        "Responsabilité au départ", "mean responsibility that relations begin with", TUNED)
    initial_responsibility_sd: float = _start(0.05, 0, 1, "1", "Spread of responsibility",
        "Dispersion de la responsabilité", "standard deviation of initial responsibility", TUNED)
    initial_trust: float = _start(0.5, 0, 1, "1", "Trust at the start", "Confiance au départ",
        "mean initial trust of managers in their collaborators", TUNED)
    initial_trust_sd: float = _start(0.1, 0, 1, "1", "Spread of trust",
        "Dispersion de la confiance", "standard deviation of initial trust", TUNED)
    initial_strain: float = _start(0.08, 0, 1, "1", "Strain at the start", "Fatigue au départ",
        "mean initial strain of collaborators", TUNED)
    initial_strain_sd: float = _start(0.03, 0, 1, "1", "Spread of strain",
        "Dispersion de la fatigue", "standard deviation of initial strain", TUNED)
    initial_appreciation: float = _start(0.46, 0, 1, "1", "Appreciation at the start",
        "Appréciation au départ", "mean initial appreciation of the manager",
        "C8: a majority does not value the manager's work")
    initial_appreciation_sd: float = _start(0.16, 0, 1, "1", "Spread of appreciation",
        "Dispersion de l'appréciation", "standard deviation of initial appreciation", "C8")
    initial_control_habit: float = _start(0.8, 0, 1, "1", "Control habit at the start",
        "Habitude de contrôle au départ", "mean initial control habit of managers", "C1")
    initial_control_habit_sd: float = _start(0.1, 0, 1, "1", "Spread of control habit",
        "Dispersion de l'habitude de contrôle", "standard deviation of initial control habit",
        TUNED)
    initial_assurance: float = _start(0.82, 0, 1, "1", "Assurance at the start",
        "Assurance au départ", "mean initial assurance of managers", TUNED)
    initial_assurance_sd: float = _start(0.08, 0, 1, "1", "Spread of assurance",
        "Dispersion de l'assurance", "standard deviation of initial assurance", TUNED)
    readiness_low: float = _start(0.13, 0, 1, "1", "Least readiness", "Préparation minimale",
        "least readiness of a person at the start and of a newcomer (uniform)", "C7; tuned")
    readiness_high: float = _start(0.63, 0, 1, "1", "Greatest readiness", "Préparation maximale",
        "greatest readiness of a person at the start and of a newcomer (uniform)", "C7; tuned")
    disposition_low: float = _start(0.0, 0, 1, "1", "Least disposition", "Envie innée minimale",
        "least innate willingness (uniform)", "C8: under a quarter wants the manager's place")
    disposition_high: float = _start(0.66, 0, 1, "1", "Greatest disposition",
        "Envie innée maximale", "greatest innate willingness (uniform)",
        "C8; wanting to manage: 21 % BVA-Audencia 2017, 34 % Cegos 2018, 38 % OpinionWay 2018")

    # --- The manager: attention and letting go -----------------------------------------------
    capacity: float = _manager(4, 0.1, 1000, "1", "A manager's capacity",
        "Capacité des managers", "directed collaborators whom a manager can attend to fully",
        TUNED)
    support_load: float = _manager(0.6, 0, 1, "1", "Load of supporting", "Charge du soutien",
        "load of an autonomous collaborator who waits, against 1 for a directed one", TUNED)
    initiative_relief: float = _manager(0.4, 0, 1, "1", "Relief by initiative",
        "Allègement par l'initiative",
        "load that an autonomous collaborator takes off by his initiative", "C6; tuned")
    choice_spread: float = _manager(1.7, 0.01, 100, "1", "Spread of choices",
        "Dispersion des choix", "softness of the choice function ½ + ½·x/√(spread + x²)",
        "a heavy-tailed cousin of the logit, exact in floating point")
    b_manager: float = _manager(2.0, -10, 10, "1", "Bias to let go", "Penchant à lâcher prise",
        "utility of letting go when everything else is neutral", TUNED)
    w_mandate: float = _manager(2.0, 0, 8, "1", "Weight of the mandate", "Poids de l'injonction",
        "how far the company's push moves a manager to let go", "C1; tuned")
    w_trust: float = _manager(3.0, 0, 8, "1", "Weight of trust", "Poids de la confiance",
        "how far trust above neutral moves a manager to let go",
        "tuned; of leader-member exchange, trust the other way round, in the leader, is the"
        " largest mediator (Martin 2016)")
    w_overload: float = _manager(1.0, 0, 8, "1", "Weight of overload", "Poids de la surcharge",
        "how far lack of attention moves a manager to let go", TUNED)
    w_cascade: float = _manager(1.0, 0, 8, "1", "Weight of the own autonomy",
        "Poids de l'autonomie reçue", "how far a manager gives on the autonomy he has himself",
        "V4: Lorinkova & Perry (2017); tuned")
    w_habit: float = _manager(2.0, 0, 8, "1", "Weight of habit", "Poids de l'habitude",
        "how far the habit of control keeps a manager from letting go", "C1; tuned")
    w_insecurity: float = _manager(3.5, 0, 8, "1", "Weight of insecurity",
        "Poids de l'insécurité", "how far lack of assurance keeps a manager from letting go",
        "C2; tuned")
    w_reward: float = _manager(1.0, 0, 8, "1", "Weight of rewards", "Poids des récompenses",
        "how far rewards for control keep a manager from letting go", "C1; tuned")
    neutral_trust: float = _manager(0.5, 0, 1, "1", "Neutral trust", "Confiance neutre",
        "trust that neither draws nor repels; a newcomer's, and where it drifts when untried",
        DESIGN)
    neutral_autonomy: float = _manager(0.5, 0, 1, "1", "Neutral autonomy", "Autonomie neutre",
        "own autonomy at which a manager is neither drawn to giving nor to keeping it", DESIGN)
    pace: float = _manager(0.12, 0, 0.25, "1/week", "Pace of habits", "Rythme des habitudes",
        "rate at which autonomy and responsibility move towards what is chosen", TUNED)
    regain: float = _manager(2.0, 0, 4, "1", "Taking back", "Reprise en main",
        "how many times faster control is taken back than given", "P2; tuned")

    # --- The collaborator: taking on ----------------------------------------------------------
    b_collaborator: float = _collaborator(-3.2, -10, 10, "1", "Bias to take on",
        "Penchant à prendre en charge", "utility of taking on when everything else is nought",
        TUNED)
    w_room: float = _collaborator(2.0, 0, 8, "1", "Weight of room", "Poids de la place",
        "how far autonomy moves a collaborator to take on responsibility", "C6; tuned")
    w_share: float = _collaborator(2.5, 0, 8, "1", "Weight of the own share",
        "Poids de la part portée", "how far being asked to carry the change moves him", "C3; tuned")
    w_drive: float = _collaborator(3.0, 0, 8, "1", "Weight of drive", "Poids de l'élan",
        "how far being both ready and willing moves him", "C7; tuned")
    w_peers: float = _collaborator(1.5, 0, 8, "1", "Weight of teammates",
        "Poids des coéquipiers", "how far his teammates' responsibility moves him", TUNED)
    w_support: float = _collaborator(1.0, 0, 8, "1", "Weight of support", "Poids du soutien",
        "how far an attentive, facilitating manager moves him", "C1; tuned")
    w_strain: float = _collaborator(4.0, 0, 8, "1", "Weight of strain", "Poids de la fatigue",
        "how far strain keeps him from taking on", "P5; tuned")

    # --- Encounters: the probability that a matter succeeds ----------------------------------
    directed_success: float = _matter(0.30, 0, 1, "1", "Directed: base",
        "Dirigée : base", "success of a directed matter without attention, readiness or complexity",
        TUNED)
    directed_attention: float = _matter(0.55, 0, 1, "1", "Directed: attention",
        "Dirigée : attention", "what the manager's full attention adds when he directs", TUNED)
    directed_dilution: float = _matter(0.4, 0, 1, "1", "Directed: dilution",
        "Dirigée : dilution", "share of the attention's help lost on the most complex matter",
        TUNED)
    directed_readiness: float = _matter(0.1, 0, 1, "1", "Directed: readiness",
        "Dirigée : préparation", "what full readiness adds when directed", TUNED)
    directed_complexity: float = _matter(0.1, 0, 1, "1", "Directed: complexity",
        "Dirigée : complexité", "what the greatest complexity costs when directed", TUNED)
    alone_success: float = _matter(0.45, 0, 1, "1", "Alone: base", "D'un seul côté : base",
        "base success where only one side acts: adrift or overburdened", "C4; tuned")
    alone_readiness: float = _matter(0.40, 0, 1, "1", "Alone: readiness",
        "D'un seul côté : préparation", "what full readiness adds, adrift or overburdened", TUNED)
    alone_complexity: float = _matter(0.45, 0, 1, "1", "Alone: complexity",
        "D'un seul côté : complexité", "what the greatest complexity costs, adrift or overburdened",
        TUNED)
    overburdened_attention: float = _matter(0.2, 0, 1, "1", "Overburdened: attention",
        "Surchargée : attention", "what the manager's attention adds when overburdened", TUNED)
    partnership_success: float = _matter(0.50, 0, 1, "1", "Partnership: base",
        "Partenariat : base", "base success in partnership", "C6; tuned")
    partnership_readiness: float = _matter(0.45, 0, 1, "1", "Partnership: readiness",
        "Partenariat : préparation", "what full readiness adds in partnership", TUNED)
    partnership_complexity: float = _matter(0.45, 0, 1, "1", "Partnership: complexity",
        "Partenariat : complexité", "what the greatest complexity costs in partnership", TUNED)
    partnership_support: float = _matter(0.20, 0, 1, "1", "Partnership: support",
        "Partenariat : soutien", "what an attentive, facilitating manager adds in partnership",
        "C1; tuned")
    partnership_strain: float = _matter(0.3, 0, 1, "1", "Partnership: strain",
        "Partenariat : fatigue", "what full strain costs in partnership", "P5; tuned")

    # --- Consequences: trust --------------------------------------------------------------------
    trust_gain: float = _effect(0.06, 0, 1, "1/week", "Gain of trust", "Gain de confiance",
        "share of the missing trust won by a success in partnership", TUNED)
    trust_loss: float = _effect(0.12, 0, 1, "1/week", "Loss of trust", "Perte de confiance",
        "share of trust lost by a failure adrift", "slow to build, quick to lose; tuned")
    adrift_trust_gain: float = _effect(0.2, 0, 1, "1", "Trust gained adrift",
        "Confiance gagnée (livrée à elle-même)", "gain adrift, against 1 in partnership",
        "C4; tuned")
    overburdened_trust_gain: float = _effect(0.5, 0, 1, "1", "Trust gained overburdened",
        "Confiance gagnée (surchargée)", "gain overburdened, against 1 in partnership", TUNED)
    partnership_trust_loss: float = _effect(0.4, 0, 1, "1", "Trust lost in partnership",
        "Confiance perdue (partenariat)", "loss in partnership, against 1 adrift", "C6; tuned")
    overburdened_trust_loss: float = _effect(0.7, 0, 1, "1", "Trust lost overburdened",
        "Confiance perdue (surchargée)", "loss overburdened, against 1 adrift", TUNED)
    trust_drift: float = _effect(0.02, 0, 1, "1/week", "Drift of untried trust",
        "Dérive de la confiance non éprouvée", "rate at which trust drifts to neutral, directed",
        TUNED)

    # --- Consequences: readiness ----------------------------------------------------------------
    learning: float = _effect(0.03, 0, 1, "1/week", "Learning", "Apprentissage",
        "share of the missing readiness learnt in a fully facilitated partnership", TUNED)
    learning_alone: float = _effect(0.4, 0, 1, "1", "Learning by doing",
        "Apprentissage par la pratique", "part of the learning that needs no facilitation", TUNED)
    learning_facilitated: float = _effect(0.6, 0, 1, "1", "Learning by facilitation",
        "Apprentissage par la facilitation", "part of the learning that facilitation adds",
        "C1; tuned")
    overburdened_learning: float = _effect(0.4, 0, 1, "1", "Learning overburdened",
        "Apprentissage (surchargée)", "learning overburdened, against 1 in full partnership", TUNED)
    unlearning: float = _effect(0.1, 0, 1, "1", "Unlearning", "Désapprentissage",
        "readiness lost when directed, against learning", TUNED)
    train_rate: float = _effect(0.012, 0, 1, "1/week", "Rate of training",
        "Rythme de la formation", "share of the missing readiness that full training gives", TUNED)
    readiness_ceiling: float = _effect(0.9, 0, 1, "1", "Ceiling of readiness",
        "Plafond de préparation", "readiness that learning and training tend to", TUNED)

    # --- Consequences: strain -------------------------------------------------------------------
    strain_rate: float = _effect(0.10, 0, 1, "1/week", "Pace of strain", "Rythme de la fatigue",
        "rate at which strain moves towards what is felt", TUNED)
    stress_weight: float = _effect(1.2, 0, 5, "1", "Weight of stress", "Poids du stress",
        "strain that full stress tends to", TUNED)
    stress_relief: float = _effect(0.6, 0, 1, "1", "Relief of stress", "Allègement du stress",
        "share of a partnership's stress that full support takes away", "C1; tuned")
    overburdened_stress: float = _effect(0.8, 0, 1, "1", "Stress overburdened",
        "Stress (surchargée)", "stress of taking the initiative without room", TUNED)
    directed_stress: float = _effect(0.3, 0, 1, "1", "Stress directed", "Stress (dirigée)",
        "stress of being directed with full drive", TUNED)
    effort_collaborator: float = _effect(1.3, 0, 5, "1", "Collaborators' effort of change",
        "Effort de changement des équipes",
        "strain of carrying the whole change, for one unit of missing readiness",
        "C3, a hypothesis: contested by Dulebohn (2012); P4, P5; tuned")
    effort_reach: float = _effect(1.2, 1, 5, "1", "Reach of the effort",
        "Portée de l'effort", "readiness at which the change would cost no effort", TUNED)
    effort_relief: float = _effect(0.4, 0, 1, "1", "Relief of effort", "Allègement de l'effort",
        "share of the effort of change that full support takes away", "C1; tuned")

    # --- Consequences: willingness and appreciation ----------------------------------------------
    will_rate: float = _effect(0.05, 0, 1, "1/week", "Pace of willingness", "Rythme de l'envie",
        "rate at which willingness moves towards what is lived", TUNED)
    will_experience: float = _effect(0.5, 0, 1, "1", "Weight of experience",
        "Poids de l'expérience", "weight of the week's experience in willingness", TUNED)
    will_disposition: float = _effect(0.5, 0, 1, "1", "Weight of disposition",
        "Poids de l'envie innée", "weight of the disposition in willingness", "C7; tuned")
    will_strain: float = _effect(0.5, 0, 1, "1", "Strain on willingness",
        "Fatigue et envie", "what full strain costs willingness", TUNED)
    will_appreciation: float = _effect(0.2, 0, 1, "1", "Appreciation and willingness",
        "Appréciation et envie", "what appreciation above neutral adds to willingness", TUNED)
    neutral_appreciation: float = _effect(0.45, 0, 1, "1", "Neutral appreciation",
        "Appréciation neutre", "appreciation that adds nothing to willingness; a newcomer's",
        "C8; tuned")
    experience_success: float = _effect(1, 0, 1, "1", "Experience of success",
        "Vécu de la réussite", "experience of a success in partnership", DESIGN)
    experience_failure: float = _effect(0.3, 0, 1, "1", "Experience of failure",
        "Vécu de l'échec", "experience of a failure in partnership", TUNED)
    experience_overburdened: float = _effect(0, 0, 1, "1", "Experience overburdened",
        "Vécu (surchargée)", "experience of taking the initiative without room", DESIGN)
    directed_frustration: float = _effect(0.3, 0, 1, "1", "Frustration when directed",
        "Frustration (dirigée)", "share of the disposition that full drive frustrates", TUNED)
    appreciation_rate: float = _effect(0.08, 0, 1, "1/week", "Pace of appreciation",
        "Rythme de l'appréciation", "rate at which appreciation moves towards what is lived",
        TUNED)
    appreciation_base: float = _effect(0.05, 0, 1, "1", "Base of appreciation",
        "Base de l'appréciation", "appreciation that nothing explains", "C8; tuned")
    appreciation_support: float = _effect(0.45, 0, 1, "1", "Appreciation of support",
        "Appréciation du soutien", "what an attentive, facilitating manager adds", "C1; tuned")
    appreciation_fit: float = _effect(0.45, 0, 1, "1", "Appreciation of fit",
        "Appréciation de l'ajustement", "what autonomy that fits the drive adds", "C7; tuned")
    appreciation_strain: float = _effect(0.4, 0, 1, "1", "Strain on appreciation",
        "Fatigue et appréciation", "what full strain costs appreciation", TUNED)

    # --- The manager takes stock ------------------------------------------------------------------
    sign_base: float = _stock(0.5, 0, 1, "1", "A partner's sign", "Signe d'un partenaire",
        "sign of usefulness that a partnership gives by itself", "C5; tuned")
    sign_appreciation: float = _stock(0.5, 0, 1, "1", "An appreciative sign",
        "Signe d'appréciation", "what full appreciation adds to a partner's sign", "C5; tuned")
    upward_thanks: float = _stock(0.5, 0, 1, "1", "Thanks from below", "Remerciements d'en bas",
        "usefulness felt for matters left to an appreciative team, where managers answer to it",
        "C9; tuned")
    assurance_rate: float = _stock(0.10, 0, 1, "1/week", "Pace of assurance",
        "Rythme de l'assurance", "rate at which assurance moves towards what is felt", TUNED)
    coaching_assurance: float = _stock(0.6, 0, 1, "1", "Assurance by coaching",
        "Assurance par l'accompagnement",
        "share of the missing usefulness that full coaching makes good", "C2; tuned")
    effort_manager: float = _stock(0.35, 0, 5, "1", "Managers' effort of change",
        "Effort de changement des managers",
        "assurance that carrying the whole change costs against a full habit", "C2, C3; tuned")
    peer_assurance: float = _stock(0.15, 0, 1, "1", "Peers' assurance",
        "Assurance des pairs", "weight of his peers' mean assurance in a manager's own",
        "C2; tuned")
    habit_rate: float = _stock(0.02, 0, 0.2, "1/week", "Pace of control habit",
        "Rythme de l'habitude de contrôle", "rate at which control habit is learnt and unlearnt",
        TUNED)
    relapse: float = _stock(0.4, 0, 1, "1", "Relapse", "Rechute",
        "how strongly matters kept restore the habit of control", "P2, P7; tuned")
    practice: float = _stock(0.6, 0, 2, "1", "Practice", "Pratique",
        "how strongly matters left to the team undo the habit of control", TUNED)
    coached_practice: float = _stock(2.0, 0, 3, "1", "Coached practice",
        "Pratique accompagnée", "how strongly a coached manager's own effort undoes the habit",
        "C2; tuned")

    # --- Leaving ----------------------------------------------------------------------------------
    turnover: float = _leaving(0.002, 0, 1, "1/week", "Departures", "Départs",
        "probability of leaving in a week without strain",
        "French resignations: 0.0016 to 0.0021 a week, Dares 2022")
    turnover_strain: float = _leaving(0.02, 0, 1, "1/week", "Departures by strain",
        "Départs dus à la fatigue", "what full strain adds to the probability of leaving",
        "P5; tuned")

    # --- Measures ---------------------------------------------------------------------------------
    regime_threshold: float = _measure(0.5, 0, 1, "1", "Threshold of the regimes",
        "Seuil des régimes", "autonomy and responsibility from which a relation counts as having"
        " them", "definition of the four regimes")
    # fmt: on

    def __new__(cls, **values: float) -> Self:
        """Refuse a name that does not exist before the dataclass would, with a hint."""
        for name in values:
            check_name(name)
        return object.__new__(cls)

    def __post_init__(self) -> None:
        """Hold every value against its declaration."""
        self._take({name: getattr(self, name) for name in DECLARATIONS})

    def with_changes(self, changes: Mapping[str, float]) -> Self:
        """The same parameters with some values changed, checked like new ones."""
        for name in changes:
            check_name(name)
        changed = copy(self)
        changed._take(changes)
        return changed

    def _take(self, values: Mapping[str, float]) -> None:
        """Set values, each held against its declaration, and the bounds against each other."""
        for name, value in values.items():
            DECLARATIONS[name].check(name, value)
            object.__setattr__(self, name, float(value))
        for quantity in ("readiness", "disposition"):
            low, high = getattr(self, f"{quantity}_low"), getattr(self, f"{quantity}_high")
            if low > high:
                raise ParameterError(
                    f"{quantity}_low = {low:g} is above {quantity}_high = {high:g}; lower it"
                    " or raise the other"
                )


def check_name(name: str) -> None:
    """Refuse a name that no parameter has.

    Raises:
        ParameterError: naming the nearest parameter.
    """
    if name not in DECLARATIONS:
        raise ParameterError(
            unknown_name("parameter", name, DECLARATIONS, "see: empowersim parameters")
        )


DECLARATIONS: Mapping[str, Declaration] = MappingProxyType(
    {each.name: declaration_of(each) for each in fields(Parameters)}
)
"""Every parameter's declaration by name, in the order in which they are declared."""

LEVERS: tuple[str, ...] = tuple(
    name for name, declaration in DECLARATIONS.items() if declaration.group == "lever"
)
"""The parameters that a company can move, and interventions change."""
