"""`python -m storms.install` installs EmpowerSim where it may break, and writes what became of it.

Installing needs a package registry, or uv's cache; all that is tried afterwards does not. Names of
their own for network and mounts need Linux and the right to have them: what cannot be tried here
says so in its remark.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import release
from empowersim.results_folder import FORMAT, PROVENANCE, ResultsFolder, _sealed
from storms import page as report
from storms.sweeps import Row

PYTHONS = ("3.12", "3.13")
OTHER_VERSION = "99.0.0"
EXPERIMENT = """\
title = "Été"
scenario = { name = "carry-it-together", weeks = 20 }
org_charts.small.balanced = { span = 4, depth = 2 }
design = { kind = "grid", factors = { coaching = { low = 0, high = 1, count = 3 } } }
runs = { replicates = 4 }
"""
READING = ("status results", "verify results", "analyse results", "report results")
TOUR = (
    "--version",
    "run just-let-go --replicates 4 --weeks 20",
    "sweep experiment.toml --out results",
    *READING,
    "verify results",
)
"""What anybody would do first; each must go well, and have nothing to complain of."""
PAGE = """\
import sys
from pathlib import Path
root, *places = map(Path, sys.argv[1:])
sys.path.insert(0, str(root))
import release
print(release.try_page(*places))
"""
OFFLINE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "-")
"""A network with this machine alone in it."""
CLOSED = "http://127.0.0.1:9"
MOST_SECONDS = 180


class Place(NamedTuple):
    """Where commands run.

    Attributes:
        scripts: the commands of an environment.
        folder: they work in it.
        home: the user's own folder.
        variables: of the environment, besides a few that every system has.
        before: what each command is given to.
    """

    scripts: Path
    folder: Path
    home: Path
    variables: dict[str, str] = {}  # noqa: RUF012 (nobody writes to it)
    before: tuple[str, ...] = ()

    @classmethod
    def fresh(cls, scripts: Path, folder: Path) -> Place:
        """With an empty home, and an experiment in the folder."""
        (folder / "home").mkdir(parents=True)
        (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
        return cls(scripts, folder, folder / "home")

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command; nothing of this process's own environment reaches it."""
        system = f"{self.scripts}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        variables = {"PATH": system, "HOME": str(self.home), "LANG": "C.UTF-8"} | self.variables
        return subprocess.run(
            [*self.before, *map(str, command)],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=MOST_SECONDS,
            check=False,
        )


class Trial(NamedTuple):
    """What was tried, and what was wrong with it; nothing if it went well."""

    what: str
    problem: str


def empowersim(place: Place, line: str, *, code: int = 0) -> Trial:
    """One command of EmpowerSim: it ends with this code, and complains of no more than that."""
    try:
        done = place.run(place.scripts / "empowersim", *line.split())
    except subprocess.TimeoutExpired:
        return Trial(line, f"has not ended after {MOST_SECONDS} s")
    complaints = done.stderr.strip().splitlines()
    if done.returncode != code:
        return Trial(line, f"exit code {done.returncode}: {(complaints or ['nothing said'])[-1]}")
    if len(complaints) != bool(code):
        return Trial(line, f"complains: {complaints[-1] if complaints else 'not a word'}")
    return Trial(line, "")


def tour(place: Place) -> list[Trial]:
    """All the usual commands."""
    return [empowersim(place, line) for line in TOUR]


def page(place: Place) -> Trial:
    """The app, its page and every file that the page names."""
    try:
        done = place.run(sys.executable, "-c", PAGE, release.ROOT, place.scripts, place.folder)
    except subprocess.TimeoutExpired:
        return Trial("app", f"has not ended after {MOST_SECONDS} s")
    complaints = done.stderr.strip().splitlines()
    return Trial("app", f"complains: {complaints[-1]}" if complaints else "")


def row(what: str, trials: Iterable[Trial], remark: str = "") -> Row:
    """A line of the table; where something went wrong, it says what."""
    made = list(trials)
    wrong = [f"`{trial.what}`: {trial.problem}" for trial in made if trial.problem]
    text = "; ".join([*wrong, *filter(None, [remark])]).replace("|", "¦")
    return Row(what, len(made), len(made) - len(wrong), text)


# --- Installing -------------------------------------------------------------------------------


def interpreter(version: str) -> str:
    """A Python of this version on this machine, found by uv or among pyenv's; or nothing."""
    found = subprocess.run(
        [release.UV, "python", "find", "--quiet", "--no-project", "--system", version],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return found.stdout.strip() or next(map(str, pyenv), "")


def installed(package: Path, folder: Path, python: str, lock: Path = release.LOCK) -> Trial:
    """Install a wheel or sdist into `folder`/env."""
    try:
        release.install(package, folder / "env", python, lock)
    except SystemExit as error:
        return Trial("install", str(error))
    return Trial("install", "")


def everywhere(packages: Iterable[Path], top: Path) -> Iterator[Row]:
    """Each package on each Python: installed with the lock's hashes, and toured."""
    for package in packages:
        kind = "wheel" if package.suffix == ".whl" else "sdist"
        for version in PYTHONS:
            what = f"{kind} on Python {version}, with the lock's hashes: run, sweep, report, verify"
            python = interpreter(version)
            if not python:
                yield Row(what, 0, 0, f"not tried: no Python {version} here")
                continue
            folder = top / f"{kind} {version}"
            trials = [installed(package, folder, python)]
            if not trials[0].problem:
                trials += tour(Place.fresh(folder / "env" / "bin", folder / "work"))
            yield row(what, trials)


def other_hashes(wheel: Path, top: Path) -> Row:
    """A lock with other hashes: nothing may be installed."""
    lock = top / "other.lock"
    text = release.LOCK.read_text("utf-8")
    lock.write_text(re.sub(r"--hash=sha256:....", "--hash=sha256:0000", text), encoding="utf-8")
    refused = installed(wheel, top / "other hashes", sys.executable, lock).problem
    return row(
        "a package that has not the lock's hash is refused",
        [Trial("install", "" if refused else "was installed all the same")],
    )


# --- Where it may break -----------------------------------------------------------------------


def without_compiler(scripts: Path, top: Path) -> Row:
    """Only a shell on the PATH, and machine code not made yet."""
    place = Place.fresh(scripts, top / "bare")
    tools = place.folder / "tools"
    tools.mkdir()
    for name in ("sh", "env"):
        (tools / name).symlink_to(str(shutil.which(name)))
    bare = place._replace(variables={"PATH": f"{scripts}:{tools}"})
    return row("no compiler, nor anything else, on the PATH", tour(bare))


def without_network(scripts: Path, top: Path) -> Row:
    """The tour and the app, in a network of their own."""
    place = Place.fresh(scripts, top / "offline")
    how = "a network that holds this machine alone"
    if place.run(*OFFLINE, "true").returncode == 0:
        place = place._replace(before=OFFLINE)
    else:
        how = "proxies that are closed: no network of its own can be had here"
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
        closed = dict.fromkeys(names, CLOSED) | {"no_proxy": "localhost,127.0.0.1"}
        place = place._replace(variables=closed)
    return row("no network: the same, and the app's page with its files", trial_all(place), how)


def trial_all(place: Place) -> list[Trial]:
    """The tour and the app."""
    return [*tour(place), page(place)]


def odd_path(wheel: Path, top: Path) -> Row:
    """Environment, home and results below a name that shells and encodings trip over."""
    folder = top / "Été à l'atelier"
    trials = [installed(wheel, folder, sys.executable)]
    if not trials[0].problem:
        trials += trial_all(Place.fresh(folder / "env" / "bin", folder / "mes résultats"))
    return row("in a path with spaces, accents and an apostrophe: the same, and the app", trials)


def read_only(scripts: Path, top: Path) -> Row:
    """Nothing may be written but the folder of results."""
    what = "home and installed packages read-only: the same, and the app"
    place = Place.fresh(scripts, top / "read-only" / "work")
    home = top / "read-only" / "home"
    home.mkdir()
    mounts = " && ".join(
        f"mount --bind {each} {each} && mount -o remount,ro,bind {each}"
        for each in map(shlex.quote, map(str, (home, scripts.parent)))
    )
    before = ("unshare", "--map-root-user", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "-")
    if place.run(*before, "true").returncode:
        return Row(what, 0, 0, "not tried: no read-only mounts can be had here")
    kept = place.run(*before, "sh", "-c", f"! touch {shlex.quote(str(home / 'x'))}").returncode == 0
    frozen = place._replace(home=home, before=before)
    return row(
        what, [Trial("mount", "" if kept else "the home can be written"), *trial_all(frozen)]
    )


def in_ascii(scripts: Path, top: Path) -> Row:
    """The oldest of locales; letters that it lacks may be lost, nothing else."""
    place = Place.fresh(scripts, top / "ascii")
    old = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return row("LANG=C and PYTHONUTF8=0: the same, and the app", trial_all(_with(place, old)))


def _with(place: Place, variables: dict[str, str]) -> Place:
    return place._replace(variables=variables)


def no_warnings(scripts: Path, top: Path) -> Row:
    """What Python warns of when it imports the package, and then every public name."""
    place = Place.fresh(scripts, top / "warnings")
    names = "import empowersim; [getattr(empowersim, name) for name in empowersim.__all__]"
    trials = []
    for code in ("import empowersim", names):
        said = place.run(scripts / "python", "-W", "error", "-c", code).stderr.strip()
        trials.append(Trial(code.partition(";")[0], said.rpartition("\n")[2]))
    return row("imported with every warning an error; then every public name", trials)


# --- Versions ---------------------------------------------------------------------------------


def other_wheel(sdist: Path, wheel: Path, top: Path) -> Path:
    """A wheel of another version, with other rules by a comment; its sources come from the sdist.

    The page's files, which the sdist has not, come from the wheel.
    """
    with tarfile.open(sdist) as files:
        files.extractall(top / "sources", filter="data")
    sources = next((top / "sources").iterdir())
    shutil.unpack_archive(wheel, top / "unpacked", "zip")
    assets = Path("empowersim", "app", "assets")
    shutil.copytree(top / "unpacked" / assets, sources / "src" / assets)
    for name in ("pyproject.toml", "src/empowersim/__init__.py"):
        file = sources / name
        text = file.read_text("utf-8").replace(f'"{release.VERSION}"', f'"{OTHER_VERSION}"', 1)
        file.write_text(text, encoding="utf-8")
    with (sources / "src" / "empowersim" / "rules.py").open("a", encoding="utf-8") as rules:
        rules.write("# Other rules.\n")
    return release.build(top / "other dist", sources)[1]


def side_by_side(scripts: Path, sdist: Path, wheel: Path, top: Path) -> Row:
    """Two versions: each answers its own, opens what the other made, and does not go on with it."""
    what = "two versions side by side: each says its own, and opens the other's results"
    folder = top / "other version"
    try:
        other = release.install(other_wheel(sdist, wheel, top), folder / "env")
    except SystemExit as error:
        return Row(what, 1, 0, str(error))
    ours = Place.fresh(scripts, top / "ours")
    theirs = Place.fresh(other, folder / "work")._replace(home=ours.home)
    trials = []
    for place, version in ((ours, release.VERSION), (theirs, OTHER_VERSION)):
        said = place.run(place.scripts / "empowersim", "--version").stdout.strip()
        trials += [Trial("--version", "" if said == f"empowersim {version}" else said)]
        trials += [empowersim(place, "sweep experiment.toml --out results")]
    for place, others in ((ours, theirs), (theirs, ours)):
        visiting = place._replace(folder=others.folder)
        trials += [empowersim(visiting, line) for line in READING]
        trials += [empowersim(visiting, "sweep experiment.toml --out results", code=4)]
    return row(what, trials, "the other has other rules: to go on with its sweep is refused")


def formats(scripts: Path, top: Path) -> Row:
    """Folders that say an older format, or a later one."""
    place = Place.fresh(scripts, top / "formats")
    trials = [empowersim(place, "sweep experiment.toml --out results")]
    if trials[0].problem:
        return row("formats of results", trials)
    folder = ResultsFolder.open(place.folder / "results")
    made = folder.provenance()
    file = folder.path / PROVENANCE
    before_formats = {key: value for key, value in made.items() if key != "format"}
    file.write_text(_sealed(before_formats), encoding="utf-8")
    trials += [empowersim(place, line) for line in READING]
    file.write_text(_sealed(made | {"format": FORMAT + 1}), encoding="utf-8")
    trials += [empowersim(place, line, code=5) for line in ("status results", "report results")]
    return row(
        "results without a format, as the first had: opened; of a later format: refused", trials
    )


# --- Leaving, and what others know of it --------------------------------------------------------


def uninstalled(wheel: Path, top: Path) -> Row:
    """What is left of it in its environment, after it was used."""
    folder = top / "leaving"
    trials = [installed(wheel, folder, sys.executable)]
    place = Place.fresh(folder / "env" / "bin", folder / "work")
    trials += [empowersim(place, "run just-let-go --replicates 4 --weeks 20")]
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [release.UV, "pip", "uninstall", "--quiet", "--python", python, "empowersim"], check=True
    )
    left = [str(file.relative_to(folder)) for file in (folder / "env").rglob("*empowersim*")]
    trials += [Trial("uninstall", f"left {', '.join(left)}" if left else "")]
    kept = sum(file.stat().st_size for file in place.home.rglob("*") if file.is_file()) / 1e6
    return row(
        "used and uninstalled: nothing of it is left among the packages",
        trials,
        f"its machine code, {kept:.1f} MB, stays in the user's cache folder",
    )


def advisories() -> Row:
    """`make audit`, as far as the advisories can be reached."""
    what = "known vulnerabilities of the locked packages (`make audit`)"
    done = subprocess.run(
        ["make", "audit"], cwd=release.ROOT, capture_output=True, text=True, check=False
    )
    said = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode and not any("known vulnerabilit" in line for line in said):
        return Row(what, 0, 0, "not tried: the advisories cannot be reached from here")
    return Row(what, 1, int(not done.returncode), next((x for x in said if "known" in x), ""))


def rows(sdist: Path, wheel: Path, top: Path) -> Iterator[Row]:
    """Every row, once it is known."""
    yield from everywhere((wheel, sdist), top)
    yield other_hashes(wheel, top)
    scripts = release.install(wheel, top / "usual" / "env")
    for storm in (without_compiler, without_network, read_only, in_ascii, no_warnings, formats):
        yield storm(scripts, top)
    yield odd_path(wheel, top)
    yield side_by_side(scripts, sdist, wheel, top)
    yield uninstalled(wheel, top)
    yield advisories()


def main() -> int:
    """Install, try, print, write; the exit code says whether all went well."""
    parser = argparse.ArgumentParser(prog="python -m storms.install", description=__doc__)
    parser.add_argument("--dist", type=Path, metavar="DIR", help="an sdist and a wheel, built")
    parser.add_argument("--out", type=Path, default=report.PAGE, help="the page to write into")
    given = parser.parse_args()
    found, begun = [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="storm-") as name:
        top = Path(name)
        if given.dist:
            sdist, wheel = next(given.dist.glob("*.tar.gz")), next(given.dist.glob("*.whl"))
        else:
            sdist, wheel = release.build(top / "dist")
        for each in rows(sdist.resolve(), wheel.resolve(), top):
            found.append(each)
            print(*each, f"{time.monotonic() - begun:.0f} s", sep=" | ", flush=True)
    report.write("Installation", report.table(found), given.out)
    return int(any(each.survived < each.tried for each in found))


if __name__ == "__main__":
    sys.exit(main())
