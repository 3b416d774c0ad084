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
    # fmt: off
    ("01_who_carries_the_change/experiment.toml", "coaching and training", "", {"collaborator_share": 0.0}, "partnership", 0.5537, 0.0131),
    ("01_who_carries_the_change/experiment.toml", "coaching and training", "", {"collaborator_share": 0.4}, "partnership", 0.8948, 0.0078),
    ("01_who_carries_the_change/experiment.toml", "coaching and training", "", {"collaborator_share": 1.0}, "partnership", 0.2707, 0.0133),
    ("01_who_carries_the_change/experiment.toml", "coaching alone", "", {"collaborator_share": 0.0}, "partnership", 0.2089, 0.0112),
    ("01_who_carries_the_change/experiment.toml", "coaching alone", "", {"collaborator_share": 0.4}, "partnership", 0.5716, 0.0156),
    ("01_who_carries_the_change/experiment.toml", "coaching alone", "", {"collaborator_share": 1.0}, "partnership", 0.1257, 0.0077),
    ("01_who_carries_the_change/experiment.toml", "training alone", "", {"collaborator_share": 1.0}, "partnership", 0.0559, 0.0055),
    ("01_who_carries_the_change/experiment.toml", "neither", "", {"collaborator_share": 0.4}, "partnership", 0.002, 0.0013),
    ("01_who_carries_the_change/experiment.toml", "coaching and training", "", {"collaborator_share": 1.0}, "strain", 0.504, 0.0021),
    ("02_when_to_stop/experiment.toml", "everything stops", "", {"stop": 60.0}, "partnership", 0.0, 0.0),
    ("02_when_to_stop/experiment.toml", "everything stops", "", {"stop": 116.0}, "partnership", 0.4763, 0.0308),
    ("02_when_to_stop/experiment.toml", "everything stops", "", {"stop": 136.0}, "partnership", 0.9406, 0.0098),
    ("02_when_to_stop/experiment.toml", "accompaniment stops, the push goes on", "", {"stop": 36.0}, "partnership", 0.1219, 0.0225),
    ("02_when_to_stop/experiment.toml", "accompaniment stops, the push goes on", "", {"stop": 56.0}, "partnership", 0.9393, 0.0119),
    ("02_when_to_stop/experiment.toml", "the push stops, accompaniment goes on", "", {"stop": 84.0}, "partnership", 0.0497, 0.0123),
    ("02_when_to_stop/experiment.toml", "the push stops, accompaniment goes on", "", {"stop": 112.0}, "partnership", 0.9479, 0.0094),
    ("03_just_let_go/experiment.toml", "nothing else", "", {"ramp": 26.0, "mandate": 0.8}, "partnership", 0.0, 0.0),
    ("03_just_let_go/experiment.toml", "with training", "", {"ramp": 26.0, "mandate": 0.8}, "partnership", 0.0001, 0.0001),
    ("03_just_let_go/experiment.toml", "with coaching", "", {"ramp": 26.0, "mandate": 0.8}, "partnership", 1.0, 0.0),
    ("03_just_let_go/experiment.toml", "with both", "", {"ramp": 26.0, "mandate": 0.8}, "partnership", 1.0, 0.0),
    ("03_just_let_go/experiment.toml", "with coaching", "", {"ramp": 1.0, "mandate": 0.6}, "partnership", 0.8622, 0.0177),
    ("03_just_let_go/experiment.toml", "with coaching", "", {"ramp": 104.0, "mandate": 0.6}, "partnership", 0.311, 0.0209),
    ("03_just_let_go/experiment.toml", "nothing else", "", {"ramp": 26.0, "mandate": 0.8}, "trust", 0.2712, 0.001),
    ("04_what_we_reward/experiment.toml", "carry-it-together", "", {"upward_accountability": 0.0, "control_reward": 0.0}, "partnership", 1.0, 0.0),
    ("04_what_we_reward/experiment.toml", "carry-it-together", "", {"upward_accountability": 0.0, "control_reward": 0.5}, "partnership", 0.8812, 0.0072),
    ("04_what_we_reward/experiment.toml", "carry-it-together", "", {"upward_accountability": 0.0, "control_reward": 1.0}, "partnership", 0.0253, 0.0037),
    ("04_what_we_reward/experiment.toml", "carry-it-together", "", {"upward_accountability": 0.5, "control_reward": 1.0}, "partnership", 0.5759, 0.0158),
    ("04_what_we_reward/experiment.toml", "carry-it-together", "", {"upward_accountability": 0.8, "control_reward": 1.0}, "partnership", 0.9769, 0.0034),
    ("05_span_and_depth/experiment.toml", "as it is", "", {"depth": 1.0, "span": 6.0}, "partnership", 0.9297, 0.0485),
    ("05_span_and_depth/experiment.toml", "as it is", "", {"depth": 3.0, "span": 3.0}, "partnership", 0.512, 0.0323),
    ("05_span_and_depth/experiment.toml", "as it is", "", {"depth": 3.0, "span": 6.0}, "partnership", 0.5267, 0.0154),
    ("05_span_and_depth/experiment.toml", "as it is", "", {"depth": 3.0, "span": 12.0}, "partnership", 0.7007, 0.006),
    ("05_span_and_depth/experiment.toml", "overload moves no manager to let go", "", {"depth": 1.0, "span": 6.0}, "partnership", 0.9818, 0.0198),
    ("05_span_and_depth/experiment.toml", "overload moves no manager to let go", "", {"depth": 3.0, "span": 3.0}, "partnership", 0.8514, 0.0224),
    ("05_span_and_depth/experiment.toml", "overload moves no manager to let go", "", {"depth": 3.0, "span": 6.0}, "partnership", 0.8421, 0.0094),
    ("05_span_and_depth/experiment.toml", "overload moves no manager to let go", "", {"depth": 3.0, "span": 12.0}, "partnership", 0.2892, 0.0074),
    ("06_who_starts/experiment.toml", "all at once", "", {"lag": 36.0}, "partnership", 1.0, 0.0),
    ("06_who_starts/experiment.toml", "a pilot first", "", {"lag": 36.0}, "partnership", 0.9656, 0.0045),
    ("06_who_starts/experiment.toml", "from the top", "", {"lag": 36.0}, "partnership", 0.5434, 0.0121),
    ("06_who_starts/experiment.toml", "from the bottom", "", {"lag": 36.0}, "partnership", 0.7232, 0.0083),
    ("06_who_starts/in_the_end.toml", "all at once", "", {"lag": 26.0}, "partnership", 0.7975, 0.0343),
    ("06_who_starts/in_the_end.toml", "a pilot first", "", {"lag": 26.0}, "partnership", 0.6598, 0.0381),
    ("06_who_starts/in_the_end.toml", "from the top", "", {"lag": 26.0}, "partnership", 0.6433, 0.0349),
    ("06_who_starts/in_the_end.toml", "from the bottom", "", {"lag": 26.0}, "partnership", 0.4746, 0.0354),
    ("07_one_squeezed_layer/experiment.toml", "carry-it-together", "even", {"coaching": 0.4}, "partnership", 0.618, 0.0143),
    ("07_one_squeezed_layer/experiment.toml", "carry-it-together", "squeezed at the top", {"coaching": 0.4}, "partnership", 0.6424, 0.0111),
    ("07_one_squeezed_layer/experiment.toml", "carry-it-together", "squeezed in the middle", {"coaching": 0.4}, "partnership", 0.7202, 0.0144),
    ("07_one_squeezed_layer/experiment.toml", "carry-it-together", "squeezed at the front", {"coaching": 0.4}, "partnership", 0.7136, 0.0197),
    ("07_one_squeezed_layer/without_relief.toml", "carry-it-together", "even", {"coaching": 0.4}, "partnership", 0.9045, 0.0067),
    ("07_one_squeezed_layer/without_relief.toml", "carry-it-together", "squeezed at the front", {"coaching": 0.4}, "partnership", 0.2826, 0.0163),
    ("09_without_each_mechanism/experiment.toml", "everything on", "", {"collaborator_share": 0.0}, "partnership", 0.5586, 0.0134),
    ("09_without_each_mechanism/experiment.toml", "everything on", "", {"collaborator_share": 0.4}, "partnership", 0.898, 0.0068),
    ("09_without_each_mechanism/experiment.toml", "everything on", "", {"collaborator_share": 1.0}, "partnership", 0.2558, 0.0124),
    ("09_without_each_mechanism/experiment.toml", "no coached practice", "", {"collaborator_share": 0.0}, "partnership", 0.0005, 0.0007),
    ("09_without_each_mechanism/experiment.toml", "no coached practice", "", {"collaborator_share": 0.4}, "partnership", 0.0411, 0.0056),
    ("09_without_each_mechanism/experiment.toml", "no coached practice", "", {"collaborator_share": 1.0}, "partnership", 0.2558, 0.0124),
    ("09_without_each_mechanism/experiment.toml", "no call on collaborators", "", {"collaborator_share": 0.0}, "partnership", 0.5586, 0.0134),
    ("09_without_each_mechanism/experiment.toml", "no call on collaborators", "", {"collaborator_share": 0.4}, "partnership", 0.0448, 0.0057),
    ("09_without_each_mechanism/experiment.toml", "no call on collaborators", "", {"collaborator_share": 1.0}, "partnership", 0.0, 0.0),
    ("09_without_each_mechanism/experiment.toml", "no effort of collaborators", "", {"collaborator_share": 0.0}, "partnership", 0.5586, 0.0134),
    ("09_without_each_mechanism/experiment.toml", "no effort of collaborators", "", {"collaborator_share": 0.4}, "partnership", 0.9959, 0.0012),
    ("09_without_each_mechanism/experiment.toml", "no effort of collaborators", "", {"collaborator_share": 1.0}, "partnership", 1.0, 0.0),
    ("09_without_each_mechanism/experiment.toml", "no effort of managers", "", {"collaborator_share": 0.0}, "partnership", 0.9766, 0.0031),
    ("09_without_each_mechanism/experiment.toml", "no effort of managers", "", {"collaborator_share": 0.4}, "partnership", 0.9972, 0.001),
    ("09_without_each_mechanism/experiment.toml", "no effort of managers", "", {"collaborator_share": 1.0}, "partnership", 0.2558, 0.0124),
    ("09_without_each_mechanism/other_rule.toml", "coaching alone", "", {"collaborator_share": 0.0}, "partnership", 0.7868, 0.0082),
    ("09_without_each_mechanism/other_rule.toml", "coaching alone", "", {"collaborator_share": 0.4}, "partnership", 1.0, 0.0),
    ("09_without_each_mechanism/other_rule.toml", "coaching alone", "", {"collaborator_share": 1.0}, "partnership", 0.9524, 0.0046),
    ("09_without_each_mechanism/other_rule.toml", "training alone", "", {"collaborator_share": 0.0}, "partnership", 0.0122, 0.0022),
    ("09_without_each_mechanism/other_rule.toml", "training alone", "", {"collaborator_share": 0.4}, "partnership", 0.3352, 0.0161),
    ("09_without_each_mechanism/other_rule.toml", "training alone", "", {"collaborator_share": 1.0}, "partnership", 0.9055, 0.0076),
    # fmt: on
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
