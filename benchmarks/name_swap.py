"""Whether relations stay when drugs have other names. From raw text the recognizer sees the new
names too. With gold mentions it is the relations alone, also those of a pipeline without a
recognizer, such as a row of Table 1.

    python -m benchmarks.name_swap en_ddi_minilm DDICorpus/Train --names NAMES.tsv \\
        --documents configs/dev_documents.txt
    python -m benchmarks.name_swap training/table1/full_classes.seed1/model-last … --mentions gold

`NAMES.tsv` has a name and its type a line, with a tab between: `apixaban<TAB>drug`.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import spacy
import typer
from spacy.tokens import Doc
from spacy.training import Example

from spacy_ddi.cli.evaluate import MentionsOption
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docs import Tokenizer, sentence_to_doc
from spacy_ddi.corpora.documents import Interaction, Mention, Sentence
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import PlacePair, gold_mentions_of, labelled_pairs
from spacy_ddi.scoring.counts import all_labels, count_by_document
from spacy_ddi.scoring.evaluation import annotate
from spacy_ddi.scoring.metrics import compute_scores

SWAPPED = ("drug", "brand")
"""Types of mentions that get another name. Groups and substances of other kinds keep theirs."""

Places = Sequence[tuple[int, int, str]]
"""Start, end (characters, exclusive) and new name of what is exchanged, in text order."""


@dataclass(frozen=True)
class Swap:
    """A sentence with other names.

    before, after (str): Its text.
    places (Places): What is exchanged.
    """

    before: str
    after: str
    places: Places

    def moved(self, pair: PlacePair) -> PlacePair:
        """Where a pair of the sentence is in the new text.

        pair (PlacePair): Character offsets of its mentions. An end inside an exchanged name goes
            to the end of the new one.
        RETURNS (PlacePair): The same, in the new text.
        """
        one, two = sorted(map(self.moved_place, pair))
        return one, two

    def moved_place(self, place: tuple[int, int]) -> tuple[int, int]:
        """Where a mention of the sentence is in the new text.

        place (Tuple[int, int]): Its character offsets.
        RETURNS (Tuple[int, int]): The same, in the new text.
        """
        return self._shifted(place[0], 0), self._shifted(place[1], 1)

    def _shifted(self, offset: int, side: int) -> int:
        shift = 0
        for start, end, name in self.places:
            if end <= offset:
                shift += len(name) - (end - start)
            elif start < offset:
                return start + shift + side * len(name)
        return offset + shift


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    names: Annotated[Path, typer.Option(exists=True, help="Names and types, tab-separated.")],
    documents: Annotated[Path | None, typer.Option(help="File with the document ids.")] = None,
    sentences: Annotated[int, typer.Option(min=1, help="How many to draw.")] = 300,
    seed: Annotated[int, typer.Option(help="Seed of sentences and names.")] = 1,
    mentions: Annotated[
        MentionsOption,
        typer.Option(help="Drug mentions that the pipeline finds, or those of the corpus."),
    ] = MentionsOption.PREDICTED,
) -> None:
    """Exchange every drug and brand name of some sentences, and compare what is found."""
    nlp = spacy.load(pipeline)
    generator = random.Random(seed)
    known = read_names(names)
    docs = [doc for doc in read_docs(corpus, nlp.make_doc, documents=documents) if is_usable(doc)]
    chosen = generator.sample(docs, min(sentences, len(docs)))
    swaps = [swap_names(doc, known, generator) for doc in chosen]
    component = component_of(nlp)
    given = {"mentions": mentions.value, "spans_key": component.candidates.mentions.spans_key}
    swapped = [
        swapped_doc(doc, swap, nlp.make_doc) for doc, swap in zip(chosen, swaps, strict=True)
    ]
    before, after = (list(annotate(nlp, each, **given)) for each in (chosen, swapped))
    n_found = n_kept = n_new = 0
    for swap, old, new in zip(swaps, before, after, strict=True):
        pairs = labelled_pairs(old.predicted).items()
        expected = {(swap.moved(pair), label) for pair, label in pairs}
        found = set(labelled_pairs(new.predicted).items())
        n_found += len(expected)
        n_kept += len(expected & found)
        n_new += len(found - expected)
    share = n_kept / n_found if n_found else 0.0
    print(
        f"{len(swaps)} sentences, {sum(len(swap.places) for swap in swaps)} names exchanged: "
        f"{n_found} relations before, {n_kept} of them stay ({100 * share:.1f} %), {n_new} new"
    )
    rates = [micro_f(examples, component.labels) for examples in (before, after)]
    print(f"F1 {100 * rates[0]:.1f} before, {100 * rates[1]:.1f} after")


def micro_f(examples: Sequence[Example], labels: Sequence[str]) -> float:
    """Micro-averaged F1 over the types, as a fraction.

    examples (Sequence[Example]): Annotated and gold Docs.
    labels (Sequence[str]): The types that the pipeline knows.
    RETURNS (float): F1.
    """
    every = all_labels(examples, labels)
    return compute_scores(count_by_document(examples, every), every)["micro_f"]


def is_usable(doc: Doc) -> bool:
    """Whether a sentence has two mentions or more, one of which can be exchanged.

    doc (Doc): The gold Doc.
    RETURNS (bool): True if it has.
    """
    mentions = gold_mentions_of(doc)
    return len(mentions) >= 2 and any(mention.label_ in SWAPPED for mention in doc.ents)


def read_names(path: Path) -> dict[str, list[str]]:
    """Read the names that can be put in.

    path (Path): A name and a type a line, with a tab between. Other types are passed over.
    RETURNS (Dict[str, List[str]]): The names of each type.
    """
    known: dict[str, list[str]] = {label: [] for label in SWAPPED}
    with path.open(encoding="utf8", newline="") as file:
        for name, label, *_ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if label in known:
                known[label].append(name)
    for label, found in known.items():
        if not found:
            raise typer.BadParameter(f"{path} has no name of type {label}.")
    return known


def swap_names(doc: Doc, known: Mapping[str, Sequence[str]], generator: random.Random) -> Swap:
    """Give every drug and brand of a sentence another name of its type: the same to what has the
    same name, and different ones to different names.

    doc (Doc): The gold Doc. Of nested mentions the longest one is exchanged; discontinuous ones
        keep their words.
    known (Mapping[str, Sequence[str]]): The names of each type.
    generator (Random): Draws the names.
    RETURNS (Swap): The sentence before and after.
    """
    chosen: dict[str, str] = {}
    places = []
    for mention in doc.ents:
        if mention.label_ in SWAPPED:
            old = mention.text.lower()
            if old not in chosen:
                used = {*chosen, *(name.lower() for name in chosen.values())}
                free = [name for name in known[mention.label_] if name.lower() not in used]
                if not free:
                    raise typer.BadParameter(f"Too few names of type {mention.label_} for: {doc}")
                chosen[old] = generator.choice(free)
            name = in_case_of(mention.text, chosen[old])
            places.append((mention.start_char, mention.end_char, name))
    return Swap(doc.text, with_names(doc.text, places), places)


def with_names(text: str, places: Places) -> str:
    """A text with new names.

    text (str): The text.
    places (Places): What is exchanged.
    RETURNS (str): The new text.
    """
    parts, last = [], 0
    for start, end, name in places:
        parts += [text[last:start], name]
        last = end
    return "".join([*parts, text[last:]])


def swapped_doc(doc: Doc, swap: Swap, make_doc: Tokenizer) -> Doc:
    """The gold annotation of a sentence in its new text.

    doc (Doc): The gold Doc.
    swap (Swap): Its names.
    make_doc (Callable[[str], Doc]): The tokenizer, e.g. `nlp.make_doc`.
    RETURNS (Doc): The gold Doc with other names. Mentions inside an exchanged one are gone.
    """
    mentions: dict[tuple[int, int], Mention] = {}
    for span in gold_mentions_of(doc):
        place = swap.moved_place((span.start_char, span.end_char))
        mentions.setdefault(place, Mention(f"m{len(mentions)}", span.label_, (place,)))
    moved = [(swap.moved(pair), label) for pair, label in labelled_pairs(doc).items()]
    interactions = (
        Interaction(mentions[one].id, mentions[two].id, label)
        for (one, two), label in moved
        if one != two
    )
    sentence = Sentence("", swap.after, tuple(mentions.values()), tuple(interactions))
    return sentence_to_doc(sentence, make_doc)


def in_case_of(old: str, new: str) -> str:
    """A name written as another one is: in capitals, or with a capital at the start.

    old (str): How a name is written, e.g. at the start of a sentence.
    new (str): The other name.
    RETURNS (str): The other name, written so.
    """
    if old.isupper() and len(old) > 4:
        return new.upper()
    return new[0].upper() + new[1:] if old[0].isupper() else new


if __name__ == "__main__":
    typer.run(main)
