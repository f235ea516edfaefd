"""The registered readers: what `spacy train` asks for its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import ensure_path
from spacy.vocab import Vocab

from spacy_ddi.annotations import install_extensions
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.corpora.docs import document_to_docs, make_examples, with_mention_group
from spacy_ddi.corpora.documents import Document
from spacy_ddi.corpora.problems import OnProblem, Problem, ProblemLog
from spacy_ddi.errors import CorpusError, Errors, require
from spacy_ddi.formats.ddi2013 import OnError, read_document_list, read_folder
from spacy_ddi.gold import MENTIONS_KEY, gold_mentions_of

ExampleReader = Callable[[Language], Iterator[Example]]
Augmenter = Callable[[Language, Example], Iterator[Example]]


def configure_ddi_corpus_2013(
    path: str | None,
    documents: str | None = None,
    exclude: str | None = None,
    gold_mentions: bool = True,
    min_mentions: int = 0,
    spans_key: str = MENTIONS_KEY,
) -> ExampleReader:
    """Registered as `spacy-ddi.DDICorpus2013.v1` (@readers): the corpus's XML, one Doc a sentence.

    path (Optional[str]): The corpus folder, searched for XML at any depth.
    documents (Optional[str]): File with the ids of the documents to read, one a line; all if None.
    exclude (Optional[str]): File with the ids of the documents to leave out, one a line.
    gold_mentions (bool): Whether the predicted Doc of an example carries the gold tokens and, in
        `doc.spans[spans_key]`, the gold mentions. Without them it has the pipeline's own
        tokens and no mentions: for training `ner`, and for scoring end to end.
    min_mentions (int): Sentences with fewer mentions are skipped (2 leaves those with pairs).
    spans_key (str): Where the relation component looks for mentions.
    RETURNS (Callable[[Language], Iterator[Example]]): The reader.
    """
    where = "spacy-ddi.DDICorpus2013.v1"
    require(min_mentions >= 0, where, "min_mentions", min_mentions, "0 or more")

    def read(nlp: Language) -> Iterator[Example]:
        if not path:
            raise CorpusError(Errors.CORPUS_NO_PATH)
        docs = read_docs(
            Path(path), nlp.make_doc, documents=ensure_path(documents), exclude=ensure_path(exclude)
        )
        references = (doc for doc in docs if len(gold_mentions_of(doc)) >= min_mentions)
        yield from make_examples(
            references, nlp.make_doc, gold_mentions=gold_mentions, spans_key=spans_key
        )

    return read


def configure_docbin_corpus(
    path: str | None,
    gold_mentions: bool = True,
    min_mentions: int = 0,
    spans_key: str = MENTIONS_KEY,
    also: str | dict[str, str | None] | None = None,
    augmenter: Augmenter | None = None,
    gold_parse: bool = False,
) -> ExampleReader:
    """Registered as `spacy-ddi.DocBinCorpus.v1` (@readers): `.spacy` files with relations.

    Reads what `python -m spacy_ddi convert` writes, or Docs of your own: one sentence a Doc, with
    mentions in `doc.spans["ddi_mentions"]` (or else in `doc.ents`) and relations in
    `doc._.ddi_rels`, stored with `store_user_data=True`. Stock `spacy.Corpus` drops the
    mentions from the predicted side. A Doc without tokens is left out.

    path (Optional[str]): A `.spacy` file.
    gold_mentions (bool): As for `spacy-ddi.DDICorpus2013.v1`.
    min_mentions (int): As for `spacy-ddi.DDICorpus2013.v1`.
    spans_key (str): As for `spacy-ddi.DDICorpus2013.v1`.
    also (Optional[str | Dict[str, Optional[str]]]): A second `.spacy` file that is read after the
        first, e.g. text with soft labels (`python -m spacy_ddi soft-labels`); or several, by names
        of your choice (a section of the config). What is null is left out.
    augmenter (Optional[Callable[[Language, Example], Iterator[Example]]]): Makes other examples of
        each, as in `spacy.Corpus.v1`; e.g. `spacy-ddi.vary_names.v1`, or one of spaCy's own.
    gold_parse (bool): Whether the predicted Doc carries the dependency parse of the stored one, for
        training that does not parse the same sentences again in each epoch.
    RETURNS (Callable[[Language], Iterator[Example]]): The reader.
    """
    where = "spacy-ddi.DocBinCorpus.v1"
    require(min_mentions >= 0, where, "min_mentions", min_mentions, "0 or more")

    further = also.values() if isinstance(also, dict) else [also]
    # Unpacking is slow, so the Docs are kept for the next epoch.
    unpacked: list[tuple[Vocab, list[Doc]]] = []

    def read(nlp: Language) -> Iterator[Example]:
        if not path:
            raise CorpusError(Errors.CORPUS_NO_PATH)
        install_extensions()
        if not unpacked or unpacked[0][0] is not nlp.vocab:
            kept = [
                with_mention_group(doc, spans_key)
                for file in (path, *further)
                if file
                for doc in read_docbin(file, nlp.vocab)
                if len(doc) and len(gold_mentions_of(doc)) >= min_mentions
            ]
            unpacked[:] = [(nlp.vocab, kept)]
        examples = make_examples(
            unpacked[0][1],
            nlp.make_doc,
            gold_mentions=gold_mentions,
            gold_parse=gold_parse,
            spans_key=spans_key,
        )
        for example in examples:
            yield from augmenter(nlp, example) if augmenter else (example,)

    return read


def read_docs(
    folder: Path,
    make_doc: Callable[[str], Doc],
    *,
    documents: Path | None = None,
    exclude: Path | None = None,
    on_error: OnError | None = None,
    on_problem: OnProblem | None = None,
) -> Iterator[Doc]:
    """Read the corpus's XML into gold Docs, one a sentence.

    folder (Path): The corpus folder, searched at any depth.
    make_doc, documents, exclude, on_error, on_problem: See `docs_of`.
    YIELDS (Doc): Gold Docs as `sentence_to_doc` makes them.
    RAISES (CorpusError): No folder, no XML, a listed document (to read or to leave out) that is
        not there.
    """
    yield from docs_of(
        partial(read_folder, folder),
        make_doc,
        where=str(folder),
        documents=documents,
        exclude=exclude,
        on_error=on_error,
        on_problem=on_problem,
    )


class DocumentReader(Protocol):
    """Reads corpus documents from wherever they are."""

    def __call__(self, *, on_error: OnError, on_problem: OnProblem) -> Iterable[Document]:
        """Read the documents.

        on_error (Callable[[CorpusError], None]): Called with the error of what can't be read.
        on_problem (Callable[[Problem], None]): Called with what is odd in a document, before it is
            yielded.
        RETURNS (Iterable[Document]): The documents.
        """
        ...


def docs_of(
    read: DocumentReader,
    make_doc: Callable[[str], Doc],
    *,
    where: str,
    documents: Path | None = None,
    exclude: Path | None = None,
    on_error: OnError | None = None,
    on_problem: OnProblem | None = None,
) -> Iterator[Doc]:
    """Gold Docs of corpus documents, one a sentence.

    read (DocumentReader): Gives the documents.
    make_doc (Callable[[str], Doc]): The tokenizer, e.g. `nlp.make_doc`.
    where (str): Where they are from, for messages.
    documents, exclude (Optional[Path]): Files with the ids of documents to read, to leave out.
    on_error (Optional[OnError]): Called with the error of a file that can't be read; without it
        the error is raised.
    on_problem (Optional[OnProblem]): Called with what is odd in a file, but can be read; without it
        there are warnings.
    YIELDS (Doc): Gold Docs as `sentence_to_doc` makes them.
    RAISES (CorpusError): A listed document (to read or to leave out) that is not there.
    """
    install_extensions()
    listed = None if documents is None else set(read_document_list(documents))
    excluded = set() if exclude is None else set(read_document_list(exclude))
    found: set[str] = set()
    errors: list[CorpusError] = []
    log = ProblemLog()
    problems: list[Problem] = []

    def skip(error: CorpusError) -> None:
        if on_error is None:
            raise error
        errors.append(error)
        problems.clear()
        on_error(error)

    for document in read(on_error=skip, on_problem=problems.append):
        found.add(document.id)
        if document.id not in excluded and (listed is None or document.id in listed):
            for problem in problems:
                (on_problem or log)(problem)
            yield from document_to_docs(document, make_doc)
        problems.clear()
    log.warn()
    if errors:
        return  # a listed document may be in a file that could not be read
    for path, ids in ((documents, listed), (exclude, excluded)):
        if path is not None and ids is not None and not ids <= found:
            raise CorpusError(_missing(path, where, ids, ids - found))


def _missing(documents: Path, folder: str, listed: set[str], missing: Iterable[str]) -> str:
    names = sorted(missing)
    return Errors.CORPUS_DOCUMENTS.format(
        path=documents,
        n_listed=len(listed),
        n_missing=len(names),
        folder=folder,
        example=names[0],
    )
