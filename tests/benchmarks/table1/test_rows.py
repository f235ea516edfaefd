"""The rows of the table: what their files say, and that they train."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.util import dict_to_dot, import_file, is_package, load_config, registry

from benchmarks.table1 import row as commands
from benchmarks.table1 import rows
from benchmarks.table1.rows import BASE, Row, read_rows
from benchmarks.table1.runs import ANY
from spacy_ddi.component.lookup import component_of
from tests.benchmarks.table1.conftest import Run

ROWS = read_rows()

# The sample parser has no vectors, and does not need any.
pytestmark = pytest.mark.filterwarnings("ignore:.*W113")

TRAINED = [
    name
    for name, row in ROWS.items()
    if row.group not in ("further", "variant")
    or name in ("no_graph", "joint_decoding", "pair_context", "paper_settings")
    or name in ("gcn_baseline_paper_settings", "gcn_baseline_degree", "gcn_baseline_no_positions")
    or name in ("gcn_baseline_learned_words", "gcn_baseline_no_vectors", "gcn_baseline_typed")
    or name == "gcn_baseline_plain_vectors"
    or name in ("full_molecules", "full_classes", "gcn_baseline_molecules", "gcn_baseline_classes")
]
"""Rows of which others differ in a number alone."""


@pytest.mark.parametrize("name", TRAINED)
def test_a_row_trains_and_is_scored(name: str, run: Run) -> None:
    stored = run(name)
    assert stored["parameters"] > 1000
    assert stored["pairs_a_second"] > 0
    assert stored["counts"]["dev"] == stored["counts"]["test"]  # as .spacy and as XML
    tp, fp, fn = np.sum([labels[ANY] for labels in stored["counts"]["dev"].values()], axis=0)
    assert len(Path(f"{name}.dev.txt").read_text().splitlines()) == tp + fp
    assert tp + fn > 0


def test_rows_do_what_they_are_called(run: Run, folder: Path, parts: dict[str, Any]) -> None:
    def trained(name: str) -> Language:
        run(name)
        return spacy.load(folder / name / "model-last")

    full, frozen = trained("full"), trained("frozen_encoder")
    encoder = full.get_pipe("transformer").model.transformer
    before = encoder.from_pretrained(parts["paths.encoder"]).state_dict()
    for nlp, is_frozen in ((full, False), (frozen, True)):
        after = nlp.get_pipe("transformer").model.transformer.state_dict()
        assert all(np.array_equal(before[key], after[key]) for key in before) == is_frozen
    getter = trained("names_seen").get_pipe("transformer").model.attrs["get_spans"]
    assert getter.keywords["word"] is None
    for nlp, is_filtered in ((full, True), (trained("no_negative_filter"), False)):
        assert (component_of(nlp).candidates.negative_filter is not None) == is_filtered


@pytest.mark.parametrize(
    ("name", "node"),
    [("full_molecules", "molecule_vectors"), ("full_classes", "drug_class_vectors")],
)
def test_what_is_known_of_names_is_read_beside_a_fine_tuned_transformer(
    name: str, node: str, run: Run, folder: Path, parts: dict[str, Any]
) -> None:
    run(name)
    nlp = spacy.load(folder / name / "model-last")
    transformer = nlp.get_pipe("transformer")
    assert len(transformer.listeners) == 1
    before = transformer.model.transformer.from_pretrained(parts["paths.encoder"]).state_dict()
    after = transformer.model.transformer.state_dict()
    assert not all(np.array_equal(before[key], after[key]) for key in before)
    (layer,) = [layer for layer in component_of(nlp).model.walk() if layer.name == node]
    assert "aspirin" in layer.attrs["names"]
    optimizer = registry.resolve({"optimizer": ROWS[name].config()["training"]["optimizer"]})
    reader = layer.layers[0]
    parameters = [
        *reader.param_names,
        *(name for shim in reader.shims for name, _ in shim._model.named_parameters()),
    ]
    assert parameters
    assert {optimizer["optimizer"].scale(parameter) for parameter in parameters} == {1.0}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_is_what_its_files_say_and_nothing_else(row: Row) -> None:
    base = dict_to_dot(load_config(BASE, interpolate=False))
    whole = dict_to_dot(row.config())
    named: dict[str, Any] = {}
    for file in row.files():
        changes = dict_to_dot(load_config(file, interpolate=False))
        # A block with another function takes the place of what an earlier file says of it.
        functions = {path.rpartition(".@")[0] for path in named if ".@" in path}
        for path in [path for path in changes if path.rpartition(".@")[0] in functions]:
            block = f"{path.rpartition('.@')[0]}."
            named = {key: value for key, value in named.items() if not key.startswith(block)}
        # So does a block of what was a variable.
        for path in [path for path in named if any(new.startswith(f"{path}.") for new in changes)]:
            del named[path]
        named.update(changes)
    assert {path: whole[path] for path in named} == named
    blocks = [path.rpartition(".@")[0] for path in named if ".@" in path]
    for path, value in base.items():
        if path not in named and whole.get(path, "gone") != value:
            assert any(path.startswith(f"{changed}.") for changed in [*blocks, *named]), path


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_settings_of_a_row_are_known(row: Row, parts: dict[str, Any]) -> None:
    for path in row.code_file():
        import_file(path.stem, path)
    config = row.config()
    component = config["components"]["ddi_relation"]
    own = {
        "optimizer": config["training"]["optimizer"],
        "encoder": component["model"]["pair_encoder"],
    }
    own["graph"] = component.get("graph", {"@misc": "spacy-ddi.dependency_graph.v1"})
    own["loss"] = component["loss"]
    seed = {"seed": 1} if "seed" in own["graph"] else {}
    found = registry.resolve({**own, "graph": {**own["graph"], **seed}})
    assert all(map(callable, found.values()))
    assert row.group in ("own", "peer", "further", "variant")
    assert (row.epochs == 50) == ("paper_settings" in row.configs)
    assert is_package(row.parser or "spacy")


def test_a_typed_row_has_a_gate_for_each_label_and_direction() -> None:
    typed = {name for name, row in ROWS.items() if "typed_edges" in row.configs}
    assert typed == {"gcn_baseline_typed", "full_typed"}
    for name in typed:
        component = ROWS[name].config()["components"]["ddi_relation"]
        labels = component["graph"]["labels"]
        assert component["model"]["pair_encoder"]["edge_kinds"] == 2 * (len(labels) + 1)
        # Those of the parser of the rows, as its package was stored.
        assert {*spacy.info("en_ddi_minilm")["labels"]["parser"]} - {*labels} == {"ROOT"}


def test_a_row_takes_the_weights_of_one_before_that_differs_in_settings_alone() -> None:
    assert [name for name, row in ROWS.items() if row.weights] == ["joint_decoding"]
    row, full = ROWS["joint_decoding"], ROWS["full"]
    assert row.configs[:-1] == full.configs
    changed = dict_to_dot(load_config(row.files()[-1]))
    assert changed == {"components.ddi_relation.decoding": "joint"}


def test_the_row_of_ones_own_in_docs_trains(
    folder: Path, parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (rows.ROOT / "docs" / "table1.md").read_text(encoding="utf8")
    part = page[page.index("## Add a row") :]
    code, config, entry = (
        re.search(f"```{language}\n(.*?)```", part, re.DOTALL)[1]  # type: ignore[index]
        for language in ("python", "ini", "yaml")
    )
    (tmp_path / "word_bag.py").write_text(code, encoding="utf8")
    (tmp_path / "word_bag.cfg").write_text(config, encoding="utf8")
    (told,) = srsly.yaml_loads(entry)
    assert Path(told["code"]).name == "word_bag.py"
    *base, own = told["configs"]
    there = {"configs": [*base, f"{tmp_path}/{own}"], "code": f"{tmp_path}/word_bag.py"}
    monkeypatch.setattr(commands, "read_rows", lambda: {"word_bag": Row(**{**told, **there})})
    monkeypatch.chdir(tmp_path)
    train = Path(parts["paths.train"])
    inputs = {name: parts[f"paths.{name}"] for name in ("encoder", "parser")}
    commands.train("word_bag", 1, 1, train, vectors=f"{folder}/vectors", **inputs)
    commands.score("word_bag", 1, [f"dev={train}"])
    assert srsly.read_json("word_bag.json")["counts"]["dev"]


def test_a_key_that_there_is_not_is_told_with_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"name": "mine", "title": "Mine", "configs": [], "epoch": 3}
    srsly.write_yaml(tmp_path / "rows.yml", {"rows": [row]})
    monkeypatch.setattr(rows, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"rows.yml, row mine: .*'epoch'"):
        read_rows()
