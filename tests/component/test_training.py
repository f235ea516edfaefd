"""Stock `spacy train` with the shipped configs, on the sample corpus and a tiny random encoder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.cli import app as spacy_command
from spacy.cli.evaluate import evaluate as spacy_evaluate
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.tokens import Doc, DocBin, Span
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config, set_dot_to_object
from thinc.api import Adam, Model
from thinc.layers.pytorchwrapper import forward as pytorch_forward
from typer.testing import CliRunner

from spacy_ddi.annotations import make_relation
from spacy_ddi.cli import app
from spacy_ddi.component.rescoring import with_gold_mentions
from spacy_ddi.corpora.docs import make_examples
from spacy_ddi.distillation.soft_labels import add_soft_labels
from spacy_ddi.encoder.span_getter import configure_blinded_sents
from spacy_ddi.gold import MENTIONS_KEY
from spacy_ddi.linking.dictionary import DrugDictionary, Entry, Name
from spacy_ddi.training.configs import merge_configs
from tests.loaded_scripts import load_script
from tests.tiny_bert import make_tiny_transformer

ROOT = Path(__file__).parents[2]
SAMPLE_CORPUS = ROOT / "assets" / "sample_corpus"


SMALL = {
    "training.max_epochs": 0,
    "training.max_steps": 3,
    "training.eval_frequency": 2,
    "components.ddi_relation.model.pair_encoder.hidden_size": 8,
}


def initialized(config: str, parts: dict[str, Any], **more: Any) -> Language:
    overrides = {**parts, **SMALL, **more}
    return init_nlp(load_config(ROOT / "configs" / f"{config}.cfg", overrides=overrides))


def train_into(folder: Path, nlp: Language) -> Language:
    """Train, and load what was stored last."""
    folder.mkdir(exist_ok=True)
    train(nlp, folder)
    return spacy.load(folder / "model-last")


def test_an_encoder_of_twelve_layers_learns_by_layers(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    """What any BERT of the usual size from a hub takes: the higher a layer, the more it learns."""
    (tmp_path / "encoder").mkdir()
    make_tiny_transformer(tmp_path / "encoder", layers=12)
    config = merge_configs(ROOT / "configs" / "minilm.cfg", [ROOT / "configs" / "teacher.cfg"])
    paths = {"paths.encoder": str(tmp_path / "encoder")}
    settings = {**parts, **SMALL, **paths, "training.optimizer.average_decay": 0.0}
    for path, value in settings.items():
        set_dot_to_object(config, path, value)
    nlp = init_nlp(config)
    before = encoder_weights(nlp)
    trained = encoder_weights(train_into(tmp_path / "trained", nlp))
    changes = [
        np.abs(trained[name] - before[name]).max()
        for name in (f"encoder.layer.{i}.output.dense.bias" for i in range(12))
    ]
    rates = config["training"]["optimizer"]["lr_scales"]
    by_rate = [change / rates[f"encoder.layer.{i}."] for i, change in enumerate(changes)]
    assert by_rate == pytest.approx([by_rate[-1]] * 12, rel=0.3)
    assert changes[0] < changes[-1] / 2


def encoder_weights(nlp: Language) -> dict[str, np.ndarray]:
    transformer = nlp.get_pipe("transformer").model.transformer
    return {name: p.detach().numpy().copy() for name, p in transformer.named_parameters()}


@pytest.mark.parametrize("config", ["minilm", "paper"])
def test_config_trains_and_its_pipeline_loads(
    config: str, parts: dict[str, Any], tmp_path: Path
) -> None:
    nlp = initialized(config, parts)
    train(nlp, tmp_path)
    loaded = spacy.load(tmp_path / "model-best")
    assert loaded.get_pipe("ddi_relation").labels == ("advise", "effect", "int", "mechanism")
    scores = json.loads((tmp_path / "model-best" / "meta.json").read_text())["performance"]
    assert 0 <= scores["ddi_micro_f"] <= 1


def test_gradient_reaches_the_encoder_at_its_own_rate(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    frozen = {"embeddings": 0.0}
    nlp = initialized("minilm", parts, **{"training.optimizer.lr_scales": frozen})
    before = encoder_weights(nlp)
    train(nlp, tmp_path)
    after = encoder_weights(nlp)
    moved = {name for name in before if not np.array_equal(before[name], after[name])}
    assert any(name.startswith("encoder.layer.0") for name in moved)
    assert not any(name.startswith("embeddings") for name in moved)


def test_paper_config_leaves_the_encoder_alone(parts: dict[str, Any], tmp_path: Path) -> None:
    nlp = initialized("paper", parts)
    before = encoder_weights(nlp)
    train(nlp, tmp_path)
    after = encoder_weights(nlp)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_frozen_sourced_encoder_is_read_from_the_doc(parts: dict[str, Any], tmp_path: Path) -> None:
    """A transformer that is frozen and annotating: its vectors come through `doc._.trf_data`."""
    train_into(tmp_path / "first", initialized("minilm", parts))
    source = str(tmp_path / "first" / "model-last")
    config = load_config(ROOT / "configs" / "minilm.cfg", overrides={**parts, **SMALL})
    config["components"]["transformer"] = {"source": source}
    for setting in ("frozen_components", "annotating_components"):
        config["training"][setting] = ["tok2vec", "parser", "transformer"]
    nlp = init_nlp(config)
    before = encoder_weights(nlp)
    train_into(tmp_path / "second", nlp)
    after = encoder_weights(nlp)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def losses_of(config: str, parts: dict[str, Any]) -> list[float]:
    nlp = initialized(config, parts)
    examples = list(spacy.registry.resolve(nlp.config.interpolate()["corpora"])["train"](nlp))
    optimizer = nlp.create_optimizer()
    spacy.util.fix_random_seed(5)
    losses = []
    for _ in range(3):
        found = nlp.update(
            examples,
            sgd=optimizer,
            drop=0.1,
            exclude=["tok2vec", "parser"],
            annotates=["tok2vec", "parser"],
        )
        losses.append(found["ddi_relation"])
    return losses


def test_training_in_bfloat16_stores_and_predicts_in_single_precision(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    nlp = initialized("minilm", parts)
    assert nlp.config["components"]["transformer"]["model"]["training_precision"] == "bfloat16"
    loaded = train_into(tmp_path, nlp)
    assert all(weight.dtype == np.float32 for weight in encoder_weights(loaded).values())
    single = {"components.transformer.model.training_precision": "float32"}
    exact = spacy.load(tmp_path / "model-last", config=single)
    rounded = spacy.load(
        tmp_path / "model-last", config={"components.transformer.model.precision": "bfloat16"}
    )
    doc = next(DocBin().from_disk(parts["paths.dev"]).get_docs(nlp.vocab))
    found = []
    for pipeline in (loaded, exact, rounded):
        component = pipeline.get_pipe("ddi_relation")
        (example,) = make_examples([doc], pipeline.make_doc, gold_mentions=True)
        found.append(component.predict([pipeline(example.predicted)])[0].probs)
    assert len(found[0])
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
    np.testing.assert_allclose(found[0], found[2], atol=0.1)


def test_student_learns_from_the_corpus_and_from_soft_labels(
    parts: dict[str, Any], tmp_path: Path
) -> None:
    teacher = train_into(tmp_path / "teacher", initialized("minilm", parts))
    docs = list(DocBin().from_disk(parts["paths.dev"]).get_docs(teacher.vocab))
    for doc in docs:
        doc._.ddi_rels = []
    labelled = add_soft_labels([teacher], docs)
    DocBin(docs=labelled, store_user_data=True).to_disk(tmp_path / "soft_labels.spacy")
    paths = {"paths.soft_labels": str(tmp_path / "soft_labels.spacy")}
    nlp = initialized("minilm", parts, **paths)
    examples = list(spacy.registry.resolve(nlp.config.interpolate()["corpora"])["train"](nlp))
    component = nlp.get_pipe("ddi_relation")
    targets = np.concatenate(
        [component.find_targets(e, component.find_candidates(e.predicted)) for e in examples]
    )
    half = len(targets) // 2
    assert set(targets[:half].max(axis=1)) == {1.0}
    assert (targets[half:] < 1).all()
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    train_into(tmp_path / "student", nlp)


def test_same_seed_same_losses(parts: dict[str, Any]) -> None:
    assert losses_of("minilm", parts) == losses_of("minilm", parts)


def test_stock_evaluate_scores_with_gold_mentions(parts: dict[str, Any], tmp_path: Path) -> None:
    """`spacy evaluate` gives the pipeline neither mentions nor boundaries: the component has Docs
    made anew, and comes to the very scores of the project's reader, which gives them."""
    nlp = train_into(tmp_path / "model", initialized("minilm", parts))
    component = nlp.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.6
    component.store_probs = True
    nlp.to_disk(tmp_path / "eager")
    stock = spacy_evaluate(str(tmp_path / "eager"), Path(parts["paths.dev"]), silent=True)
    examples = list(spacy.registry.resolve(nlp.config.interpolate()["corpora"])["dev"](nlp))
    ours = nlp.evaluate(examples)
    ddi = [name for name in stock if name.startswith("ddi_")]
    assert {name: stock[name] for name in ddi} == {name: ours[name] for name in ddi}
    assert stock["ddi_n_pairs"] == 13
    assert stock["ddi_candidate_recall"] == 1.0


def test_encoder_blinds_anew_for_gold_mentions(parts: dict[str, Any], tmp_path: Path) -> None:
    """The scores of pairs are those of Docs that had the gold mentions from the start."""
    nlp = train_into(tmp_path / "model", initialized("minilm", parts))
    component = nlp.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.0
    examples = list(spacy.registry.resolve(nlp.config.interpolate()["corpora"])["dev"](nlp))
    given = [doc._.ddi_rels for doc in nlp.pipe(example.predicted for example in examples)]
    for example in examples:
        example.predicted.spans.clear()
    remade = [example.predicted for example in with_gold_mentions(examples, nlp, component)]
    assert [len(doc._.ddi_rels) for doc in remade] == [len(relations) for relations in given]
    found = [relation["score"] for doc in remade for relation in doc._.ddi_rels]
    wanted = [relation["score"] for relations in given for relation in relations]
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_mentions_under_another_key(parts: dict[str, Any], tmp_path: Path) -> None:
    key = {
        "candidates.spans_key": "mine",
        "corpora.train.spans_key": "mine",
        "corpora.dev.spans_key": "mine",
    }
    nlp = train_into(tmp_path / "model", initialized("minilm", parts, **key))
    examples = list(spacy.registry.resolve(nlp.config.interpolate()["corpora"])["dev"](nlp))
    assert all("ddi_mentions" not in example.predicted.spans for example in examples)
    scores = nlp.evaluate(examples)
    assert (scores["ddi_n_pairs"], scores["ddi_candidate_recall"]) == (13, 1.0)
    text = "Aspirin was given with heparin."
    doc = nlp.make_doc(text)
    doc.spans["mine"] = [doc[0:1], doc[4:5]]
    words = nlp.get_pipe("transformer").model.attrs["get_spans"]([doc])
    assert words[0][0].text.split() == ["drug", "was", "given", "with", "drug", "."]


def test_assembled_pipeline_reads_raw_text(parts: dict[str, Any], tmp_path: Path) -> None:
    train_into(tmp_path / "relations", initialized("minilm", parts))
    ner = spacy.blank("en")
    ner.add_pipe("ner").add_label("drug")
    ner.initialize()
    ner.to_disk(tmp_path / "ner")
    english = spacy.blank("en")
    english.add_pipe("attribute_ruler")
    english.add_pipe("lemmatizer", config={"mode": "lookup"})
    english.get_pipe("lemmatizer").lookups = make_lookups()
    english.to_disk(tmp_path / "english")
    drugs = DrugDictionary([Entry("M:1", "Heparin", mesh="1")], [Name("heparin", "drug", "M:1")])
    drugs.to_disk(tmp_path / "drug_names.msgpack.gz")
    overrides = {
        "paths.parser": parts["paths.parser"],
        "paths.english": str(tmp_path / "english"),
        "paths.ner": str(tmp_path / "ner"),
        "paths.drug_names": str(tmp_path / "drug_names.msgpack.gz"),
        "paths.relations": str(tmp_path / "relations" / "model-last"),
    }
    options = [part for name, value in overrides.items() for part in (f"--{name}", value)]
    config, joined = map(str, (ROOT / "configs" / "pipeline.cfg", tmp_path / "joined"))
    assembled = CliRunner().invoke(spacy_command, ["assemble", config, joined, *options])
    assert assembled.exit_code == 0, assembled.output
    script = load_script("finish_pipeline")
    script["main"](tmp_path / "joined", tmp_path / "pipeline")
    nlp = spacy.load(tmp_path / "pipeline")
    assert str(tmp_path) not in nlp.config.to_str()
    doc = nlp("Aspirin may interact\nwith heparin.")
    assert isinstance(doc._.ddi_rels, list)
    assert doc._.trf_data is None
    doc.set_ents([doc.char_span(26, 33, label="drug")])
    assert nlp.get_pipe("drug_linker")(doc).ents[0].kb_id_ == "M:1"
    assert {"attribute_ruler", "lemmatizer"} == set(nlp.disabled)
    nlp.enable_pipe("lemmatizer")
    assert nlp("heparins")[0].lemma_ == "heparin"
    # Its doc_cleaner removes what calibration reads.
    result = CliRunner().invoke(
        app, ["calibrate", *map(str, (tmp_path / "pipeline", SAMPLE_CORPUS, tmp_path / "new"))]
    )
    assert result.exit_code == 0, result.output
    assert spacy.load(tmp_path / "new").get_pipe("ddi_relation").cfg["temperature"] != 1.0


def make_lookups() -> Lookups:
    lookups = Lookups()
    lookups.add_table("lemma_lookup", {"heparins": "heparin"})
    return lookups


@pytest.mark.parametrize("n_pairs", [0, 1])
def test_sentences_without_a_pair_are_trained_on_unread(
    parts: dict[str, Any], n_pairs: int
) -> None:
    """Batches with Docs that the encoder skips, some or all of them."""
    nlp = initialized("minilm", parts)
    examples = []
    for names in [["zinc", "iron"]] * n_pairs + [["zinc"], []]:
        reference = nlp.make_doc("the zinc alters iron")
        starts = [token.i for token in reference if token.text in names]
        reference.spans[MENTIONS_KEY] = [Span(reference, i, i + 1, label="drug") for i in starts]
        if len(starts) == 2:
            reference._.ddi_rels = [make_relation((1, 2), (3, 4), "effect", 1.0)]
        examples += make_examples([reference], nlp.make_doc, gold_mentions=True)
    before = encoder_weights(nlp)
    upstream = ["tok2vec", "parser"]
    losses = nlp.update(examples, sgd=False, annotates=upstream, exclude=upstream)
    nlp.get_pipe("transformer").finish_update(Adam(0.1))
    assert (losses["ddi_relation"] > 0) == bool(n_pairs)
    after = encoder_weights(nlp)
    assert any(not np.array_equal(before[name], after[name]) for name in before) == bool(n_pairs)


def test_sentences_without_a_candidate_are_not_encoded(parts: dict[str, Any]) -> None:
    """The config gives the span getter what the relation component goes by."""
    nlp = initialized("minilm", parts)
    get_spans = nlp.get_pipe("transformer").model.attrs["get_spans"]
    component = nlp.get_pipe("ddi_relation")
    texts = ["Take zinc, iron and lithium.", "Zinc alters iron."]
    docs = [nlp.make_doc(text) for text in texts]
    for doc in docs:
        names = [token for token in doc if token.lower_ in ("zinc", "iron", "lithium")]
        doc.spans[MENTIONS_KEY] = [doc[token.i : token.i + 1] for token in names]
    assert [len(component.find_candidates(doc).pairs) for doc in docs] == [0, 1]
    assert [len(spans) for spans in get_spans(docs)] == [0, 1]


def test_scores_are_those_of_one_sentence_at_a_time(parts: dict[str, Any]) -> None:
    """All that makes it fast (batches, chunks of pairs, sentences that are not read, packs without
    padding) leaves every score where it is, to five places."""
    nlp = initialized("minilm", parts)
    transformer = nlp.get_pipe("transformer").model
    component = nlp.get_pipe("ddi_relation")
    network = component.model.get_ref("network").shims[0]._model
    stored = list(DocBin().from_disk(parts["paths.dev"]).get_docs(nlp.vocab))

    def read() -> list[Doc]:
        examples = make_examples(stored, nlp.make_doc, gold_mentions=True)
        return [example.predicted for example in examples]

    network.max_pairs = 3
    docs = list(nlp.pipe(read(), batch_size=len(stored)))
    fast = [prediction.probs for prediction in component.predict(docs)]
    transformer.attrs["get_spans"] = configure_blinded_sents(component.candidates, read_all=True)
    fast_layer = transformer.layers[0]
    transformer.layers[0] = Model(
        fast_layer.name,
        pytorch_forward,  # of Thinc, as in the stock transformer
        attrs=fast_layer.attrs,
        shims=fast_layer.shims,
    )
    network.max_pairs = 1
    slow = [component.predict([nlp(doc)])[0].probs for doc in read()]
    together = np.concatenate(fast)
    assert len(together) > 10
    assert len(np.unique(together[:, 0].round(5))) > 5
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
