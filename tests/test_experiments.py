"""The experiments that ship: they can be read, and what their READMEs say still comes out."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from empowersim import blocks
from empowersim.blocks import Block
from empowersim.experiment import Experiment
from empowersim.parameters import DECLARATIONS

FOLDER = Path(__file__).parents[1] / "experiments"
FOLDERS = sorted(path.parent for path in FOLDER.glob("*/experiment.toml"))
FILES = sorted(FOLDER.glob("*/*.toml"))
OF_A_USER = ("org_charts/one.csv", "org_charts/two.csv", "org_charts/three.csv")

REPLICATES = 16
"""The first of the 64 behind the means and intervals below."""
MARGIN = 2 * 2
"""Intervals are twice as wide with a quarter of the replicates; and as much again for luck."""
LEAST = 0.02


@cache
def experiment(file: str) -> Experiment:
    return Experiment.read(FOLDER / file)


def in_words(path: Path) -> str:
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", FILES, ids=in_words)
def test_every_file_can_be_read(path):
    if path.name == "your_own.toml":
        absent = [name for name in OF_A_USER if not (path.parent / name).exists()]
        if absent:
            pytest.skip(f"a user's own charts are not here: {', '.join(absent)}")
    found = Experiment.read(path)  # and checks every point
    assert found.title
    assert found.question.endswith("?")
    assert found.prediction
    assert found.points


def test_there_are_ten():
    assert [path.name[:2] for path in FOLDERS] == [f"{number:02}" for number in range(1, 11)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_readme_gives_question_prediction_answer_command_and_figures(folder):
    readme = " ".join((folder / "README.md").read_text(encoding="utf-8").split())
    found = experiment(f"{folder.name}/experiment.toml")
    assert found.question in readme
    assert found.prediction in readme
    assert "**Answer.**" in readme
    assert f"empowersim sweep experiments/{folder.name}/experiment.toml" in readme
    figures = {path.name for path in folder.glob("*.png")}
    assert "figure.png" in figures
    assert {name for name in figures if f"]({name})" in readme} == figures


def test_the_table_names_all():
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    for folder in FOLDERS:
        assert f"]({folder.name}/README.md)" in table


def test_the_screening_varies_every_number_but_a_definition():
    found = experiment("08_what_matters_most/morris.toml")
    assert set(DECLARATIONS) - set(found.factors) == {"regime_threshold"}
    for name, declaration in DECLARATIONS.items():
        if name in found.factors:
            given = found.design.factors[name]
            assert given.low <= declaration.default <= given.high, name


# Means and half 95 % intervals over 64 replicates, on which the READMEs rest: the case, or the org
# chart where only charts differ; the factors' values; the outcome.
HEADLINES = """
[01_who_carries_the_change/experiment]
coaching and training | collaborator_share = 0 | partnership | 0.554 ± 0.013
coaching and training | collaborator_share = 0.4 | partnership | 0.895 ± 0.008
coaching and training | collaborator_share = 1 | partnership | 0.271 ± 0.013
coaching alone | collaborator_share = 0 | partnership | 0.209 ± 0.011
coaching alone | collaborator_share = 0.4 | partnership | 0.572 ± 0.016
coaching alone | collaborator_share = 1 | partnership | 0.126 ± 0.008
training alone | collaborator_share = 1 | partnership | 0.056 ± 0.005
neither | collaborator_share = 0.4 | partnership | 0.002 ± 0.001
coaching and training | collaborator_share = 1 | strain | 0.504 ± 0.002

[02_when_to_stop/experiment]
everything stops | stop = 60 | partnership | 0.000 ± 0.000
everything stops | stop = 116 | partnership | 0.476 ± 0.031
everything stops | stop = 136 | partnership | 0.941 ± 0.010
accompaniment stops, the push goes on | stop = 36 | partnership | 0.122 ± 0.022
accompaniment stops, the push goes on | stop = 56 | partnership | 0.939 ± 0.012
the push stops, accompaniment goes on | stop = 84 | partnership | 0.050 ± 0.012
the push stops, accompaniment goes on | stop = 112 | partnership | 0.948 ± 0.009

[03_just_let_go/experiment]
abrupt, nothing else | mandate = 0.6 | partnership | 0.000 ± 0.000
abrupt, training | mandate = 0.6 | partnership | 0.000 ± 0.000
abrupt, coaching | mandate = 0.6 | partnership | 0.862 ± 0.018
gradual, coaching | mandate = 0.6 | partnership | 0.311 ± 0.021
abrupt, nothing else | mandate = 0.8 | trust | 0.271 ± 0.001
gradual, nothing else | mandate = 0.8 | trust | 0.271 ± 0.001
abrupt, nothing else | mandate = 0.8 | assurance | 0.545 ± 0.001

[04_what_we_reward/experiment]
carry-it-together | upward_accountability = 0, control_reward = 0 | partnership | 1.000 ± 0.000
carry-it-together | upward_accountability = 0, control_reward = 0.5 | partnership | 0.881 ± 0.007
carry-it-together | upward_accountability = 0, control_reward = 1 | partnership | 0.025 ± 0.004
carry-it-together | upward_accountability = 0.5, control_reward = 1 | partnership | 0.576 ± 0.016
carry-it-together | upward_accountability = 0.8, control_reward = 1 | partnership | 0.977 ± 0.003

[05_span_and_depth/experiment]
carry-it-together | depth = 1, span = 6 | partnership | 0.930 ± 0.049
carry-it-together | depth = 3, span = 3 | partnership | 0.512 ± 0.032
carry-it-together | depth = 3, span = 6 | partnership | 0.527 ± 0.015
carry-it-together | depth = 3, span = 12 | partnership | 0.701 ± 0.006

[05_span_and_depth/without_relief]
carry-it-together | depth = 1, span = 6 | partnership | 0.982 ± 0.020
carry-it-together | depth = 3, span = 3 | partnership | 0.851 ± 0.022
carry-it-together | depth = 3, span = 6 | partnership | 0.842 ± 0.009
carry-it-together | depth = 3, span = 12 | partnership | 0.289 ± 0.007

[06_who_starts/experiment]
all at once | lag = 36 | partnership | 1.000 ± 0.000
a pilot first | lag = 36 | partnership | 0.966 ± 0.004
from the top | lag = 36 | partnership | 0.543 ± 0.012
from the bottom | lag = 36 | partnership | 0.723 ± 0.008

[06_who_starts/in_the_end]
all at once | lag = 26 | partnership | 0.797 ± 0.034
a pilot first | lag = 26 | partnership | 0.660 ± 0.038
from the top | lag = 26 | partnership | 0.643 ± 0.035
from the bottom | lag = 26 | partnership | 0.475 ± 0.035

[07_one_squeezed_layer/experiment]
even | coaching = 0.4 | partnership | 0.618 ± 0.014
squeezed at the top | coaching = 0.4 | partnership | 0.642 ± 0.011
squeezed in the middle | coaching = 0.4 | partnership | 0.720 ± 0.014
squeezed at the front | coaching = 0.4 | partnership | 0.714 ± 0.020

[07_one_squeezed_layer/without_relief]
even | coaching = 0.4 | partnership | 0.904 ± 0.007
squeezed at the front | coaching = 0.4 | partnership | 0.283 ± 0.016

[09_without_each_mechanism/experiment]
everything on | collaborator_share = 0 | partnership | 0.559 ± 0.013
everything on | collaborator_share = 0.4 | partnership | 0.898 ± 0.007
everything on | collaborator_share = 1 | partnership | 0.256 ± 0.012
no coached practice | collaborator_share = 0 | partnership | 0.001 ± 0.001
no coached practice | collaborator_share = 0.4 | partnership | 0.041 ± 0.006
no coached practice | collaborator_share = 1 | partnership | 0.256 ± 0.012
no call on collaborators | collaborator_share = 0 | partnership | 0.559 ± 0.013
no call on collaborators | collaborator_share = 0.4 | partnership | 0.045 ± 0.006
no call on collaborators | collaborator_share = 1 | partnership | 0.000 ± 0.000
no effort of collaborators | collaborator_share = 0 | partnership | 0.559 ± 0.013
no effort of collaborators | collaborator_share = 0.4 | partnership | 0.996 ± 0.001
no effort of collaborators | collaborator_share = 1 | partnership | 1.000 ± 0.000
no effort of managers | collaborator_share = 0 | partnership | 0.977 ± 0.003
no effort of managers | collaborator_share = 0.4 | partnership | 0.997 ± 0.001
no effort of managers | collaborator_share = 1 | partnership | 0.256 ± 0.012

[09_without_each_mechanism/other_rule]
coaching alone | collaborator_share = 0 | partnership | 0.787 ± 0.008
coaching alone | collaborator_share = 0.4 | partnership | 1.000 ± 0.000
coaching alone | collaborator_share = 1 | partnership | 0.952 ± 0.005
training alone | collaborator_share = 0 | partnership | 0.012 ± 0.002
training alone | collaborator_share = 0.4 | partnership | 0.335 ± 0.016
training alone | collaborator_share = 1 | partnership | 0.905 ± 0.008
"""


class Headline(NamedTuple):
    """A mean that a README rests on, ± half of its 95 % interval."""

    file: str
    group: str
    values: str
    outcome: str
    mean: float
    half_width: float

    @property
    def point(self) -> int:
        """Its point: the only one of the group with these values."""
        settings = [each.split(" = ") for each in self.values.split(", ")]
        (number,) = (
            number
            for number, each in enumerate(experiment(self.file).points)
            if self.group in (each.case, each.chart)
            and all(each.values[name] == pytest.approx(float(value)) for name, value in settings)
        )
        return number


def headlines() -> Iterator[Headline]:
    file = ""
    for line in HEADLINES.split("\n"):
        if line.startswith("["):
            file = line.strip("[]") + ".toml"
        elif line:
            group, values, outcome, estimate = line.split(" | ")
            yield Headline(file, group, values, outcome, *map(float, estimate.split(" ± ")))


@cache
def means(file: str) -> Mapping[int, Mapping[str, float]]:
    """Mean outcomes at the points of a file that are in HEADLINES."""
    numbers = sorted({each.point for each in headlines() if each.file == file})
    block = Block(0, tuple(numbers), 0, REPLICATES)
    results, failures = blocks.results_of(experiment(file), block)
    assert not failures
    return results.groupby("point").mean().to_dict(orient="index")


@pytest.mark.parametrize("said", list(headlines()), ids=lambda said: "|".join(map(str, said[:4])))
def test_a_headline_number_comes_out_again(said):
    found = means(said.file)[said.point][said.outcome]
    assert found == pytest.approx(said.mean, abs=max(LEAST, MARGIN * said.half_width))
