"""Tables of pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet


def pair(drug: str, other: str, label: str = "effect", **more: Any) -> dict[str, Any]:
    """A row; drugs have ids in place of names where they begin with a letter and a colon."""
    sentence = f"\N{PILL} {drug} with {other}."
    start = 100
    ends = [
        start + place
        for name in (drug, other)
        for place in (sentence.index(name), sentence.index(name) + len(name))
    ]
    said = {
        "sentence": sentence,
        "score": 0.75,
        "document": "123",
        "file": "f",
        "sentence_start": start,
        **dict(zip(("head_start", "head_end", "tail_start", "tail_end"), ends, strict=True)),
    }
    return {
        "drug": f"name:{drug}",
        "drug_name": drug,
        "other": f"name:{other}",
        "other_name": other,
        "label": label,
        "documents": 1,
        "sentences": 1,
        "mean_score": 0.75,
        "max_score": 0.75,
        "probability": 0.75,
        "first_year": None,
        "last_year": None,
        "evidence": [said],
        **more,
    }


def write_pairs(path: Path, *rows: dict[str, Any]) -> Path:
    parquet.write_table(pa.Table.from_pylist(list(rows)), path)
    return path
