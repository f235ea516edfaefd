"""From the corpus's XML to spaCy's binary `.spacy` files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_ddi.annotations import get_relations
from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.gold import MENTIONS_KEY, ORIGIN, UNTYPED
from spacy_ddi.whole_files import written_whole


@dataclass
class CorpusCounts:
    """What a set of gold Docs holds: sentences, mentions, unordered mention pairs, pairs annotated
    as interacting, and those of them that have a type; and how many there are of each type."""

    sentences: int = 0
    pairs: int = 0
    true_pairs: int = 0
    mention_types: Counter[str] = field(default_factory=Counter)
    pair_types: Counter[str] = field(default_factory=Counter)

    @property
    def mentions(self) -> int:
        """How many there are."""
        return self.mention_types.total()

    @property
    def typed_pairs(self) -> int:
        """How many pairs interact and have a type."""
        return self.pair_types.total()

    def add(self, doc: Doc) -> None:
        """Count one gold Doc in.

        doc (Doc): As the reader makes it.
        """
        n_mentions = len(doc.spans[MENTIONS_KEY])
        self.sentences += 1
        self.pairs += n_mentions * (n_mentions - 1) // 2
        labels = [relation["label"] for relation in get_relations(doc)]
        self.true_pairs += len(labels)
        self.mention_types.update(span.label_ for span in doc.spans[MENTIONS_KEY])
        self.pair_types.update(label for label in labels if label != UNTYPED)


def read_docbin(path: str | Path, vocab: Vocab) -> Iterator[Doc]:
    """Read the Docs of a `.spacy` file.

    path (str | Path): The file.
    vocab (Vocab): The vocab that the Docs get, e.g. `nlp.vocab`.
    YIELDS (Doc): The Docs. One that does not say where it is from gets the file and its number.
    RAISES (CorpusError): If the file is no `.spacy` file.
    RAISES (OSError): If it can't be read.
    """
    for number, doc in enumerate(_docs(path, vocab), start=1):
        doc.user_data.setdefault(ORIGIN, f"{path}, Doc {number}")
        yield doc


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
    with written_whole(path) as aside:
        docbin.to_disk(aside)
    return counts


def _docs(path: str | Path, vocab: Vocab) -> Iterator[Doc]:
    n_read = 0
    try:
        for doc in DocBin().from_disk(path).get_docs(vocab):
            yield doc
            n_read += 1
    except OSError:
        raise
    except Exception as error:  # zlib, msgpack and NumPy each have their own
        problem = f"{type(error).__name__}: {error}"
        template, place = Errors.DOCBIN_FILE, ""
        if n_read:
            template, place = Errors.DOCBIN_REST, f"Doc {n_read + 1}"
        raise CorpusError.at(template, path, place, problem=problem) from error
