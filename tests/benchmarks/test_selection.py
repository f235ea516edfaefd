"""The simulation of annotation: chosen against random sentences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import srsly
from thinc.api import Config

from benchmarks import selection
from benchmarks.selection import CHOSEN, RANDOM
from tests.cli.conftest import SENTENCES, corpus, document, pipeline

__all__ = ["corpus", "pipeline"]

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so.
    r"ignore:\[DDI901\]:UserWarning"
)


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Each of the sentences in ten documents, with another last word."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(len(SENTENCES)):
        for i in range(10):
            xml = document(number).replace(f'"D{number}', f'"Made-Up.d{number}{i}')
            (folder / f"{number}{i}.xml").write_text(xml.replace('.">', f' x{i}.">'), "utf8")
    return folder


def run(pipeline: str, documents: Path, output: Path) -> None:
    selection.main(pipeline, documents, output, seeds=1, first=6, rounds=1, epochs=60)


def test_both_ways_begin_alike_and_what_is_done_is_kept(
    pipeline: str, documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(pipeline, documents, tmp_path / "out")
    table = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in table[2:]] == ["| 6", "| 12"]
    chosen, by_chance = (
        selection.read_rounds(tmp_path / "out", 1, way) for way in (CHOSEN, RANDOM)
    )
    assert [each["n"] for each in chosen] == [each["n"] for each in by_chance] == [6, 12]
    assert chosen[0]["f"] == by_chance[0]["f"]
    assert chosen[0]["next"] != by_chance[0]["next"]
    assert chosen[0]["next"][:6] == by_chance[0]["next"][:6]
    assert len(set(chosen[0]["next"])) == 12
    assert chosen[1]["f"] > 0.5  # they are easy

    # The first round is as it was, and from there it goes on as it went.
    first = {**chosen[0], "f": 0.125}
    srsly.write_jsonl(tmp_path / "out" / "chosen.seed1.jsonl", [first])
    run(pipeline, documents, tmp_path / "out")
    assert selection.read_rounds(tmp_path / "out", 1, CHOSEN) == [first, chosen[1]]
    assert "12.5" in capsys.readouterr().out
    selection.main("no pipeline is needed", documents, tmp_path / "out", 1, 6, 1, 60)
    assert (tmp_path / "out" / "selection.svg").exists()


def test_how_many_sentences_a_curve_needs() -> None:
    sizes, curve = [100, 200, 400], [0.5, 0.6, 0.7]
    assert selection.needed(sizes, curve, 0.4) == 100
    assert selection.needed(sizes, curve, 0.6) == pytest.approx(200)
    assert selection.needed(sizes, curve, 0.65) == pytest.approx(200 * 2**0.5)
    assert selection.needed(sizes, curve, 0.8) == float("inf")
    # A curve that falls in between.
    assert selection.needed(sizes, [0.6, 0.5, 0.7], 0.65) > 200


def test_ratio_of_chosen_to_random() -> None:
    curves = {CHOSEN: [[0.5, 0.7], [0.5, 0.7]], RANDOM: [[0.5, 0.6], [0.5, 0.6]]}
    pairs = {CHOSEN: [[200, 500]] * 2, RANDOM: [[200, 300]] * 2}
    row = selection.as_table([100, 200], curves, pairs)[1]
    assert row["ratio"] == f"{2**-0.5:.2f}"
    assert (row["F1, chosen"], row["pairs, chosen"]) == ("70.0 ± 0.0", "500")


def test_a_pipeline_whose_config_has_variables(
    pipeline: str, documents: Path, tmp_path: Path
) -> None:
    shutil.copytree(pipeline, tmp_path / "pipeline")
    path = tmp_path / "pipeline" / "config.cfg"
    config = Config().from_disk(path, interpolate=False)
    config["candidates"] = config["components"]["ddi_relation"]["candidates"]
    config["components"]["ddi_relation"]["candidates"] = "${candidates}"
    config.to_disk(path)
    selection.main(str(tmp_path / "pipeline"), documents, tmp_path / "out", 1, 6, 1, epochs=1)
    assert len(selection.read_rounds(tmp_path / "out", 1, CHOSEN)) == 2
