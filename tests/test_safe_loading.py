"""Loading a pipeline runs no pickle, whatever is put into its folder."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.tokens import Doc
from spacy.util import load_config

from spacy_ddi.annotations import make_relation
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.linking.dictionary import DrugDictionary
from spacy_ddi.training.compression import compress_pipeline
from tests.conftest import ROOT
from tests.linking.conftest import ENTRIES, NAMES
from tests.loaded_scripts import IMPORT_LIGHTLY
from tests.tiny_bert import make_tiny_transformer

TEXT = "zinc alters the iron salts."

NO_PICKLE = """
import pickle, sys, _pickle

def refuse(*arguments, **settings):
    raise AssertionError("a pickle is loaded")

class Unpickler:
    __init__ = refuse

for module in (pickle, _pickle):
    module.load = module.loads = refuse
    module.Unpickler = Unpickler
import numpy, torch, spacy
torch.load = refuse
"""

LOAD = """
for path in sys.argv[1:]:
    nlp = spacy.load(path)
    print(nlp.pipe_names)
    spacy.blank("en", config=nlp.config)
"""


def make_pipeline(folder: Path) -> Language:
    """One of each kind of component that the shipped pipeline has, untrained."""
    nlp = spacy.blank("en")
    nlp.add_pipe("line_sentences")
    embedding = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None}
    sizes = {"width": 16, "depth": 1, "embed_size": 50, "window_size": 1, "maxout_pieces": 2}
    tok2vec = {**embedding, **sizes, "subword_features": False}
    clean = {"@architectures": "spacy-ddi.CleanTok2Vec.v1", "tok2vec": tok2vec}
    nlp.add_pipe("tok2vec", config={"model": clean})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 16, "upstream": "*"}
    known = {"@architectures": "spacy-ddi.KnownNames.v1", "width": 8}
    joined = {"@architectures": "spacy-ddi.JoinedTok2Vec.v1", "first": tok2vec, "second": known}
    for name, tokens in (
        ("tagger", listener),
        ("sentence_parser", listener),
        ("sentence_ner", joined),
    ):
        nlp.add_pipe(name, config={"model": {"tok2vec": tokens}})
    ruler = nlp.add_pipe("attribute_ruler")
    nlp.add_pipe("drug_linker").dictionary = DrugDictionary(ENTRIES, NAMES, "made up")
    make_tiny_transformer(folder)
    spans = {
        "@span_getters": "spacy-ddi.blinded_sents.v2",
        "candidates": {"@misc": "spacy-ddi.CandidateFinder.v1"},
        "read_all": True,
    }
    packed = {"@architectures": "spacy-ddi.PackedTransformer.v1", "name": str(folder)}
    nlp.add_pipe("transformer", config={"model": {**packed, "get_spans": spans}})
    pooling = {"@layers": "spacy-ddi.first_word_piece.v1"}
    reading = {"@architectures": "spacy-transformers.TransformerListener.v1", "pooling": pooling}
    nlp.add_pipe("ddi_relation", config={"model": {"tok2vec": reading}})
    nlp.add_pipe("doc_cleaner")
    nlp.initialize(lambda: make_examples([annotated(nlp)], nlp.make_doc, gold_mentions=True))
    ruler.add(patterns=[[{"TAG": "NN"}]], attrs={"POS": "NOUN"})  # initializing removes them
    tables = Lookups()
    tables.add_table("lemma_lookup", {"salts": "salt"})
    lemmatizer = nlp.add_pipe("lemmatizer", config={"mode": "lookup"}, after="attribute_ruler")
    lemmatizer.initialize(lookups=tables)
    return nlp


def annotated(nlp: Language) -> Doc:
    """A sentence with everything that the components learn."""
    words = nlp.make_doc(TEXT)
    doc = Doc(
        nlp.vocab,
        words=[token.text for token in words],
        tags=["NN"] * len(words),
        heads=[1] * len(words),
        deps=["dep", "ROOT", *["dep"] * (len(words) - 2)],
        ents=["B-drug", "O", "O", "B-drug", *["O"] * (len(words) - 4)],
    )
    doc._.ddi_rels = [make_relation((0, 1), (3, 4), "effect", 1.0)]
    return doc


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("safe")
    make_pipeline(folder).to_disk(folder / "floats")
    compress_pipeline(folder / "floats", folder / "eight_bits")
    return folder


def test_a_pipeline_is_loaded_where_no_pickle_can_be(stored: Path) -> None:
    paths = [str(stored / "floats"), str(stored / "eight_bits")]
    done = subprocess.run(
        [sys.executable, "-c", NO_PICKLE + IMPORT_LIGHTLY + LOAD, *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("'drug_linker', 'transformer', 'ddi_relation'") == 2


def test_each_component_of_the_shipped_pipeline_is_there(stored: Path) -> None:
    shipped = load_config(ROOT / "configs" / "pipeline.cfg", interpolate=False)["nlp"]["pipeline"]
    wrapped = {"parser": "sentence_parser", "ner": "sentence_ner"}
    expected = {"line_sentences", *(wrapped.get(name, name) for name in shipped)}
    assert set(spacy.load(stored / "floats").component_names) == expected


class Poison:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.mkdir, (self.path,)


def in_shim(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what a torch module has stored in a file of weights."""
    message: Any = srsly.msgpack_loads(path.read_bytes())
    (number,) = [i for i, shims in enumerate(message["shims"]) if shims]
    of_module: Any = srsly.msgpack_loads(message["shims"][number][0])
    change(of_module)
    message["shims"][number] = [srsly.msgpack_dumps(of_module)]
    path.write_bytes(srsly.msgpack_dumps(message))


FILES = [
    *(
        f"{name}/model"
        for name in (
            "tok2vec",
            "tagger",
            "sentence_parser",
            "sentence_ner",
            "transformer",
            "ddi_relation",
        )
    ),
    "drug_linker/drugs",
    "attribute_ruler/patterns",
    "lemmatizer/lookups/lookups.bin",
    "sentence_parser/moves",
    "sentence_parser/cfg",
    "ddi_relation/cfg",
    "tokenizer",
    "vocab/strings.json",
    "vocab/vectors",
    "vocab/lookups.bin",
    "vocab/key2row",
]


@pytest.mark.parametrize(
    ("file", "protocol"), [*((file, 4) for file in FILES), ("tok2vec/model", 0)]
)
def test_a_pickle_in_place_of_a_file_is_refused_and_not_run(
    stored: Path, tmp_path: Path, file: str, protocol: int
) -> None:
    poison = pickle.dumps(Poison(tmp_path / "ran"), protocol=protocol)
    path = stored / "floats" / file
    assert path.is_file()
    names = load_config(stored / "floats" / "config.cfg")["nlp"]["pipeline"]
    others = [name for name in names if name != file.partition("/")[0]]
    spacy.load(stored / "floats", exclude=others)
    content = path.read_bytes()
    path.write_bytes(poison)
    try:
        with pytest.raises(Exception):  # noqa: B017, PT011 (spaCy's and Thinc's own)
            spacy.load(stored / "floats", exclude=others)
    finally:
        path.write_bytes(content)
    assert not (tmp_path / "ran").exists()
    pickle.loads(poison)
    assert (tmp_path / "ran").exists()  # it is a poison


@pytest.mark.parametrize("key", ["weights", "state"])
@pytest.mark.parametrize("name", ["transformer", "ddi_relation"])
def test_a_pickle_in_place_of_a_modules_weights_is_refused_and_not_run(
    stored: Path, tmp_path: Path, name: str, key: str
) -> None:
    poison = pickle.dumps(Poison(tmp_path / "ran"))
    path = stored / "floats" / name / "model"
    content = path.read_bytes()

    def change(of_module: dict[str, Any]) -> None:
        del of_module["weights"]
        of_module[key] = poison

    in_shim(path, change)
    try:
        with pytest.raises(ValueError, match=r"DDI025.*nothing of it was run"):
            spacy.load(stored / "floats")
    finally:
        path.write_bytes(content)
    assert not (tmp_path / "ran").exists()


def test_an_array_of_objects_is_no_way_in(stored: Path, tmp_path: Path) -> None:
    """NumPy would unpickle it, if it were asked to."""
    path = stored / "floats" / "vocab" / "vectors"
    content = path.read_bytes()
    with path.open("wb") as file:
        np.save(file, np.array([Poison(tmp_path / "ran")], dtype=object))
    try:
        with pytest.raises(ValueError, match="allow_pickle"):
            spacy.load(stored / "floats")
    finally:
        path.write_bytes(content)
    assert not (tmp_path / "ran").exists()
