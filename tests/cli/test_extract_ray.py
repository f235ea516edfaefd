"""`python -m spacy_ddi extract --engine ray`, with a pipeline that was trained."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.cli.conftest import KNOWN
from tests.conftest import ROOT
from tests.runs.test_ray_engine import needs_ray
from tests.runs.test_run import content

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)

N_DOCUMENTS = 450
"""Three chunks, so that each actor has one."""


def extract(folder: Path, pipeline: str, *options: str) -> dict[str, bytes]:
    """What the command writes into a folder."""
    command = [sys.executable, "-m", "spacy_ddi", "extract", "in", "--output", folder.name]
    done = subprocess.run(
        [*command, "--pipeline", pipeline, "--n-process", "2", *options],
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr  # one line is damaged
    assert "450 documents, 225 interactions in 1 part" in " ".join(done.stderr.split())
    return content(folder)


@needs_ray
def test_ray_writes_what_processes_write(pipeline: str, tmp_path: Path) -> None:
    texts = [KNOWN if number % 2 else "Nothing." for number in range(N_DOCUMENTS)]
    lines = [json.dumps({"id": number, "text": text}) for number, text in enumerate(texts)]
    lines.insert(100, "{")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("\n".join(lines), encoding="utf8")
    local = extract(tmp_path / "local", pipeline)
    assert extract(tmp_path / "ray", pipeline, "--engine", "ray") == local
    rows = parquet.read_table(tmp_path / "ray" / "part-000000-000000-last.parquet").to_pylist()
    assert [row["document"] for row in rows] == [str(n) for n in range(1, N_DOCUMENTS, 2)]
    assert {(row["head"], row["tail"], row["label"]) for row in rows} == {
        ("Dexarol", "plinozide", "mechanism")
    }
