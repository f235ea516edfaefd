"""The command line, with a tiny pipeline that knows a few sentences by heart."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import spacy
from click.testing import Result
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.util import fix_random_seed
from thinc.api import Adam
from typer.testing import CliRunner

from spacy_ddi import parallel
from spacy_ddi.annotations import get_relations
from spacy_ddi.cli import app
from spacy_ddi.component import lookup as pipes
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.corpora.reader import read_docs
from spacy_ddi.gold import SOFT_LABELS

pytestmark = pytest.mark.filterwarnings(
    # The tiny pipeline has no parser, and says so once.
    r"ignore:\[DDI901\]:UserWarning"
)

DRUGS = {"Dexarol": "brand", "plinozide": "drug", "rostamine": "drug"}
KNOWN = "Dexarol raises plinozide levels."
SENTENCES = [
    (KNOWN, "mechanism"),
    ("Avoid rostamine with plinozide.", "advise"),
    ("Dexarol or rostamine was given.", None),
]
FIGURES = {
    "micro_p",
    "micro_r",
    "micro_f",
    "detection_f",
    "macro_f",
    "per_type",
    "n_pairs",
    "n_true",
    "candidate_recall",
    "micro_f_ci",
    "score_ece",
}
CONFIG = {
    "missing_parse": "chain",
    "negative_filter": None,
    "model": {
        "@architectures": "spacy-ddi.PairClassifier.v1",
        "dropout": 0.0,
        "pair_encoder": {
            "@misc": "spacy-ddi.SyntaxGCN.v1",
            "layers": 1,
            "hidden_size": 16,
            "position_size": 4,
            "position_clip": 10,
        },
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": None,
            "width": 16,
            "depth": 1,
            "embed_size": 200,
            "window_size": 1,
            "maxout_pieces": 2,
            "subword_features": False,
        },
    },
}

Run = Callable[..., Result]


def document(number: int) -> str:
    """The XML of a document with the sentence of this number."""
    text, label = SENTENCES[number]
    name = f"D{number}.s0"
    found = sorted((text.index(drug), drug) for drug in DRUGS if drug in text)
    entities = "".join(
        f'<entity id="{name}.e{i}" charOffset="{start}-{start + len(drug) - 1}" '
        f'type="{DRUGS[drug]}" text="{drug}"/>'
        for i, (start, drug) in enumerate(found)
    )
    truth = 'ddi="false"' if label is None else f'ddi="true" type="{label}"'
    pair = f'<pair id="{name}.p0" e1="{name}.e0" e2="{name}.e1" {truth}/>'
    return (
        f'<document id="D{number}"><sentence id="{name}" text="{text}">'
        f"{entities}{pair}</sentence></document>"
    )


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for number in range(len(SENTENCES)):
        (folder / f"D{number}.xml").write_text(document(number), encoding="utf8")
    return folder


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> str:
    fix_random_seed(0)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    ruler = nlp.add_pipe("entity_ruler")
    nlp.add_pipe("ddi_relation", config=CONFIG)
    references = list(read_docs(corpus, nlp.make_doc))
    examples = list(make_examples(references, nlp.make_doc, gold_mentions=True))
    nlp.initialize(lambda: examples)
    ruler.add_patterns([{"label": label, "pattern": drug} for drug, label in DRUGS.items()])
    optimizer = Adam(0.02)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("pipelines") / "tiny"
    nlp.to_disk(folder)
    return str(folder)


@pytest.fixture
def run() -> Run:
    """Run the command line; it may fail, but with a message and not with a trace."""

    def invoke(*arguments: str | Path, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            result.exception
        )
        return result

    return invoke


def folded(text: str) -> str:
    """Printed text without its line breaks."""
    return " ".join(text.split())


# extract


def test_extract_prints_a_table(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert {"Dexarol", "mechanism", "plinozide"} <= set(result.stdout.split())
    assert "1 interaction between 2 drug mentions in 1 sentence." in folded(result.stdout)


def test_extract_prints_json_lines_and_nothing_else(run, pipeline):
    text = f"Nothing here. {KNOWN} Dexarol or rostamine was given."
    result = run("extract", text, "--pipeline", pipeline, "--format", "jsonl")
    assert result.exit_code == 0
    [record] = [json.loads(line) for line in result.stdout.splitlines()]
    assert (record["head"], record["label"], record["tail"]) == (
        "Dexarol",
        "mechanism",
        "plinozide",
    )
    assert text[record["tail_start"] : record["tail_end"]] == "plinozide"
    assert record["sentence"] == KNOWN


@pytest.mark.parametrize("source", ["standard input", "file"])
def test_extract_reads_standard_input_and_files(run, pipeline, tmp_path, source):
    if source == "file":
        path = tmp_path / "text.txt"
        path.write_text(f"\n{KNOWN}\n", encoding="utf8")
        result = run("extract", "--file", path, "--pipeline", pipeline)
    else:
        result = run("extract", "-", "--pipeline", pipeline, input=f"\n{KNOWN}\n")
    assert result.exit_code == 0
    assert "1 interaction between" in folded(result.stdout)


def test_extract_passes_over_a_byte_order_mark(run, pipeline, tmp_path):
    """Else the first drug of a file from Windows is not known."""
    path = tmp_path / "text.txt"
    path.write_text(KNOWN, encoding="utf-8-sig")
    result = run("extract", "--file", path, "--pipeline", pipeline, "--format", "jsonl")
    assert json.loads(result.stdout)["sentence"] == KNOWN


def test_extract_writes_a_page(run, pipeline, tmp_path):
    page = tmp_path / "new" / "page.html"
    result = run("extract", KNOWN, "--pipeline", pipeline, "--html", page)
    assert result.exit_code == 0
    assert "mechanism" in page.read_text("utf8")
    assert str(page) in result.stderr


def test_extract_names_a_page_that_cannot_be_written(run, pipeline, tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf8")
    page = tmp_path / "file" / "page.html"
    result = run("extract", KNOWN, "--pipeline", pipeline, "--html", page)
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.stderr


def test_extract_says_that_there_is_nothing(run, pipeline):
    result = run("extract", "No drug at all.", "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "0 interactions between 0 drug mentions in 1 sentence." in folded(result.stdout)
    result = run("extract", "No drug at all.", "--pipeline", pipeline, "--format", "jsonl")
    assert (result.exit_code, result.stdout) == (0, "")


def test_extract_reads_long_texts_in_passages(run, pipeline):
    filler = "There is nothing to see here. " * 1000
    result = run("extract", "-", "--pipeline", pipeline, "--format", "jsonl", input=filler + KNOWN)
    [record] = [json.loads(line) for line in result.stdout.splitlines()]
    assert record["head_start"] == len(filler)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], []),
        (["--precision", "float32"], ["float32"]),
        (["--precision", "bfloat16"], ["bfloat16"]),
    ],
)
def test_the_encoder_computes_in_the_precision_asked_for(
    run, pipeline, monkeypatch, options, expected
):
    asked = []
    monkeypatch.setattr(pipes, "set_precision", lambda nlp, precision: asked.append(precision))
    run("extract", KNOWN, "--pipeline", pipeline, *options)
    assert asked == expected


def test_a_precision_that_can_not_be_set_is_told(run, pipeline):
    result = run("extract", KNOWN, "--pipeline", pipeline, "--precision", "bfloat16")
    assert result.exit_code == 1
    assert "DDI022" in result.stderr


def test_extract_reads_in_several_processes(run, pipeline, monkeypatch):
    asked = []

    def in_one(nlp, texts, *, n_process, **options):
        asked.append(n_process)
        return nlp.pipe(texts, **options)

    monkeypatch.setattr(parallel, "pipe_in_processes", in_one)
    one = run("extract", KNOWN, "--pipeline", pipeline, "--format", "jsonl")
    two = run("extract", KNOWN, "--pipeline", pipeline, "--format", "jsonl", "--n-process", "2")
    assert asked == [1, 2]
    assert one.stdout == two.stdout != ""


def test_a_file_given_as_text_is_noticed(run, pipeline, tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(KNOWN, encoding="utf8")
    result = run("extract", str(path), "--pipeline", pipeline)
    assert result.exit_code == 1
    assert f"--file {path}" in result.stderr
    assert run("extract", KNOWN + " " * 5000, "--pipeline", pipeline).exit_code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\x89PNG\xff\x00", "is not UTF-8 text: byte 0"),
        (b"Dexarol\0plinozide", "zero byte at 7"),
    ],
)
@pytest.mark.parametrize("source", ["standard input", "file"])
def test_extract_refuses_what_is_no_text(run, pipeline, tmp_path, content, message, source):
    path = tmp_path / "text.bin"
    path.write_bytes(content)
    arguments = ["--file", str(path)] if source == "file" else ["-"]
    result = run("extract", *arguments, "--pipeline", pipeline, input=content)
    assert result.exit_code == 1
    assert message in result.stderr
    assert (str(path) if source == "file" else source) in result.stderr


@pytest.mark.parametrize("arguments", [["--file", "nowhere.txt"], ["--file", "."]])
def test_extract_names_a_file_that_cannot_be_read(run, pipeline, arguments):
    result = run("extract", *arguments, "--pipeline", pipeline)
    assert result.exit_code == 2
    assert arguments[1] in result.stderr


@pytest.mark.parametrize("arguments", [[], ["a text", "--file", __file__]])
def test_extract_wants_one_text(run, pipeline, arguments):
    result = run("extract", *arguments, "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "one of the three" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["extract", KNOWN, "--pipeline"], ["evaluate"]], ids=["extract", "evaluate"]
)
@pytest.mark.parametrize("name", ["no_such_pipeline", "./no/such/folder", ""])
def test_missing_pipeline_is_named(run, corpus, arguments, name):
    last = [corpus] if arguments[0] == "evaluate" else []
    result = run(*arguments, name, *last)
    assert result.exit_code == 1
    assert f"No pipeline {name!r}" in result.stderr


def test_folder_that_is_no_pipeline_is_named(run, corpus):
    result = run("extract", KNOWN, "--pipeline", corpus)
    assert result.exit_code == 1
    assert str(corpus) in result.stderr


@pytest.fixture
def store(tmp_path: Path) -> Callable[[Language], str]:
    def to_disk(nlp: Language) -> str:
        nlp.to_disk(tmp_path / "other")
        return str(tmp_path / "other")

    return to_disk


@pytest.mark.parametrize("components", [["sentencizer"], []])
def test_pipeline_without_the_component_says_what_it_has(run, store, components):
    nlp = spacy.blank("en")
    for name in components:
        nlp.add_pipe(name)
    result = run("extract", KNOWN, "--pipeline", store(nlp))
    assert result.exit_code == 1
    assert "has no ddi_relation component" in result.stderr
    assert f"only {', '.join(components) or 'nothing'}." in folded(result.stderr)


def test_pipeline_without_the_parser_it_needs_says_so(run, pipeline, tmp_path):
    other = shutil.copytree(pipeline, tmp_path / "other")
    config = (other / "config.cfg").read_text("utf8")
    strict = config.replace('missing_parse = "chain"', 'missing_parse = "error"')
    (other / "config.cfg").write_text(strict, encoding="utf8")
    result = run("extract", KNOWN, "--pipeline", other)
    assert result.exit_code == 1
    assert "[DDI001]" in result.stderr


# evaluate


def test_evaluate_prints_json(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus, "--json")
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert figures.keys() >= FIGURES
    assert "ner_f" not in figures
    assert (figures["n_pairs"], figures["n_true"]) == (3, 2)
    assert (figures["micro_f"], figures["candidate_recall"]) == (1.0, 1.0)
    assert set(figures["per_type"]) == {"mechanism", "advise"}
    low, high = figures["micro_f_ci"]
    assert 0 <= low <= figures["micro_f"] <= high <= 1


def test_evaluate_with_predicted_mentions_scores_them(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus, "--json", "--mentions", "predicted")
    figures = json.loads(result.stdout)
    assert figures.keys() >= FIGURES
    assert (figures["ner_p"], figures["ner_r"], figures["ner_f"]) == (1.0, 1.0, 1.0)
    assert figures["micro_f"] == 1.0


def test_evaluate_prints_a_table(run, pipeline, corpus):
    result = run("evaluate", pipeline, corpus)
    assert result.exit_code == 0
    assert {"mechanism", "advise", "micro", "macro", "detection"} <= set(result.stdout.split())
    assert "3 pairs, 2 of them true" in folded(result.stdout)


def test_evaluate_chooses_documents_and_writes_files(run, pipeline, corpus, tmp_path):
    listed, lines, figures = (tmp_path / name for name in ("ids.txt", "new/lines", "figures.json"))
    listed.write_text("D0\nD2\n", encoding="utf8")
    result = run(
        "evaluate",
        pipeline,
        corpus,
        *("--documents", listed, "--submission", lines, "--output", figures),
    )
    assert result.exit_code == 0
    assert lines.read_text("utf8").splitlines() == [
        "D0.s0|D0.s0.e0|D0.s0.e1|1|mechanism",
        "D2.s0|D2.s0.e0|D2.s0.e1|0|null",
    ]
    assert json.loads(figures.read_text("utf8"))["n_documents"] == 2


@pytest.mark.parametrize("command", ["evaluate", "convert", "candidates"])
@pytest.mark.parametrize(("folder", "code"), [("", "DDI102"), ("nowhere", "DDI101")])
def test_folder_without_corpus_is_named(run, pipeline, tmp_path, command, folder, code):
    (tmp_path / "notes.txt").write_text("no corpus", encoding="utf8")
    path = tmp_path / folder
    arguments = {
        "evaluate": [pipeline, path],
        "convert": [path, tmp_path / "gold.spacy"],
        "candidates": [path],
    }
    result = run(command, *arguments[command])
    assert result.exit_code == 1
    assert code in result.stderr
    assert str(path) in result.stderr
    assert not (tmp_path / "gold.spacy").exists()


@pytest.mark.parametrize("command", ["evaluate", "convert", "candidates"])
def test_unknown_document_in_the_list_is_named(run, pipeline, corpus, tmp_path, command):
    listed = tmp_path / "ids.txt"
    listed.write_text("D0\nD7\n", encoding="utf8")
    arguments = {
        "evaluate": [pipeline, corpus],
        "convert": [corpus, tmp_path / "gold.spacy"],
        "candidates": [corpus],
    }
    result = run(command, *arguments[command], "--documents", listed)
    assert result.exit_code == 1
    assert "DDI106" in result.stderr
    assert "'D7'" in result.stderr


# convert


@pytest.fixture
def broken_corpus(corpus: Path, tmp_path: Path) -> Iterator[Path]:
    """The corpus, with D1 malformed in its second line."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for path in corpus.glob("*.xml"):
        (folder / path.name).write_text(path.read_text("utf8"), encoding="utf8")
    (folder / "D1.xml").write_text('<document id="D1">\n<sentence></document>', encoding="utf8")
    return folder


def stored_texts(path: Path) -> list[str]:
    return [doc.text for doc in DocBin().from_disk(path).get_docs(spacy.blank("en").vocab)]


def test_convert_stores_the_corpus(run, corpus, tmp_path):
    path = tmp_path / "new" / "gold.spacy"
    result = run("convert", corpus, path)
    assert result.exit_code == 0
    assert "3 sentences, 6 mentions, 3 pairs, 2 of them true" in folded(result.stderr)
    docs = list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))
    assert [len(get_relations(doc)) for doc in docs] == [1, 1, 0]


def test_convert_names_a_malformed_file_and_converts_the_others(run, broken_corpus, tmp_path):
    path = tmp_path / "gold.spacy"
    result = run("convert", broken_corpus, path)
    assert result.exit_code == 1
    assert f"{broken_corpus / 'D1.xml'}, line 2:" in result.stderr
    assert "1 file left out" in result.stderr
    assert stored_texts(path) == [SENTENCES[0][0], SENTENCES[2][0]]


def test_convert_names_a_malformed_file_that_is_listed(run, broken_corpus, tmp_path):
    path, listed = tmp_path / "gold.spacy", tmp_path / "ids.txt"
    listed.write_text("D0\nD1\n", encoding="utf8")
    result = run("convert", broken_corpus, path, "--documents", listed)
    assert result.exit_code == 1
    assert "D1.xml, line 2:" in result.stderr
    assert stored_texts(path) == [KNOWN]


def test_convert_leaves_documents_out(run, corpus, tmp_path):
    excluded = tmp_path / "ids.txt"
    excluded.write_text("D1\nD2\n", encoding="utf8")
    result = run("convert", corpus, tmp_path / "gold.spacy", "--exclude", excluded)
    assert result.exit_code == 0
    assert stored_texts(tmp_path / "gold.spacy") == [KNOWN]


def test_convert_names_an_unknown_language(run, corpus, tmp_path):
    result = run("convert", corpus, tmp_path / "gold.spacy", "--lang", "zz")
    assert result.exit_code == 1
    assert "zz" in result.stderr


# candidates and the rest


def test_candidates_prints_a_row_for_each_filter(run, corpus):
    result = run("candidates", corpus)
    assert result.exit_code == 0
    for name in ("none", "(a) same referent", "(b) coordination", "both"):
        assert name in result.stdout
    assert "100.00 %" in result.stdout


def test_malformed_file_is_named_by_commands_that_need_all(run, pipeline, broken_corpus):
    for arguments in (["evaluate", pipeline], ["candidates"]):
        result = run(*arguments, broken_corpus)
        assert result.exit_code == 1
        assert "D1.xml, line 2:" in result.stderr


def test_half_precision_pipeline_predicts_the_same(run, pipeline, tmp_path):
    stored = run("half", pipeline, tmp_path / "half")
    assert stored.exit_code == 0
    assert "weights rounded to half precision" in folded(stored.stderr)
    result = run("extract", KNOWN, "--pipeline", tmp_path / "half", "--format", "jsonl")
    assert json.loads(result.stdout)["label"] == "mechanism"
    rounded = spacy.load(tmp_path / "half").get_pipe("ddi_relation").model
    weights = [
        layer.get_param(name)
        for layer in rounded.walk()
        for name in layer.param_names
        if layer.has_param(name)
    ]
    assert weights
    assert all((w == w.astype("float16")).all() and w.dtype == "float32" for w in weights)


def test_evaluate_scores_what_can_be_read(run, pipeline, broken_corpus):
    result = run("evaluate", pipeline, broken_corpus, "--json")
    assert result.exit_code == 1
    assert "1 file left out" in folded(result.stderr)
    assert json.loads(result.stdout)["n_pairs"] > 0


@pytest.mark.parametrize("package", ["numpy", "spacy_ddi"])
def test_package_that_is_no_pipeline_is_named(run, package):
    result = run("extract", KNOWN, "--pipeline", package)
    assert result.exit_code == 1
    assert f"'{package}'" in result.stderr


def test_help_names_the_commands(run):
    result = run("--help")
    assert result.exit_code == 0
    for command in ("extract", "evaluate", "convert", "label", "candidates", "half", "calibrate"):
        assert command in result.stdout


# label


def read_labelled(path: Path) -> list:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("en").vocab))


@pytest.mark.parametrize("suffix", [".txt", ".xz"])
def test_label_writes_what_the_pipeline_says_of_every_pair(run, pipeline, tmp_path, suffix):
    text = f"{KNOWN} No drug here.\n\nDexarol or rostamine was given.\nDexarol.\n"
    path, output = tmp_path / f"text{suffix}", tmp_path / "new" / "silver.spacy"
    path.write_bytes(lzma.compress(text.encode()) if suffix == ".xz" else text.encode())
    result = run("label", output, "--text", path, "--pipeline", pipeline)
    assert result.exit_code == 0
    assert "2 sentences, 2 pairs" in folded(result.stderr)
    known, other = read_labelled(output)
    assert known.text == KNOWN
    (soft,) = known.user_data[SOFT_LABELS]
    assert max(soft["probs"], key=soft["probs"].get) == "mechanism"
    assert sum(soft["probs"].values()) == pytest.approx(1, abs=1e-5)
    (soft,) = other.user_data[SOFT_LABELS]
    assert max(soft["probs"], key=soft["probs"].get) == "none"


def test_label_averages_its_teachers(run, pipeline, tmp_path):
    other = spacy.load(pipeline)
    other.get_pipe("ddi_relation").cfg["temperature"] = 3.0
    other.to_disk(tmp_path / "other")
    (tmp_path / "text.txt").write_text(KNOWN, encoding="utf8")

    def probs(*teachers: str | Path) -> dict[str, float]:
        options = [option for teacher in teachers for option in ("--teacher", teacher)]
        output = tmp_path / "silver.spacy"
        result = run(
            "label", output, "--text", tmp_path / "text.txt", "--pipeline", pipeline, *options
        )
        assert result.exit_code == 0
        return read_labelled(output)[0].user_data[SOFT_LABELS][0]["probs"]

    one, two = probs(pipeline), probs(tmp_path / "other")
    assert one["mechanism"] > two["mechanism"]
    assert probs(pipeline, tmp_path / "other") == pytest.approx(
        {name: (one[name] + two[name]) / 2 for name in one}
    )


def test_label_refuses_teachers_of_other_labels(run, pipeline, tmp_path):
    other = spacy.load(pipeline)
    other.get_pipe("ddi_relation").cfg["labels"] = ["advise", "effect"]
    other.to_disk(tmp_path / "other")
    (tmp_path / "text.txt").write_text(KNOWN, encoding="utf8")
    options = ["--teacher", pipeline, "--teacher", tmp_path / "other"]
    output = tmp_path / "silver.spacy"
    result = run("label", output, "--text", tmp_path / "text.txt", "--pipeline", pipeline, *options)
    assert result.exit_code == 1
    assert not output.exists()


def test_label_names_what_is_not_compressed(run, pipeline, tmp_path):
    (tmp_path / "text.xz").write_text(KNOWN, encoding="utf8")
    result = run("label", tmp_path / "o", "--text", tmp_path / "text.xz", "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "text.xz" in result.stderr


def test_label_takes_copies_of_a_corpus(run, pipeline, corpus, tmp_path):
    tagging = spacy.load(pipeline)
    ruler = tagging.add_pipe("attribute_ruler", first=True)
    ruler.add([[{"IS_ALPHA": True}]], {"TAG": "X"})
    tagging.to_disk(tmp_path / "tagging")
    gold, output = tmp_path / "gold.spacy", tmp_path / "silver.spacy"
    assert run("convert", corpus, gold).exit_code == 0
    result = run(
        "label", output, "--corpus", gold, "--copies", "3", "--pipeline", tmp_path / "tagging"
    )
    assert result.exit_code == 0
    docs = read_labelled(output)
    assert len(docs) == 9
    assert all(doc._.ddi_rels == [] and doc.user_data[SOFT_LABELS] for doc in docs)


def test_label_refuses_to_exchange_words_without_tags(run, pipeline, corpus, tmp_path):
    run("convert", corpus, tmp_path / "gold.spacy")
    given = ("--corpus", tmp_path / "gold.spacy", "--pipeline", pipeline)
    result = run("label", tmp_path / "silver.spacy", *given)
    assert result.exit_code == 1
    assert "DDI021" in result.stderr
    assert not (tmp_path / "silver.spacy").exists()


def test_label_says_so_when_there_is_nothing_to_judge(run, pipeline, tmp_path):
    (tmp_path / "text.txt").write_text("Nothing here.", encoding="utf8")
    given = ("--text", tmp_path / "text.txt", "--pipeline", pipeline)
    result = run("label", tmp_path / "silver.spacy", *given)
    assert result.exit_code == 1
    assert "No sentence with a pair to judge" in folded(result.stderr)


def test_label_wants_something_to_label(run, pipeline, tmp_path):
    result = run("label", tmp_path / "silver.spacy", "--pipeline", pipeline)
    assert result.exit_code == 1
    assert "--corpus" in result.stderr


# calibrate


def test_calibrate_stores_a_temperature_and_changes_no_label(run, pipeline, corpus, tmp_path):
    output = tmp_path / "calibrated"
    result = run("calibrate", pipeline, corpus, output)
    assert result.exit_code == 0
    component = spacy.load(output).get_pipe("ddi_relation")
    # It knows the corpus by heart, so it may be as sure of itself as it can.
    assert component.cfg["temperature"] == pytest.approx(0.25)
    assert "Temperature 0.25" in result.stderr
    before, after = (
        json.loads(run("extract", KNOWN, "--pipeline", name, "--format", "jsonl").stdout)
        for name in (pipeline, str(output))
    )
    assert after["score"] >= before["score"]
    assert after["label"] == before["label"]


def test_calibrate_wants_pairs(run, pipeline, tmp_path):
    empty = '<document id="D9"><sentence id="D9.s0" text="Nothing."/></document>'
    (tmp_path / "D9.xml").write_text(empty, encoding="utf8")
    result = run("calibrate", pipeline, tmp_path, tmp_path / "out")
    assert result.exit_code == 1
    assert "DDI019" in result.stderr
    assert not (tmp_path / "out").exists()
