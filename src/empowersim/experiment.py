"""An experiment: a question, and everything that decides the runs that answer it."""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from collections.abc import Hashable, Iterator, Mapping
from contextlib import redirect_stdout
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from empowersim import org_chart, outcomes
from empowersim.cases import Balanced, Case, PlannedChart
from empowersim.declaration import shown, unknown_name
from empowersim.designs import Design, Listed, OneAtATime, Point, check_size
from empowersim.errors import EmpowerSimError, ExperimentError
from empowersim.org_chart import Chart
from empowersim.org_chart.cells import clean
from empowersim.own_rules import RuleSet, find_source, is_path, rules_from
from empowersim.parameters import DECLARATIONS
from empowersim.scenarios import DEFAULT_WEEKS, MAX_WEEKS, Rollout, Scenario
from empowersim.section import Section, Several
from empowersim.simulation import MAX_RUNS
from empowersim.store import is_endless, is_file

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_CHART = "balanced"
COLUMNS = (
    *("point", "case", "org_chart", "replicate", "week", *outcomes.NAMES),
    *(f"{regime}{end}" for regime in outcomes.REGIMES for end in ("_low", "_high")),
    *("dominant", "dominant_share"),
)
"""Of the tables of points, results and regimes, besides the factors."""
MOST_LETTERS = 60
"""Of the name of a case, a chart or a factor."""
BATCH = 16
"""Replicates that are added at a time until a mean is known well enough."""


def _outcome(name: str) -> str:
    if name not in outcomes.NAMES:
        known = outcomes.NAMES
        raise ValueError(unknown_name("outcome", name, known, f"outcomes: {', '.join(known)}"))
    return name


def _plain(name: str) -> str:
    wrong = set(name) & set('/\\:*?"<>|') or not name.isprintable()
    if wrong or name != name.strip() or name[:1] in ("", ".") or name[-1:] == ".":
        raise ExperimentError(
            f"{shown(name)} cannot be the name of a file; use letters, digits and spaces"
        )
    return name


type Outcome = Annotated[
    str, AfterValidator(_outcome), WithJsonSchema({"enum": list(outcomes.NAMES)})
]
type Name = Annotated[str, Field(max_length=MOST_LETTERS), AfterValidator(_plain)]


class BaseScenario(Case):
    """The scenario that all cases depart from, and how long it lasts."""

    weeks: Annotated[int, Field(ge=1, le=MAX_WEEKS)] = DEFAULT_WEEKS


class Until(Section):
    """Replicates are added until the mean of an outcome is known to ± `half_width`, 95 % sure."""

    outcome: Outcome
    half_width: Annotated[float, Field(gt=0)]
    at_least: Annotated[int, Field(ge=BATCH, le=MAX_RUNS)] = 32
    at_most: Annotated[int, Field(ge=BATCH, le=MAX_RUNS)] = 1024

    @model_validator(mode="after")
    def _in_order(self) -> Until:
        if self.at_least > self.at_most:
            raise ValueError(
                f"at_least = {self.at_least} is above at_most = {self.at_most}; swap them"
            )
        return self


class Runs(Section):
    """How every point is run."""

    model_config = ConfigDict(
        json_schema_extra={"not": {"required": ["replicates", "until"]}},
    )

    replicates: Annotated[int, Field(ge=1, le=MAX_RUNS)] = 64
    until: Until | None = None
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 0
    common_random_numbers: bool = True
    record: Literal["final", "weekly"] = "final"
    model: str | None = None
    rules: str | None = None
    timeout: Annotated[float, Field(gt=0, description="seconds a run of `model` may take")] = 600.0

    @model_validator(mode="after")
    def _one_way(self) -> Runs:
        if self.until and "replicates" in self.model_fields_set:
            raise ValueError("replicates and until exclude each other; keep one of them")
        return self


class Analysis(Section):
    """What is made of the runs; the first outcome answers the question."""

    outcomes: Annotated[Several[Outcome], Field(min_length=1)] = ("partnership",)
    level: Annotated[float, Field(description="of the first outcome: where is it crossed?")] = 0.5


class PointOf(NamedTuple):
    """One point: which case on which chart, and the values of the factors."""

    case: str
    chart: str
    values: Point


class Experiment(Section):
    """A question, and everything that decides the runs that answer it: `experiment.toml`.

    Files that it names are found from the folder of the file it was read from.

    Raises:
        ExperimentError: the first thing that is wrong, with its place.
    """

    title: str = ""
    question: str = ""
    prediction: str = ""
    scenario: BaseScenario = BaseScenario()
    cases: dict[Name, Case] = Field(default_factory=dict)
    org_charts: dict[Name, PlannedChart] = Field(default_factory=dict)
    design: Design | None = None
    runs: Runs = Runs()
    analysis: Analysis = Analysis()

    _charts: Mapping[str, Chart] = PrivateAttr(default={})
    _rules: RuleSet | None = PrivateAttr(default=None)
    _model: str | None = PrivateAttr(default=None)

    # --- From and to files --------------------------------------------------------------------

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The experiment in a TOML file.

        Raises:
            ExperimentError: a file that cannot be read, or what it says; the place comes first.
            OrgChartError: a chart that it names cannot be read.
        """
        path = Path(path)
        try:
            if is_endless(path) or path.is_dir():
                raise OSError("it is no file; name an experiment file, as experiment.toml")
            text = path.read_bytes().decode("utf-8-sig")
            found = tomllib.loads(text)
        except OSError as error:
            raise ExperimentError(f"cannot read {path}: {error.strerror or error}") from None
        except UnicodeDecodeError:
            raise ExperimentError(f"{path} is not a text in UTF-8; save it as UTF-8") from None
        except ValueError as error:  # a TOMLDecodeError, or a whole number of too many digits
            raise ExperimentError(f"{path} is no TOML: {error}") from None
        except RecursionError:
            raise ExperimentError(f"{path} is no TOML: its brackets are nested too deep") from None
        try:
            return cls(**found).in_folder(path.parent)
        except ExperimentError as error:
            raise ExperimentError(f"{path}: {error}") from None

    def in_folder(self, folder: Path) -> Self:
        """The same, with the files that it names read from a folder."""
        found, design = self._with(), self.design
        if isinstance(design, Listed) and design.file and not design.rows:
            try:
                if not is_file(folder / design.file):
                    raise ValueError("there is no such file")
                text = (folder / design.file).read_text(encoding="utf-8-sig")
            except (OSError, ValueError) as error:
                file = shown(design.file, str)
                raise ExperimentError(f"design.file: cannot read {file}: {error}") from None
            found = self._with(design=design.read(text))
        found._charts = dict(self._charts)
        for name, planned in self.org_charts.items():
            if planned.file is not None and planned.file not in self._charts:
                if not is_file(folder / planned.file):
                    file = shown(planned.file, str)
                    raise ExperimentError(
                        f"org_charts.{name}: {file} is no file; name a chart's file"
                    )
                found._charts[planned.file] = _loaded(name, folder / planned.file)
        with redirect_stdout(sys.stderr):  # what others' files print is no output of ours
            if self.runs.rules:
                found._rules = rules_from(_placed(self.runs.rules, folder))
            if self.runs.model:
                found._model = _placed(self.runs.model, folder)
                _refuse_no_model(found._model)
        found.check()
        return found

    def with_charts(self, charts: Mapping[str, Chart]) -> Self:
        """The same on charts that are at hand, by name, in place of those that it names."""
        for name, chart in charts.items():
            _plain(name)
            for person in map(str, chart):
                if person != clean(person):
                    raise ExperimentError(
                        f"org_charts.{name}: a file would not keep the id {person!r}; take the"
                        " spaces out"
                    )
        files = {f"org_charts/{name}.csv": chart for name, chart in charts.items()}
        planned = {name: PlannedChart(file=f"org_charts/{name}.csv") for name in charts}
        found = self._with(org_charts=planned)
        found._charts = files
        found.check()
        return found

    def with_replicates(self, replicates: int) -> Self:
        """The same with another number of replicates, fixed from the start."""
        return self._with(
            runs=Runs(**self.runs.model_dump(exclude={"until"}) | {"replicates": replicates})
        )

    def recorded(self, record: Literal["final", "weekly"]) -> Self:
        """The same with other weeks kept."""
        return self._with(runs=self.runs.model_copy(update={"record": record}))

    def _with(self, **changes: Any) -> Self:
        """A copy with some fields changed, and nothing computed yet."""
        found = self.model_copy(update=changes)
        for name in ("charts", "all_cases", "points", "most_people"):
            found.__dict__.pop(name, None)
        return found

    def settings(self) -> dict[str, Any]:
        """As a file would say it, without what is at its default."""
        said = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if self.design:
            said["design"] = {"kind": self.design.kind} | said["design"]
        return said

    def to_toml(self) -> str:
        """A file that says all of it, with charts that were read in `org_charts/NAME.csv`."""
        import tomli_w

        said = self.settings()
        for name, planned in self.org_charts.items():
            if planned.file is not None:
                said["org_charts"][name]["file"] = f"org_charts/{name}.csv"
        for key, (path, _) in self._own_code().items():
            _, colon, class_name = str(said["runs"][key]).rpartition(":")
            said["runs"][key] = path + (colon + class_name if key == "model" else "")
        return tomli_w.dumps(said)

    def sources(self) -> Mapping[str, str]:
        """The texts of the files of code that it names, by where `to_toml` says they are."""
        return dict(self._own_code().values())

    def _own_code(self) -> Mapping[str, tuple[str, str]]:
        """For `rules` and `model`, if they are files: where they go, and their text."""
        named = {"rules": self.runs.rules, "model": self.runs.model}
        where = {"rules": self.runs.rules, "model": self._model}
        found = {}
        for key, name in named.items():
            file = str(where[key] or "").rpartition(":")[0] if key == "model" else where[key]
            if name and file and is_path(file):
                source = self._rules.source if key == "rules" and self._rules else find_source(file)
                found[key] = (f"code/{key}/{Path(source.path).name}", source.text)
        return found

    @property
    def rules(self) -> RuleSet | None:
        """The rules in force, if they are not the package's."""
        return self._rules

    @property
    def model(self) -> str | None:
        """A researcher's model, as `empowersim.model.model_class` takes it."""
        return self._model or self.runs.model

    def read_charts(self) -> Mapping[str, Chart]:
        """The charts that came from files, by the name of the chart."""
        return {
            name: self._charts[planned.file]
            for name, planned in self.org_charts.items()
            if planned.file is not None
        }

    def hash(self) -> str:
        """A hash of everything that decides what a run is: not of words, analysis or replicates.

        Charts count by who reports to whom, wherever their files are.
        """
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        runs = said["runs"]
        decides: dict[str, Any] = {
            "scenario": said["scenario"],
            "cases": said["cases"],
            "charts": {
                name: planned.model_dump(mode="json", exclude_none=True)
                for name, planned in self.charts.items()
            },
            "design": said.get("design"),
            "seed": [runs["seed"], runs["common_random_numbers"]],
            "record": runs["record"],
        }
        for name, planned in self.org_charts.items():
            if planned.file is not None:
                decides["charts"][name] = _edges(self._charts[planned.file])
        if isinstance(self.design, Listed):
            decides["design"].pop("file")
        if self._rules:
            decides["rules"] = self._rules.source_hash
        if self.model:
            file, _, name = self.model.rpartition(":")
            decides["model"] = [find_source(file).text, name]
        # The order of these three numbers the points, which other keys' order does not.
        decides["order"] = [list(said["cases"]), list(self.charts), list(self.factors)]
        text = json.dumps(decides, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    # --- Points -------------------------------------------------------------------------------

    @cached_property
    def charts(self) -> Mapping[str, PlannedChart]:
        """The org charts by name; one balanced one if none is named."""
        return self.org_charts or {DEFAULT_CHART: PlannedChart(balanced=Balanced())}

    @cached_property
    def all_cases(self) -> Mapping[str, Case]:
        """The cases by name, each with what it takes from the scenario; one, if none is named."""
        base = Case.model_construct(
            **{name: getattr(self.scenario, name) for name in Case.model_fields}
        )
        if not self.cases:
            return {self.scenario.name or "scenario": base}
        return {name: case.over(base) for name, case in self.cases.items()}

    @cached_property
    def points(self) -> tuple[PointOf, ...]:
        """Every point by its number: the design's vary fastest, then charts, then cases."""
        design = self.design
        if isinstance(design, OneAtATime):
            settings = {k: v for k, v in self.scenario.parameters.items() if not isinstance(v, str)}
            parameters = self.scenario.scenario().parameters.with_changes(settings)
            design = design.with_base({name: getattr(parameters, name) for name in DECLARATIONS})
        values: list[Point] = design.points() if design else [{}]
        check_size(len(self.all_cases) * len(self.charts) * len(values))
        return tuple(
            PointOf(case, chart, each)
            for case in self.all_cases
            for chart in self.charts
            for each in values
        )

    @property
    def factors(self) -> tuple[str, ...]:
        """What the design varies."""
        return tuple(self.points[0].values)

    def scenario_at(self, point: int) -> Scenario:
        """What is run at a point.

        Raises:
            ExperimentError: the point's values make no scenario.
        """
        case, _, values = self.points[point]
        try:
            return self.all_cases[case].at(values, self.scenario.weeks)
        except EmpowerSimError as error:
            raise ExperimentError(f"point {point} (case {case!r}): {error}") from None

    def chart_at(self, point: int) -> Chart:
        """The org chart at a point.

        Raises:
            ExperimentError: the point's values make no chart.
        """
        _, chart, values = self.points[point]
        try:
            return self.charts[chart].at(values, self._charts)
        except EmpowerSimError as error:
            raise ExperimentError(f"point {point} (org chart {chart!r}): {error}") from None

    def design_table(self) -> pd.DataFrame:
        """A row a point: its number, case, org chart, and the factors' values."""
        import pandas as pd

        table = pd.DataFrame([dict(values) for _, _, values in self.points], dtype=float)
        table.insert(0, "point", range(len(self.points)))
        table.insert(1, "case", [case for case, _, _ in self.points])
        table.insert(2, "org_chart", [chart for _, chart, _ in self.points])
        return table

    def check(self) -> None:
        """Refuse an experiment that would fail at one of its points, or has a factor without use.

        Raises:
            ExperimentError: naming the factor or the point.
        """
        used = {name for case in self.all_cases.values() for name in case.factors()}
        used |= {name for chart in self.charts.values() for name in chart.factors()}
        self._check_names()
        self._check_uses()
        for point in range(len(self.points)):
            self.scenario_at(point)
        for point in self._points_with_a_chart_of_their_own():
            chart = self.chart_at(point)
            if len(chart) < 2:
                raise ExperimentError(
                    f"org_charts.{self.points[point].chart}: one person alone has no reporting"
                    " relation"
                )
            for name, case in self.all_cases.items():
                if case.rollout and case.rollout.branch:
                    self._check_branch(name, case.rollout.branch, chart)

    def _check_names(self) -> None:
        """Refuse names that files or tables could not keep apart."""
        for kind, names in (("cases", self.cases), ("org_charts", self.org_charts)):
            if len({name.casefold() for name in names}) < len(names):
                raise ExperimentError(f"{kind}: two names differ only in case; rename one")
        for name in self.factors:
            if not name.strip() or not name.isprintable() or len(name) > MOST_LETTERS:
                raise ExperimentError(
                    f"design.factors: {name[:MOST_LETTERS]!r} is no name; take up to"
                    f" {MOST_LETTERS} letters and digits"
                )
            if name in COLUMNS:
                raise ExperimentError(
                    f"design.factors: {name!r} is a column of the results; give the factor another"
                    " name"
                )

    def _check_uses(self) -> None:
        """Refuse a factor without use, and a use without a factor."""
        used = {name for case in self.all_cases.values() for name in case.factors()}
        used |= {name for chart in self.charts.values() for name in chart.factors()}
        for name in self.factors:
            if name not in used and name not in DECLARATIONS:
                known = [*used, *DECLARATIONS]
                hint = unknown_name("parameter", name, known, "see: empowersim parameters")
                raise ExperimentError(f"design.factors: {hint}")
        for name in sorted(used - set(self.factors)):
            raise ExperimentError(
                f"{shown(name)} stands in place of a number, but is no factor of the design; add"
                " it to design.factors"
            )
        for name, case in self.cases.items():
            for parameter in set(case.parameters) & set(self.factors):
                raise ExperimentError(
                    f"cases.{name}.set.{parameter}: the design varies {parameter} in every case;"
                    " take it out of one of the two"
                )

    def _check_branch(self, case: str, branch: str, chart: Chart) -> None:
        """Refuse a pilot of a branch that is nobody's."""
        try:
            Rollout("pilot", branch=branch).delays(org_chart.hierarchy(chart))
        except EmpowerSimError as error:
            raise ExperimentError(f"case {case!r}, rollout.branch: {error}") from None

    @cached_property
    def most_people(self) -> int:
        """People on the largest of its charts."""
        return max(len(self.chart_at(point)) for point in self._points_with_a_chart_of_their_own())

    def _points_with_a_chart_of_their_own(self) -> Iterator[int]:
        """The first point on each chart that differs."""
        seen = set()
        for number in range(len(self.points)):
            key = self.chart_key(number)
            if key not in seen:
                seen.add(key)
                yield number

    def chart_key(self, point: int) -> Hashable:
        """The same for points that share a chart."""
        _, chart, values = self.points[point]
        return chart, *(values[name] for name in self.charts[chart].factors())


def schema() -> dict[str, Any]:
    """The JSON schema of experiment files, for editors: what `experiment.schema.json` holds.

    It sees names, types and ranges; `Experiment.read` sees the rest.
    """
    found = Experiment.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "EmpowerSim experiment"
    for section in found["$defs"].values():
        if "kind" in section.get("properties", {}):
            section.setdefault("required", []).append("kind")
    return found


def _loaded(name: str, file: Path) -> Chart:
    """A chart from its file; what is wrong with it in one line, under the chart's name."""
    try:
        return org_chart.load(file)
    except EmpowerSimError as error:
        raise ExperimentError(
            f"org_charts.{name}: {'; '.join(str(error).split(chr(10)))}"
        ) from None


def _refuse_no_model(named: str) -> None:
    from empowersim.model import model_class

    model_class(named)


def _placed(named: str, folder: Path) -> str:
    """A file of code, found from the experiment's folder; a module's name as it is."""
    if "\0" in named:
        raise ExperimentError(f"{named!r} can be the name of no file; take the NUL out")
    return str((folder / named).resolve()) if is_path(named.partition(":")[0]) else named


def _edges(chart: Chart) -> str:
    """A hash of who reports to whom, in breadth-first order."""
    tree = org_chart.hierarchy(chart)
    text = json.dumps([[str(who) for who in tree.ids], tree.manager.tolist()])
    return hashlib.sha256(text.encode()).hexdigest()
