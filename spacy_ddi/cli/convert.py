"""The command `convert`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spacy_ddi.cli.console import require_ending, require_writable, say, tell_of_others
from spacy_ddi.cli.error_list import ErrorList
from spacy_ddi.cli.options import (
    BOTH_WAYS,
    PIPELINE_HELP,
    DocumentsOption,
    FromOption,
    IdColumnOption,
    TextColumnOption,
)
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.warning_messages import Warnings

if TYPE_CHECKING:
    from spacy.language import Language

    from spacy_ddi.corpora.documents import Document
    from spacy_ddi.corpora.own_types import OwnTypes
    from spacy_ddi.formats.sentence_documents import SentenceCutter


class Part(str, Enum):
    """What is read of a corpus folder."""

    ALL = "all"
    TRAIN = "train"
    TEST = "test"


def convert(
    inputs: Annotated[
        list[str],
        typer.Argument(help="Annotated files, folders, searched at any depth, and patterns."),
    ],
    output: Annotated[Path, typer.Argument(dir_okay=False, help="The .spacy file to write.")],
    documents: DocumentsOption = None,
    exclude: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="File with the ids of documents to leave out."
        ),
    ] = None,
    part: Annotated[
        Part, typer.Option(help="All files, or the DDI corpus's training or official test part.")
    ] = Part.ALL,
    types: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW",
            help="Rename a type of mentions, e.g. Chemical=drug; OLD= leaves it out. Others stay. "
            f"Several types {BOTH_WAYS}.",
        ),
    ] = None,
    relations: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OLD=NEW",
            help=f"Rename a type of interactions, e.g. DDI-effect=effect. Several {BOTH_WAYS}.",
        ),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Take its sentences, not those found by rules. {PIPELINE_HELP}",
        ),
    ] = None,
    with_predictions: Annotated[
        bool,
        typer.Option(
            "--with-predictions",
            help="Take what was predicted in tasks of Label Studio and Prodigy that nobody has "
            "annotated, too.",
        ),
    ] = False,
    from_format: FromOption = None,
    text_column: TextColumnOption = None,
    id_column: IdColumnOption = None,
    lang: Annotated[str, typer.Option(help="Language of the tokenizer.")] = "en",
) -> None:
    """Make training data, a .spacy file, of annotated files.

    A file or document that can't be read is named, with the place; the others are converted all
    the same, and the exit code is 1.
    """
    from spacy_ddi.corpora.docbin import write_docbin
    from spacy_ddi.corpora.own_types import OwnTypes, read_names
    from spacy_ddi.corpora.reader import docs_of
    from spacy_ddi.formats.brat_config import configured_types
    from spacy_ddi.formats.columns import Columns
    from spacy_ddi.formats.ddi2013 import INTERACTION_TYPES, MENTION_TYPES
    from spacy_ddi.formats.sentence_documents import SentenceCutter, read_sentences, split_by

    renamed = OwnTypes(
        read_names(types or (), option="--types", example="Chemical=drug"),
        read_names(relations or (), option="--relations", example="DDI-effect=effect"),
    )
    require_ending(output, "training data of spaCy", ".spacy")
    require_writable(output)
    nlp = _blank(lang)
    finder = _sentence_finder(pipeline, lang)
    cut = SentenceCutter(split_by(finder))
    names = [_part_of(name, part) for name in inputs]
    read = partial(
        read_sentences,
        names,
        cut,
        format_name=from_format,
        columns=Columns(text_column, id_column),
        with_predictions=with_predictions,
    )
    errors = ErrorList(output)
    docs = docs_of(
        partial(_renamed, read, renamed),
        nlp.make_doc,
        where=", ".join(names),
        documents=documents,
        exclude=exclude,
        on_error=errors,
    )
    first = next(docs, None)
    if first is None and errors.count:
        _tell_of_left_out(cut)
        errors.end()
    counts = write_docbin(chain(() if first is None else (first,), docs), output)
    say(
        f"{counts.sentences:,} sentences, {counts.mentions:,} mentions, "
        f"{counts.pairs:,} pairs, {counts.true_pairs:,} of them true "
        f"({counts.typed_pairs:,} with a type): {output}"
    )
    listed = configured_types(names)
    _tell_of_types(
        "mentions",
        "--types",
        counts.mention_types,
        usual=MENTION_TYPES,
        listed=listed.mentions,
        renamed=renamed.mentions,
    )
    _tell_of_types(
        "interactions",
        "--relations",
        counts.pair_types,
        usual=list(dict.fromkeys((*INTERACTION_TYPES, *_labels_of(finder)))),
        listed=listed.interactions,
        renamed=renamed.interactions,
    )
    _tell_of_left_out(cut)
    errors.end()


def _tell_of_types(
    what: str,
    option: str,
    types: Counter[str],
    *,
    usual: Sequence[str],
    listed: Collection[str],
    renamed: Mapping[str, str],
) -> None:
    """Say which types there are, and which of them may be slips."""
    from spacy_ddi.corpora.unusual_types import said, unusual_types

    if not types:
        return
    shown = ", ".join(f"{name} {number:,}" for name, number in types.most_common())
    say(f"Types of {what}: {shown}.")
    if unusual := unusual_types(set(types) - set(renamed.values()), usual, listed):
        why = "not in annotation.conf" if listed else f"not among {', '.join(usual)}"
        found = said(unusual, [*usual, *listed])
        message = Warnings.UNUSUAL_TYPES.format(what=what, why=why, found=found, option=option)
        say(message, style="yellow")


def _labels_of(nlp: Language) -> list[str]:
    """The types of interactions that a pipeline knows, if it knows any."""
    from spacy_ddi.component.ddi_relation import DDIRelation

    found = [pipe for _, pipe in nlp.components if isinstance(pipe, DDIRelation)]
    return [label for pipe in found for label in pipe.labels]


def _tell_of_left_out(cut: SentenceCutter) -> None:
    from spacy_ddi.formats.relation_records import count_of

    tell_of_others(cut.passed_over)
    if cut.n_left_out:
        found = count_of(cut.n_left_out, "interaction")
        say(f"Left out, since they are between sentences: {found}.", style="yellow")
    if cut.n_predicted:
        found = count_of(cut.n_predicted, "document")
        say(
            f"Left out, since nobody has annotated them: {found}. --with-predictions takes them.",
            style="yellow",
        )
    if cut.n_unchanged:
        found = count_of(cut.n_unchanged, "document")
        say(
            f"{found} taken, unchanged from what a pipeline predicted. If nobody has checked that, "
            "remove the files from the input: a pipeline should not learn from predictions.",
            style="yellow",
        )


def _renamed(read: Any, renamed: OwnTypes, **options: Any) -> Iterator[Document]:
    """The documents with other names of types; see `DocumentReader`."""
    return map(renamed, read(**options))


def _blank(lang: str) -> Language:
    import spacy

    try:
        return spacy.blank(lang)
    except ImportError as error:
        raise DDIError(Errors.NO_LANGUAGE.format(lang=lang, problem=error)) from error


def _sentence_finder(pipeline: str | None, lang: str) -> Language:
    """What finds sentences: rules, or a pipeline without what finds interactions."""
    if pipeline is None:
        nlp = _blank(lang)
        nlp.add_pipe("line_sentences")
        return nlp
    from spacy_ddi.cli.loading import load_any
    from spacy_ddi.component.lookup import relation_pipes

    nlp = load_any(pipeline)
    for name in relation_pipes(nlp):
        nlp.disable_pipe(name)
    return nlp


def _part_of(name: str, part: Part) -> str:
    from spacy_ddi.formats.ddi2013 import official_test_part, training_part

    if part is Part.ALL:
        return name
    if part is Part.TEST:
        if (found := official_test_part(Path(name))) is None:
            raise DDIError(Errors.NO_TEST_PART.format(path=name))
        return str(found)
    return str(training_part(Path(name)))
