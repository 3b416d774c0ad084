"""The best share and the square of the effort."""

import numpy as np
import pytest

from empowersim import Parameters
from empowersim.own_rules import rules_from
from validation import effort


def strain_after(rules, carried, scale=1.0):
    """Strain one week on, where only the effort moves it."""
    p = Parameters(effort_collaborator=0.5 * scale, strain_rate=1.0)
    return rules.functions.strain_after(0.0, 1.0, 0.0, 0.0, 0.2, 0.0, 0.0, carried, p)


@pytest.mark.parametrize("form", effort.EFFORTS[1:], ids=lambda form: form.name)
@pytest.mark.parametrize("carried", [0.1, 0.4, 0.8, 1.0])
def test_effort_grows_with_its_power(form, carried):
    expected = 0.5 * form.scale * carried**form.power * (1.2 - 0.2)
    assert strain_after(form.rules, carried, form.scale) == pytest.approx(expected, abs=1e-12)


def test_the_rival_is_the_form_in_step():
    rival = rules_from("linear-effort")
    assert strain_after(rival, 0.3) == pytest.approx(0.15, abs=1e-12)


def test_the_scales_are_what_they_say():
    carried = 0.8 * np.linspace(0, 1, 1001)
    same_mean, same_at = effort.EFFORTS[4].scale, effort.EFFORTS[5].scale
    assert (same_mean * carried).mean() == pytest.approx((carried**2).mean(), rel=1e-3)
    assert same_at * 0.8 * 0.4 == pytest.approx((0.8 * 0.4) ** 2)


def test_inside_means_that_both_ends_are_clearly_worse():
    curves = np.array([[0.1, 0.5, 0.1], [0.46, 0.5, 0.1], [0.1, 0.3, 0.5]])
    assert effort.inside(curves).tolist() == [True, False, False]


def test_in_step_the_managers_end_is_best():
    """The finding itself, at the defaults, with few replicates."""
    in_step = effort.curves(effort.EFFORTS[3], [Parameters()], 4)[0]
    ours = effort.curves(effort.EFFORTS[0], [Parameters()], 4)[0]
    assert in_step.argmax(axis=-1).tolist() == [0, 0]
    assert effort.inside(ours).all()
