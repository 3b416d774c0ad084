from concurrent.futures import CancelledError
from dataclasses import replace
from threading import Event, Timer
from time import perf_counter

import numpy as np
import pytest

from empowersim import scenarios
from empowersim.app.lab import forecast as forecasts
from empowersim.app.lab.forecast import RUNS, WHOLE, Forecast, better_in, forecast, reached
from empowersim.app.lab.life import Cast, live
from empowersim.org_chart import balanced
from empowersim.scenarios import Intervention
from empowersim.simulation import simulate

PEOPLE = Cast.of(balanced(4, 3))
TOGETHER = replace(scenarios.named("carry-it-together"), weeks=100)


@pytest.fixture(scope="module")
def life():
    return live(TOGETHER, PEOPLE)


def test_futures_share_the_present_and_differ_in_luck(life):
    found = forecast(life, 40)
    assert found.runs == RUNS >= 200
    assert found.shares.shape == (RUNS, 61, 4)
    np.testing.assert_allclose(found.shares.sum(axis=2), 1)
    assert (found.shares[:, 0] == found.shares[0, 0]).all()
    assert len(np.unique(found.shares[:, 20, 3])) > 5


def test_from_the_start_futures_are_like_other_runs(life):
    """Their mean depends on who these people are, which a run of other people draws anew."""
    weekly = simulate(TOGETHER, balanced(4, 3), replicates=200, seed=9, workers=1).weekly
    others = weekly.groupby("week")["partnership"].agg(["mean", "std"]).to_numpy().T
    ours = forecast(life, 0).shares[:, :, 3].mean(axis=0)
    assert (np.abs(ours - others[0]) <= 4 * others[1] + 1e-9).all()


def test_bands_hold_nine_futures_in_ten(life):
    found = forecast(life, 40)
    mean, low, high = found.bands()[3].astype(float) / WHOLE
    inside = (found.shares[:, :, 3] >= low - 0.005) & (found.shares[:, :, 3] <= high + 0.005)
    beyond = 2 * (int(0.05 * (RUNS - 1)) + 1)  # by the quantiles' definition
    assert (inside.sum(axis=0) >= RUNS - beyond).all()
    np.testing.assert_allclose(mean, found.shares[:, :, 3].mean(axis=0), atol=0.5 / WHOLE + 1e-9)


def test_chance_and_comparison():
    def ends(values):
        shares = np.zeros((len(values), 1, 4))
        shares[:, 0, 3] = values
        return Forecast(0, shares)

    one, other = ends([0.4, 0.5, 0.6, 0.9]), ends([0.5, 0.5, 0.5, 1.0])
    assert one.chance == 0.5
    assert better_in(one, other) == 0.5
    assert better_in(other, one) == 0.25
    assert one.middle()[0] == pytest.approx(0.6)


def test_the_week_in_which_half_are_partners(life):
    found = forecast(life, 40)
    mean = found.shares[:, :, 3].mean(axis=0)
    week = reached(life, found)
    assert week > 40
    assert mean[week - 40] > 0.5 >= mean[week - 41]
    assert reached(life, Forecast(40, found.shares[:, :2])) is None


def test_a_week_that_is_past_is_that_of_the_life(life):
    week = reached(life, forecast(life, life.weeks))
    so_far = life.share("partnership")
    assert so_far[week] > 0.5 >= so_far[:week].max()
    for later in (week, week + 1, 90):
        assert reached(life, forecast(life, later)) == week


def test_the_better_policy_is_better_in_nearly_every_future(life):
    stopped = (Intervention(41, "coaching", 0.0), Intervention(41, "mandate", 0.0))
    worse = live(replace(TOGETHER, interventions=stopped), PEOPLE, before=life)
    assert better_in(forecast(worse, 40), forecast(life, 40)) > 0.95


def test_at_the_end_there_is_nothing_left_to_guess(life):
    found = forecast(life, life.weeks)
    assert found.shares.shape[1] == 1
    assert (found.ends == life.share("partnership")[-1]).all()


def test_a_large_organisation_gets_fewer_futures(life, monkeypatch):
    monkeypatch.setattr(forecasts, "MOST_PERSON_WEEKS", 64 * 60 * 85)
    assert forecast(life, 40).runs == 64
    monkeypatch.setattr(forecasts, "MOST_PERSON_WEEKS", 1)
    assert forecast(life, 40).runs == forecasts.FEWEST_RUNS


def test_a_forecast_that_nobody_waits_for_stops(monkeypatch):
    monkeypatch.setattr(forecasts, "MOST_PERSON_WEEKS", 10**12)
    large = live(TOGETHER, Cast.of(balanced(15, 3)))
    stop, begun = Event(), perf_counter()
    Timer(0.05, stop.set).start()
    with pytest.raises(CancelledError):
        forecast(large, 0, stop, runs=20_000)
    assert perf_counter() - begun < 5
