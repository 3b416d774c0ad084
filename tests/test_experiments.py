"""The experiments that ship: they can be read, and what their READMEs say still comes out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from empowersim import blocks
from empowersim.blocks import Block
from empowersim.designs import Grid
from empowersim.experiment import Experiment
from empowersim.parameters import DECLARATIONS

FOLDER = Path(__file__).parents[1] / "experiments"
FOLDERS = sorted(path.parent for path in FOLDER.glob("*/experiment.toml"))
FILES = sorted(FOLDER.glob("*/*.toml"))
OF_A_USER = ("org_charts/one.csv", "org_charts/two.csv", "org_charts/three.csv")

REPLICATES = 16
"""The first of the 64 whose means and intervals are below: a quarter, so intervals twice as wide."""
MARGIN = 2 * 2
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


def point(file: str, case: str, chart: str, values: Mapping[str, float]) -> int:
    """The number of the point with this case, chart (the only one, if empty) and values."""
    found = experiment(file)
    assert isinstance(found.design, Grid)
    numbers = [
        number
        for number, each in enumerate(found.points)
        if each.case == case
        and chart in ("", each.chart)
        and all(each.values[name] == pytest.approx(value) for name, value in values.items())
    ]
    assert len(numbers) == 1
    return numbers[0]


# Means and half 95 % intervals over 64 replicates: what the READMEs say rests on.
HEADLINES: tuple[tuple[str, str, str, Mapping[str, float], str, float, float], ...] = (
    # HEADLINES
)


@cache
def means(file: str) -> Mapping[int, Mapping[str, float]]:
    """Mean outcomes at the points of a file that are in HEADLINES."""
    rows = [row for row in HEADLINES if row[0] == file]
    numbers = sorted({point(file, case, chart, values) for _, case, chart, values, *_ in rows})
    results, failures = blocks.results_of(
        experiment(file), Block(0, tuple(numbers), 0, REPLICATES)
    )
    assert not failures
    return results.groupby("point").mean().to_dict(orient="index")


@pytest.mark.parametrize("row", HEADLINES, ids=lambda row: f"{row[0][:2]} {row[1]} {row[3]} {row[4]}")
def test_a_headline_number_comes_out_again(row):
    file, case, chart, values, outcome, mean, half_width = row
    found = means(file)[point(file, case, chart, values)][outcome]
    assert found == pytest.approx(mean, abs=max(LEAST, MARGIN * half_width))
