"""The command `convert`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import FilesLeftOut, require_writable, say
from spacy_ddi.cli.options import CorpusArgument, DocumentsOption
from spacy_ddi.errors import DDIError, Errors


class Part(str, Enum):
    """What is read of a corpus folder."""

    ALL = "all"
    TRAIN = "train"
    TEST = "test"


def convert(
    corpus: CorpusArgument,
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    documents: DocumentsOption = None,
    exclude: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="File with the ids of documents to leave out."
        ),
    ] = None,
    part: Annotated[
        Part, typer.Option(help="All XML files, or the corpus's training or official test part.")
    ] = Part.ALL,
    lang: Annotated[str, typer.Option(help="Language of the tokenizer.")] = "en",
) -> None:
    """Convert the DDI corpus's XML files to a .spacy file.

    A file that can't be read is named, with the line; the others are converted all the same, and
    the exit code is 1.
    """
    import spacy

    from spacy_ddi.corpora.docbin import write_docbin
    from spacy_ddi.corpora.reader import read_docs

    require_writable(output)
    try:
        nlp = spacy.blank(lang)
    except ImportError as error:
        raise DDIError(Errors.NO_LANGUAGE.format(lang=lang, problem=error)) from error
    left_out = FilesLeftOut()
    docs = read_docs(
        _part_of(corpus, part),
        nlp.make_doc,
        documents=documents,
        exclude=exclude,
        on_error=left_out,
    )
    counts = write_docbin(docs, output)
    say(
        f"{counts.sentences:,} sentences, {counts.mentions:,} mentions, "
        f"{counts.pairs:,} pairs, {counts.true_pairs:,} of them true "
        f"({counts.typed_pairs:,} with a type): {output}"
    )
    left_out.exit_if_any()


def _part_of(corpus: Path, part: Part) -> Path:
    from spacy_ddi.formats.ddi2013 import official_test_part, training_part

    if part is Part.TEST:
        if (found := official_test_part(corpus)) is None:
            raise DDIError(Errors.NO_TEST_PART.format(path=corpus))
        return found
    return training_part(corpus) if part is Part.TRAIN else corpus
