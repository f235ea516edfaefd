"""A result by folds is kept as long as nothing that it was made from has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.lang.en import English

from benchmarks.ner_folds import contents_of, digest, inputs_of
from spacy_ddi.annotations import install_extensions
from spacy_ddi.corpora.docs import sentence_to_doc
from spacy_ddi.corpora.documents import Mention, Sentence

CONFIG = """
[paths]
names = null

[corpora]
in_use = "{in_use}"
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name}.tsv" for name in ("in_use", "names")}
    for path in paths.values():
        path.write_text("zinc", encoding="utf8")
    config = tmp_path / "config.cfg"
    config.write_text(CONFIG.format(in_use=paths["in_use"].as_posix()), encoding="utf8")
    return {**paths, "config": config}


@pytest.mark.parametrize("name", ["in_use", "names", "config"])
def test_a_file_that_changed_makes_a_result_another(files: dict[str, Path], name: str) -> None:
    arguments = ["--paths.names", str(files["names"])]
    before = digest(*inputs_of(files["config"], arguments))
    assert digest(*inputs_of(files["config"], arguments)) == before
    assert digest(*inputs_of(files["config"], [*arguments, "--system.seed", "2"])) != before
    with files[name].open("a", encoding="utf8") as file:
        file.write("\n\n")
    assert digest(*inputs_of(files["config"], arguments)) != before


def test_another_type_of_a_mention_makes_a_corpus_another() -> None:
    install_extensions()
    made = []
    for label in ("drug", "drug", "brand"):
        sentence = Sentence("s0", "Zinc.", (Mention("e0", label, ((0, 4),)),), ())
        doc = sentence_to_doc(sentence, English().make_doc)
        made.append(digest(*contents_of({"d0": [doc]})))
    assert made[0] == made[1] != made[2]
