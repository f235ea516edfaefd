"""Copies of annotated sentences with other words, to which teachers give soft labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from random import Random

from spacy.language import Language
from spacy.tokens import Doc, Span

from spacy_ddi.annotations import set_relations
from spacy_ddi.component.lookup import relation_pipes
from spacy_ddi.corpora.docs import preset_one_sentence
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.gold import MENTIONS_KEY, gold_mentions_of

DROPPED = 0.05
"""Share of the words that `vary_sentences` leaves out."""

EXCHANGED = 0.17
"""Share of the words that `vary_sentences` exchanges."""


def vary_sentences(
    nlp: Language, docs: Sequence[Doc], *, copies: int, seed: int = 0
) -> Iterator[Doc]:
    """Copies of corpus sentences with some words exchanged or left out.

    A word outside of mentions is left out (`DROPPED`), or replaced by a word that occurs elsewhere
    in the sentences with the same part-of-speech tag (`EXCHANGED`). The copies need not make sense:
    the teacher's soft labels show how it decides between the corpus's sentences (data augmentation
    for distillation as in Jiao et al. 2020, "TinyBERT", section 3).

    nlp (Language): A pipeline that tags.
    docs (Sequence[Doc]): Gold Docs, with their mentions in `doc.spans["ddi_mentions"]`.
    copies (int): Copies of each Doc with two mentions or more.
    seed (int): Chooses the words.
    YIELDS (Doc): One sentence each, as `find_sentences` in `unlabelled.py` does.
    RAISES (ValueError): If the pipeline gives no tags.
    """
    random = Random(seed)
    pairable = [doc for doc in docs if len(gold_mentions_of(doc)) >= 2]
    bare = (Doc(nlp.vocab, words=_words(doc), spaces=_spaces(doc)) for doc in pairable)
    with nlp.select_pipes(disable=relation_pipes(nlp)):
        tags = [[token.tag_ for token in doc] for doc in nlp.pipe(bare)]
    if not any(tag for tagged in tags for tag in tagged):
        raise DDIError(Errors.NO_TAGS.format(found=", ".join(nlp.pipe_names) or "nothing"))
    lexicon: dict[str, list[str]] = defaultdict(list)
    for doc, tagged in zip(pairable, tags, strict=True):
        for i in _free_words(doc):
            lexicon[tagged[i]].append(doc[i].text)
    for doc, tagged in zip(pairable, tags, strict=True):
        for _ in range(copies):
            words: list[str | None] = [*_words(doc)]
            for i in _free_words(doc):
                draw = random.random()
                if draw < DROPPED:
                    words[i] = None
                elif draw < DROPPED + EXCHANGED:
                    words[i] = random.choice(lexicon[tagged[i]])
            yield _with_words(doc, words)


def _words(doc: Doc) -> list[str]:
    return [token.text for token in doc]


def _spaces(doc: Doc) -> list[bool]:
    return [bool(token.whitespace_) for token in doc]


def _free_words(doc: Doc) -> list[int]:
    """The tokens of letters that are in no mention."""
    mentioned = {token.i for mention in gold_mentions_of(doc) for token in mention}
    return [token.i for token in doc if token.is_alpha and token.i not in mentioned]


def _with_words(doc: Doc, words: Sequence[str | None]) -> Doc:
    """A corpus Doc with other words, of which those that are None are left out."""
    kept = [i for i, word in enumerate(words) if word is not None]
    spaces = _spaces(doc)
    varied = Doc(doc.vocab, words=[str(words[i]) for i in kept], spaces=[spaces[i] for i in kept])
    preset_one_sentence(varied)
    place = {old: new for new, old in enumerate(kept)}
    varied.spans[MENTIONS_KEY] = [
        Span(varied, place[m.start], place[m.end - 1] + 1, label=m.label)
        for m in gold_mentions_of(doc)
    ]
    set_relations(varied, [])
    return varied
