"""Whether relations stay the same however a text is laid out: sentence by sentence, hard-wrapped,
as bullets, with other line ends.

    python -m benchmarks.layouts en_ddi_minilm DDICorpus/Train --documents configs/dev_documents.txt
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import spacy
import typer
from spacy.language import Language

from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import gold_mentions_of

Found = tuple[int, int, int, str]
"""Number of the sentence, places of head and tail in it (characters without blanks), label."""

PARAGRAPH = 5
"""Sentences of a paragraph."""


def layouts(sentences: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Texts that hold the same sentences.

    sentences (Sequence[str]): The sentences.
    YIELDS (Tuple[str, str, str]): Name of the layout, text, and what each sentence begins with.
    """

    def each(start: str, indent: str, end: str) -> str:
        filled = (fill(f"{start}{sentence}", 72, indent) for sentence in sentences)
        return end.join(filled)

    yield "wrapped at 72", each("", "", "\n\n"), ""
    yield "wrapped at 72, CRLF", each("", "", "\n\n").replace("\n", "\r\n"), ""
    yield "bullets", "\n".join(f"• {sentence}" for sentence in sentences), "•"
    yield "bullets, wrapped at 72, CRLF", each("- ", "  ", "\n").replace("\n", "\r\n"), "-"
    for width in (10_000, 72):
        parts = [sentences[i : i + PARAGRAPH] for i in range(0, len(sentences), PARAGRAPH)]
        text = "\n\n".join(fill(" ".join(part), width, "") for part in parts)
        yield f"paragraphs of {PARAGRAPH} sentences, wrapped at {width}", text, ""


def fill(text: str, width: int, indent: str) -> str:
    """Wrap a text between words.

    text (str): The text.
    width (int): Characters of a line.
    indent (str): What the second and later lines begin with.
    RETURNS (str): Its lines.
    """
    return textwrap.fill(
        text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def relations_in(nlp: Language, text: str, sentences: Sequence[str], mark: str) -> set[Found]:
    """The relations of a text, by the sentences that it holds.

    nlp (Language): The pipeline.
    text (str): The text.
    sentences (Sequence[str]): Its sentences.
    mark (str): What each begins with in the text.
    RETURNS (Set[Found]): The relations.
    """
    number, place = [], []
    for i, sentence in enumerate(sentences):
        signs = len(mark) + sum(not sign.isspace() for sign in sentence)
        number += [i] * signs
        place += [k - len(mark) for k in range(signs)]
    index = [-1] * len(text)
    for k, at in enumerate(at for at, sign in enumerate(text) if not sign.isspace()):
        index[at] = k
    found = set()
    for relation in nlp(text)._.ddi:
        head, tail = index[relation.head.start_char], index[relation.tail.start_char]
        found.add((number[head], place[head], place[tail], relation.label))
    return found


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
    corpus: Annotated[Path, typer.Argument(help="Folder with the corpus's XML.")],
    documents: Annotated[Path, typer.Option(help="File with the document ids to read.")],
    n_sentences: Annotated[int, typer.Option(min=1, help="Sentences with two mentions.")] = 200,
) -> None:
    """Compare the relations of sentences in several layouts with those of one by one."""
    nlp = spacy.load(pipeline)
    docs = read_docs(corpus, nlp.make_doc, documents=documents)
    chosen = (doc.text for doc in docs if len(gold_mentions_of(doc)) >= 2)
    sentences = [" ".join(text.split()) for text in islice(chosen, n_sentences)]
    alone = set()
    for i, sentence in enumerate(sentences):
        of_one = relations_in(nlp, sentence, [sentence], "")
        alone |= {(i, head, tail, label) for _, head, tail, label in of_one}
    print(f"{len(sentences)} sentences, one by one: {len(alone)} relations")
    for name, text, mark in layouts(sentences):
        found = relations_in(nlp, text, sentences, mark)
        print(
            f"{name}: {len(found)} relations, {len(found - alone)} new, {len(alone - found)} lost"
        )


if __name__ == "__main__":
    typer.run(main)
