"""Recipes by folds: what a fold sees, what is counted, how two recipes are compared."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import spacy
import srsly
import typer
from spacy.tokens import Doc
from weasel.util.config import load_project_config

from benchmarks.crossval import __main__ as crossval
from benchmarks.crossval import averaging, calibration, fit, page, promise, report, whole
from benchmarks.crossval import fold as steps
from benchmarks.crossval.recipes import (
    PAIRS,
    ROOT,
    Averaging,
    Labelling,
    Merging,
    Recipe,
    Training,
    read_recipes,
    write_project,
)
from benchmarks.folds import draw_even_folds
from spacy_ddi.component.lookup import component_of
from spacy_ddi.corpora.docbin import read_docbin
from spacy_ddi.gold import DOCUMENT_ID, SoftLabelDict, set_soft_labels, soft_labels_of
from spacy_ddi.training.temperature import best_fit
from tests.conftest import SAMPLE_CORPUS

RECIPES = read_recipes()
LABELS = {
    f"DDI-{source}.d{i}": ["int"] * (i % 2) + ["effect"] * (i % 3) + ["none"] * 4
    for source, n in (("DrugBank", 40), ("MedLine", 20))
    for i in range(n)
}


def test_folds_have_their_share_of_each_type_in_each_source() -> None:
    folds = draw_even_folds({**LABELS, "DDI-MedLine.empty": []}, 5, seed=1)
    assert sorted(id_ for fold in folds for id_ in fold) == sorted([*LABELS, "DDI-MedLine.empty"])
    for source, label, share in (("DrugBank", "int", 4), ("MedLine", "int", 2)):
        found = [
            Counter(one for id_ in fold if source in id_ for one in LABELS.get(id_, []))[label]
            for fold in folds
        ]
        assert all(abs(n - share) <= 1 for n in found)
    assert draw_even_folds(LABELS, 5, seed=1) != draw_even_folds(LABELS, 5, seed=2)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_names_what_is_there_or_made_before(recipe: Recipe) -> None:
    made = set()
    for step in recipe.steps:
        if isinstance(step, Training):
            assert all((ROOT / "configs" / f"{name}.cfg").exists() for name in step.configs)
            named = [path for path in step.paths.values() if path.startswith("./")]
            made.add(f"./{step.train}")
        elif isinstance(step, Averaging):
            named = [path for path in step.of if path.startswith("./")]
            made.add(f"./{step.average}.spacy")
        elif isinstance(step, Merging):
            named = list(step.of)
            made.add(f"./{step.merge}")
        else:
            named = [name for name in step.teachers if name.startswith("./")]
            made.add(f"./{step.label}.spacy")
        assert set(named) <= made
    assert recipe.scored


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_the_project_of_a_recipe_is_one_that_spacy_reads(recipe: Recipe, tmp_path: Path) -> None:
    """In a setting with `${…}`, it would look for a variable of the project."""
    write_project(
        recipe,
        tmp_path,
        train=tmp_path / "train.spacy",
        test=None,
        parser=tmp_path / "parser",
        seed=1,
        shorter=0.5,
        settings={},
    )
    assert load_project_config(tmp_path)["workflows"]["recipe"]


def test_the_project_of_a_fold(tmp_path: Path, parts: dict[str, Any]) -> None:
    recipe = Recipe(
        "taught",
        "Taught",
        [
            Training("teacher", ["minilm"], {"encoder": parts["paths.encoder"]}),
            Labelling("soft", ["./teacher"], copies=2, sentences=50),
            Averaging("both", ["./soft.spacy", "corpus/read.spacy"]),
            Training("student", ["minilm"], {"soft_labels": "./both.spacy"}, {"training.seed": 7}),
        ],
    )
    data, parser = tmp_path / "data", Path(parts["paths.parser"])
    data.mkdir()
    for name in ("train", "test"):
        (data / f"{name}.spacy").touch()
    write_project(
        recipe,
        tmp_path / "fold0",
        train=data / "train.spacy",
        test=data / "test.spacy",
        parser=parser,
        seed=3,
        shorter=0.5,
        settings={"training.dropout": 0.2},
    )
    project = srsly.read_yaml(tmp_path / "fold0" / "project.yml")
    train, label, average, student, score = project["commands"]
    assert project["workflows"]["recipe"] == [c["name"] for c in project["commands"]]
    assert f"--data={data}/train.spacy --settings=" in train["script"][0].replace("'", "")
    assert label["outputs"] == ["soft.spacy"]
    assert set(label["deps"]) >= {"teacher/model-last", f"{data}/train.spacy"}
    assert "--teacher=teacher/model-last" in label["script"][0]
    assert "--copies=2 --sentences=50" in label["script"][0]
    assert average["outputs"] == ["both.spacy"]
    assert average["script"][0].split()[-3:-1] == ["both.spacy", "soft.spacy"]
    assert "both.spacy" in student["deps"]
    assert '"training.dropout": 0.2, "training.seed": 7' in student["script"][0]
    assert "--seed=3 --shorter=0.5" in student["script"][0]
    # What is scored on is seen by the last step alone.
    assert [f"{data}/test.spacy" in str(c) for c in project["commands"]] == [False] * 4 + [True]
    assert score["deps"][0] == "student/model-last"


def test_a_fold_is_trained_on_the_others_and_scored_on_its_own(
    tmp_path: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    recipe = Recipe(
        "tiny",
        "Tiny",
        [
            Training(
                "relations",
                ["minilm"],
                {"encoder": parts["paths.encoder"]},
                {"training.max_steps": 8, "training.optimizer.learn_rate.total_steps": 10},
            )
        ],
    )
    monkeypatch.setattr(crossval, "read_recipes", lambda: {"tiny": recipe})

    def run(only: list[int] | None = None) -> None:
        crossval.main(
            SAMPLE_CORPUS,
            "tiny",
            parser=Path(parts["paths.parser"]),
            n_folds=3,
            only=only,
            shorter=0.25,
            seed=1,
            jobs=1,
            given=["components.transformer.model.training_precision=float32"],
            output=tmp_path / "folds",
            results=tmp_path / "results",
        )

    run(only=[1])
    done = tmp_path / "folds" / "tiny.short0.25.seed1"
    log = (done / "fold1" / "run.log").read_text("utf8")
    assert f"relations{'/'}model-last" in log
    assert not (done / "fold0").exists()
    (data,) = (tmp_path / "folds").glob("data.*.3folds.seed1")
    ids = [
        {doc.user_data[DOCUMENT_ID] for doc in read_docbin(data / "fold1" / f"{part}.spacy", vocab)}
        for vocab in [spacy.blank("en").vocab]
        for part in ("train", "test")
    ]
    assert (len(ids[0]), len(ids[1]), ids[0] & ids[1]) == (2, 1, set())
    pairs = list(srsly.read_jsonl(done / "fold1" / PAIRS))
    assert {pair["document"] for pair in pairs} == ids[1]
    assert all(sum(p["probs"].values()) == pytest.approx(1) for p in pairs if p["probs"])
    (stored,) = report.read_runs("tiny.short0.25", tmp_path / "results")
    assert set(stored.documents) == ids[1]
    assert sum(t.tp + t.fn for t in stored.documents[ids[1].pop()].per_type.values()) == sum(
        pair["gold"] != "none" for pair in pairs
    )
    run(only=[1])
    log = (done / "fold1" / "run.log").read_text("utf8")
    assert log.count("Skipping") == 2
    config = spacy.util.load_config(done / "fold1" / "relations" / "model-last" / "config.cfg")
    assert config["components"]["transformer"]["model"]["training_precision"] == "float32"
    with pytest.raises(typer.BadParameter, match="3 folds"):
        run(only=[3])
    fit.main(done, done / "fold1" / "relations" / "model-last", tmp_path / "fitted")
    component = component_of(spacy.load(tmp_path / "fitted"))
    expected = best_fit(*calibration.as_arrays(pairs), component.labels, None)
    assert component.cfg["temperature"] == expected.temperature
    assert component.cfg["calibration"] == expected.calibration
    assert component.cfg["precisions"] == expected.precisions
    with pytest.raises(typer.BadParameter, match="run benchmarks"):
        fit.main(tmp_path, tmp_path / "fitted", tmp_path / "again")


def test_the_whole_corpus_goes_through_the_steps_of_a_recipe(
    tmp_path: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the steps do is tested with the folds."""
    codes = [1, 0, 0]

    def run_project(folder: Path, workflow: str) -> int:
        project = srsly.read_yaml(folder / "project.yml")
        (name,) = project["workflows"][workflow]
        (command,) = project["commands"]
        assert name == command["name"]
        assert f"--data={tmp_path}/all.spacy" in command["script"][0]
        made = folder / command["outputs"][0]
        made.mkdir(parents=True, exist_ok=True)
        (made / str(len(codes))).touch()
        return codes.pop(0)

    recipe = Recipe("tiny", "", [Training("relations", ["minilm"])])
    monkeypatch.setattr(whole, "read_recipes", lambda: {"tiny": recipe})
    monkeypatch.setattr(whole, "run_project", run_project)
    (tmp_path / "all.spacy").touch()
    given = (tmp_path / "all.spacy", tmp_path / "out")
    parser = Path(parts["paths.parser"])
    with pytest.raises(typer.Exit):
        whole.main(*given, "tiny", parser=parser)
    assert not (tmp_path / "out" / "model-last").exists()
    for n_files in (2, 3):  # the second time all of it is taken anew
        whole.main(*given, "tiny", parser=parser)
        assert len(list((tmp_path / "out" / "model-last").iterdir())) == n_files
    with pytest.raises(typer.BadParameter, match="none of tiny"):
        whole.main(*given, "other", parser=parser)


def labelled(text: str, probs: dict[tuple[int, int], float]) -> Doc:
    """A sentence whose first two words that are given make a pair."""
    doc = spacy.blank("en").make_doc(text)
    set_soft_labels(
        doc,
        [
            SoftLabelDict(
                head_start=head,
                head_end=head + 1,
                tail_start=tail,
                tail_end=tail + 1,
                probs={"effect": prob, "none": 1 - prob},
            )
            for (head, tail), prob in probs.items()
        ],
    )
    return doc


def test_soft_labels_of_files_are_averaged_pair_by_pair() -> None:
    one = [labelled("Aspirin and warfarin bleed", {(0, 2): 1.0, (0, 3): 0.4}), labelled("A B", {})]
    two = [labelled("C D", {(0, 1): 0.9}), labelled("Aspirin and warfarin bleed", {(0, 2): 0.5})]
    docs = list(steps.averaged([one, two]))
    assert [doc.text for doc in docs] == ["Aspirin and warfarin bleed", "A B", "C D"]
    found = [{k: v["effect"] for k, v in soft_labels_of(doc).items()} for doc in docs]
    assert found[0] == pytest.approx({((0, 7), (12, 20)): 0.75, ((0, 7), (21, 26)): 0.4})
    assert found[1:] == [{}, pytest.approx({((0, 1), (2, 3)): 0.9})]


def test_fewer_steps_are_fewer_in_all_that_counts_them() -> None:
    config = steps.merge_configs(ROOT / "configs" / "minilm.cfg", [])
    assert steps.numbers_of_steps(config, {"training.max_steps": 1000}, 0.1) == {
        "training.max_steps": 100,
        "training.optimizer.learn_rate.total_steps": 298,
        "training.optimizer.learn_rate.warmup_steps": 34,
        "training.eval_frequency": 100,
    }


def pair(document: str, gold: str, found: str | None, prob: float = 0.6) -> dict[str, Any]:
    probs = None
    if found is not None:
        probs = dict.fromkeys(calibration.CLASSES, (1 - prob) / 4) | {found: prob}
    return {"document": document, "gold": gold, "probs": probs}


def test_pairs_are_counted_as_the_task_counts_them() -> None:
    counts = report.count(
        [
            pair("DDI-MedLine.d0", "effect", "effect"),
            pair("DDI-MedLine.d0", "effect", "int"),
            pair("DDI-MedLine.d0", "none", "advise"),
            pair("DDI-MedLine.d0", "mechanism", None),
            pair("DDI-MedLine.d0", "none", None),
        ]
    )["DDI-MedLine.d0"]
    found = {kind: [t.tp, t.fp, t.fn] for kind, t in counts.per_type.items()}
    assert found == {
        "effect": [1, 0, 1],
        "int": [0, 1, 0],
        "advise": [0, 1, 0],
        "mechanism": [0, 0, 1],
    }
    assert report.to_lists(counts)[calibration.ANY] == [2, 1, 1]


def test_the_mean_of_runs_is_by_pair_whatever_their_order() -> None:
    one = [pair("d1", "effect", "effect", 0.6), pair("d2", "none", None)]
    for i, each in enumerate(one):
        each |= {"sentence": f"s{i}", "places": [[0, 1], [2, 3]]}
    other = [{**each, "probs": each["probs"] and dict(each["probs"])} for each in reversed(one)]
    other[1]["probs"] = {label: 1.0 * (label == "int") for label in one[0]["probs"]}
    first, second = averaging.averaged([one, other])
    assert first["probs"]["int"] == pytest.approx((one[0]["probs"]["int"] + 1) / 2)
    assert first["probs"]["effect"] == pytest.approx(0.3)
    assert second == one[1]
    # A candidate of one run alone has what that run says.
    *_, alone = averaging.averaged([one[::-1], [{**one[0], "probs": None}, one[1]]])
    assert alone == one[0]
    with pytest.raises(KeyError):
        list(averaging.averaged([one, other[:1]]))


def test_calibration_is_measured_with_what_other_folds_say() -> None:
    """Both folds are half as right as they think, in one type. What the other says puts it right;
    a temperature that has to serve both types can't."""
    rows = [pair("DDI-MedLine.d0", gold, "effect", 0.95) for gold in ("effect", "none") * 100]
    rows += [pair("DDI-MedLine.d0", "int", "int", 0.95)] * 200

    def errors(*folds: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
        fitted = calibration.fitted_folds(folds)
        return calibration.errors_of(each for fold in fitted for each in fold.relations)

    found = errors(rows, rows)
    assert found[calibration.FITTED]["effect"] < 0.05 < found[calibration.SCALED]["effect"]
    assert found[calibration.FITTED]["int"] < 0.05
    sure = [pair("DDI-MedLine.d0", "effect", "effect", 0.95)] * 40
    assert errors(rows, sure)[calibration.FITTED]["effect"] > 0.2


def test_a_higher_least_score_gives_more_precision_and_less_recall() -> None:
    rows = [pair("DDI-MedLine.d0", gold, "effect", 0.6) for gold in ("effect", "none") * 50]
    rows += [pair("DDI-MedLine.d0", "int", "int", 0.95)] * 100
    rows += [pair("DDI-MedLine.d0", "advise", None)] * 50
    missed = pair("DDI-MedLine.d0", "effect", "none", 0.6)
    missed["probs"] |= {"effect": 0.37, "int": 0.01, "advise": 0.01, "mechanism": 0.01}
    rows += [missed] * 25
    found = list(calibration.fitted_folds([rows, rows]))
    curves = calibration.curves_of(found, n_true=400)
    (lowest, *_, highest) = curves["scores"]
    assert lowest[1:] == [0.75, 0.75]
    assert highest[1:] == [1.0, 0.5]
    # Where less than a likeliest class is asked for, more is found.
    (lowest, *_, highest) = curves["thresholds"]
    assert lowest[1:] == [0.7778, 0.875]
    assert highest[1:] == [1.0, 0.5]
    assert sum(n for *_, n in curves["reliability"][calibration.ANY]) == 400
    assert all(abs(score - rate) < 0.1 for score, rate, _ in curves["reliability"]["effect"])


def test_the_page_has_precision_and_recall_by_score(tmp_path: Path) -> None:
    rows = [pair(f"DDI-MedLine.d{i}", "effect", "effect", 0.6 + i / 50) for i in range(10)]
    srsly.write_jsonl(tmp_path / "pairs.jsonl", rows)
    report.store("good.seed1", [tmp_path / "pairs.jsonl"], tmp_path)
    page.main("good.seed1", tmp_path, tmp_path / "confidence.md")
    content = (tmp_path / "confidence.md").read_text()
    assert "`min_score` | precision" in content
    assert re.search(r"\| 0\.\d\d \| 100\.0 \| 100\.0 \| 100\.0 \|", content)
    assert "<svg" in (tmp_path / "confidence.svg").read_text()
    with pytest.raises(typer.BadParameter, match="is not there"):
        page.main("bad.seed1", tmp_path, tmp_path / "confidence.md")


def test_two_recipes_are_compared_on_what_both_have(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def write(name: str, found: str, n_documents: int) -> None:
        path = tmp_path / f"{name}.jsonl"
        ids = [f"DDI-{'MedLine' if i % 2 else 'DrugBank'}.d{i}" for i in range(n_documents)]
        rows = [pair(id_, "effect", label) for id_ in ids for label in ("effect", found)]
        srsly.write_jsonl(path, rows)
        report.store(name, [path], tmp_path)

    write("good.seed1", "effect", 20)
    write("bad.seed1", "int", 12)
    write("bad.seed2", "int", 14)
    report.main("good", "bad", tmp_path, tmp_path / "figures" / "good.json")
    found = srsly.read_json(tmp_path / "figures" / "good.json")
    assert (found["micro_f"], found["n_documents"], found["runs"]) == (1.0, 20, ["good.seed1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("  micro F1 100.0 (P 100.0 R 100.0)")
    assert "bad.seed1, bad.seed2: 1 folds" in lines
    assert "  DDI-MedLine: 50.0" in lines
    differences = [line for line in lines if line.startswith("difference")]
    assert differences[0].startswith("difference, all (12 documents): +50.0 (")
    assert differences[2].startswith("difference, DDI-MedLine (6 documents): +50.0 (")
    assert differences[-1].startswith("difference, int (12 documents): ")
    with pytest.raises(typer.BadParameter, match="no results of best"):
        report.main("best", None, tmp_path)


def test_what_other_folds_promise_is_compared_with_what_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scores of 0.9 are right in nine of ten pairs, others in three of five; in the last fold in
    none."""
    sure = [*["effect"] * 9, "none"] * 40
    unsure = [*["effect"] * 3, *["none"] * 2] * 40
    rows = [
        pair(f"DDI-MedLine.d{i}", gold, "effect", score)
        for score, golds in ((0.9, sure), (0.6, unsure))
        for i, gold in enumerate(golds)
    ]
    for i, fold in enumerate((rows, rows, [{**row, "gold": "none"} for row in rows])):
        (tmp_path / f"fold{i}").mkdir()
        srsly.write_jsonl(tmp_path / f"fold{i}" / PAIRS, fold)
    promise.main(tmp_path, [0.85])
    table = capsys.readouterr().out.splitlines()
    # By the last fold, the first ones promise little: they have nothing to report.
    assert table[2].split(" | ")[2:] == [
        "400 of 1,800", "0.0 %", "2 of 3", "nothing", "nothing", "0.000 (0.000 to 0.000) |"
    ]  # fmt: skip
    assert table[6].split(" | ")[3] == "0.000 (0.000 to 0.000); 400"
    folder = tmp_path / "fold2"
    srsly.write_jsonl(folder / PAIRS, rows)
    promise.main(tmp_path, [0.85])
    assert "| 0.85 | 0.900 (0.8" in capsys.readouterr().out
    folder.rename(tmp_path / "another")
    (tmp_path / "fold1").rename(tmp_path / "yet another")
    with pytest.raises(typer.BadParameter, match="no two fold"):
        promise.main(tmp_path, [0.85])
