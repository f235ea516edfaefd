"""The command `graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from spacy_ddi.cli.console import require_writable, say, write_text
from spacy_ddi.cli.options import BOTH_WAYS, listed
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.formats.pair_files import ENDINGS
from spacy_ddi.whole_files import written_whole

MOST_ON_A_PAGE: Final = 500
"""Edges that a page shows if nobody says how many."""


def graph(
    pairs: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help=f"What aggregate wrote ({ENDINGS}).")
    ],
    output: Annotated[
        Path, typer.Option(dir_okay=False, help="A page (.html), or GraphML (.graphml).")
    ],
    types: Annotated[
        list[str] | None, typer.Option(metavar="TYPES", help=f"Only these types, {BOTH_WAYS}.")
    ] = None,
    min_documents: Annotated[
        int, typer.Option(min=1, help="Pass over what fewer documents say.")
    ] = 1,
    min_score: Annotated[
        float, typer.Option(min=0, max=1, help="Pass over what has a lower highest score.")
    ] = 0.0,
    max_edges: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Show so many rows, the most evident. "
            f"The default is {MOST_ON_A_PAGE} for a page, and all for GraphML.",
        ),
    ] = None,
) -> None:
    """Draw the graph of drugs, coloured by type of interaction, the wider the more evident."""
    ending = output.suffix.lower()
    if ending not in (".html", ".htm", ".graphml"):
        raise DDIError(Errors.NO_SUCH_PICTURE.format(path=output))
    require_writable(output)
    from spacy_ddi.formats.relation_records import count_of
    from spacy_ddi.picture.drug_graph import make_drug_graph
    from spacy_ddi.picture.pair_rows import Choice, choose_pairs

    is_page = ending != ".graphml"
    most = MOST_ON_A_PAGE if max_edges is None and is_page else max_edges
    labels = tuple(listed(types) or ())
    chosen = choose_pairs(pairs, Choice(labels, min_documents, min_score, most))
    drugs = make_drug_graph(chosen.rows)
    if is_page:
        from spacy_ddi.picture.graph_page import render_graph

        write_text(output, render_graph(drugs, note=chosen.note))
    else:
        from spacy_ddi.picture.graphml import write_graphml

        with written_whole(output) as aside:
            write_graphml(drugs, aside)
    lines = count_of(drugs.number_of_edges(), "line")
    say(f"{lines} (a row of the table each) between {count_of(len(drugs), 'drug')}: {output}")
    if chosen.note:
        say(chosen.note)
