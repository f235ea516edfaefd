"""From the corpus's XML to spaCy's binary `.spacy` files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spacy.tokens import Doc, DocBin

from spacy_ddi.annotations import get_relations
from spacy_ddi.gold import MENTIONS_KEY, UNTYPED


@dataclass
class CorpusCounts:
    """What a set of gold Docs holds: sentences, mentions, unordered mention pairs, pairs annotated
    as interacting, and those of them that have a type."""

    sentences: int = 0
    mentions: int = 0
    pairs: int = 0
    true_pairs: int = 0
    typed_pairs: int = 0

    def add(self, doc: Doc) -> None:
        """Count one gold Doc in.

        doc (Doc): As the reader makes it.
        """
        n_mentions = len(doc.spans[MENTIONS_KEY])
        self.sentences += 1
        self.mentions += n_mentions
        self.pairs += n_mentions * (n_mentions - 1) // 2
        labels = [relation["label"] for relation in get_relations(doc)]
        self.true_pairs += len(labels)
        self.typed_pairs += sum(label != UNTYPED for label in labels)


def write_docbin(docs: Iterable[Doc], path: Path) -> CorpusCounts:
    """Store gold Docs in a `.spacy` file, relations and mention groups included.

    docs (Iterable[Doc]): Gold Docs as the reader makes them.
    path (Path): The file to write; its folder is made.
    RETURNS (CorpusCounts): What was written.
    """
    counts = CorpusCounts()
    docbin = DocBin(store_user_data=True)
    for doc in docs:
        docbin.add(doc)
        counts.add(doc)
    path.parent.mkdir(parents=True, exist_ok=True)
    docbin.to_disk(path)
    return counts
