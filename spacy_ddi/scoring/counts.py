"""What is counted of a document, before any rate is computed.

A pair is known by the character offsets of its two mentions, so that Docs with different tokens can
be compared. Every pair of gold mentions of a sentence is scored; one that was filtered out or could
not be represented is predicted negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.generators import sentence_pairs
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.gold import (
    DOCUMENT_ID,
    UNTYPED,
    PlacePair,
    labelled_pairs,
)

DEFAULT_FINDER = CandidateFinder()
"""Takes every pair of mentions in a sentence."""


@dataclass
class Tally:
    """True positives, false positives and false negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, other: Tally) -> None:
        """Add other counts to these.

        other (Tally): The counts to add.
        """
        self.tp += other.tp
        self.fp += other.fp
        self.fn += other.fn


@dataclass
class PairCounts:
    """The counts of one or more documents.

    n_pairs (int): Pairs of gold mentions.
    n_true (int): Annotated interactions, with or without a type.
    n_true_typed (int): Annotated interactions with a type.
    n_candidates (int): Pairs that were proposed to the network.
    n_true_candidates (int): Annotated interactions among them.
    per_type (Dict[str, Tally]): By type of interaction: right pair and right type.
    detection (Tally): Right pair, whatever the type.
    """

    n_pairs: int = 0
    n_true: int = 0
    n_true_typed: int = 0
    n_candidates: int = 0
    n_true_candidates: int = 0
    per_type: dict[str, Tally] = field(default_factory=dict)
    detection: Tally = field(default_factory=Tally)

    def add(self, other: PairCounts) -> None:
        """Add the counts of other documents to these.

        other (PairCounts): The counts to add.
        """
        self.n_pairs += other.n_pairs
        self.n_true += other.n_true
        self.n_true_typed += other.n_true_typed
        self.n_candidates += other.n_candidates
        self.n_true_candidates += other.n_true_candidates
        for label, tally in other.per_type.items():
            self.per_type.setdefault(label, Tally()).add(tally)
        self.detection.add(other.detection)


def count_pairs(
    example: Example,
    labels: Sequence[str],
    finder: CandidateFinder = DEFAULT_FINDER,
) -> PairCounts:
    """Count one example.

    example (Example): The annotated and the reference Doc.
    labels (Sequence[str]): The types of interaction.
    finder (CandidateFinder): Finds the candidates of the predicted Doc, and by its mention source
        the mentions of the reference.
    RETURNS (PairCounts): The counts.
    """
    predicted, reference = example.predicted, example.reference
    gold = labelled_pairs(reference)
    found = labelled_pairs(predicted)
    proposed = set(finder(predicted).place_pairs)
    gold_mentions = finder.mentions(reference)
    counts = PairCounts(
        n_pairs=len(sentence_pairs(reference, gold_mentions, sentence_index(reference))),
        n_true=len(gold),
        n_true_typed=sum(label in labels for label in gold.values()),
        n_candidates=len(proposed),
        n_true_candidates=len(proposed & gold.keys()),
        per_type={label: _tally(_of_type(found, label), _of_type(gold, label)) for label in labels},
        detection=_tally(found.keys(), gold.keys()),
    )
    return counts


def all_labels(examples: Iterable[Example], labels: Sequence[str]) -> list[str]:
    """The types to score: those a component knows, and others that the references hold, which it
    can't but miss.

    examples (Iterable[Example]): The examples.
    labels (Sequence[str]): The types that the component knows.
    RETURNS (List[str]): Its types, then the others in alphabetical order.
    """
    annotated = {
        label for example in examples for label in labelled_pairs(example.reference).values()
    }
    return [*labels, *sorted(annotated - {UNTYPED, *labels})]


def count_mentions(example: Example, source: MentionSource = DEFAULT_FINDER.mentions) -> Tally:
    """Compare predicted mentions with gold ones: exact boundaries and type. A discontinuous mention
    is looked for at its first range.

    example (Example): The annotated and the reference Doc.
    source (MentionSource): Finds the mentions of both.
    RETURNS (Tally): The counts.
    """

    def keys(doc: Doc) -> set[tuple[int, int, str]]:
        return {(span.start_char, span.end_char, span.label_) for span in source(doc)}

    return _tally(keys(example.predicted), keys(example.reference))


def count_by_document(
    examples: Iterable[Example],
    labels: Sequence[str],
    finder: CandidateFinder = DEFAULT_FINDER,
) -> dict[str, PairCounts]:
    """Count examples by the corpus document that they belong to, the unit of the bootstrap.

    examples (Iterable[Example]): The examples. One whose reference bears no document id is a
        document of its own.
    labels (Sequence[str]): The types of interaction.
    finder (CandidateFinder): See `count_pairs`.
    RETURNS (Dict[str, PairCounts]): The counts of each document.
    """
    documents: dict[str, PairCounts] = {}
    for i, example in enumerate(examples):
        document = example.reference.user_data.get(DOCUMENT_ID, f"example {i}")
        counts = count_pairs(example, labels, finder)
        documents.setdefault(document, PairCounts()).add(counts)
    return documents


def _of_type(pairs: dict[PlacePair, str], label: str) -> set[PlacePair]:
    return {pair for pair, found in pairs.items() if found == label}


def _tally(found: Iterable[object], gold: Iterable[object]) -> Tally:
    found_set, gold_set = set(found), set(gold)
    right = len(found_set & gold_set)
    return Tally(right, len(found_set) - right, len(gold_set) - right)
