"""Corpus sentences as spaCy Docs, with gold mentions, relations and sentence boundaries.

One Doc holds one corpus *sentence*. The sentence is what the corpus annotates: ids, offsets and
pairs are local to it, the white space between sentences is not kept, and the corpus's own
segmentation is the gold one. For training it also makes batches even and shuffles well.
"""

from __future__ import annotations

import itertools
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import filter_spans
from thinc.types import Ints2d

from spacy_ddi.annotations import RelationDict, each_doc, make_relation, set_relations
from spacy_ddi.corpora.documents import Document, Sentence
from spacy_ddi.gold import (
    DOCUMENT_ID,
    MENTIONS_KEY,
    ORIGIN,
    SENTENCE_ID,
    copy_mentions,
    gold_mentions_of,
)
from spacy_ddi.warning_messages import Warnings

Tokenizer = Callable[[str], Doc]


def document_to_docs(document: Document, make_doc: Tokenizer) -> list[Doc]:
    """Turn a corpus document into gold Docs, one a sentence.

    document (Document): The corpus document.
    make_doc (Callable[[str], Doc]): The tokenizer, e.g. `nlp.make_doc`.
    RETURNS (List[Doc]): Docs as `sentence_to_doc` makes them, with the document's id.
    """
    docs = []
    for sentence in document.sentences:
        doc = sentence_to_doc(sentence, make_doc)
        doc.user_data[DOCUMENT_ID] = document.id
        docs.append(doc)
    return docs


def sentence_to_doc(sentence: Sentence, make_doc: Tokenizer) -> Doc:
    """Turn a corpus sentence into a gold Doc.

    Tokens are split where a mention begins or ends inside one, so that every mention is a span.
    A discontinuous mention is represented by one range, the first that stands for no other: those
    that follow are shared with a neighbour ('loop and thiazide *diuretics*'). All mentions
    are in `doc.spans[MENTIONS_KEY]`; `doc.ents` has the contiguous ones, the longest where they
    overlap. The group keeps the corpus's order, which that of its pairs follows.

    sentence (Sentence): The corpus sentence.
    make_doc (Callable[[str], Doc]): The tokenizer, e.g. `nlp.make_doc`.
    RETURNS (Doc): Tokens, one sentence, gold mentions, entities, and `doc._.ddi_rels`.
    """
    ranges = _represent(sentence)
    cuts = sorted({offset for place in ranges.values() for offset in place})
    doc = split_tokens(make_doc(sentence.text), cuts)
    preset_one_sentence(doc)
    spans = {}
    for mention in sentence.mentions:
        start, end = ranges[mention.id]
        span = doc.char_span(start, end, label=mention.type, span_id=mention.id)
        assert span is not None, f"{mention} does not fall on the tokens it was cut from"
        spans[mention.id] = span
    doc.spans[MENTIONS_KEY] = list(spans.values())
    contiguous = [spans[mention.id] for mention in sentence.mentions if len(mention.ranges) == 1]
    doc.set_ents(filter_spans(contiguous), default="outside")
    set_relations(doc, list(_relations(sentence, spans)))
    doc.user_data[SENTENCE_ID] = sentence.id
    if sentence.origin:
        doc.user_data[ORIGIN] = sentence.origin
    return doc


def preset_one_sentence(doc: Doc) -> None:
    """Preset the boundaries of a Doc that holds one sentence, so that a parser does not split it.

    doc (Doc): The Doc, changed in place.
    """
    for token in doc:
        token.is_sent_start = token.i == 0


def make_examples(
    references: Iterable[Doc],
    make_doc: Tokenizer,
    *,
    gold_mentions: bool,
    gold_sentences: bool = True,
    gold_parse: bool = False,
    spans_key: str = MENTIONS_KEY,
) -> Iterator[Example]:
    """Pair gold Docs with Docs for a pipeline to annotate.

    references (Iterable[Doc]): Gold Docs, of any vocab. They are not changed: one whose mentions
        are not in the span group yet is copied.
    make_doc (Callable[[str], Doc]): The tokenizer of the predicted side, e.g. `nlp.make_doc`. All
        predicted Docs have its vocab, which must be that of the pipeline.
    gold_mentions (bool): Whether the predicted side gets the gold tokens and mentions.
    gold_sentences (bool): Whether it gets the gold sentence boundaries, where its tokens allow it.
    gold_parse (bool): Whether it gets the dependency parse of gold Docs that have one, which bounds
        the sentences, too. For this it must have the gold tokens.
    spans_key (str): The span group that gets the mentions, where the component looks for them.
    YIELDS (Example): Predicted and gold side, in the order of the gold Docs.
    RAISES (DDIError): If something else than Docs is given.
    """
    vocab = make_doc("").vocab
    for gold in each_doc(references, "make_examples"):
        reference = with_mention_group(gold, spans_key)
        if gold_mentions:
            words = [token.text for token in reference]
            spaces = [bool(token.whitespace_) for token in reference]
            predicted = Doc(vocab, words=words, spaces=spaces)
            copy_mentions(reference.spans[spans_key], predicted, spans_key)
        else:
            predicted = make_doc(reference.text)
        if gold_parse and gold_mentions and reference.has_annotation("DEP"):
            copy_parse(reference, predicted)
        elif gold_sentences:
            _preset_sentences(reference, predicted)
        yield Example(predicted, reference)


def copy_parse(source: Doc, target: Doc) -> None:
    """Give a Doc the dependency parse of another with the same tokens.

    source (Doc): The parsed Doc.
    target (Doc): Gets the heads and the types of the dependencies.
    """
    attributes: list[int | str] = ["HEAD", "DEP"]
    for token in source:
        target.vocab.strings.add(token.dep_)
    target.from_array(attributes, cast(Ints2d, source.to_array(attributes)))


def with_mention_group(reference: Doc, spans_key: str) -> Doc:
    """A gold Doc with its mentions in a span group.

    reference (Doc): The gold Doc, not changed.
    spans_key (str): The span group, where the component looks for mentions.
    RETURNS (Doc): The Doc itself, if it has the group; else a copy that has.
    """
    if spans_key in reference.spans:
        return reference
    copy = reference.copy()
    copy.spans[spans_key] = gold_mentions_of(copy)
    return copy


def _preset_sentences(reference: Doc, predicted: Doc) -> None:
    if not reference.has_annotation("SENT_START") or len(list(reference.sents)) == 1:
        preset_one_sentence(predicted)
    elif [token.idx for token in reference] == [token.idx for token in predicted]:
        for token in reference:
            predicted[token.i].is_sent_start = bool(token.is_sent_start)


def _relations(sentence: Sentence, spans: dict[str, Span]) -> Iterator[RelationDict]:
    """The relations of a sentence, one for each two spans. Discontinuous mentions may have to share
    a span; what can't be told apart then is left out, with a warning."""
    known = set()
    for interaction in sentence.interactions:
        ends = (spans[interaction.head], spans[interaction.tail])
        head, tail = ((end.start, end.end) for end in ends)
        pair = frozenset((head, tail))
        if head != tail and pair not in known:
            known.add(pair)
            score = 1.0 if interaction.score is None else interaction.score
            yield make_relation(head, tail, interaction.label, score)
            continue
        found = f"{sentence.origin or sentence.id}: the {interaction.label or 'interaction'} of "
        found += f"{interaction.head!r} and {interaction.tail!r}, which is left out"
        warnings.warn(Warnings.SAME_PLACE.format(n_found=1, problems=found), stacklevel=4)


def _represent(sentence: Sentence) -> dict[str, tuple[int, int]]:
    """The range that stands for each mention, no two the same if that can be: the first that is
    free, without white space at its ends, where no token boundary is."""
    chosen: dict[str, tuple[int, int]] = {}
    for mention in sentence.mentions:
        stripped = [_strip(sentence.text, start, end) for start, end in mention.ranges]
        free = [place for place in stripped if place not in chosen.values()]
        chosen[mention.id] = (free or stripped)[0]
    return chosen


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    marked = text[start:end]
    return start + len(marked) - len(marked.lstrip()), end - len(marked) + len(marked.rstrip())


def split_tokens(doc: Doc, cuts: list[int]) -> Doc:
    """A Doc of the same text whose tokens end at more places.

    doc (Doc): The Doc; nothing but its tokens is kept.
    cuts (List[int]): Character offsets, in text order, at which tokens are to end, too.
    RETURNS (Doc): The Doc itself, if they do.
    """
    words: list[str] = []
    spaces: list[bool] = []
    for token in doc:
        between = bisect_right(cuts, token.idx), bisect_left(cuts, token.idx + len(token))
        inside = [cut - token.idx for cut in cuts[slice(*between)]]
        bounds = [0, *inside, len(token)]
        pieces = [token.text[a:b] for a, b in itertools.pairwise(bounds)]
        words.extend(pieces)
        spaces.extend([False] * len(inside) + [bool(token.whitespace_)])
    return doc if len(words) == len(doc) else Doc(doc.vocab, words=words, spaces=spaces)
