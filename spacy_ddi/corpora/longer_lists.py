"""Longer lists of drugs, for a network of relations.

Labels name dozens of drugs in one sentence: "Drugs that may increase the response include …".
Annotated sentences seldom do, so a network that learns from them alone loses such lists whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random
from typing import Any, Final, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from spacy_ddi.candidates.negative_filter import coordinations
from spacy_ddi.corpora.docs import Tokenizer, make_examples, sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.corpora.name_variants import Augmenter
from spacy_ddi.errors import require
from spacy_ddi.gold import (
    SOFT_LABELS,
    SoftLabelDict,
    gold_mentions_of,
    labelled_pairs,
    place_pair,
    set_soft_labels,
    soft_labels_of,
)

MOST: Final = 40
"""Members that are added to a list, at most."""

RESTYLED: Final = 0.4
"""Share of the longer lists that get a separator of their own between all members."""

SEPARATORS: Final = (", ", ",", "; ", ";", " / ", "*, ", "*;")
NAMES_KEPT: Final = 1000

Labels = dict[tuple[int, int], Any]
"""What is known of pairs of mentions: a type, or the probabilities of the classes."""


class DrugList(NamedTuple):
    """A list in a sentence.

    start, end (int): Its members' numbers among the mentions, the end exclusive.
    """

    start: int
    end: int


def configure_longer_lists(level: float = 0.5, mean: float = 6.0, seed: int = 0) -> Augmenter:
    """Registered as `spacy-ddi.longer_lists.v1` (@augmenters), for `spacy-ddi.DocBinCorpus.v1` with
    gold mentions.

    A list whose members say the same of every other drug gets more members, which say so, too.
    Their names are those of earlier sentences. Pairs of members are left to the negative filter,
    which drops them: a network may then take them for interactions where it does not.

    level (float): Share of the sentences with such a list that get a longer one.
    mean (float): Members that are added, on average (exponential, at most `MOST`).
    seed (int): Chooses sentences, lists and names.
    RETURNS (Callable[[Language, Example], Iterator[Example]]): The augmenter. It yields one example
        for each.
    """
    where = "spacy-ddi.longer_lists.v1"
    require(0 <= level <= 1, where, "level", level, "0 to 1")
    require(mean > 0, where, "mean", mean, "above 0")
    random = Random(seed)
    names: deque[tuple[str, str]] = deque(maxlen=NAMES_KEPT)

    def lengthen(nlp: Language, example: Example) -> Iterator[Example]:
        mentions = sorted(gold_mentions_of(example.reference), key=lambda mention: mention.start)
        names.extend((mention.text, mention.label_) for mention in mentions)
        lists = uniform_lists(example.reference, mentions) if random.random() < level else []
        if not lists:
            yield example
            return
        n_added = min(MOST, 1 + int(random.expovariate(1 / mean)))
        added = [random.choice(names) for _ in range(n_added)]
        separator = random.choice(SEPARATORS) if random.random() < RESTYLED else None
        chosen = random.choice(lists)
        longer = with_members(example.reference, mentions, chosen, added, separator, nlp.make_doc)
        yield from make_examples([longer], nlp.make_doc, gold_mentions=True)

    return lengthen


def uniform_lists(doc: Doc, mentions: Sequence[Span]) -> list[DrugList]:
    """The lists of a sentence whose members are alike: each has the same label with every other
    mention, and none with another member.

    doc (Doc): A gold Doc.
    mentions (Sequence[Span]): Its mentions in text order.
    RETURNS (List[DrugList]): Lists of two members or more, in a sentence that has others.
    """
    if any(one.end > other.start for one, other in pairwise(mentions)):
        return []
    label = {pair: _class_of(known) for pair, known in _labels(doc, mentions).items()}
    numbers = coordinations(doc.text, mentions)
    found = []
    for number in np.unique(numbers):
        members = np.flatnonzero(numbers == number).tolist()
        others = [i for i in range(len(mentions)) if numbers[i] != number]
        rows = {tuple(label.get(_pair(member, i)) for i in others) for member in members}
        apart = all(label.get((i, j)) is None for i in members for j in members if i < j)
        if len(members) > 1 and others and len(rows) == 1 and apart:
            found.append(DrugList(members[0], members[-1] + 1))
    return found


def with_members(
    doc: Doc,
    mentions: Sequence[Span],
    drugs: DrugList,
    added: Sequence[tuple[str, str]],
    separator: str | None,
    make_doc: Tokenizer,
) -> Doc:
    """A sentence with a longer list.

    doc (Doc): A gold Doc.
    mentions (Sequence[Span]): Its mentions in text order.
    drugs (DrugList): The list.
    added (Sequence[Tuple[str, str]]): Name and type of each further member, after the first one.
    separator (Optional[str]): Stands between all members; None to keep those that there are.
    make_doc (Callable[[str], Doc]): The tokenizer.
    RETURNS (Doc): The gold Doc, with labels as the first member has them for the added ones.
    """
    text = doc.text
    written: list[str] = []
    places: list[Mention] = []
    origin: list[int] = []
    end = length = 0

    def write(piece: str) -> None:
        nonlocal length
        written.append(piece)
        length += len(piece)

    def name(piece: str, label: str, number: int) -> None:
        places.append(Mention(f"m{len(places)}", label, ((length, length + len(piece)),)))
        origin.append(number)
        write(piece)

    for i, mention in enumerate(mentions):
        between = text[end : mention.start_char]
        write(between if separator is None or not drugs.start < i < drugs.end else separator)
        name(mention.text, mention.label_, i)
        end = mention.end_char
        for added_name, label in added if i == drugs.start else ():
            write(separator or ", ")
            name(added_name, label, i)
    write(text[end:])

    labels = _labels(doc, mentions)
    known = {
        (a, b): labels[_pair(origin[a], origin[b])]
        for a in range(len(places))
        for b in range(a + 1, len(places))
        if origin[a] != origin[b] and _pair(origin[a], origin[b]) in labels
    }
    is_soft = SOFT_LABELS in doc.user_data
    interactions = tuple(
        Interaction(places[a].id, places[b].id, label)
        for (a, b), label in known.items()
        if not is_soft
    )
    longer = sentence_to_doc(
        Sentence("longer", "".join(written), tuple(places), interactions), make_doc
    )
    if is_soft:
        spans = gold_mentions_of(longer)
        set_soft_labels(
            longer,
            [
                SoftLabelDict(
                    head_start=spans[a].start,
                    head_end=spans[a].end,
                    tail_start=spans[b].start,
                    tail_end=spans[b].end,
                    probs=probs,
                )
                for (a, b), probs in known.items()
            ],
        )
    return longer


def _labels(doc: Doc, mentions: Sequence[Span]) -> Labels:
    """What is known of pairs of mentions, by their numbers."""
    known: dict[Any, Any] = {**labelled_pairs(doc), **soft_labels_of(doc)}
    found = {
        (i, j): known.get(place_pair(mentions[i], mentions[j]))
        for i in range(len(mentions))
        for j in range(i + 1, len(mentions))
    }
    return {pair: label for pair, label in found.items() if label is not None}


def _class_of(known: str | dict[str, float]) -> str | None:
    """The likeliest type; None if the pair does not interact."""
    if isinstance(known, str):
        return known
    likeliest = max(known, key=lambda name: known[name])
    return None if likeliest == "none" else likeliest


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
