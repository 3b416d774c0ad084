"""Lays down the files that the app's page asks for, whenever a wheel, or an editable one, is built.

They are other people's, so they are not in the repository: pip downloads the package that
`requirements-app-assets.lock` names, checks its hash, and the few files that the page needs go into
`PACK`, which git ignores. Their licences are in `src/empowersim/app/LICENCES.txt`.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCK = "requirements-app-assets.lock"
PACK = "src/empowersim/app/assets"
SOURCE = "SOURCE.txt"
WANTED = (
    "cdn/@widgetti/solara-vuetify-app@*/dist/solara-vuetify-app8.min.js",
    "cdn/@widgetti/solara-vuetify-app@*/dist/solara-vuetify-app8.min.js.LICENSE.txt",
    "cdn/@widgetti/solara-vuetify-app@*/dist/main8.css",
    "cdn/@widgetti/solara-vuetify-app@*/dist/fonts.css",
    "cdn/@widgetti/solara-vuetify-app@*/dist/*.woff2",
    "cdn/requirejs@*/require.js",
    "cdn/font-awesome@*/css/font-awesome.min.css",
    "cdn/font-awesome@*/fonts/*.woff2",
)


class PageFiles(BuildHookInterface):  # type: ignore[type-arg]  # of whatever configuration
    """Hatchling's hook: when a wheel is built, the pack is in place, and of the locked version."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Lay the pack down where it is missing or of another version.

        Args:
            version: Standard or editable: the same to us.
            build_data: Of the build; untouched, for pyproject.toml names the pack as an artifact.
        """
        lock, pack = Path(self.root, LOCK), Path(self.root, PACK)
        source = pack / SOURCE
        if source.exists() and source.read_bytes() == lock.read_bytes():
            return
        try:
            lay_down(lock, pack)
        except RuntimeError as error:
            self.app.abort(str(error))


def lay_down(lock: Path, pack: Path) -> None:
    """Put the wanted files into the folder `pack`, whole or not at all.

    Raises:
        RuntimeError: the package could not be downloaded, or lacks a file; in one line.
    """
    with (
        TemporaryDirectory() as folder,
        TemporaryDirectory(prefix=f"{pack.name}-", dir=pack.parent) as beside,
    ):
        fresh = Path(beside, pack.name)
        unpack(download(lock, Path(folder)), fresh)
        (fresh / SOURCE).write_bytes(lock.read_bytes())
        if pack.exists():
            pack.rename(Path(beside, "old"))
        fresh.rename(pack)


def download(lock: Path, folder: Path) -> Path:
    """The package's archive, downloaded by pip as the user has set it up, its hash checked.

    Raises:
        RuntimeError: pip is not there, or could not get it.
    """
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--require-hashes"]
    command = [sys.executable, "-m", "pip", "download", *options, "--requirement", str(lock)]
    done = subprocess.run(  # noqa: S603
        [*command, "--dest", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line] or [done.stderr]
        raise RuntimeError(
            f"the files of the app's page ({lock.name}) cannot be downloaded; build where pip"
            f" reaches a package registry: {said[-1].strip()}"
        )
    return next(folder.iterdir())


def unpack(archive: Path, into: Path) -> None:
    """Write the wanted files of the archive below `into`, by their names after `cdn/`.

    Raises:
        RuntimeError: nothing in the archive answers to one of the wanted names.
    """
    missing = set(WANTED)
    with tarfile.open(archive) as files:
        for member in files:
            name = PurePosixPath(member.name)
            matching = [wanted for wanted in WANTED if name.match(wanted)]
            content = files.extractfile(member) if matching else None
            if content is not None:
                missing.difference_update(matching)
                target = into.joinpath(*name.parts[2:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    if missing:
        raise RuntimeError(f"{archive.name} has no {min(missing)}; {LOCK} must name one that has")
