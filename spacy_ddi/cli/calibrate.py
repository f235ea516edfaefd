"""The command `calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spacy_ddi.cli.console import require_writable, say
from spacy_ddi.cli.loading import load_pipeline, mention_source
from spacy_ddi.cli.options import CorpusArgument, DocumentsOption, PipelineArgument


def calibrate(
    pipeline: PipelineArgument,
    corpus: CorpusArgument,
    output: Annotated[
        Path, typer.Argument(file_okay=False, help="Folder for the calibrated pipeline.")
    ],
    documents: DocumentsOption = None,
) -> None:
    """Make a pipeline's scores fit annotated documents.

    Sets the temperature of its softmax, fits the scores of each type, finds out what precision to
    expect at each score, and stores the pipeline anew. Use documents that it was not trained on. No
    predicted label changes.
    """
    from spacy_ddi.component.lookup import component_of, upstream_of
    from spacy_ddi.corpora.reader import read_docs
    from spacy_ddi.scoring.evaluation import annotate
    from spacy_ddi.training.temperature import calibrate as set_temperature

    require_writable(output)
    nlp = load_pipeline(pipeline)
    component = component_of(nlp)
    references = list(read_docs(corpus, nlp.make_doc, documents=documents))
    spans_key = mention_source(component).spans_key
    with nlp.select_pipes(enable=upstream_of(nlp, component)):
        examples = list(annotate(nlp, references, mentions="gold", spans_key=spans_key))
    temperature = set_temperature(component, examples)
    nlp.to_disk(output)
    say(f"Temperature {temperature:.2f}: {output}")
