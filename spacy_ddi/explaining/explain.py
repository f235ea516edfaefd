"""Why a relation was found: `explain` and `explain_all`."""

from __future__ import annotations

import reprlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import Relation, RelationDict, get_relations, relations_of_doc
from spacy_ddi.candidates.sentences import sentence_index
from spacy_ddi.component.lookup import component_of
from spacy_ddi.component.targets import NONE
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.explaining.dependency_path import dependency_path
from spacy_ddi.explaining.explanation import Explanation, Word
from spacy_ddi.explaining.left_out import SentenceReader
from spacy_ddi.stored_pairs import TOKEN_OFFSETS


def explain(
    doc: Doc,
    relation: Relation | RelationDict,
    nlp: Language,
    *,
    places: range | None = None,
) -> Explanation:
    """Why the pipeline gave a pair of mentions its label.

    The sentence is read once for each of its words, with that word left out; the weight of a word
    is what the probability of the label loses without it. Nothing is written on the Doc, and what
    the pipeline's `doc_cleaner` has removed is not needed.

    doc (Doc): The Doc.
    relation (Union[Relation, RelationDict]): One of `doc._.ddi`, or of `doc._.ddi_rels`.
    nlp (Language): The pipeline that found it, with its `ddi_relation`.
    places (Optional[range]): The words to weigh, by their places in the sentence, where a mention
        is one word; None for all.
    RETURNS (Explanation): Words with their weights, dependency path, probabilities.
    RAISES (DDIError): If the relation is none of the Doc, the pipeline has no `ddi_relation`, does
        not know the label, or can't read the pair: its mentions are no mentions of the Doc any
        more, or stand in two sentences, or the parse is missing.
    """
    return _explain(doc, [_relation_of(doc, relation)], nlp, places)[0]


def explain_all(doc: Doc, nlp: Language) -> list[Explanation]:
    """Explain all relations of a Doc. The relations of a sentence share what takes the time.

    doc (Doc): The annotated Doc.
    nlp (Language): The pipeline that annotated it.
    RETURNS (List[Explanation]): One for each of `doc._.ddi`, in their order.
    RAISES (DDIError): See `explain`.
    """
    return _explain(doc, relations_of_doc(doc), nlp, None)


def _relation_of(doc: Doc, given: Any) -> Relation:
    """A relation of the Doc itself: offsets of another Doc would name other words."""
    if isinstance(given, Relation) and given.head.doc is doc:
        return given
    for relation, offsets in zip(relations_of_doc(doc), get_relations(doc), strict=True):
        if _is_same(relation, offsets, given):
            return relation
    found = reprlib.repr(given)
    raise DDIError(Errors.RELATION_OF_OTHER_DOC.format(relation=found, text=doc.text[:60]))


def _is_same(relation: Relation, offsets: Mapping[str, Any], given: Any) -> bool:
    """Whether what was given is about a pair of the Doc. A relation of a copy of the Doc is."""
    if isinstance(given, Relation):
        names = ("place", "label", "head_text", "tail_text", "sentence", "sentence_start_char")
        return all(getattr(relation, name) == getattr(given, name) for name in names)
    keys = (*TOKEN_OFFSETS, "label")
    return isinstance(given, Mapping) and all(given.get(key) == offsets[key] for key in keys)


def _explain(
    doc: Doc, relations: Sequence[Relation], nlp: Language, places: range | None
) -> list[Explanation]:
    component = component_of(nlp)
    for relation in relations:
        if relation.label not in component.labels:
            known = ", ".join(component.labels) or "none"
            message = Errors.LABEL_UNKNOWN.format(
                name=component.name, label=relation.label, labels=known
            )
            raise DDIError(message)
    by_sentence: defaultdict[int, list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        by_sentence[_sentence_of(doc, relation)].append(number)
    explanations: dict[int, Explanation] = {}
    for numbers in by_sentence.values():
        chosen = [relations[number] for number in numbers]
        found = _explain_sentence(doc, chosen, nlp, places)
        explanations.update(zip(numbers, found, strict=True))
    return [explanations[number] for number in range(len(relations))]


def _sentence_of(doc: Doc, relation: Relation) -> int:
    """The number of the sentence that both mentions begin in."""
    sentences = sentence_index(doc)
    head, tail = relation.head.start, relation.tail.start
    if sentences[head] != sentences[tail]:
        raise DDIError(
            Errors.PAIR_IN_TWO_SENTENCES.format(head=relation.head_text, tail=relation.tail_text)
        )
    return int(sentences[head])


def _explain_sentence(
    doc: Doc, relations: Sequence[Relation], nlp: Language, places: range | None
) -> list[Explanation]:
    """Explain relations of one sentence."""
    classes = (NONE, *component_of(nlp).labels)
    reader = SentenceReader(nlp, doc, relations)
    columns = [classes.index(relation.label) for relation in relations]
    probs, weights = word_weights(reader, columns, places)
    attention = reader.attend()
    explanations = []
    for i, relation in enumerate(relations):
        of_pair = [None if each is None else each[i] for each in (weights, *attention)]
        words = tuple(
            _word(reader.span_of(node), *(None if w is None else float(w[node]) for w in of_pair))
            for node in range(reader.n_nodes)
        )
        head, tail = (reader.nodes_of(mention) for mention in reader.pairs[i])
        explanations.append(
            Explanation(
                relation.label,
                dict(zip(classes, probs[i].tolist(), strict=True)),
                words,
                dependency_path(reader.whole, reader.nodes, head, tail),
            )
        )
    return explanations


def weigh(doc: Doc, relation: Relation, nlp: Language, places: range) -> list[float | None]:
    """The weights of some words of a sentence, and nothing else: `explain` in steps.

    doc, relation, nlp: See `explain`.
    places (range): Their places in `Explanation.words`.
    RETURNS (List[Optional[float]]): The weight of each; None for a mention.
    RAISES (DDIError): See `explain`.
    """
    reader = SentenceReader(nlp, doc, [relation])
    column = (NONE, *component_of(nlp).labels).index(relation.label)
    _, ((*weights,),) = word_weights(reader, [column], places)
    return [None if np.isnan(weights[place]) else float(weights[place]) for place in places]


def word_weights(
    reader: SentenceReader, columns: Sequence[int], places: range | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """By how much the probability of a class falls without each word of a sentence.

    reader (SentenceReader): The sentence: M nodes, P pairs.
    columns (Sequence[int]): The class of each pair.
    places (Optional[range]): The nodes to weigh; None for all.
    RETURNS (Tuple[NDArray, NDArray]): Shape (P, C): probability of each class in the whole
        sentence; and shape (P, M): the weights, NaN for mentions and what is not weighed.
    """
    words = np.flatnonzero(~reader.mention_nodes)
    if places is not None:
        words = words[np.isin(words, np.arange(places.start, places.stop))]
    left_out = np.zeros((len(words) + 1, reader.n_nodes), dtype=bool)
    left_out[np.arange(len(words)) + 1, words] = True
    probs = reader.probs(left_out)
    of_class = probs[:, np.arange(len(columns)), columns]
    weights = np.full((len(columns), reader.n_nodes), np.nan, dtype=np.float32)
    weights[:, words] = (of_class[0] - of_class[1:]).T
    return probs[0], weights


def _word(span: Span, weight: float | None, pooling: float | None, attention: float | None) -> Word:
    known = None if weight is None or np.isnan(weight) else weight
    return Word(span.text, span.start_char, span.end_char, known, pooling, attention)
