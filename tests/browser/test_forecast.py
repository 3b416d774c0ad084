import ast
import socket
from pathlib import Path

import pytest

from empowersim import app, scenarios
from empowersim.app import server, texts
from empowersim.app.forecast import FIRST_SCENARIO, forecast, lever_values
from empowersim.app.texts import LANGUAGES
from empowersim.errors import ParameterError
from empowersim.outcomes import REGIMES
from empowersim.parameters import LEVERS
from empowersim.simulation import simulate


def test_the_forecast_is_what_the_engine_says_of_the_same_runs():
    shares = forecast(FIRST_SCENARIO, lever_values(FIRST_SCENARIO) | {"coaching": 0.2})
    changed = scenarios.named(FIRST_SCENARIO).with_changes({"coaching": 0.2})
    weekly = simulate(changed, replicates=64).weekly
    assert set(shares) == set(REGIMES)
    for regime, band in shares.items():
        by_week = weekly.groupby("week")[regime]
        assert band.mean == pytest.approx(by_week.mean().tolist(), abs=1e-4)
        assert band.low == pytest.approx(by_week.quantile(0.05).tolist(), abs=1e-4)
        assert band.high == pytest.approx(by_week.quantile(0.95).tolist(), abs=1e-4)
        assert len(band.mean) == changed.weeks + 1


def test_the_verdict_speaks_of_the_last_week_of_both_kinds_of_scenario():
    levers = lever_values("all-on-the-collaborators")
    band = forecast("all-on-the-collaborators", levers)["partnership"]
    english, french = (texts.verdict(band, language) for language in LANGUAGES)
    assert f"After 156 weeks, {texts.percent(band.mean[-1])} of" in english
    assert f"Après 156 semaines, {texts.percent(band.mean[-1])} des" in french
    assert all(texts.percent(edge[-1]) in english for edge in (band.low, band.high))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scenario_and_every_lever_has_its_words_in_every_language(language):
    assert texts.WORDS[language].keys() == texts.WORDS["en"].keys()
    for scenario in scenarios.NAMED.values():
        assert texts.title(scenario.name, language)
        assert texts.story(scenario.name, language)
    assert all(texts.meaning(lever, language).endswith(".") for lever in LEVERS)
    assert texts.TITLES.keys() == texts.STORIES_FR.keys() == scenarios.NAMED.keys()
    assert texts.MEANINGS_FR.keys() == set(LEVERS)


def test_an_end_of_efforts_is_told_from_another_change():
    stop = scenarios.end_of_efforts(60)
    assert texts.intervention(stop, "en") == "week 60: efforts stop"
    more = (scenarios.Intervention(9, "coaching", 0.8),)
    assert texts.intervention(more, "fr") == "semaine 9 : les leviers bougent"


@pytest.mark.parametrize("port", [0, 65536, -1, True])
def test_a_port_that_does_not_exist_is_refused(port):
    with pytest.raises(ParameterError, match="--port"):
        server.listen(port)


def test_a_taken_port_is_refused_and_a_free_one_is_on_this_machine_alone(monkeypatch):
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 (it must not be obeyed)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ParameterError, match=rf"--port {port} cannot be had"):
            server.listen(port)
    with server.listen(port) as listening:
        assert listening.getsockname() == ("127.0.0.1", port)


def test_no_text_is_written_in_the_page():
    page = ast.parse(Path(app.__file__).with_name("page.py").read_text(encoding="utf-8"))
    children = [
        text.value
        for keyword in ast.walk(page)
        if isinstance(keyword, ast.keyword) and keyword.arg == "children"
        for text in ast.walk(keyword.value)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    ]
    assert {text for text in children if " " in text} == set()
