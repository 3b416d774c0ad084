"""`make release`: builds sdist and wheel, tries the wheel alone, writes the archive for CoMSES Net.

Everything lands in `dist/`. The wheel is tried in a fresh environment, in a folder whose name has
spaces and accents: a run, a sweep with its report, and the app's page. That sweep's folder is what
the archive shows as results. How the archive is laid out and why: docs/how-to/release.md.
`python -m storms.install` tries the same packages in harder places.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

ROOT = Path(__file__).parent
DIST = ROOT / "dist"
LOCK = ROOT / "requirements.lock"
UV = str(Path(sys.executable).with_name("uv"))
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"]
VERSION = PROJECT["version"]
EXPERIMENT = "01_who_carries_the_change"
MOST_BYTES = 6_000_000
"""Of a wheel, or of an sdist: more means that something strayed in."""
CONTENTS = {
    "src/empowersim/app/assets": False,  # other people's
    "hatch_build.py": True,
    "requirements-app-assets.lock": True,
    "docs/odd.md": True,
    "experiments": True,
    "tests": True,
    "codemeta.json": True,
}
"""What an sdist must hold, or must not."""
DATA = """\
sample.csv is the organisation of 241 people on which the experiments run unless they say otherwise.
It is invented. EmpowerSim comes with no data on real people or organisations.
`empowersim org import` reads your own.
"""


def main() -> None:
    """Build, check, try out, archive; the first thing that is wrong ends it, in words."""
    shutil.rmtree(DIST, ignore_errors=True)
    sdist, wheel = build(DIST)
    check_sdist(sdist)
    check_wheel(wheel)
    with TemporaryDirectory(prefix="à l’essai ") as name:
        folder = Path(name)
        scripts = install(wheel, folder / "env")
        try_out(scripts, folder)
        asked = try_page(scripts, folder)
        archive = write_archive(sdist, wheel, scripts, folder)
    say(f"the page asked for {asked} files, and got them")
    for made in (sdist, wheel, archive):
        say(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.1f} MB")


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201


def must(holds: bool, otherwise: str) -> None:
    """End the release with the words `otherwise`, unless the condition holds."""
    if not holds:
        sys.exit(f"release: {otherwise}")


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints; one that fails ends the release, and has said why."""
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603
    must(done.returncode == 0, f"{' '.join(map(str, command))} failed ({done.returncode})")
    return done.stdout


def build(dist: Path, sources: Path = ROOT) -> tuple[Path, Path]:
    """The sdist and the wheel, built into the folder `dist`."""
    options = ("--quiet", "--no-build-isolation", "--python", sys.executable, "--out-dir", dist)
    run(UV, "build", *options, folder=sources)
    return next(dist.glob("*.tar.gz")), next(dist.glob("*.whl"))


def check_sdist(sdist: Path) -> None:
    """The sources, and nobody else's files."""
    must(sdist.stat().st_size < MOST_BYTES, f"{sdist.name} has {sdist.stat().st_size} bytes")
    with tarfile.open(sdist) as files:
        names = [name.partition("/")[2] for name in files.getnames()]
    for path, wanted in CONTENTS.items():
        there = any(name == path or name.startswith(f"{path}/") for name in names)
        must(there == wanted, f"{sdist.name} {'lacks' if wanted else 'holds'} {path}")


def check_wheel(wheel: Path) -> None:
    """The package with the page's files and their licences; metadata as pyproject.toml says."""
    must(wheel.stat().st_size < MOST_BYTES, f"{wheel.name} has {wheel.stat().st_size} bytes")
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        metadata = Parser().parsestr(
            files.read(f"empowersim-{VERSION}.dist-info/METADATA").decode("utf-8")
        )
    for ending in (".woff2", "app8.min.js", "require.js", "app/LICENCES.txt", "licenses/LICENSE"):
        must(any(name.endswith(ending) for name in names), f"{wheel.name} lacks {ending}")
    for field, key in {
        "Name": "name",
        "Version": "version",
        "Summary": "description",
        "License-Expression": "license",
        "Requires-Python": "requires-python",
    }.items():
        must(metadata[field] == PROJECT[key], f"{wheel.name}: {field} is {metadata[field]}")


def install(
    package: Path, environment: Path, python: str | Path = sys.executable, lock: Path = LOCK
) -> Path:
    """A wheel or sdist and what it requires, alone; the folder of its commands.

    Everything has the locked version and one of its hashes.
    """
    run(python, "-m", "venv", "--without-pip", environment, folder=ROOT)
    sha256 = hashlib.sha256(package.read_bytes()).hexdigest()
    asked = environment / "requirements.txt"
    asked.write_text(f"empowersim @ {package.resolve().as_uri()} --hash=sha256:{sha256}\n")
    options = ("--quiet", "--require-hashes", "--constraint", lock, "--requirement", asked)
    run(UV, "pip", "install", "--python", environment / "bin" / "python", *options, folder=ROOT)
    return environment / "bin"


def try_out(scripts: Path, folder: Path) -> None:
    """The first headline experiment, from the question to the page that answers it."""
    command = scripts / "empowersim"
    said = run(command, "--version", folder=folder).strip()
    must(said == f"empowersim {VERSION}", f"the version is {said}")
    run(command, "run", "just-let-go", "--replicates", "4", folder=folder)
    experiment = ROOT / "experiments" / EXPERIMENT / "experiment.toml"
    run(command, "sweep", experiment, "--out", EXPERIMENT, folder=folder)
    for what in ("verify", "analyse", "report", "verify"):
        run(command, what, EXPERIMENT, folder=folder)


def try_page(scripts: Path, folder: Path) -> int:
    """How many files the app's page names; all must come, and from this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(scripts / "empowersim"), "app", "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as app:  # noqa: S603
        try:
            said = app.stdout.readline() if app.stdout else ""
            address = f"http://localhost:{port}"
            must(address in said, f"empowersim app says: {said.strip()}")
            page = fetch(address)
            names = re.findall(r'<(?:link|script)[^>]*?(?:href|src)="([^"]+)"', page)
            fonts = "/page-files/" + next(name for name in names if name.endswith("fonts.css"))[12:]
            names += [
                posixpath.join(posixpath.dirname(fonts), font)
                for font in re.findall(r"url\(([^)]+\.woff2)", fetch(address + fonts))
            ]
            for name in names:
                must(name.startswith("/"), f"the app's page asks for {name}")
                fetch(address + name)
        finally:
            app.send_signal(signal.SIGINT)
            app.wait(30)
    return len(names)


def fetch(address: str) -> str:
    """What is at the address, as text; a 4xx ends the release."""
    with urlopen(address, timeout=60) as answer:  # noqa: S310
        return str(answer.read().decode("utf-8", errors="replace"))


def write_archive(sdist: Path, wheel: Path, scripts: Path, folder: Path) -> Path:
    """The zip for CoMSES Net: a folder for each of its categories, and what describes them."""
    top = folder / "comses"
    with tarfile.open(sdist) as files:
        files.extractall(folder, filter="data")
    code = shutil.move(folder / f"empowersim-{VERSION}", top / "code")
    shutil.copy(wheel, code)
    for name in ("codemeta.json", "CITATION.cff", "LICENSE"):
        shutil.copy(ROOT / name, top)
    for page in ("docs/odd.md", "README.md", "CHANGELOG.md"):
        put(top / "docs" / Path(page).name, links_into_code(page))
    put(top / "data" / "README.md", DATA)
    save = "from empowersim import org_chart; org_chart.save(org_chart.sample(), 'sample.csv')"
    run(scripts / "python", "-c", save, folder=top / "data")
    ignored = shutil.ignore_patterns("lock")
    shutil.copytree(folder / EXPERIMENT, top / "results" / EXPERIMENT, ignore=ignored)
    run(scripts / "empowersim", "verify", top / "results" / EXPERIMENT, folder=folder)
    return Path(shutil.make_archive(str(DIST / f"empowersim-{VERSION}-comses"), "zip", top))


def put(path: Path, text: str) -> None:
    """Write a text; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def links_into_code(page: str) -> str:
    """A page of the sources as it reads from `docs/`: what it links to lies in `code/`."""

    def there(link: re.Match[str]) -> str:
        return f"](../code/{posixpath.normpath(posixpath.join(posixpath.dirname(page), link[1]))})"

    text = ROOT.joinpath(page).read_text("utf-8")
    return re.sub(r"\]\((?!https?:|#)([^)\s]+)\)", there, text)


if __name__ == "__main__":
    main()
