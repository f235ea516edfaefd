"""Fixtures that several rooms need."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import settings

from spacy_ddi.corpora.docbin import write_docbin
from spacy_ddi.corpora.reader import read_docs
from tests.component.conftest import make_examples, make_nlp, trained
from tests.tiny_bert import make_tiny_transformer
from tests.xml_documents import write_document

__all__ = ["make_examples", "make_nlp", "trained", "write_document"]

# No deadline: the first example pays for lazy imports, and a busy machine is no fault of the code.
settings.register_profile("spacy-ddi", deadline=None, max_examples=60)
settings.load_profile("spacy-ddi")

ROOT = Path(__file__).parents[1]
SAMPLE_CORPUS = ROOT / "assets" / "sample_corpus"

_DEFAULT_CORPUS = Path(__file__).parents[2] / "shared" / "ddi2013"


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    """The real corpus: `$DDI_CORPUS`, or `../shared/ddi2013`; the test is skipped without it."""
    folder = Path(os.environ.get("DDI_CORPUS", _DEFAULT_CORPUS))
    if not (folder / "Train").is_dir():
        pytest.skip(f"no DDI corpus in {folder} (set DDI_CORPUS to its folder)")
    return folder


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Paths for the configs: a tiny encoder, an untrained parser, the sample corpus."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "encoder").mkdir()
    make_tiny_transformer(folder / "encoder")
    parser = spacy.blank("en")
    parser.add_pipe("tok2vec")
    for name in ("tagger", "parser"):
        listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
        component = parser.add_pipe(name, config={"model": {"tok2vec": listener}})
        component.add_label("dep" if name == "parser" else "NN")
    parser.initialize()
    parser.to_disk(folder / "parser")
    write_docbin(read_docs(SAMPLE_CORPUS, spacy.blank("en").make_doc), folder / "corpus.spacy")
    return {
        "paths.train": str(folder / "corpus.spacy"),
        "paths.dev": str(folder / "corpus.spacy"),
        "paths.encoder": str(folder / "encoder"),
        "paths.parser": str(folder / "parser"),
        "system.gpu_allocator": None,
    }
