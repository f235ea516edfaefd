"""The command `label-mentions`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import progress, require_ending, require_writable, say
from spacy_ddi.cli.loading import load_recognizer
from spacy_ddi.cli.options import AsTextOption


def label_mentions(
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    text: Annotated[
        list[Path],
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Text without annotation (.txt, also .xz or .gz), a sentence a line. Give it "
            "several times for several files.",
        ),
    ],
    teacher: Annotated[str, typer.Option(metavar="NAME", help="Pipeline that finds the mentions.")],
    exclude: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A .spacy file whose sentences are left out, e.g. those annotated by hand.",
        ),
    ] = None,
    as_text: AsTextOption = False,
) -> None:
    """Write the mentions that a larger recognizer finds in text (self-training).

    A smaller recognizer learns from them beside the corpus: spacy train configs/ner.cfg
    --paths.labelled OUTPUT.
    """
    from spacy_ddi.corpora.docbin import read_docbin, write_docbin
    from spacy_ddi.distillation import machine_mentions
    from spacy_ddi.formats.plain_text import read_lines

    require_ending(output, "training data of spaCy", ".spacy")
    require_writable(output)
    nlp = load_recognizer(teacher)
    known = {doc.text.strip() for file in exclude or () for doc in read_docbin(file, nlp.vocab)}
    lines = [
        line for file in text for line in read_lines(file, as_text=as_text) if line not in known
    ]
    counts = write_docbin(
        machine_mentions.label_mentions(nlp, progress(lines, lines, "Reading")), output
    )
    say(f"{counts.sentences:,} sentences, {counts.mentions:,} mentions: {output}")
