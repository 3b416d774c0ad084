"""What is tried: the scenario, the levers as they are after the week shown, the interventions."""

from __future__ import annotations

from functools import partial

import reacton.ipyvuetify as v
import solara

from empowersim.app import language
from empowersim.app.controls import Act, Choice, Lever
from empowersim.app.lab import words
from empowersim.app.lab.memory import history, remark, week, wrong
from empowersim.app.lab.policy import Trial, levers_after, moved, without
from empowersim.app.language import _
from empowersim.app.titles import TITLES, title
from empowersim.scenarios import Scenario, named


def try_policy(policy: Scenario, move: tuple[str, int] | None = None) -> None:
    """Put another policy on trial."""
    remark.set("")
    wrong.set("")
    history.set(history.value.then(history.value.now._replace(policy=policy), move))


def move_lever(lever: str, value: float) -> None:
    """Move a lever in the week that is shown."""
    policy = history.value.now.policy
    at = _turning(policy)
    try_policy(moved(policy, lever, value, at), (lever, at))


def _turning(policy: Scenario) -> int:
    """The week after which a lever that is moved now acts: the last but one at the latest."""
    return min(week.value, policy.weeks - 1)


def _choose_scenario(name: str) -> None:
    week.set(0)
    try_policy(named(name))


def undo(*_ignored: object) -> None:
    """One trial back."""
    wrong.set("")
    history.set(history.value.undo())


def redo(*_ignored: object) -> None:
    """One trial forth."""
    wrong.set("")
    history.set(history.value.redo())


def _pin(policy: Scenario | None) -> None:
    wrong.set("")
    history.set(history.value.then(history.value.now._replace(pinned=policy)))


@solara.component
def Policy(trial: Trial) -> None:  # noqa: N802 (a component)
    """The levers as they are after the week that is shown, and what was changed when."""
    policy = trial.policy
    with v.Html(tag="div", class_="es-now"):
        # A scenario of a researcher's own is in the list while it is the policy.
        offered = list(dict.fromkeys((*TITLES, policy.name)))
        titles = [title(name) for name in offered]
        Choice(_("Scenario"), offered, titles, policy.name, _choose_scenario, named=False)
        v.Html(
            tag="p",
            class_="es-when",
            children=[
                _("From week {week} on:", week=language.number(_turning(policy) + 1))
                if _turning(policy)
                else _("From the start:")
            ],
        )
        for name, value in levers_after(policy, _turning(policy)).items():
            Lever(name, value, partial(move_lever, name))
    Changes(policy)
    with v.Html(tag="div", class_="es-acts"):
        Act("↶", undo, said=_("Undo"), disabled=not history.value.past)
        Act("↷", redo, said=_("Redo"), disabled=not history.value.future)
        if trial.pinned is None:
            Act(_("Keep as A"), lambda: _pin(policy))
        else:
            Act(_("Drop A"), lambda: _pin(None))


@solara.component
def Changes(policy: Scenario) -> None:  # noqa: N802
    """The interventions, each with a button that takes it out."""
    if not policy.interventions:
        return
    with v.Html(tag="ul", class_="es-changes", attributes={"aria-label": _("Interventions")}):
        for each in policy.interventions:
            with v.Html(tag="li"):
                text = words.intervention(each)
                v.Html(tag="span", children=[text])
                Act(
                    "×",
                    partial(try_policy, without(policy, each)),
                    said=_("Remove: {what}", what=text),
                )
