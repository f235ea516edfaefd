"""`spacy package` and installing its result; the entry points of this distribution."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
import spacy
from spacy.cli import app as spacy_command
from spacy.language import Language
from spacy.util import registry
from typer.testing import CliRunner

import spacy_ddi

GROUPS = {
    "spacy_architectures": "architectures",
    "spacy_augmenters": "augmenters",
    "spacy_callbacks": "callbacks",
    "spacy_misc": "misc",
    "spacy_readers": "readers",
    "spacy_scorers": "scorers",
    "spacy_span_getters": "span_getters",
    "spacy_tokenizers": "tokenizers",
    "thinc_layers": "layers",
    "thinc_losses": "losses",
    "thinc_optimizers": "optimizers",
}
OURS = [
    (GROUPS[entry.group], entry.name)
    for entry in distribution("spacy-ddi").entry_points
    if entry.group in GROUPS
]


@pytest.mark.parametrize(("name", "registered"), OURS)
def test_registered_function_is_found(name: str, registered: str) -> None:
    import spacy_transformers  # noqa: F401 (brings the registry of span getters)

    assert registered.startswith("spacy-ddi.")
    assert registered.rpartition(".")[2] in ("v1", "v2")
    assert callable(registry.get(name, registered))


def test_every_group_of_entry_points_is_known() -> None:
    groups = {entry.group for entry in distribution("spacy-ddi").entry_points}
    others = {"spacy_factories", "srsly_msgpack_decoders", "spacy_ddi_formats"}
    assert groups == {*GROUPS, *others}


# spaCy's command leaves the files open that it writes.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_package_installs_and_loads_elsewhere(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "pipeline")
    (tmp_path / "packages").mkdir()
    names = ["--name", "ddi_test", "--version", "0.0.1", "--build", "none"]
    folders = [str(tmp_path / name) for name in ("pipeline", "packages")]
    packaged = CliRunner().invoke(spacy_command, ["package", *folders, *names])
    assert packaged.exit_code == 0, packaged.output
    source = tmp_path / "packages" / "en_ddi_test-0.0.1"
    meta = json.loads((source / "meta.json").read_text(encoding="utf8"))
    major, minor, *_ = spacy_ddi.__version__.split(".")
    expected = f"spacy-ddi>={spacy_ddi.__version__},<{major}.{int(minor) + 1}.0"
    assert expected in meta["requirements"]
    elsewhere = tmp_path / "elsewhere"
    pip = ["-m", "pip", "install", "--no-deps", "--no-build-isolation", "--quiet"]
    run([*pip, "--target", str(elsewhere), str(source)], tmp_path)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import spacy\n"
        "print(spacy.load('en_ddi_test').get_pipe('ddi_relation').labels)\n"
    )
    assert run(["-W", "error", "-c", script, str(elsewhere)], tmp_path) == "('effect',)"


def test_wheel_carries_what_pages_need(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tmp_path)
    shutil.copytree(root / "spacy_ddi", tmp_path / "spacy_ddi")
    run(["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--quiet", "."], tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shown = {f"formats/{name}" for name in ("colours.css", "page.css", "page.js", "page_plan.js")}
    shown |= {f"picture/{name}" for name in ("graph.css", "graph.js", "graph_boxes.js")}
    shown |= {f"web/service.{kind}" for kind in ("css", "html", "js")}
    assert {f"spacy_ddi/{name}" for name in shown} <= names


def run(arguments: list[str], folder: Path) -> str:
    """What Python prints, run with these arguments in this folder."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def nlp() -> Language:
    pipeline = spacy.blank("en")
    component = pipeline.add_pipe("ddi_relation")
    component.add_label("effect")
    return pipeline
