"""What archives are told does not drift from pyproject.toml; the page has the files it asks for."""

import importlib.util
import json
import re
import tarfile
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

import empowersim
from empowersim.app import server

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"]
CODEMETA = json.loads(ROOT.joinpath("codemeta.json").read_text("utf-8"))
CITATION = yaml.safe_load(ROOT.joinpath("CITATION.cff").read_text("utf-8"))


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """hatch_build.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_version_is_said_once():
    said = {PROJECT["version"], CODEMETA["version"], str(CITATION["version"])}
    assert said == {empowersim.__version__}


def test_name_and_description_are_those_of_the_package():
    assert CODEMETA["name"].casefold() == PROJECT["name"]
    assert CITATION["title"] == CODEMETA["name"]
    assert CODEMETA["description"] == PROJECT["description"]
    assert CITATION["abstract"].startswith(f"{PROJECT['description']}. ")


def test_licence_is_that_of_the_package():
    assert CITATION["license"] == PROJECT["license"]
    assert CODEMETA["license"] == f"https://spdx.org/licenses/{PROJECT['license']}"


def test_python_keywords_and_authors_are_those_of_the_package():
    assert CODEMETA["runtimePlatform"] == f"Python {PROJECT['requires-python']}"
    assert CODEMETA["programmingLanguage"]["version"] == PROJECT["requires-python"]
    assert CODEMETA["keywords"] == CITATION["keywords"] == PROJECT["keywords"]
    assert CODEMETA["author"] == [{"@type": "Organization"} | one for one in PROJECT["authors"]]
    assert CITATION["authors"] == PROJECT["authors"]


def test_what_codemeta_points_to_is_there():
    for path in (CODEMETA["readme"], CODEMETA["softwareHelp"]["url"]):
        assert ROOT.joinpath(path).is_file()


@pytest.mark.skipif(not server.has_page_files(), reason="needs the page's files: make app")
def test_page_files_are_those_that_this_solara_asks_for():
    solara = Path(importlib.util.find_spec("solara").origin).parent
    template = solara.joinpath("server", "templates", "solara.html.j2").read_text("utf-8")
    asked = re.findall(r'"\{\{cdn\}\}/([^"]+)"', template)
    asked = [name.replace("{{ipywidget_major_version}}", "8") for name in asked]
    # It names those of Vue 3 and of its development mode, too.
    asked = [name for name in asked if "vuetify3" not in name and not name.endswith("app8.js")]
    assert len(asked) == 4
    assert [name for name in asked if not server.PAGE_FILES.joinpath(name).is_file()] == []


@pytest.mark.skipif(not server.has_page_files(), reason="needs the page's files: make app")
def test_page_files_have_the_fonts_that_their_styles_ask_for():
    styles = list(server.PAGE_FILES.rglob("*.css"))
    assert len(styles) == 3
    for style in styles:
        for font in re.findall(r"url\('?([^)?']+\.woff2)", style.read_text("utf-8")):
            assert style.parent.joinpath(font).is_file(), f"{style.name} asks for {font}"


def test_an_archive_that_lacks_a_file_is_refused(hook, tmp_path):
    archive = tmp_path / "lacking.tar.gz"
    with tarfile.open(archive, "w:gz") as files:
        files.add(ROOT / "LICENSE", "package-1/cdn/requirejs@2/require.js")
    with pytest.raises(RuntimeError, match=r"lacking.tar.gz has no cdn/@widgetti/.+"):
        hook.unpack(archive, tmp_path / "assets")


def test_without_a_registry_the_build_says_so_in_a_line(hook, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(RuntimeError, match="cannot be downloaded; build where pip reaches") as told:
        hook.lay_down(ROOT / hook.LOCK, tmp_path / "assets")
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []
