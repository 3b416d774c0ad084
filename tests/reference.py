"""The model's description typed a second time, in plain Python, without regard for speed.

Nothing here comes from the package: the rules and both engines are held against these formulas.
`p` holds the parameters. Letters are those of the description: a autonomy, r responsibility,
k readiness, s strain, f facilitation, A attention, x complexity, h control habit, d share of the
matters left to the team, q appreciation, m intensity, λ the collaborators' share, ν upward
accountability.
"""

import copy
import math
from dataclasses import dataclass, field
from statistics import fmean

# --- Luck: SplitMix64, keyed by seed → replicate → week → person → slot -----------------------


def splitmix64(seed, n):
    """The n-th output, from 0, of the generator seeded with `seed`."""
    z = (seed + (n + 1) * 0x9E3779B97F4A7C15) % 2**64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
    return z ^ (z >> 31)


@dataclass
class Luck:
    seed: int
    replicate: int

    def bits(self, week, person, slot):
        key = splitmix64(0, self.seed)
        for n in (self.replicate, week, person, slot):
            key = splitmix64(key, n)
        return key

    def uniform(self, week, person, slot):
        return (self.bits(week, person, slot) >> 11) / 2**53

    def normal(self, person, slot):
        """Twelve uniform numbers less their mean, from three slots of week 0."""
        twelve = []
        for each in range(slot, slot + 3):
            bits = self.bits(0, person, each)
            twelve += [(bits >> shift) % 2**16 for shift in (0, 16, 32, 48)]
        return (sum(twelve) - 12 * (2**16 - 1) / 2) / 2**16


# --- The formulas -----------------------------------------------------------------------------


def clip(x):
    return min(max(x, 0), 1)


def S(x, p):  # noqa: N802 (the description's name)
    return 1 / 2 + 1 / 2 * x / math.sqrt(p.choice_spread + x**2)


def intensity(week, delay, p):
    return p.mandate * clip((week - (p.start + delay)) / p.ramp)


def begun(week, delay, p):
    return week >= p.start + delay


def attention(team, p):
    """`team`: (a, r) of everyone in it."""
    load = sum((1 - a) + a * (p.support_load - p.initiative_relief * r) for a, r in team)
    return 1 if load <= 0 else min(1, p.capacity / load)


def letting_go(m, trust, own_drive, A, own_autonomy, h, assurance, p):  # noqa: N803
    return (
        p.b_manager
        + p.w_mandate * m
        + p.w_trust * (trust - p.neutral_trust)
        + p.w_overload * (1 - A)
        + p.w_cascade * (own_autonomy - p.neutral_autonomy)
        - p.w_habit * h
        - p.w_insecurity * (1 - assurance)
        - p.w_reward * p.control_reward * (1 - p.upward_accountability)
    )


def autonomy(a, utility, p):
    wanted = S(utility, p)
    if wanted < a:
        return a - p.pace * p.regain * (a - wanted)
    return a + p.pace * (wanted - a)


def drive(k, willingness):
    return math.sqrt(k * willingness)


def taking_on(a, lambda_m, drive, peers, f, A, s, p):  # noqa: N803
    return (
        p.b_collaborator
        + p.w_room * a
        + p.w_share * lambda_m
        + p.w_drive * drive
        + p.w_peers * peers
        + p.w_support * f * A
        - p.w_strain * s
    )


def responsibility(r, utility, p):
    return r + p.pace * (S(utility, p) - r)


def encounter(left, took):
    if left:
        return "partnership" if took else "adrift"
    return "overburdened" if took else "directed"


def success_probability(met, x, k, s, f, A, p):  # noqa: N803
    if met == "directed":
        chance = p.directed_success + p.directed_attention * A * (1 - p.directed_dilution * x)
        chance += p.directed_readiness * k - p.directed_complexity * x
    elif met == "adrift":
        chance = p.alone_success + p.alone_readiness * k - p.alone_complexity * x
    elif met == "overburdened":
        chance = p.alone_success + p.alone_readiness * k - p.alone_complexity * x
        chance += p.overburdened_attention * A
    else:
        chance = p.partnership_success + p.partnership_readiness * k - p.partnership_complexity * x
        chance += p.partnership_support * f * A - p.partnership_strain * s
    return clip(chance)


def trust(t, met, succeeded, p):
    if met == "directed":
        return t + p.trust_drift * (p.neutral_trust - t)
    if succeeded:
        gain = {
            "partnership": 1,
            "adrift": p.adrift_trust_gain,
            "overburdened": p.overburdened_trust_gain,
        }
        return t + p.trust_gain * gain[met] * (1 - t)
    loss = {
        "partnership": p.partnership_trust_loss,
        "adrift": 1,
        "overburdened": p.overburdened_trust_loss,
    }
    return t - p.trust_loss * loss[met] * t


def readiness(k, met, f, has_begun, p):
    change = 0
    if met == "partnership":
        learnt = p.learning_alone + p.learning_facilitated * f
        change += p.learning * learnt * (p.readiness_ceiling - k)
    if met == "overburdened":
        change += p.overburdened_learning * p.learning * (p.readiness_ceiling - k)
    if met == "directed":
        change -= p.unlearning * p.learning * k
    if has_begun:
        change += p.training * p.train_rate * (p.readiness_ceiling - k)
    return clip(k + change)


def strain(s, met, x, k, drive, f, A, lambda_m, p):  # noqa: N803
    stress = {
        "partnership": max(0, x - k) * (1 - p.stress_relief * f * A),
        "overburdened": p.overburdened_stress,
        "directed": p.directed_stress * drive,
        "adrift": 0,
    }
    effort = p.effort_collaborator * lambda_m**2
    effort *= (p.effort_reach - k) * (1 - p.effort_relief * f * A)
    return s + p.strain_rate * (clip(p.stress_weight * stress[met] + effort) - s)


def willingness(w, met, succeeded, disposition, drive, s, q, p):
    experience = {
        "partnership": p.experience_success if succeeded else p.experience_failure,
        "adrift": disposition,
        "overburdened": p.experience_overburdened,
        "directed": disposition * (1 - p.directed_frustration * drive),
    }
    wanted = p.will_experience * experience[met] + p.will_disposition * disposition
    wanted += -p.will_strain * s + p.will_appreciation * (q - p.neutral_appreciation)
    return w + p.will_rate * (clip(wanted) - w)


def appreciation(q, a, drive, s, f, A, p):  # noqa: N803
    wanted = p.appreciation_base + p.appreciation_support * f * A
    wanted += p.appreciation_fit * (1 - abs(a - drive)) - p.appreciation_strain * s
    return q + p.appreciation_rate * (clip(wanted) - q)


def sign(met, q, p):
    return p.sign_base + p.sign_appreciation * q if met == "partnership" else 0


def usefulness(d, signs, mean_q, p):
    nu = p.upward_accountability
    return clip(
        (1 - nu) * (1 - d) + signs + nu * (1 - d) * mean_q + p.upward_thanks * nu * d * mean_q
    )


def assurance(own, useful, has_begun, managers_m, h, peers, p):
    """`peers`: their assurance, one each; `managers_m`: (1 − λ)·m."""
    coaching = p.coaching if has_begun else 0
    wanted = useful + p.coaching_assurance * coaching * (1 - useful)
    wanted = clip(wanted - p.effort_manager * managers_m * h)
    if peers:
        wanted = (1 - p.peer_assurance) * wanted + p.peer_assurance * fmean(peers)
    return own + p.assurance_rate * (wanted - own)


def control_habit(h, d, has_begun, managers_m, p):
    coaching = p.coaching if has_begun else 0
    restored = (p.relapse + p.control_reward * (1 - p.upward_accountability)) * (1 - d) * (1 - h)
    undone = (p.practice * d + p.coached_practice * coaching * managers_m) * h
    return clip(h + p.habit_rate * (restored - undone))


def leaving_probability(s, p):
    return p.turnover + p.turnover_strain * s**2


# --- A whole run ------------------------------------------------------------------------------


@dataclass
class Person:
    number: int
    boss: int | None
    delay: float
    autonomy: float
    responsibility: float
    trust: float
    strain: float
    appreciation: float
    control_habit: float
    assurance: float
    readiness: float
    disposition: float
    willingness: float
    team: list[int] = field(default_factory=list)


def begin(managers, delays, luck, p):
    """Everyone in week 0. `managers`: the number of each one's manager, None at the head."""
    people = []
    for number, (boss, delay) in enumerate(zip(managers, delays, strict=True)):
        names = ("autonomy", "responsibility", "trust", "strain")
        names += ("appreciation", "control_habit", "assurance")
        state = {}
        for name, slot in zip(names, range(2, 23, 3), strict=True):
            mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
            state[name] = clip(mean + sd * luck.normal(number, slot))
        if boss is None:
            state["autonomy"] = p.root_autonomy
        k, disposition = newcomer(number, 0, 0, luck, p)
        people.append(
            Person(number, boss, delay, **state, readiness=k, disposition=disposition,
                   willingness=disposition)
        )  # fmt: skip
        if boss is not None:
            people[boss].team.append(number)
    return people


def newcomer(number, week, slot, luck, p):
    """Readiness and disposition, from two slots."""
    u, v = luck.uniform(week, number, slot), luck.uniform(week, number, slot + 1)
    return (
        p.readiness_low + u * (p.readiness_high - p.readiness_low),
        p.disposition_low + v * (p.disposition_high - p.disposition_low),
    )


def live_one_week(people, week, luck, p):
    """Everyone a week later; what is read of others is last week's."""
    after = copy.deepcopy(people)
    for boss in people:
        if boss.team:
            _live_in_team(boss, people, after, week, luck, p)
    return after


def _live_in_team(boss, people, after, week, luck, p):
    team = [people[number] for number in boss.team]
    m = intensity(week, boss.delay, p)
    A = attention([(person.autonomy, person.responsibility) for person in team], p)  # noqa: N806
    f = 1 - boss.control_habit
    left, signs = [], []
    for person in team:
        now = after[person.number]
        luck_of = [luck.uniform(week, person.number, slot) for slot in range(5)]
        x = luck_of[0]
        k, s, q = person.readiness, person.strain, person.appreciation
        lambda_m = p.collaborator_share * intensity(week, person.delay, p)
        own_drive = drive(k, person.willingness)
        utility = letting_go(
            m, person.trust, own_drive, A, boss.autonomy, boss.control_habit, boss.assurance, p
        )
        now.autonomy = autonomy(person.autonomy, utility, p)
        mates = [mate.responsibility for mate in team if mate is not person]
        utility = taking_on(
            now.autonomy, lambda_m, own_drive, fmean(mates or [person.responsibility]), f, A, s, p
        )
        now.responsibility = responsibility(person.responsibility, utility, p)
        left.append(luck_of[1] < now.autonomy)
        met = encounter(left[-1], luck_of[2] < now.responsibility)
        signs.append(sign(met, q, p))
        succeeded = luck_of[3] < success_probability(met, x, k, s, f, A, p)
        now.trust = trust(person.trust, met, succeeded, p)
        now.readiness = readiness(k, met, f, begun(week, person.delay, p), p)
        now.strain = strain(s, met, x, k, own_drive, f, A, lambda_m, p)
        now.willingness = willingness(
            person.willingness, met, succeeded, person.disposition, own_drive, s, q, p
        )
        now.appreciation = appreciation(q, now.autonomy, own_drive, s, f, A, p)
        if luck_of[4] < leaving_probability(now.strain, p):
            now.readiness, now.disposition = newcomer(person.number, week, 5, luck, p)
            now.willingness = now.disposition
            now.trust, now.strain, now.appreciation = p.neutral_trust, 0, p.neutral_appreciation
    d, mean_q = fmean(left), fmean(person.appreciation for person in team)
    peers = [] if boss.boss is None else people[boss.boss].team
    peers = [people[peer].assurance for peer in peers if people[peer].team and peer != boss.number]
    managers_m = (1 - p.collaborator_share) * m
    now = after[boss.number]
    has_begun = begun(week, boss.delay, p)
    useful = usefulness(d, fmean(signs), mean_q, p)
    now.assurance = assurance(
        boss.assurance, useful, has_begun, managers_m, boss.control_habit, peers, p
    )
    now.control_habit = control_habit(boss.control_habit, d, has_begun, managers_m, p)
