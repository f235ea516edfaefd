"""The command line on a tiny pipeline that knows a few sentences by heart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import spacy
from click.testing import Result
from spacy.util import fix_random_seed
from thinc.api import Adam
from typer.testing import CliRunner

from spacy_ddi.cli import app
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs

DRUGS = {"Dexarol": "brand", "plinozide": "drug", "rostamine": "drug"}
KNOWN = "Dexarol raises plinozide levels."
SENTENCES = [
    (KNOWN, "mechanism"),
    ("Avoid rostamine with plinozide.", "advise"),
    ("Dexarol or rostamine was given.", None),
]
CONFIG = {
    "missing_parse": "chain",
    "candidates": {"negative_filter": None},
    "model": {
        "@architectures": "spacy-ddi.PairClassifier.v1",
        "dropout": 0.0,
        "pair_encoder": {
            "@misc": "spacy-ddi.SyntaxGCN.v1",
            "layers": 1,
            "hidden_size": 16,
            "position_size": 4,
            "position_clip": 10,
        },
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 16,
            "depth": 1,
            "embed_size": 200,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": False,
        },
    },
}

Run = Callable[..., Result]


def document(number: int) -> str:
    """The XML of a document with the sentence of this number."""
    text, label = SENTENCES[number]
    name = f"D{number}.s0"
    found = sorted((text.index(drug), drug) for drug in DRUGS if drug in text)
    entities = "".join(
        f'<entity id="{name}.e{i}" charOffset="{start}-{start + len(drug) - 1}" '
        f'type="{DRUGS[drug]}" text="{drug}"/>'
        for i, (start, drug) in enumerate(found)
    )
    truth = 'ddi="false"' if label is None else f'ddi="true" type="{label}"'
    pair = f'<pair id="{name}.p0" e1="{name}.e0" e2="{name}.e1" {truth}/>'
    return (
        f'<document id="D{number}"><sentence id="{name}" text="{text}">'
        f"{entities}{pair}</sentence></document>"
    )


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(len(SENTENCES)):
        (folder / f"D{number}.xml").write_text(document(number), encoding="utf8")
    return folder


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> str:
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    nlp.add_pipe("ddi_relation", config=CONFIG)
    references = list(read_docs(corpus, nlp.make_doc))
    examples = list(make_examples(references, nlp.make_doc, gold_mentions=True))
    nlp.initialize(lambda: examples)
    ruler.add_patterns([{"label": label, "pattern": drug} for drug, label in DRUGS.items()])
    optimizer = Adam(0.02)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("pipelines") / "tiny"
    nlp.to_disk(folder)
    return str(folder)


@pytest.fixture
def broken_corpus(corpus: Path, tmp_path: Path) -> Iterator[Path]:
    """The corpus, with D1 malformed in its second line."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for path in corpus.glob("*.xml"):
        (folder / path.name).write_text(path.read_text("utf8"), encoding="utf8")
    (folder / "D1.xml").write_text('<document id="D1">\n<sentence></document>', encoding="utf8")
    return folder


@pytest.fixture
def run() -> Run:
    """Run the command line; it may fail, but with a message and not with a trace."""

    def invoke(*arguments: str | Path, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    return invoke


def folded(text: str) -> str:
    """Printed text without its line breaks."""
    return " ".join(text.split())
