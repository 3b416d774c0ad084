"""The model in mesa-frames: a Polars frame with a row a person, phases as column expressions.

Frames want many rows, so one frame holds many runs: RUNS companies that know nothing of each other.
The rules are the package's own, called with columns; those that hold a condition are said again
with when, then, otherwise.
"""

from __future__ import annotations

import time
from types import FunctionType, SimpleNamespace

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from empowersim import outcomes
from empowersim import rules as scalar_rules
from empowersim.org_chart import Chart, hierarchy
from empowersim.parameters import Parameters

RUNS = 256
DRAWS = ("complexity", "u_left", "u_took", "u_success", "u_leaving", "u_readiness", "u_disposition")
col = pl.col


# --- Rules on columns ---------------------------------------------------------------------------


def _if(condition: pl.Expr, then: object, otherwise: object) -> pl.Expr:
    return pl.when(condition).then(then).otherwise(otherwise)


def _by_encounter(left, took, directed, overburdened, adrift, partnership) -> pl.Expr:
    return _if(
        left > 0.5, _if(took > 0.5, partnership, adrift), _if(took > 0.5, overburdened, directed)
    )


def _attention(team_load: pl.Expr, p: Parameters) -> pl.Expr:
    return _if(team_load <= p.capacity, 1.0, p.capacity / team_load)


def _autonomy_after(autonomy: pl.Expr, utility: pl.Expr, p: Parameters) -> pl.Expr:
    step = rules.choice(utility, p) - autonomy
    return autonomy + _if(step < 0.0, p.pace * p.regain, p.pace) * step


def _trust_after(trust, left, took, succeeded, p: Parameters) -> pl.Expr:
    gain = _by_encounter(left, took, 0.0, p.overburdened_trust_gain, p.adrift_trust_gain, 1.0)
    loss = _by_encounter(left, took, 0.0, p.overburdened_trust_loss, 1.0, p.partnership_trust_loss)
    drift = _by_encounter(left, took, p.trust_drift, 0.0, 0.0, 0.0)
    change = _if(
        succeeded > 0.5, p.trust_gain * gain * (1.0 - trust), -(p.trust_loss * loss * trust)
    )
    return trust + change + drift * (p.neutral_trust - trust)


def _strain_after(
    strain, left, took, complexity, readiness, drive, support, carried, p: Parameters
) -> pl.Expr:
    missing = (complexity - readiness).clip(0.0)
    in_partnership = missing * (1.0 - p.stress_relief * support)
    stress = _by_encounter(
        left, took, p.directed_stress * drive, p.overburdened_stress, 0.0, in_partnership
    )
    effort = (
        p.effort_collaborator
        * (carried * carried)
        * (p.effort_reach - readiness)
        * (1.0 - p.effort_relief * support)
    )
    target = (p.stress_weight * stress + effort).clip(0.0, 1.0)
    return rules.towards(strain, target, p.strain_rate)


def _willingness_after(
    willingness, left, took, succeeded, disposition, drive, strain, appreciation, p: Parameters
) -> pl.Expr:
    experience = _by_encounter(
        left,
        took,
        disposition * (1.0 - p.directed_frustration * drive),
        p.experience_overburdened,
        disposition,
        _if(succeeded > 0.5, p.experience_success, p.experience_failure),
    )
    target = (
        p.will_experience * experience
        + p.will_disposition * disposition
        - p.will_strain * strain
        + p.will_appreciation * (appreciation - p.neutral_appreciation)
    )
    return rules.towards(willingness, target.clip(0.0, 1.0), p.will_rate)


_SAID_AGAIN = {
    "clip": lambda x: x.clip(0.0, 1.0),
    "math": SimpleNamespace(sqrt=lambda x: x.sqrt()),
    "happens": lambda chance, luck: (luck < chance).cast(pl.Float64),
    "mean_of_others": lambda total, own, share: _if(share > 0.0, (total - own) * share, own),
    "weight_of_peers": lambda share, p: _if(share > 0.0, p.peer_assurance, 0.0),
    "by_encounter": _by_encounter,
    "attention": _attention,
    "autonomy_after": _autonomy_after,
    "trust_after": _trust_after,
    "strain_after": _strain_after,
    "willingness_after": _willingness_after,
}


def _rules_on_columns() -> SimpleNamespace:
    """The package's rules, each calling the others of this namespace."""
    names = vars(scalar_rules) | _SAID_AGAIN
    for name, value in vars(scalar_rules).items():
        if isinstance(value, FunctionType) and name not in _SAID_AGAIN:
            names[name] = FunctionType(value.__code__, names, name, value.__defaults__)
    return SimpleNamespace(**names)


rules = _rules_on_columns()


# --- The model ----------------------------------------------------------------------------------


class People(AgentSetPolars):
    """Everyone of every company; `manager` is the row of one's manager, the head's his own."""

    def __init__(self, model: FramesModel, chart: Chart, runs: int) -> None:
        """Draw everyone's initial state."""
        super().__init__(model)
        company, p, random = hierarchy(chart), model.parameters, model.random
        n_people = company.n_people
        rows = np.arange(runs * n_people)
        first = rows - rows % n_people
        size, manager = np.tile(company.team_size, runs), np.tile(company.manager, runs) + first
        is_head, leads = rows == first, size > 0
        peers = np.bincount(manager[leads & ~is_head], minlength=len(rows))[manager]
        peers[is_head] = 0
        columns = {
            "unique_id": rows,
            "run": first // n_people,
            "manager": manager.astype(np.uint32),
            "size": size.astype(np.float64),
            "is_head": is_head,
            "leads": leads,
            "share_of_teammates": [scalar_rules.share_of_others(float(n)) for n in size[manager]],
            "share_of_peers": [scalar_rules.share_of_others(float(n)) for n in peers],
            "succeeded": np.zeros(len(rows)),
            "gone": np.zeros(len(rows)),
        }
        for name in ("autonomy", "responsibility", "trust", "strain", "appreciation",
                     "control_habit", "assurance"):  # fmt: skip
            mean, sd = getattr(p, f"initial_{name}"), getattr(p, f"initial_{name}_sd")
            columns[name] = np.clip(random.normal(mean, sd, len(rows)), 0.0, 1.0)
        columns["autonomy"][is_head] = p.root_autonomy
        columns["readiness"] = random.uniform(p.readiness_low, p.readiness_high, len(rows))
        columns["disposition"] = random.uniform(p.disposition_low, p.disposition_high, len(rows))
        columns["willingness"] = columns["disposition"].copy()
        self.agents = pl.DataFrame(columns)

    def step(self) -> None:
        """Live one week; a column made in one step is read in the next."""
        p, week, frame = self.model.parameters, self.model.week, self.agents
        asked, begun = scalar_rules.intensity(week, 0.0, p), scalar_rules.under_way(week, 0.0, p)
        carried = scalar_rules.carried_by_collaborators(asked, p)
        luck = self.model.random.random((len(DRAWS), len(frame)))
        frame = frame.with_columns(pl.Series(name, u) for name, u in zip(DRAWS, luck, strict=True))
        frame = _attention_phase(frame, p)
        frame = frame.with_columns(autonomy=_letting_go(asked, p))
        frame = frame.with_columns(responsibility=_taking_on(carried, p))
        frame = _encounters(frame, p)
        frame = _consequences(frame, carried, begun, p)
        frame = _taking_stock(frame, scalar_rules.carried_by_managers(asked, p), begun, p)
        self.agents = _leaving(frame, p)


def _team_sum(x: pl.Expr) -> pl.Expr:
    """The sum over one's team-mates, oneself included."""
    return _if(col("is_head"), 0.0, x).sum().over("manager")


def _of_manager(name: str) -> pl.Expr:
    return col(name).gather(col("manager"))


def _attention_phase(frame: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    """What a team is to its manager stands in the row of each of the team."""
    frame = frame.with_columns(
        team_load=_team_sum(rules.load(col("autonomy"), col("responsibility"), p)),
        team_responsibility=_team_sum(col("responsibility")),
        team_appreciation=_team_sum(col("appreciation")),
        team_assurance=_team_sum(_if(col("leads"), col("assurance"), 0.0)),
        drive=rules.drive(col("readiness"), col("willingness")),
        bosss_autonomy=_of_manager("autonomy"),
        bosss_habit=_of_manager("control_habit"),
        bosss_assurance=_of_manager("assurance"),
    )
    frame = frame.with_columns(
        attention=rules.attention(col("team_load"), p),
        facilitation=rules.facilitation(col("bosss_habit")),
    )
    return frame.with_columns(support=col("facilitation") * col("attention"))


def _letting_go(asked: float, p: Parameters) -> pl.Expr:
    terms = rules.letting_go(
        asked,
        col("trust"),
        col("drive"),
        col("attention"),
        col("bosss_autonomy"),
        col("bosss_habit"),
        col("bosss_assurance"),
        p,
    )
    after = rules.autonomy_after(col("autonomy"), rules.utility_of_letting_go(terms), p)
    return _if(col("is_head"), col("autonomy"), after)


def _taking_on(carried: float, p: Parameters) -> pl.Expr:
    own = col("responsibility")
    peers = rules.mean_of_others(col("team_responsibility"), own, col("share_of_teammates"))
    terms = rules.taking_on(
        col("autonomy"), carried, col("drive"), peers, col("support"), col("strain"), p
    )
    return rules.responsibility_after(own, rules.utility_of_taking_on(terms), p)


def _encounters(frame: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    frame = frame.with_columns(
        left=rules.happens(col("autonomy"), col("u_left")),
        took=rules.happens(col("responsibility"), col("u_took")),
    )
    chance = rules.success_probability(
        col("left"),
        col("took"),
        col("complexity"),
        col("readiness"),
        col("strain"),
        col("attention"),
        col("support"),
        p,
    )
    return frame.with_columns(
        succeeded=rules.happens(chance, col("u_success")),
        sign=rules.sign(col("left"), col("took"), col("appreciation"), p),
    )


def _consequences(frame: pl.DataFrame, carried: float, begun: float, p: Parameters) -> pl.DataFrame:
    left, took, succeeded = col("left"), col("took"), col("succeeded")
    readiness, strain, drive = col("readiness"), col("strain"), col("drive")
    support, appreciation = col("support"), col("appreciation")
    return frame.with_columns(
        trust=rules.trust_after(col("trust"), left, took, succeeded, p),
        readiness=rules.readiness_after(readiness, left, took, col("facilitation"), begun, p),
        strain=rules.strain_after(
            strain, left, took, col("complexity"), readiness, drive, support, carried, p
        ),
        willingness=rules.willingness_after(
            col("willingness"),
            left,
            took,
            succeeded,
            col("disposition"),
            drive,
            strain,
            appreciation,
            p,
        ),
        appreciation=rules.appreciation_after(
            appreciation, col("autonomy"), drive, strain, support, p
        ),
    )


def _taking_stock(frame: pl.DataFrame, carried: float, begun: float, p: Parameters) -> pl.DataFrame:
    """Managers alone, in a frame of theirs, in the order of their teams."""
    teams = frame.filter(~col("is_head")).group_by("manager", maintain_order=True).agg(
        let_go=col("left").mean(),
        signs=col("sign").mean(),
        teams_appreciation=col("team_appreciation").first(),
    )  # fmt: skip
    managers = (
        teams.with_columns(unique_id=col("manager").cast(pl.Int64))
        .drop("manager")
        .join(
            frame.select("unique_id", "size", "is_head", "control_habit", "assurance",
                         "team_assurance", "share_of_peers"),
            on="unique_id",
            how="left",
        )
    )  # fmt: skip
    habit, assurance, share = col("control_habit"), col("assurance"), col("share_of_peers")
    useful = rules.usefulness(
        col("let_go"), col("signs"), col("teams_appreciation") / col("size"), p
    )
    managers = managers.select(
        "unique_id",
        assurance=rules.assurance_after(
            assurance,
            useful,
            begun,
            carried,
            habit,
            rules.mean_of_others(col("team_assurance"), assurance, share),
            rules.weight_of_peers(share, p),
            p,
        ),
        control_habit=rules.control_habit_after(habit, col("let_go"), begun, carried, p),
    )
    return frame.update(managers, on="unique_id", how="left")


def _leaving(frame: pl.DataFrame, p: Parameters) -> pl.DataFrame:
    chance = rules.leaving_probability(col("strain"), p)
    frame = frame.with_columns(gone=rules.happens(chance, col("u_leaving")))
    gone = col("gone") > 0.5
    disposition = rules.uniform_between(p.disposition_low, p.disposition_high, col("u_disposition"))
    readiness = rules.uniform_between(p.readiness_low, p.readiness_high, col("u_readiness"))
    return frame.with_columns(
        trust=_if(gone, p.neutral_trust, col("trust")),
        readiness=_if(gone, readiness, col("readiness")),
        willingness=_if(gone, disposition, col("willingness")),
        disposition=_if(gone, disposition, col("disposition")),
        strain=_if(gone, 0.0, col("strain")),
        appreciation=_if(gone, p.neutral_appreciation, col("appreciation")),
    )


class FramesModel(ModelDF):
    """RUNS runs on an org chart."""

    def __init__(self, chart: Chart, runs: int, seed: int) -> None:
        """Hire everyone."""
        super().__init__(seed)
        self.parameters = Parameters()
        self.week = 0
        self.people = People(self, chart, runs)
        self.agents += self.people
        self.series: list[pl.DataFrame] = []

    def step(self) -> None:
        """Live one week, and keep each run's means."""
        self.week += 1
        self.agents.do("step")
        self.people = self.get_agents_of_type(People)
        of_relations = {name: col(name) for name in outcomes.STATES} | _regimes(self.parameters)
        of_relations |= {"output": col("succeeded"), "departures": col("gone")}
        self.series.append(
            self.people.agents.group_by("run", maintain_order=True).agg(
                *(x.filter(~col("is_head")).mean().alias(n) for n, x in of_relations.items()),
                col("control_habit", "assurance").filter(col("leads")).mean(),
            )
        )


def _regimes(p: Parameters) -> dict[str, pl.Expr]:
    room = col("autonomy") >= p.regime_threshold
    takes_on = col("responsibility") >= p.regime_threshold
    shares = (~room & ~takes_on, room & ~takes_on, ~room & takes_on, room & takes_on)
    return dict(zip(outcomes.REGIMES, shares, strict=True))


def autonomy_after(chart: Chart, weeks: int, seed: int) -> float:
    """Mean autonomy of all runs in their last week."""
    model = FramesModel(chart, RUNS, seed)
    for _ in range(weeks):
        model.step()
    return model.series[-1]["autonomy"].mean()


def person_weeks_per_second(chart: Chart, weeks: int, runs: int = RUNS) -> float:
    """Speed of RUNS runs in one frame, every week's means kept, set-up left out."""
    model = FramesModel(chart, runs, seed=1)
    start = time.perf_counter()
    for _ in range(weeks):
        model.step()
    people = runs * (len(chart) - 1)
    return people * weeks / (time.perf_counter() - start)
