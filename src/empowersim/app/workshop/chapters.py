"""The chapters of the workshop: what is told, bet on and asked, and the runs that answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from statistics import median
from threading import Event
from typing import Literal, NamedTuple, get_args

import numpy as np

from empowersim.analysis import SPREAD
from empowersim.app.language import N_, _
from empowersim.app.room.betting import Question
from empowersim.errors import OrgChartError
from empowersim.org_chart import Chart, hierarchy
from empowersim.outcomes import REGIMES
from empowersim.scenarios import Intervention, Scenario, end_of_efforts, named
from empowersim.simulation import simulate

RUNS, FEWEST_RUNS = 100, 16
MOST_PERSON_WEEKS = 60_000_000
"""Lived for one chapter: a large organisation gets fewer runs, and the room waits seconds."""
TWO_YEARS, THREE_YEARS, FIVE_YEARS = 104, 156, 260
STOP = 60
"""The week in which the company of the fifth chapter declares victory."""
MOST_DOTS = 1500
"""Relations that are drawn one by one; a larger organisation is drawn by its shares alone."""

type Phase = Literal["welcome", "story", "bet", "run", "reveal", "debrief", "summary"]
PHASES: tuple[Phase, ...] = get_args(Phase.__value__)[1:-1]
"""Of every chapter, in their order."""


class Other(NamedTuple):
    """What else the room may ask about: another scenario, or a later week."""

    text: str
    scenario: Scenario
    week: int = TWO_YEARS


class Chapter(NamedTuple):
    """One bet of the workshop. Texts are English; `_` translates them where they are shown.

    Attributes:
        story: three sentences that do not tell what comes out.
        essay: the essay's claim at stake.
        question: what is bet on, the share of relations that are partnerships in `week`.
        others: shown after the outcome, each beside it.
        debrief: three questions to the room.
        finding: what the experiments found about the claim, where it fails too.
        silence: what the model does not say.
    """

    key: str
    title: str
    story: tuple[str, str, str]
    essay: str
    question: str
    scenario: Scenario
    week: int
    others: tuple[Other, ...]
    debrief: tuple[str, str, str]
    finding: str
    silence: str

    @property
    def asked(self) -> Question:
        """The question to the phones."""
        return Question(self.key, _(self.question, "en"), _(self.question, "fr"))


class Outcome(NamedTuple):
    """The share of partnerships: the mean of the runs, and where nine in ten of them lie."""

    mean: float
    low: float
    high: float


class Playing(NamedTuple):
    """What the runs of a chapter gave.

    Attributes:
        runs: how many of each scenario.
        shares: mean share of each regime in every week, (n_regimes, weeks + 1).
        others: in the order of the chapter's.
        teams: how many report to each manager, in the order of the chart.
        frames: of one of the runs, every week's regimes, a digit a relation; empty if too many.
    """

    runs: int
    shares: tuple[tuple[float, ...], ...]
    outcome: Outcome
    others: tuple[Outcome, ...]
    teams: tuple[int, ...]
    frames: tuple[str, ...]


class Record(NamedTuple):
    """What the room said on a chapter, and what came out; None for what is not known yet.

    Attributes:
        bets: from the phones.
        together: the bet that the facilitator placed for the room.
    """

    bets: tuple[float, ...] = ()
    together: float | None = None
    outcome: Outcome | None = None

    @property
    def said(self) -> float | None:
        """What the room said: the median of the phones, else the bet placed together, if any."""
        return median(self.bets) if self.bets else self.together

    @property
    def closest(self) -> float | None:
        """The phone's bet that came closest; None before the outcome, or without any."""
        if self.outcome is None or not self.bets:
            return None
        mean = self.outcome.mean
        return min(self.bets, key=lambda bet: abs(bet - mean))


class Place(NamedTuple):
    """Where the workshop is; the welcome and the summary are in no chapter."""

    chapter: str
    phase: Phase


# --- Runs -------------------------------------------------------------------------------------


def play(chapter: Chapter, chart: Chart, stop: Event | None = None, runs: int = RUNS) -> Playing:
    """Run a chapter and what is compared with it, under the same luck, at most `runs` times.

    Raises:
        OrgChartError: one person alone has no relation.
        CancelledError: `stop` was set meanwhile.
    """
    if len(chart) < 2:
        raise OrgChartError("the org chart has one person alone; bring one with a report at least")

    def go_on(_runs: int) -> None:
        if stop is not None and stop.is_set():
            raise CancelledError

    points = [chapter.scenario, *(other.scenario for other in chapter.others)]
    weeks = [chapter.week, *(other.week for other in chapter.others)]
    fit = MOST_PERSON_WEEKS // (len(points) * max(weeks) * len(chart))
    runs = min(runs, max(fit, FEWEST_RUNS))
    table = simulate(points, chart, replicates=runs, weeks=max(weeks), progress=go_on).weekly
    shares = table[list(REGIMES)].to_numpy().reshape(len(points), runs, max(weeks) + 1, -1)
    partnership = shares[..., REGIMES.index("partnership")]
    found = [_outcome(partnership[point, :, week]) for point, week in enumerate(weeks)]
    means = shares[0, :, : chapter.week + 1].mean(axis=0)
    teams, frames = _one_run(chapter, chart)
    return Playing(
        runs,
        tuple(tuple(map(float, course)) for course in means.T),
        found[0],
        tuple(found[1:]),
        teams,
        frames,
    )


def _outcome(ends: np.ndarray) -> Outcome:
    low, high = np.quantile(ends, ((1 - SPREAD) / 2, (1 + SPREAD) / 2))
    return Outcome(float(ends.mean()), float(low), float(high))


def _one_run(chapter: Chapter, chart: Chart) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The teams, and the first run's regimes, as `Playing` holds them."""
    people = hierarchy(chart)
    teams = tuple(int(size) for size in people.team_size if size)
    if not 1 < people.n_people <= MOST_DOTS + 1:
        return teams, ()
    run = simulate(chapter.scenario, chart, weeks=chapter.week, record="people").people
    threshold = chapter.scenario.parameters.regime_threshold
    states = run[["autonomy", "responsibility"]].to_numpy().reshape(-1, people.n_people, 2)
    room, takes_on = np.moveaxis(states[:, 1:] >= threshold, -1, 0)
    frames = (room + 2 * takes_on).astype(np.uint8)
    return teams, tuple("".join(map(str, week)) for week in frames)


# --- What a browser tab keeps over a reload ---------------------------------------------------


def kept(place: Place, records: Mapping[str, Record]) -> str:
    """Where the workshop is and what was said, as a text."""
    return json.dumps([place, records])


def restored(text: str) -> tuple[Place, dict[str, Record]] | None:
    """What `kept` wrote; None for anything else."""
    with suppress(ValueError, TypeError, AttributeError):
        place, records = json.loads(text)
        if Place(*place) in PLACES:
            return Place(*place), {
                key: _record(*record) for key, record in records.items() if key in KEYS
            }
    return None


def _record(
    bets: Sequence[float], together: float | None, outcome: Sequence[float] | None
) -> Record:
    return Record(
        tuple(map(float, bets)),
        None if together is None else float(together),
        None if outcome is None else Outcome(*map(float, outcome)),
    )


# --- The chapters -----------------------------------------------------------------------------

AFTER_TWO_YEARS = N_(
    "After two years, of 100 relations between a person and their manager, how many will be"
    " partnerships?"
)


def _stopped(week: int) -> Scenario:
    return replace(named("stop-too-early"), interventions=end_of_efforts(week))


_TOGETHER = named("carry-it-together")
_COACHING_STOPS = replace(
    named("stop-too-early"),
    interventions=(Intervention(STOP, "coaching", 0), Intervention(STOP, "training", 0)),
)
_REWARDED_BUT_TURNED = named("employees-first").with_changes({"control_reward": 1.0})

JUST_LET_GO = Chapter(
    key="just-let-go",
    title=N_("Just let go"),
    story=(
        N_("“From today on, you are facilitators”, the company tells its managers."),
        N_("They let go, and matters land on people nobody has prepared."),
        N_("Nobody is accompanied, nobody is trained: will the rest come by itself?"),
    ),
    essay=N_(
        "It is naive to think that it is enough for the manager to let go, and that the"
        " “empowered” collaborator does the rest."
    ),
    question=AFTER_TWO_YEARS,
    scenario=named("just-let-go"),
    week=TWO_YEARS,
    others=(
        Other(
            N_("… if the push is as hard as can be?"),
            named("just-let-go").with_changes({"mandate": 1.0}),
        ),
        Other(
            N_("… if the teams are trained?"),
            named("just-let-go").with_changes({"training": 0.5}),
        ),
        Other(N_("… if nothing had been asked at all?"), named("status-quo")),
    ),
    debrief=(
        N_("Where have you lived through a “just let go”? What came back first?"),
        N_("What does a manager lose in the first months, and who notices?"),
        N_("If you could add one thing only in the first week, what would it be?"),
    ),
    finding=N_(
        "The claim holds where careers reward control, as here, however hard the push; managers"
        " even end up less sure of themselves than if nothing had been asked. But a gradual push is"
        " no gentler: it puts the harm off."
    ),
    silence=N_(
        "There are no heroes in the model: nobody invents a way of their own, and no team organises"
        " itself against all odds."
    ),
)

ALL_ON_THE_MANAGER = Chapter(
    key="all-on-the-manager",
    title=N_("All on the managers"),
    story=(
        N_("The managers must change, and the company accompanies them."),
        N_("Nothing is asked of the teams: no training, no call to take their part."),
        N_("The managers carry the whole weight, and wait for a sign that they are of use."),
    ),
    essay=N_(
        "To put the whole weight of the change on the manager is an error: collaborators must"
        " carry a part of it."
    ),
    question=AFTER_TWO_YEARS,
    scenario=named("all-on-the-manager"),
    week=TWO_YEARS,
    others=(
        Other(N_("… a year later?"), named("all-on-the-manager"), THREE_YEARS),
        Other(
            N_("… if the teams are trained?"),
            named("all-on-the-manager").with_changes({"training": 0.5}),
        ),
        Other(
            N_("… if managers are accompanied more strongly?"),
            named("all-on-the-manager").with_changes({"coaching": 0.8}),
        ),
    ),
    debrief=(
        N_("Which sign from the team tells managers that they are still useful?"),
        N_("Is it slow because managers hesitate, or because teams wait? How would you know?"),
        N_("How long would your company wait before it gave up?"),
    ),
    finding=N_(
        "The claim holds in part. Carried by managers alone, the change is slower, not impossible:"
        " given time or stronger accompaniment, it gets there. This goes against the essay."
    ),
    silence=N_(
        "The model has no budget and no impatient board: a change that takes a year more costs it"
        " nothing. And one coach is as good as the next."
    ),
)

ALL_ON_THE_COLLABORATORS = Chapter(
    key="all-on-the-collaborators",
    title=N_("All on the collaborators"),
    story=(
        N_("“You are empowered now!”: it is for the teams to carry the change."),
        N_("Nobody trains them for it, and nobody accompanies their managers."),
        N_("Some are ready and want it, others are not or do not: it is asked of them all."),
    ),
    essay=N_("Are collaborators ready? And do they want it? Both are needed."),
    question=AFTER_TWO_YEARS,
    scenario=named("all-on-the-collaborators"),
    week=TWO_YEARS,
    others=(
        Other(N_("… a year later?"), named("all-on-the-collaborators"), THREE_YEARS),
        Other(
            N_("… if the teams are trained?"),
            named("all-on-the-collaborators").with_changes({"training": 0.5}),
        ),
        Other(
            N_("… if managers are accompanied as well?"),
            named("all-on-the-collaborators").with_changes({"training": 0.5, "coaching": 0.5}),
        ),
    ),
    debrief=(
        N_("Who tires first: those who do not want to, or those who want to most?"),
        N_("What does it take to be ready? What does it take to want to?"),
        N_("“You are empowered now”: what did you hear when someone told you so?"),
    ),
    finding=N_(
        "That both are needed is built in, not found. Found: without accompaniment hardly any"
        " relation gets there, with each rival rule too (at most 17 %); with other settings that"
        " fit as well, more do."
    ),
    silence=N_(
        "Whoever leaves is replaced at once. What is lost with a person, and what the others make"
        " of it, does not count."
    ),
)

CARRY_IT_TOGETHER = Chapter(
    key="carry-it-together",
    title=N_("Carry it together"),
    story=(
        N_("Each side carries half of the change."),
        N_("Managers are accompanied, teams are trained."),
        N_("Teams learn to take the initiative, managers to leave room: will they meet half-way?"),
    ),
    essay=N_(
        "Autonomy comes with responsibility: collaborators take the initiative as much as they"
        " execute."
    ),
    question=AFTER_TWO_YEARS,
    scenario=_TOGETHER,
    week=TWO_YEARS,
    others=(
        Other(N_("… without training the teams?"), _TOGETHER.with_changes({"training": 0.0})),
        Other(
            N_("… without accompanying managers?"),
            _TOGETHER.with_changes({"coaching": 0.0}),
        ),
        Other(
            N_("… without training, but a year later?"),
            _TOGETHER.with_changes({"training": 0.0}),
            THREE_YEARS,
        ),
    ),
    debrief=(
        N_("In your team, who moved first: the one who let go, or the one who took on?"),
        N_("If there is money for one only, coaching or training: which would you choose now?"),
        N_("What would be the first small thing that you could carry together, next week?"),
    ),
    finding=N_(
        "The claim is built into the model. Found: the best share lies between the two ends."
        " Accompanying managers is needed with these settings; with nearly half of the others that"
        " fit, more than a tenth get there without. Training is not needed: it speeds the change"
        " up, and is worth next to nothing by itself."
    ),
    silence=N_(
        "All this rests on one assumption: that carrying everything strains people more than twice"
        " as much as half of it. Without it, the best share lies at one of the ends. Nobody has"
        " measured it."
    ),
)

WHEN_TO_STOP = Chapter(
    key="when-to-stop",
    title=N_("When can we stop accompanying?"),
    story=(
        N_("The company accompanies its people well, and sees the first results."),
        N_("After a little more than a year it declares victory and stops everything at once."),
        N_("The push, the coaching, the training: have the new habits taken root?"),
    ),
    essay=N_(
        "When they take the step, managers feel alone: the company must accompany them, and"
        " strongly."
    ),
    question=N_(
        "Five years after the start, of 100 relations between a person and their manager, how many"
        " will be partnerships?"
    ),
    scenario=_stopped(STOP),
    week=FIVE_YEARS,
    others=(
        Other(N_("… if all goes on until week 90?"), _stopped(90), FIVE_YEARS),
        Other(N_("… until week 117?"), _stopped(117), FIVE_YEARS),
        Other(N_("… until week 130?"), _stopped(130), FIVE_YEARS),
        Other(N_("… if only the push goes on after week 60?"), _COACHING_STOPS, FIVE_YEARS),
    ),
    debrief=(
        N_("When did your company last declare victory? What was left a year later?"),
        N_("How would you know that a habit has taken root?"),
        N_("What must go on longest: the coaching, the training, or the message?"),
    ),
    finding=N_(
        "Where everything stops after a year, all falls back; the point of no return comes later."
        " But in the model it is the push that must last, not the accompaniment: this goes against"
        " the essay."
    ),
    silence=N_(
        "In the model, an organisation that has arrived never falls back: no crisis, no new head,"
        " no merger. That is stronger than is plausible."
    ),
)

WHAT_WE_REWARD = Chapter(
    key="what-we-reward",
    title=N_("What we reward"),
    story=(
        N_("The speeches praise those who let go; promotions go to those who keep control."),
        N_("All else is done as it should be: carried together, accompanied, trained."),
        N_("On Monday morning, which of the two does a manager listen to?"),
    ),
    essay=N_(
        "Managers must move from directing to facilitating, against all that they were trained"
        " and rewarded for."
    ),
    question=AFTER_TWO_YEARS,
    scenario=named("what-we-reward"),
    week=TWO_YEARS,
    others=(
        Other(N_("… if careers reward control half as much?"), _TOGETHER),
        Other(
            N_("… if careers do not reward control?"),
            named("what-we-reward").with_changes({"control_reward": 0.0}),
        ),
        Other(N_("… three years later?"), named("what-we-reward"), FIVE_YEARS),
    ),
    debrief=(
        N_("Think of the last three promotions around you: what did they reward?"),
        N_("What do your speeches praise that your careers do not?"),
        N_("Which reward could you change without asking anyone?"),
    ),
    finding=N_(
        "The model was set to show that rewards hold managers back; the threshold is what was"
        " found: full rewards for control hold the change back by years. But a small reward costs"
        " next to nothing."
    ),
    silence=N_(
        "The model does not say what a promotion is, nor who decides on it. It knows rewards for"
        " managers only: those of collaborators are not in it."
    ),
)

PYRAMID_TURNED_OVER = Chapter(
    key="pyramid-turned-over",
    title=N_("The pyramid turned over"),
    story=(
        N_("Promotions still go to those who keep control, as in the chapter before."),
        N_("But the pyramid is turned over: managers now answer to those who serve the customers."),
        N_("They are asked what they did for their teams: is that enough?"),
    ),
    essay=N_("Management is there to serve the front line."),
    question=AFTER_TWO_YEARS,
    scenario=_REWARDED_BUT_TURNED,
    week=TWO_YEARS,
    others=(
        Other(
            N_("… if managers answer to their teams a little less?"),
            _REWARDED_BUT_TURNED.with_changes({"upward_accountability": 0.5}),
        ),
        Other(N_("… if they do not (the chapter before)?"), named("what-we-reward")),
        Other(
            N_("… if careers reward control half as much?"),
            named("employees-first"),
        ),
    ),
    debrief=(
        N_("To whom do you answer, really? Who would notice if you no longer did?"),
        N_("What would your team say if your career hung on it? Would it tell the truth?"),
        N_("What could go wrong with a pyramid turned over?"),
    ),
    finding=N_(
        "Where careers reward control, answering to the team helps; but this is no independent"
        " evidence: the model is built so that rewards weigh less where managers answer to their"
        " teams."
    ),
    silence=N_(
        "Where careers do not reward control, turning the pyramid over sometimes does harm in the"
        " model, too. In real life there may be more: flattery, fear of one's own team, decisions"
        " that nobody takes."
    ),
)

_OWN = Chapter(
    key="your-organisation",
    title=N_("Your organisation"),
    story=(
        N_("Now it is about you: the model runs on the org chart that you have brought."),
        N_("Each side carries half of the change, managers are accompanied, teams are trained."),
        N_("The shape is yours; the people in it are the model's, not your colleagues."),
    ),
    essay=N_("Collaborators must carry a part of the change."),
    question=AFTER_TWO_YEARS,
    scenario=_TOGETHER,
    week=TWO_YEARS,
    others=(
        Other(N_("… if managers are just told to let go?"), named("just-let-go")),
        Other(N_("… if it is all on the managers?"), named("all-on-the-manager")),
        Other(N_("… if it is all on the collaborators?"), named("all-on-the-collaborators")),
        Other(N_("… if the pyramid is turned over as well?"), named("employees-first")),
    ),
    debrief=(
        N_("Where in your organisation would it begin, and where would it get stuck?"),
        N_("Of all that you saw today, what surprised you most? Do you believe it?"),
        N_("What will each of you do differently on Monday?"),
    ),
    finding=N_(
        "On four invented charts, carrying it together beat all on one side every time; turning the"
        " pyramid over as well was best."
    ),
    silence=N_(
        "This is no forecast for your organisation: the numbers were set by hand to show known"
        " patterns, not measured in any company. The chart gives the shape, nothing else."
    ),
)
_OWN_NOT_BROUGHT = _OWN._replace(
    story=(
        N_("So far, the model has run on an invented company, and yours can take its place."),
        N_(
            "Before the workshop, open “Your organisation” and bring an org chart; it stays on this"
            " machine."
        ),
        N_("Until then we stay in the invented company, and carry the change together once more."),
    ),
)


def chapters(*, own_chart: bool) -> tuple[Chapter, ...]:
    """All chapters in their order; the last speaks to those who have brought a chart, or not."""
    return (
        JUST_LET_GO,
        ALL_ON_THE_MANAGER,
        ALL_ON_THE_COLLABORATORS,
        CARRY_IT_TOGETHER,
        WHEN_TO_STOP,
        WHAT_WE_REWARD,
        PYRAMID_TURNED_OVER,
        _OWN if own_chart else _OWN_NOT_BROUGHT,
    )


KEYS: tuple[str, ...] = tuple(chapter.key for chapter in chapters(own_chart=False))
LAST = KEYS[-1]
"""The chapter that runs on the participants' own org chart, if there is one."""

PLACES: tuple[Place, ...] = (
    Place("", "welcome"),
    *(Place(key, phase) for key in KEYS for phase in PHASES),
    Place("", "summary"),
)
"""All of the workshop, in the order in which one goes through it."""
