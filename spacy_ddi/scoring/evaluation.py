"""Running a pipeline over gold Docs and scoring what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.whole_documents import TextUnit
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.scoring.bootstrap import micro_f_interval
from spacy_ddi.scoring.calibration import expected_calibration_error, score_hits
from spacy_ddi.scoring.counts import (
    DEFAULT_FINDER,
    Tally,
    all_labels,
    count_by_document,
    count_mentions,
)
from spacy_ddi.scoring.metrics import compute_scores, rates

Mentions = Literal["gold", "predicted"]


def annotate(
    nlp: Language,
    references: Iterable[Doc],
    *,
    mentions: Mentions,
    text: TextUnit = "sentence",
    spans_key: str = MENTIONS_KEY,
) -> Iterator[Example]:
    """Run a pipeline over the texts of gold Docs.

    nlp (Language): The pipeline.
    references (Iterable[Doc]): Gold Docs, as `as_texts` gives them.
    mentions (str): "gold" gives the pipeline the gold tokens and mentions; "predicted" gives it
        nothing but the text, which it may take for several sentences.
    text (str): What each Doc holds. With gold mentions, a sentence is given as one; in documents
        the pipeline finds the sentence boundaries.
    spans_key (str): Where the relation component looks for mentions.
    YIELDS (Example): Annotated and gold Docs, in the order of the gold ones.
    """
    examples = make_examples(
        references,
        nlp.make_doc,
        gold_mentions=mentions == "gold",
        gold_sentences=mentions == "gold" and text == "sentence",
        spans_key=spans_key,
    )
    pairs = ((example.predicted, example.reference) for example in examples)
    for doc, reference in nlp.pipe(pairs, as_tuples=True):
        yield Example(doc, reference)


def summarize(
    examples: Sequence[Example],
    *,
    labels: Sequence[str],
    mentions: Mentions,
    text: TextUnit = "sentence",
    candidates: CandidateFinder = DEFAULT_FINDER,
) -> dict[str, Any]:
    """All figures of annotated examples. Pairs and mentions are compared by characters, so a pair
    of a document is right if it is one of a corpus sentence, and wrong across two of them.

    examples (Sequence[Example]): Annotated and gold Docs.
    labels (Sequence[str]): The types of interaction that the component knows.
    mentions (str): With "predicted", the mentions are scored too.
    text (str): What was read as one text.
    candidates (CandidateFinder): Finds the mentions and the candidate pairs.
    RETURNS (Dict[str, Any]): The figures of `Scores`, `micro_f_ci` (95 % bootstrap interval over
        documents), `score_ece` (expected calibration error of the relations' scores), `mentions`
        and `text` as given, and with predicted mentions `ner_p`, `ner_r`, `ner_f`.
    """
    labels = all_labels(examples, labels)
    documents = count_by_document(examples, labels, candidates)
    figures: dict[str, Any] = dict(compute_scores(documents, labels))
    figures["micro_f_ci"] = list(micro_f_interval(documents, labels))
    figures["score_ece"] = expected_calibration_error(*score_hits(examples))
    figures["mentions"] = mentions
    figures["text"] = text
    if mentions == "predicted":
        tally = Tally()
        for example in examples:
            tally.add(count_mentions(example, candidates.mentions))
        figures.update({f"ner_{name}": value for name, value in rates(tally).items()})
    return figures
