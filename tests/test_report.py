"""The page and the files of a report, made from a results folder with the engine's own results."""

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from empowersim import sweep, words
from empowersim.errors import StoreError
from empowersim.experiment import Experiment
from empowersim.report import write_analysis, write_report
from empowersim.results_folder import ResultsFolder

SCRIPT = "<script>alert(1)</script>"
CASE = "a & 'b' for $5_ or $6^"

TEXT = f"""
title = "{SCRIPT}"
question = "Is 1 < 2 & 3 > 2?"
prediction = "<img src=x onerror=alert(1)> {{{{ 7 * 7 }}}}"

[scenario]
name = "carry-it-together"
weeks = 12

[cases."{CASE}"]
[cases."left alone"]
set = {{ coaching = 0 }}

[org_charts."R&D '$x_'"]
balanced = {{ span = 3, depth = 2 }}

[design]
kind = "grid"
factors = {{ collaborator_share = [0, 0.5, 1] }}

[runs]
replicates = 4
seed = 1

[analysis]
outcomes = ["partnership", "strain"]
"""


class Page(HTMLParser):
    """What a browser would make of a page: tags with their attributes, and the text."""

    VOID = ("meta", "img", "br")

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text += data

    def of(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("report")
    (place / "experiment.toml").write_text(TEXT, encoding="utf-8")
    experiment = Experiment.read(place / "experiment.toml")
    made = sweep.open_folder(experiment, place / "results")
    sweep.run(experiment, made)
    return made.path


@pytest.fixture(scope="module", params=words.LANGUAGES)
def written(request, folder):
    place = write_report(folder, request.param)
    return request.param, place.read_text(encoding="utf-8")


def test_each_language_has_a_page_of_its_own(folder, written):
    language, html = written
    assert (folder / ("report.html" if language == "en" else "report.fr.html")).is_file()
    page = Page(html)
    assert page.open == []
    assert page.of("html") == [{"lang": language}]
    assert words.say(language, "answer") in page.text
    assert "None" not in page.text
    assert "nan" not in page.text


def test_names_that_people_choose_are_never_markup(written):
    _, html = written
    page = Page(html)
    assert not page.of("script")
    assert SCRIPT in page.text
    assert CASE in page.text
    assert "R&D '$x_'" in page.text
    assert "<img src=x onerror=alert(1)> {{ 7 * 7 }}" in page.text
    assert not any(name.startswith("on") for _, each in page.tags for name in each)
    for attributes in page.of("img"):
        assert attributes.keys() == {"src", "alt"}


def test_the_page_loads_nothing(written):
    _, html = written
    assert not re.search(r"https?://", html)
    page = Page(html)
    assert not page.of("link")
    assert "url(" not in html
    assert "@import" not in html
    assert all(each["src"].startswith("data:image/") for each in page.of("img"))
    policy = next(each for each in page.of("meta") if "http-equiv" in each)
    assert "default-src 'none'" in policy["content"]


def test_every_picture_can_be_read_aloud(written):
    _, html = written
    pictures = Page(html).of("img")
    assert len(pictures) >= 5
    assert all(len(each["alt"]) > 40 for each in pictures)


def test_headings_and_their_names_are_unique(written):
    _, html = written
    names = [each["id"] for _, each in Page(html).tags if "id" in each]
    assert len(names) == len(set(names))


def test_the_page_says_how_it_was_made(folder, written):
    language, html = written
    text = Page(html).text
    assert ResultsFolder.open(folder).digest() in text
    assert "empowersim sweep results/experiment.toml --out results-again" in text
    assert ("(13 people)" if language == "en" else "(13 personnes)") in text
    assert "carry-it-together" in text


def test_the_same_results_make_the_same_page(folder):
    assert write_report(folder).read_bytes() == write_report(folder).read_bytes()


def test_tables_equal_their_csv_and_every_file_is_named(folder):
    place = write_analysis(folder)
    said = json.loads((place / "findings.json").read_text(encoding="utf-8"))
    named = {name for finding in said["findings"] for name in finding["files"]}
    assert named == {file.name for file in place.iterdir()} - {"findings.json"}
    for file in place.glob("*.parquet"):
        table, text = pd.read_parquet(file), pd.read_csv(file.with_suffix(".csv"))
        pd.testing.assert_frame_equal(table, text, check_dtype=False, rtol=1e-15)
    for file in place.glob("*.png"):
        assert file.read_bytes().startswith(b"\x89PNG")
        assert file.with_suffix(".svg").is_file()
    assert said["language"] == "en"
    assert "After 12 weeks" in said["answer"]


def test_the_first_outcome_is_that_of_the_results(folder):
    write_analysis(folder)
    points = pd.read_csv(folder / "analysis" / "overview-points.csv")
    means = ResultsFolder.open(folder).results().groupby("point")["partnership"].mean()
    assert points["partnership"].tolist() == pytest.approx(means.tolist())


def test_a_folder_without_results_is_one_line(tmp_path):
    (tmp_path / "experiment.toml").write_text(TEXT, encoding="utf-8")
    experiment = Experiment.read(tmp_path / "experiment.toml")
    made = sweep.open_folder(experiment, tmp_path / "results")
    with pytest.raises(StoreError, match="no results yet"):
        write_report(made.path)
    with pytest.raises(StoreError, match="no folder"):
        write_analysis(tmp_path / "nowhere")


def cut_short(place, text=TEXT, blocks=1):
    """A results folder with so many of its blocks."""
    place.mkdir(exist_ok=True)
    (place / "experiment.toml").write_text(text, encoding="utf-8")
    experiment = Experiment.read(place / "experiment.toml")
    made = sweep.open_folder(experiment, place / "results")
    with made.locked():
        for block in next(sweep.side_by_side(experiment, made))[:blocks]:
            made.commit(sweep.do(str(made.path), experiment.hash(), block))
    return made


@pytest.mark.parametrize(
    ("language", "said", "number"),
    [("en", "{} of 1,536 runs are there", "{:,}"), ("fr", "{} simulations sur 1\u202f536", "{}")],
)
def test_a_sweep_that_has_not_ended_is_said_not_to_have(tmp_path, monkeypatch, language, said,
                                                        number):  # fmt: skip
    monkeypatch.setattr("empowersim.blocks.RUNS", 256)
    made = cut_short(tmp_path, TEXT.replace("replicates = 4", "replicates = 256"))
    said = said.format(number.format(256))
    analysed = write_analysis(made.path, language)
    found = json.loads((analysed / "findings.json").read_text(encoding="utf-8"))
    assert found["answer"].startswith(said)
    assert found["complete"] is False
    html = write_report(made.path, language).read_text(encoding="utf-8")
    banner = html.index('<p class="unfinished"')
    assert said in html[banner : banner + 120]
    assert banner < html.index("<section")


def test_a_sweep_until_a_mean_is_known_does_not_say_of_how_many(tmp_path, monkeypatch):
    monkeypatch.setattr("empowersim.blocks.RUNS", 32)
    until = 'until = { outcome = "partnership", half_width = 0.01, at_least = 32, at_most = 64 }'
    made = cut_short(tmp_path, TEXT.replace("replicates = 4", until))
    html = write_report(made.path).read_text(encoding="utf-8")
    assert "The sweep has not ended: 32 runs are there" in html


def test_a_sweep_that_has_ended_says_nothing_of_it(folder, written):
    _, html = written
    assert 'class="unfinished"' not in html
    found = json.loads((write_analysis(folder) / "findings.json").read_text(encoding="utf-8"))
    assert found["complete"] is True
    assert found["answer"].startswith("After 12 weeks")


def test_a_folder_where_every_run_failed_is_one_line(folder, monkeypatch):
    monkeypatch.setattr(ResultsFolder, "results", lambda self: pd.DataFrame({"point": []}))
    for write in (write_report, write_analysis):
        with pytest.raises(StoreError, match=r"every run failed.*retry") as caught:
            write(folder)
        assert "\n" not in str(caught.value)


def test_failures_are_told(folder, monkeypatch):
    failure = {
        "point": 2,
        "replicate": 3,
        "seed": 1,
        "error": f"ValueError: {SCRIPT}",
        "traceback": "",
    }
    monkeypatch.setattr(ResultsFolder, "failures", lambda self: [failure])
    page = Page(write_report(folder).read_text(encoding="utf-8"))
    assert f"Point 2, replicate 3: ValueError: {SCRIPT}" in page.text
    assert not page.of("script")
