"""Which names are recognised in plain sentences: newer drugs and brands, older brands, foods and
herbs, the shorthand of hospitals. The list is `new_names.yaml`, beside this file.

    python -m benchmarks.new_names en_ddi_minilm
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import spacy
import srsly
import typer
from spacy.language import Language

from spacy_ddi.candidates.mentions import MentionSource

NAMES = Path(__file__).with_suffix(".yaml")

Names = dict[str, dict[str, list[str]]]
"""The sentences of each name, by groups of names."""


def read_new_names(path: Path = NAMES) -> Names:
    """Read the list.

    path (Path): The YAML file.
    RETURNS (Names): Its content.
    """
    names: Names = srsly.read_yaml(path)
    return names


def sentences_with(nlp: Language, name: str, sentences: Sequence[str]) -> list[bool]:
    """In which sentences a name is recognised: as a mention of any type with the name's boundaries.

    nlp (Language): The pipeline.
    name (str): The name.
    sentences (Sequence[str]): Sentences in which it stands once.
    RETURNS (List[bool]): For each, whether it is recognised.
    """
    source = MentionSource()
    found = []
    for doc in nlp.pipe(sentences):
        start = doc.text.index(name)
        places = {(mention.start_char, mention.end_char) for mention in source(doc)}
        found.append((start, start + len(name)) in places)
    return found


def main(
    pipeline: Annotated[str, typer.Argument(help="Installed pipeline package, or a folder.")],
) -> None:
    """Count the names of each group that are recognised, and list those that are missed."""
    nlp = spacy.load(pipeline)
    if "ddi_relation" in nlp.pipe_names:
        nlp.disable_pipe("ddi_relation")  # mentions are all that is asked for
    n_names = n_always = 0
    for group, names in read_new_names().items():
        found = {name: sentences_with(nlp, name, lines) for name, lines in names.items()}
        every = [hit for hits in found.values() for hit in hits]
        always = sum(all(hits) for hits in found.values())
        n_names += len(names)
        n_always += always
        print(
            f"{group}: {always} of {len(names)} names in all of their sentences, "
            f"{sum(any(hits) for hits in found.values())} in one or more; "
            f"{sum(every)} of {len(every)} sentences"
        )
        missed = [f"{name} {hits.count(False)}" for name, hits in found.items() if not all(hits)]
        if missed:
            print(f"  missed: {', '.join(missed)}")
    print(f"all groups: {n_always} of {n_names} names in all of their sentences")


if __name__ == "__main__":
    typer.run(main)
