"""What the lab remembers in one browser tab, and how it begins: sample, own chart, link, run."""

from __future__ import annotations

import solara

from empowersim.app import session
from empowersim.app.lab.forecast import FIRST_SCENARIO
from empowersim.app.lab.life import Cast
from empowersim.app.lab.policy import OWN, History, Link, Trial, grown, linked, read, written
from empowersim.app.lab.story import Witness
from empowersim.app.lab.watching import Tried
from empowersim.app.language import _
from empowersim.errors import EmpowerSimError
from empowersim.org_chart import Chart, sample
from empowersim.scenarios import named

LONGEST_ERROR = 300

history = solara.reactive(History(Trial(named(FIRST_SCENARIO))))
cast: solara.Reactive[Cast | None] = solara.reactive(None)
"""Whose run is watched; None until the lab is first opened."""
chart_in_link = solara.reactive("")
"""What a link calls the chart: its size, `OWN`, or nothing for the sample."""
taken: solara.Reactive[Chart | None] = solara.reactive(None)
"""The own chart when the lab was last opened: another one takes its place at the next opening."""
week = solara.reactive(0)
"""The last week that the server was told of: where levers act, and where futures begin."""
chosen = solara.reactive(-1)
"""The person whose story is told; -1 for nobody."""
tried: solara.Reactive[Tried | None] = solara.reactive(None)
seen: solara.Reactive[Witness | None] = solara.reactive(None)
remark = solara.reactive("")
"""What could not be had of a link, in one line: something else is shown."""
wrong = solara.reactive("")
"""Why the trial cannot be run, in one line: there is nothing to show."""
unasked = solara.reactive("")
"""Why the witness did not come, in one line: the run itself is shown."""


def open_lab(query: str | None) -> None:
    """Begin with what the link says; the own chart, or else the sample, unless it names one."""
    own, before = session.own_chart.value, cast.value
    if not query and before and own is taken.value:
        return
    link = Link(history.value.now)
    remark.set("")
    if query:
        try:
            link = read(query)
        except EmpowerSimError as error:
            remark.set(str(error)[:LONGEST_ERROR])
    chart = own
    if link.chart == OWN:
        # A run that another mode asked for has a chart that only the lab remembers.
        if before and chart_in_link.value == OWN and own is taken.value:
            chart = before.chart
        if chart is None:
            remark.set(_no_such_chart())
    elif link.chart:
        chart = grown(link.chart)
    taken.set(own)
    begin(link, chart)


def _no_such_chart() -> str:
    return _(
        "This link is about an org chart that is not in this browser tab; here is the sample. To"
        " see your own, bring it once more in: Your organisation."
    )


def begin(link: Link, chart: Chart | None) -> None:
    """Watch a trial on a chart, or on the sample."""
    if chart is None:
        people, called = Cast.of(sample(), link.seed, link.replicate), ""
    else:
        people = Cast.of(chart, link.seed, link.replicate)
        called = linked(people)
    _put_away()
    history.set(History(link.trial))
    week.set(link.week)
    chart_in_link.set(called)
    cast.set(people)


def _put_away() -> None:
    tried.set(None)
    seen.set(None)
    chosen.set(-1)
    wrong.set("")
    unasked.set("")


def take_what_is_asked_for() -> None:
    """Watch the run that another mode asks for."""
    run = session.asked_for.value
    if run is None:
        return
    session.asked_for.set(None)
    remark.set("")
    begin(Link(Trial(run.scenario), run.seed, run.replicate), run.chart)


def forget(chart: Chart) -> None:
    """Keep nothing of a chart, or of the people on it."""
    if cast.value and cast.value.chart is chart:
        cast.set(None)
        _put_away()
    if taken.value is chart:
        taken.set(None)


session.at_forgetting.append(forget)


def link(trial: Trial, people: Cast) -> str:
    """The link to what is shown, after its question mark."""
    said = Link(trial, people.seed, people.replicate, week.value, chart_in_link.value)
    return written(said)


def tried_with(people: Cast) -> Tried | None:
    """What was tried with these people: a thread may deliver what it found of those before."""
    found = tried.value
    return found if found and found.life.cast.is_same(people) and not wrong.value else None
