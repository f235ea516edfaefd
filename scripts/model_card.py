"""Write the pipeline's meta.json: what `spacy package` turns into the model card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import srsly
import typer

NOTES = """
## What it does

Reads English biomedical text and says which of the drugs named in a sentence interact, and how:

| label | meaning |
| --- | --- |
| `mechanism` | how one drug changes another's absorption, distribution, metabolism or excretion |
| `effect` | the effect of taking both |
| `advise` | advice about taking both |
| `int` | an interaction, and no more said |

`doc._.ddi_rels` holds plain dicts, `doc._.ddi` the same with Spans; `doc.ents` the mentions, typed
`drug`, `brand`, `group` or `drug_n` (a substance not approved for humans).

## Figures

Development documents (71 documents, 696 sentences of `configs/dev_documents.txt`) of the training
part of the DDI corpus 2013. They took part in choosing the epoch, so expect less elsewhere; the
official test part was not used. One training run (seed {seed}); the interval is a bootstrap over
documents, not over seeds.

| | P | R | F1 |
| --- | ---: | ---: | ---: |
{rows}

Micro F1 with the corpus's mentions: 95 % interval {low:.1f} to {high:.1f}. End to end, from raw text
with the mentions it finds itself: {end_low:.1f} to {end_high:.1f}. The commands:

```
{commands}
```

## Intended use

Research; sorting and pre-annotating literature and drug labels for people who then read them.
**Not for clinical decisions**: it misses interactions, invents others, knows nothing but the
sentence, and states no dose, severity or direction.

## Limits

- English; sentences of DrugBank texts and MedLine abstracts. Other genres are untried.
- Only pairs within one sentence. Two names of one thing, and two drugs of one list of three or
  more, are taken for not interacting (24 of 4,021 annotated interactions are lost so).
- Negation and hedging are learned from examples alone.
- `int` is rare in the corpus ({n_int} in the development documents): its figure is worth little.
- `score` is not calibrated.

## Data and licence

Trained on the training part of the DDI corpus 2013 (Herrero-Zazo, Segura-Bedmar, Martínez, Declerck,
*J. Biomed. Inform.* 46(5), 2013), less the development documents. The corpus is CC BY-NC 4.0, and so
are these weights: **no commercial use**. Encoder: all-MiniLM-L6-v2 (Apache-2.0), fine-tuned; tokenizer,
tagger and parser: en_core_web_sm 3.8.0 (MIT). Method: Li & Ji, *Syntax-aware Multi-task Graph
Convolutional Networks for Biomedical Relation Extraction*, LOUHI 2019. Weights are stored in half
precision and computed with in single precision.
"""

COMMANDS = """python -m spacy_ddi evaluate en_ddi_minilm DDICorpus/Train --documents configs/dev_documents.txt
python -m spacy_ddi evaluate en_ddi_minilm DDICorpus/Train --documents configs/dev_documents.txt \\
    --mentions predicted"""

SOURCES = [
    {
        "name": "DDI corpus 2013, training part",
        "url": "https://github.com/isegura/DDICorpus",
        "license": "CC BY-NC 4.0",
        "author": "Herrero-Zazo, Segura-Bedmar, Martínez, Declerck",
    },
    {
        "name": "all-MiniLM-L6-v2",
        "url": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        "license": "Apache-2.0",
        "author": "sentence-transformers",
    },
    {
        "name": "en_core_web_sm 3.8.0 (tokenizer, tagger, parser)",
        "url": "https://spacy.io/models/en",
        "license": "MIT",
        "author": "Explosion",
    },
]


def main(
    pipeline: Annotated[Path, typer.Argument(help="The stored pipeline; its meta.json changes.")],
    gold: Annotated[Path, typer.Argument(help="Figures with gold mentions, JSON.")],
    predicted: Annotated[Path, typer.Argument(help="Figures with predicted mentions, JSON.")],
    version: str,
    seed: int,
) -> None:
    """Fill in the model card."""
    figures: dict[str, Any] = srsly.read_json(gold)
    end_to_end: dict[str, Any] = srsly.read_json(predicted)
    meta: dict[str, Any] = srsly.read_json(pipeline / "meta.json")
    meta.update(
        name="ddi_minilm",
        version=version,
        description="Drug-drug interactions in English biomedical text: mentions and relations.",
        author="The spacy-ddi developers",
        email="",
        url="",
        license="CC BY-NC 4.0",
        sources=SOURCES,
        notes=_notes(figures, end_to_end, seed),
        performance={
            **{f"ddi_{name}": figures[name] for name in ("micro_p", "micro_r", "micro_f")},
            "ddi_macro_f": figures["macro_f"],
            "ddi_detection_f": figures["detection_f"],
            "ddi_per_type": figures["per_type"],
            "ddi_end_to_end_micro_f": end_to_end["micro_f"],
            **{f"ents_{rate}": end_to_end[f"ner_{rate}"] for rate in "prf"},
        },
    )
    srsly.write_json(pipeline / "meta.json", meta)
    typer.echo(f"Model card written into {pipeline / 'meta.json'}")


def _notes(figures: dict[str, Any], end_to_end: dict[str, Any], seed: int) -> str:
    rows = [_row(f"`{label}`", rates) for label, rates in figures["per_type"].items()]
    for title, source, prefix in (
        ("**micro, gold mentions**", figures, "micro"),
        ("macro, gold mentions", figures, "macro"),
        ("detection, gold mentions", figures, "detection"),
        ("mentions, exact boundaries and type", end_to_end, "ner"),
        ("**micro, end to end**", end_to_end, "micro"),
    ):
        rows.append(_row(title, {rate: source[f"{prefix}_{rate}"] for rate in "prf"}))
    low, high = (100 * end for end in figures["micro_f_ci"])
    end_low, end_high = (100 * end for end in end_to_end["micro_f_ci"])
    return NOTES.format(
        rows="\n".join(rows),
        seed=seed,
        low=low,
        high=high,
        end_low=end_low,
        end_high=end_high,
        commands=COMMANDS,
        n_int=figures["n_true_per_type"]["int"],
    )


def _row(title: str, rates: dict[str, float]) -> str:
    return f"| {title} | " + " | ".join(f"{100 * rates[rate]:.1f}" for rate in "prf") + " |"


if __name__ == "__main__":
    typer.run(main)
