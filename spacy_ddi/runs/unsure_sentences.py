"""The sentences of documents that have candidate pairs, and what makes them worth annotating."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from spacy.tokens import Doc, Span

from spacy_ddi.annotations import get_relations, sentences
from spacy_ddi.candidates.mentions import MentionSource
from spacy_ddi.formats.text_document import TextDocument
from spacy_ddi.gold import gold_mentions_of
from spacy_ddi.runs.candidate_pairs import CandidatePairs
from spacy_ddi.runs.predictions import Annotation, Passage, Place, annotated
from spacy_ddi.runs.sentence_choice import Choosable, uncertainty_of


class UnsureSentence(NamedTuple):
    """A sentence that may be chosen.

    choosable (Choosable): What makes it worth annotating.
    document (TextDocument): The sentence as a document of its own, with mentions and pairs.
    """

    choosable: Choosable
    document: TextDocument


@dataclass
class UnsureSentences:
    """Keeps the sentences of a passage that have candidate pairs; see `Keep`.

    pairs (CandidatePairs): Gives mentions and pairs.
    """

    pairs: CandidatePairs

    def __call__(self, passage: Passage, source: MentionSource) -> list[UnsureSentence]:
        """Take the sentences from a passage.

        passage (Passage): Annotated by a pipeline that `keep_candidates` has set.
        source (MentionSource): Where the component found the mentions.
        RETURNS (List[UnsureSentence]): Its sentences with candidate pairs.
        """
        doc, offset, document = passage
        cut = sentences(doc)
        starts = [sentence.start for sentence in cut]
        probs: dict[int, list[list[float]]] = defaultdict(list)
        for stored in get_relations(doc):
            start = starts[bisect(starts, stored["head_start"]) - 1]
            probs[start].append(list(stored["probs"].values()))
        annotation = self.pairs(passage, source)
        mentions = source(doc)
        found = []
        for sentence in cut:
            if sentence.start in probs:
                inside = [each for each in mentions if sentence.start <= each.start < sentence.end]
                uncertainty = uncertainty_of(probs[sentence.start])
                choosable = Choosable(uncertainty, *words_and_names(sentence, inside))
                text = sentence.text
                start = sentence.start_char + offset + len(text) - len(text.lstrip())
                place = (start, start + len(text.strip()))
                own = sentence_document(document, annotation, place)
                found.append(UnsureSentence(choosable, own))
        return found


def words_and_names(sentence: Span, mentions: Iterable[Span]) -> tuple[set[str], set[str]]:
    """The different words of a sentence and its names of drugs, as in `Choosable`.

    sentence (Span): The sentence.
    mentions (Iterable[Span]): Its mentions.
    RETURNS (Tuple[Set[str], Set[str]]): Words and names.
    """
    mentions = list(mentions)
    inside = {token for each in mentions for token in range(each.start, each.end)}
    words = {token.lower_ for token in sentence if token.is_alpha and token.i not in inside}
    return words, {each.text.lower() for each in mentions}


def sentence_document(document: TextDocument, annotation: Annotation, place: Place) -> TextDocument:
    """A sentence of a document as a document of its own.

    document (TextDocument): The document.
    annotation (Annotation): What is known of it, by its characters.
    place (Place): The sentence's characters.
    RETURNS (TextDocument): Its text with its mentions and pairs. Its id is that of the document and
        the number of its first character.
    """
    start, end = place

    def moved(each: Place) -> Place:
        return each[0] - start, each[1] - start

    mentions = [(moved(at), type_) for at, type_ in annotation.mentions if start <= at[0] < end]
    pairs = [
        (moved(head), moved(tail), label, score)
        for head, tail, label, score in annotation.interactions
        if start <= head[0] < end
    ]
    text = document.text[start:end]
    cut = replace(document, id=f"{document.id}-{start}", text=text, sections=())
    inside = Annotation(mentions, pairs, [(0, len(text))])
    return annotated(cut, [inside], in_sentences=False)


def gold_sentences(docs: Iterable[Doc]) -> Iterator[tuple[str, set[str], set[str]]]:
    """What is known of sentences that are annotated already.

    docs (Iterable[Doc]): Gold Docs.
    YIELDS (Tuple[str, Set[str], Set[str]]): Of each its text, its words and names.
    """
    for doc in docs:
        yield doc.text.strip(), *words_and_names(doc[:], gold_mentions_of(doc))
