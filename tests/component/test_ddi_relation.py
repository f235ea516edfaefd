"""What every trainable component of spaCy is expected to do, and what this one adds."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example

from spacy_ddi.annotations import make_relation
from spacy_ddi.candidates.finder import CandidateFinder
from spacy_ddi.candidates.sentences import Ints
from spacy_ddi.component.decoding import Prediction
from spacy_ddi.gold import MENTIONS_KEY, SOFT_LABELS
from spacy_ddi.graph.edges import edges_of_parse
from spacy_ddi.graph.pair_batch import PairBatch
from tests.component.conftest import MAKE_MODEL, SENTENCES, MakeExamples, build_doc, train
from tests.loaded_scripts import IMPORT_LIGHTLY

MakeNlp = Callable[..., Language]


def annotate(nlp: Language, sentences: Sequence[Any] = SENTENCES) -> list[Any]:
    """The relations that the component finds in fresh Docs of the sentences."""
    component = nlp.get_pipe("ddi_relation")
    docs = component.pipe(build_doc(nlp.vocab, sentence) for sentence in sentences)
    return [doc._.ddi_rels for doc in docs]


def expected_triples() -> list[list[tuple[int, int, str]]]:
    return [
        [(ranges[head][0], ranges[tail][0], label) for head, tail, label in relations]
        for _, _, ranges, relations in SENTENCES
    ]


def triples(relations: list[Any]) -> list[tuple[int, int, str]]:
    return [(r["head_start"], r["tail_start"], r["label"]) for r in relations]


# Settings and labels


def test_bare_component_works_with_its_default_config(make_examples: MakeExamples) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation")
    train(nlp, make_examples(nlp), steps=1)
    assert all(isinstance(relations, list) for relations in annotate(nlp))


def test_factory_meta_is_filled_in() -> None:
    meta = spacy.blank("en").get_factory_meta("ddi_relation")
    assert "doc._.ddi_rels" in meta.assigns
    assert {"doc.ents", "token.head"} <= set(meta.requires)
    assert meta.default_score_weights["ddi_micro_f"] == 1.0


def test_default_config_has_the_values_of_the_paper() -> None:
    config = spacy.blank("en").get_factory_meta("ddi_relation").default_config
    assert config["model"]["pair_encoder"]["layers"] == 2
    assert config["model"]["pair_encoder"]["hidden_size"] == 200
    assert config["model"]["pooling"] == "attentive"
    assert config["model"]["dropout"] == 0.5
    assert config["loss"]["gamma"] == 1.0


def test_config_is_filled_and_survives_a_round_trip(trained: Language, tmp_path: Path) -> None:
    trained.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    assert loaded.config["components"] == trained.config["components"]


def test_running_before_initialization_raises_e109(make_nlp: MakeNlp) -> None:
    with pytest.raises(ValueError, match="E109"):
        make_nlp()("Aspirin .")


def test_updating_before_initialization_raises_e109(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp()
    with pytest.raises(ValueError, match="E109"):
        nlp.get_pipe("ddi_relation").update(make_examples(nlp))


def test_labels_come_from_the_examples_in_order(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    assert component.labels == ("advise", "effect", "mechanism")
    assert component.label_data == ["advise", "effect", "mechanism"]


def test_explicit_labels_are_kept(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    nlp = make_nlp()
    labels = ["mechanism", "int", "effect", "advise"]
    component = nlp.get_pipe("ddi_relation")
    component.initialize(lambda: make_examples(nlp), nlp=nlp, labels=labels)
    assert component.label_data == labels


def test_no_label_is_an_error(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    nlp = make_nlp()
    with pytest.raises(ValueError, match="DDI008"):
        nlp.get_pipe("ddi_relation").initialize(lambda: make_examples(nlp), nlp=nlp, labels=[])


def test_add_label_before_initialization(make_nlp: MakeNlp) -> None:
    component = make_nlp().get_pipe("ddi_relation")
    assert component.add_label("effect") == 1
    assert component.add_label("effect") == 0
    with pytest.raises(ValueError, match="E187"):
        component.add_label(3)
    with pytest.raises(ValueError, match="DDI012"):
        component.add_label("none")


def test_label_added_late_is_refused(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    assert component.add_label("effect") == 0
    with pytest.raises(ValueError, match="DDI009"):
        component.add_label("int")


def test_initialize_again_takes_more_labels(trained: Language, make_examples: MakeExamples) -> None:
    component = trained.get_pipe("ddi_relation")
    labels = ["advise", "effect", "mechanism", "int"]
    component.initialize(lambda: make_examples(trained), nlp=trained, labels=labels)
    assert component.labels == tuple(labels)
    assert all(isinstance(relations, list) for relations in annotate(trained))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("threshold", 1.5), ("temperature", 0.0), ("class_weights", {"effect": -1.0})],
)
def test_impossible_settings_are_refused(make_nlp: MakeNlp, setting: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"DDI012.*{setting}"):
        make_nlp(**{setting: value})


def test_bad_examples_are_refused(make_nlp: MakeNlp) -> None:
    nlp = make_nlp()
    component = nlp.get_pipe("ddi_relation")
    with pytest.raises(TypeError):
        component.initialize(lambda: [nlp.make_doc("Aspirin")])
    with pytest.raises(TypeError):
        component.initialize([])


def test_examples_without_mentions_are_refused(make_nlp: MakeNlp) -> None:
    nlp = make_nlp()
    examples = [
        Example(
            build_doc(nlp.vocab, sentence, mentions=False),
            build_doc(nlp.vocab, sentence, mentions=False),
        )
        for sentence in SENTENCES
    ]
    with pytest.raises(ValueError, match="DDI003"):
        nlp.initialize(lambda: examples)


def test_examples_with_other_mention_labels_are_refused(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp(candidates={"mention_labels": ["CHEMICAL"]})
    with pytest.raises(ValueError, match=r"DDI003.*CHEMICAL"):
        nlp.initialize(lambda: make_examples(nlp))


def test_examples_without_a_true_pair_are_refused(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp()
    with pytest.raises(ValueError, match="DDI004"):
        nlp.initialize(lambda: make_examples(nlp, [SENTENCES[2]]))


def test_extension_of_somebody_else_is_an_error(make_nlp: MakeNlp) -> None:
    make_nlp()
    Doc.set_extension("ddi_rels", default=None, force=True)
    try:
        with pytest.raises(ValueError, match="DDI005"):
            make_nlp()
    finally:
        Doc.remove_extension("ddi_rels")
    make_nlp()


# Learning


def test_overfits(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    nlp = make_nlp()
    losses = train(nlp, make_examples(nlp))
    assert losses["ddi_relation"] < 0.01
    assert [triples(relations) for relations in annotate(nlp)] == expected_triples()
    scores = nlp.evaluate(make_examples(nlp))
    assert scores["ddi_micro_f"] == 1.0
    assert scores["ddi_per_type"]["advise"]["f"] == 1.0


def test_overfits_with_max_pooling_balanced_weights_and_small_chunks(
    make_examples: MakeExamples,
) -> None:
    model = {**MAKE_MODEL, "pooling": "max", "max_pairs": 1}
    nlp = spacy.blank("en")
    nlp.add_pipe("ddi_relation", config={"model": model, "class_weights": "balanced"})
    train(nlp, make_examples(nlp), steps=100)
    assert [triples(relations) for relations in annotate(nlp)] == expected_triples()


def test_same_seed_same_losses(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    runs = []
    for _ in range(2):
        spacy.util.fix_random_seed(7)
        nlp = make_nlp()
        runs.append([train(nlp, make_examples(nlp), steps=n)["ddi_relation"] for n in (1, 5)])
    assert runs[0] == runs[1]


def test_balanced_class_weights_are_inverse_frequencies(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp(class_weights="balanced")
    nlp.initialize(lambda: make_examples(nlp))
    # Six pairs: three none, and one of each type; four classes.
    assert nlp.get_pipe("ddi_relation").cfg["alpha"] == [6 / 12, 6 / 4, 6 / 4, 6 / 4]


def test_soft_labels_are_not_counted_in_class_weights(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    """Whether or not their pairs are annotated, too."""
    nlp = make_nlp(class_weights="balanced")
    with_soft = make_examples(nlp, SENTENCES[:3])
    with_soft[2].reference.user_data[SOFT_LABELS] = [
        {"head_start": 0, "head_end": 1, "tail_start": 2, "tail_end": 3, "probs": {"none": 1.0}}
    ]
    nlp.initialize(lambda: make_examples(nlp) + with_soft[2:])
    assert nlp.get_pipe("ddi_relation").cfg["alpha"] == [6 / 12, 6 / 4, 6 / 4, 6 / 4]


def test_given_class_weights_are_used(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    nlp = make_nlp(class_weights={"effect": 3.0, "none": 0.5})
    nlp.initialize(lambda: make_examples(nlp))
    assert nlp.get_pipe("ddi_relation").cfg["alpha"] == [0.5, 1.0, 3.0, 1.0]
    nlp = make_nlp(class_weights={"efect": 3.0})
    with pytest.raises(ValueError, match=r"DDI014.*efect"):
        nlp.initialize(lambda: make_examples(nlp))


def test_unseen_label_is_an_error_or_ignored(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    for setting in ("error", "ignore"):
        nlp = make_nlp(unseen_labels=setting)
        labels = ["mechanism", "advise"]
        component = nlp.get_pipe("ddi_relation")
        component.initialize(lambda nlp=nlp: make_examples(nlp), nlp=nlp, labels=labels)
        examples = make_examples(nlp)
        if setting == "error":
            with pytest.raises(ValueError, match=r"DDI007.*effect"):
                component.update(examples)
        else:
            _, gradient = component.get_loss(examples, np.zeros((6, 5), dtype="float32"))
            unknown = 3  # the pair of lithium and heparin
            assert (gradient[unknown, :3] == 0).all()
            assert (gradient[unknown, 3:] != 0).all()


def test_gold_mentions_and_tokens_that_differ_are_matched_by_character(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp()
    train(nlp, make_examples(nlp), steps=1)
    reference = make_examples(nlp)[0].reference
    words = ["Warfarin", "levels", "are", "raised", "by", "flu", "conazole", "."]
    spaces = [True, True, True, True, True, False, True, True]
    predicted = Doc(nlp.vocab, words, spaces, heads=[1, 3, 3, 3, 3, 4, 5, 3], deps=["dep"] * 8)
    predicted.ents = [Span(predicted, 0, 1, "drug"), Span(predicted, 5, 7, "drug")]
    component = nlp.get_pipe("ddi_relation")
    example = Example(predicted, reference)
    candidates = component.find_candidates(predicted)
    (target,) = component.find_targets(example, candidates)
    assert dict(zip(("none", *component.labels), target.tolist(), strict=True)) == {
        "none": 0.0,
        **dict.fromkeys(component.labels, 0.0),
        "mechanism": 1.0,
    }


def test_predicted_mentions_that_differ_make_negatives(
    trained: Language, make_examples: MakeExamples
) -> None:
    example = make_examples(trained)[0]
    example.predicted.ents = [
        Span(example.predicted, 0, 1, "drug"),
        Span(example.predicted, 3, 4, "drug"),
    ]
    component = trained.get_pipe("ddi_relation")
    candidates = component.find_candidates(example.predicted)
    assert component.find_targets(example, candidates).tolist() == [[1.0, 0.0, 0.0, 0.0]]


def test_order_of_nested_mentions_does_not_matter(make_nlp: MakeNlp) -> None:
    """Stored relations put the shorter of two mentions with one start first, candidates the
    longer."""
    nlp = make_nlp(candidates={"negative_filter": None})
    doc = build_doc(nlp.vocab, SENTENCES[1])
    doc.spans[MENTIONS_KEY] = [doc[4:6], doc[4:5]]
    reference = doc.copy()
    reference._.ddi_rels = [make_relation((4, 6), (4, 5), "effect", 1.0)]
    nlp.initialize(lambda: [Example(doc, reference)])
    component = nlp.get_pipe("ddi_relation")
    candidates = component.find_candidates(doc)
    assert component.find_targets(Example(doc, reference), candidates).tolist() == [[0.0, 1.0]]


def test_relations_of_other_mentions_are_refused(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp()
    examples = make_examples(nlp)
    for example in examples:
        example.reference.ents = [
            Span(example.reference, ent.start, ent.end, label="group")
            for ent in example.reference.ents[:1]
        ]
    with pytest.raises(ValueError, match="DDI004"):
        nlp.initialize(lambda: examples)


def test_training_without_predicted_mentions_warns(
    trained: Language, make_examples: MakeExamples
) -> None:
    examples = make_examples(trained)
    for example in examples:
        example.predicted.ents = []
    with pytest.warns(UserWarning, match="DDI902"):
        trained.get_pipe("ddi_relation").update(examples)


def test_types_that_the_component_does_not_know_are_missed(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp(unseen_labels="ignore")
    examples = make_examples(nlp)
    nlp.get_pipe("ddi_relation").initialize(lambda: examples, nlp=nlp, labels=["effect"])
    scores = nlp.evaluate(examples)
    assert set(scores["ddi_per_type"]) == {"advise", "effect", "mechanism"}
    assert scores["ddi_n_true_typed"] == 3


def test_different_texts_are_an_error(trained: Language) -> None:
    predicted = build_doc(trained.vocab, SENTENCES[0])
    reference = build_doc(trained.vocab, SENTENCES[1])
    component = trained.get_pipe("ddi_relation")
    candidates = component.find_candidates(predicted)
    example = Example(predicted, predicted)
    example.reference = reference
    with pytest.raises(ValueError, match="DDI011"):
        component.find_targets(example, candidates)


def test_update_without_candidates_or_tokens(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    alone = build_doc(trained.vocab, SENTENCES[4])
    empty = Doc(trained.vocab)
    for docs in ([alone], [empty], [alone, empty]):
        examples = [Example(doc, doc.copy()) for doc in docs]
        assert component.update(examples) == {"ddi_relation": 0.0}


def test_losses_of_batches_are_added(trained: Language, make_examples: MakeExamples) -> None:
    component = trained.get_pipe("ddi_relation")
    examples = make_examples(trained)
    first = component.update(examples)["ddi_relation"]
    assert first > 0
    losses = {"ddi_relation": 2.0, "ner": 5.0}
    assert component.update(examples, losses=losses) is losses
    assert losses == {"ddi_relation": pytest.approx(2 + first), "ner": 5.0}
    alone = make_examples(trained, [SENTENCES[4]])
    before = dict(losses)
    assert component.update(alone, losses=losses) == before


@pytest.mark.parametrize("own_rate", [None, 0.0, 0.5])
def test_dropout_of_the_training_loop_counts_where_the_network_has_none(
    make_nlp: MakeNlp, make_examples: MakeExamples, own_rate: float | None
) -> None:
    nlp = make_nlp(model={**MAKE_MODEL, "dropout": own_rate})
    train(nlp, make_examples(nlp), steps=1)
    component = nlp.get_pipe("ddi_relation")
    network = component.model.get_ref("network").shims[0]._model

    def rates(drop: float) -> set[float]:
        component.update(make_examples(nlp), drop=drop)
        return {layer.p for layer in network.modules() if hasattr(layer, "p")}

    for drop in (0.25, 0.0):
        assert rates(drop) == {drop if own_rate is None else own_rate}


def test_get_loss_agrees_with_update(trained: Language, make_examples: MakeExamples) -> None:
    component = trained.get_pipe("ddi_relation")
    component.model.attrs["set_dropout"](component.model, 0.0)
    examples = make_examples(trained)
    docs = [example.predicted for example in examples]
    candidates = [component.find_candidates(doc) for doc in docs]
    with component._encoder_input(docs, candidates):
        logits = component.model.predict((docs, component._make_batch(docs, candidates)))
    loss, gradient = component.get_loss(examples, logits)
    assert gradient.shape == logits.shape
    assert loss == pytest.approx(component.update(examples)["ddi_relation"], rel=1e-4)


# Predicting


def test_output_is_a_list_of_flat_dicts(trained: Language) -> None:
    (relation,) = annotate(trained)[0]
    assert {key: type(value) for key, value in relation.items()} == {
        "head_start": int,
        "head_end": int,
        "tail_start": int,
        "tail_end": int,
        "label": str,
        "score": float,
    }
    assert annotate(trained)[2] == []


def test_views_have_spans(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    doc = component(build_doc(trained.vocab, SENTENCES[0]))
    (relation,) = doc._.ddi
    assert (relation.head.text, relation.tail.text) == ("Warfarin", "fluconazole")
    assert doc.ents[1]._.ddi == (relation,)
    assert relation.other(doc.ents[1]).text == "Warfarin"
    assert doc[3:4]._.ddi == ()


def test_probs_are_stored_on_demand(make_nlp: MakeNlp, make_examples: MakeExamples) -> None:
    nlp = make_nlp(store_probs=True)
    train(nlp, make_examples(nlp))
    (relation,) = annotate(nlp)[0]
    assert set(relation["probs"]) == {"none", "advise", "effect", "mechanism"}
    assert sum(relation["probs"].values()) == pytest.approx(1.0, abs=1e-5)
    assert relation["probs"]["mechanism"] == relation["score"]


def test_second_run_replaces_the_relations(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    doc = component(build_doc(trained.vocab, SENTENCES[0]))
    assert len(doc._.ddi_rels) == 1
    assert len(component(doc)._.ddi_rels) == 1
    doc.ents = []
    assert component(doc)._.ddi_rels == []


def test_pipe_equals_call_and_itself(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    one_by_one = [component(build_doc(trained.vocab, s))._.ddi_rels for s in SENTENCES]
    for again in (annotate(trained), annotate(trained)):
        assert [triples(r) for r in again] == [triples(r) for r in one_by_one]
        for found, wanted in zip(again, one_by_one, strict=True):
            scores = [relation["score"] for relation in wanted]
            assert [relation["score"] for relation in found] == pytest.approx(scores, abs=1e-5)


def test_texts_without_a_pair(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    docs = [Doc(trained.vocab), build_doc(trained.vocab, SENTENCES[4]), Doc(trained.vocab, ["\n"])]
    assert [doc._.ddi_rels for doc in component.pipe(docs)] == [[], [], []]
    assert component.predict([]) == []


@pytest.mark.parametrize(
    ("threshold", "found"),
    [(None, []), (0.41, []), (0.39, [("effect", 0.25)]), (0.0, [("effect", 0.25)])],
)
def test_threshold_moves_the_decision(
    trained: Language, threshold: float | None, found: list[tuple[str, float]]
) -> None:
    """A pair that interacts with probability 0.4, most likely by effect."""
    component = trained.get_pipe("ddi_relation")
    component.cfg["threshold"] = threshold
    doc = build_doc(trained.vocab, SENTENCES[0])
    (prediction,) = component.predict([doc])
    probs = np.array([[0.6, 0.1, 0.25, 0.05]], dtype="float32")
    component.set_annotations([doc], [Prediction(prediction.candidates, probs)])
    assert [(r["label"], r["score"]) for r in doc._.ddi_rels] == found


def test_temperature_moves_scores_and_no_decision(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    doc = build_doc(trained.vocab, SENTENCES[0])
    (sharp,) = component.predict([doc])
    component.cfg["temperature"] = 2.0
    (soft,) = component.predict([doc])
    expected = np.sqrt(sharp.probs) / np.sqrt(sharp.probs).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(soft.probs, expected, rtol=1e-4)
    assert soft.probs.argmax() == sharp.probs.argmax()
    assert soft.probs.max() < sharp.probs.max()


def test_filtered_pairs_are_predicted_negative(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.0
    same = ("Aspirin raises aspirin levels .", [1, 1, 3, 1, 1], [(0, 1), (2, 3)], [])
    assert annotate(trained, [same]) == [[]]
    component.candidates = replace(component.candidates, negative_filter=None)
    assert len(annotate(trained, [same])[0]) == 1


def test_mentions_of_the_span_group_come_first(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.0
    doc = build_doc(trained.vocab, SENTENCES[3])
    doc.spans[MENTIONS_KEY] = [doc[0:1], doc[8:9]]
    (relation,) = component(doc)._.ddi
    assert (relation.head.text, relation.tail.text) == ("Lithium", "aspirin")


def test_nested_mentions_are_classified(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.0
    doc = build_doc(trained.vocab, SENTENCES[1])
    doc.spans[MENTIONS_KEY] = [doc[2:3], doc[4:6], doc[5:6]]
    assert len(component(doc)._.ddi_rels) == 3


def test_names_do_not_change_the_scores(trained: Language) -> None:
    """Other names, of one token or of three, with the parse the same around them."""
    component = trained.get_pipe("ddi_relation")
    component.cfg["threshold"] = 0.0
    long_name = (
        "Drug X 3 levels are raised by grapefruit juice .",
        [2, 2, 3, 5, 5, 5, 5, 8, 6, 5],
        [(0, 3), (7, 9)],
        [],
    )
    ((short,), (long,)) = annotate(trained, [SENTENCES[0], long_name])
    assert (long["label"], long["head_end"], long["tail_start"]) == (short["label"], 3, 7)
    assert long["score"] == pytest.approx(short["score"], abs=1e-6)


def test_giant_sentence_is_predicted_and_learned(make_examples: MakeExamples) -> None:
    """55 mentions make 1,485 pairs: several chunks, the same result as in one."""
    words = [word for i in range(55) for word in (f"drug{i}", "raises")]
    heads = [max(i - 1, 0) for i in range(len(words))]
    ranges = [(2 * i, 2 * i + 1) for i in range(55)]
    giant = (" ".join(words), heads, ranges, [(0, 54, "effect")])
    found = []
    for max_pairs in (100, 2000):
        spacy.util.fix_random_seed(0)
        nlp = spacy.blank("en")
        nlp.add_pipe("ddi_relation", config={"model": {**MAKE_MODEL, "max_pairs": max_pairs}})
        examples = make_examples(nlp, [giant])
        train(nlp, examples, steps=2)
        (prediction,) = nlp.get_pipe("ddi_relation").predict([examples[0].predicted])
        assert prediction.probs.shape == (1485, 2)
        found.append(prediction.probs)
    np.testing.assert_allclose(found[0], found[1], atol=1e-4)


def test_missing_parse_is_an_error(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    with pytest.raises(ValueError, match="DDI001"):
        component(build_doc(trained.vocab, SENTENCES[0], parsed=False))
    alone = build_doc(trained.vocab, SENTENCES[4], parsed=False)
    assert component(alone)._.ddi_rels == []


def test_missing_parse_can_be_a_chain_with_one_warning(
    make_nlp: MakeNlp, make_examples: MakeExamples
) -> None:
    nlp = make_nlp(missing_parse="chain")
    train(nlp, make_examples(nlp), steps=1)
    component = nlp.get_pipe("ddi_relation")
    doc = build_doc(nlp.vocab, SENTENCES[0], parsed=False)
    with pytest.warns(UserWarning, match="DDI901"):
        component(doc)
    # Warnings are errors here: a second one would be raised.
    assert isinstance(component(doc)._.ddi_rels, list)


def cross_sentence_pairs(doc: Doc, mentions: Sequence[Span], sentences: Ints) -> Ints:
    """A generator that pairs the first mention with the last."""
    return np.array([[0, len(mentions) - 1]])


def test_pair_across_sentences_is_an_error(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    component.candidates = CandidateFinder(generator=cross_sentence_pairs)
    doc = Doc.from_docs([build_doc(trained.vocab, sentence) for sentence in SENTENCES[:2]])
    with pytest.raises(ValueError, match="DDI010"):
        component(doc)


def test_zero_vectors_are_an_error(make_examples: MakeExamples) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    model = {
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    }
    nlp.add_pipe("ddi_relation", config={"model": model})
    nlp.initialize(lambda: make_examples(nlp))
    component = nlp.get_pipe("ddi_relation")
    with pytest.raises(ValueError, match="DDI002"):
        component(build_doc(nlp.vocab, SENTENCES[0]))


def test_tok2vec_listener_learns(make_examples: MakeExamples) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "*"}
    nlp.add_pipe("ddi_relation", config={"model": {"tok2vec": listener, "dropout": None}})
    train(nlp, make_examples(nlp), steps=60)
    assert nlp.evaluate(make_examples(nlp))["ddi_micro_f"] == 1.0


# Storing and shipping


def reload_from_bytes(nlp: Language, tmp_path: Path, make_nlp: MakeNlp) -> Language:
    return make_nlp().from_bytes(nlp.to_bytes())


def reload_from_disk(nlp: Language, tmp_path: Path, make_nlp: MakeNlp) -> Language:
    nlp.to_disk(tmp_path)
    return spacy.load(tmp_path)


def reload_from_pickle(nlp: Language, tmp_path: Path, make_nlp: MakeNlp) -> Language:
    return pickle.loads(pickle.dumps(nlp))


@pytest.mark.parametrize("reload", [reload_from_bytes, reload_from_disk, reload_from_pickle])
def test_reloaded_pipeline_says_the_same(
    reload: Any, trained: Language, make_nlp: MakeNlp, tmp_path: Path
) -> None:
    loaded = reload(trained, tmp_path, make_nlp)
    assert annotate(loaded) == annotate(trained)
    assert loaded.get_pipe("ddi_relation").labels == trained.get_pipe("ddi_relation").labels


def test_untrained_pipeline_can_be_stored(make_nlp: MakeNlp, tmp_path: Path) -> None:
    nlp = make_nlp()
    nlp.get_pipe("ddi_relation").add_label("effect")
    nlp.to_disk(tmp_path)
    assert spacy.load(tmp_path).get_pipe("ddi_relation").labels == ("effect",)


def test_reloaded_pipeline_learns_on(
    trained: Language, make_examples: MakeExamples, tmp_path: Path
) -> None:
    trained.to_disk(tmp_path)
    nlp = spacy.load(tmp_path)
    optimizer = nlp.resume_training()
    losses = nlp.update(make_examples(nlp), sgd=optimizer)
    assert losses["ddi_relation"] < 0.01


def test_relations_survive_every_container(trained: Language) -> None:
    component = trained.get_pipe("ddi_relation")
    for sentence in (SENTENCES[0], SENTENCES[2]):
        doc = component(build_doc(trained.vocab, sentence))
        relations = doc._.ddi_rels
        docbin = DocBin(store_user_data=True, docs=[doc])
        copies = [
            Doc(trained.vocab).from_bytes(doc.to_bytes()),
            next(DocBin().from_bytes(docbin.to_bytes()).get_docs(trained.vocab)),
            pickle.loads(pickle.dumps(doc)),
            doc.copy(),
        ]
        assert all(copy._.ddi_rels == relations for copy in copies)
        assert doc.to_json(underscore=["ddi_rels"])["_"]["ddi_rels"] == relations


def test_not_annotated_is_not_the_same_as_none_found(trained: Language) -> None:
    doc = build_doc(trained.vocab, SENTENCES[2])
    assert doc._.ddi_rels == ()
    assert doc.user_data == {}
    assert trained.get_pipe("ddi_relation")(doc)._.ddi_rels == []


def test_two_processes(trained: Language, tmp_path: Path) -> None:
    """Forked and spawned, by a process of its own: forking one that has threads is not safe."""
    trained.add_pipe("sentencizer", first=True)
    ruler = trained.add_pipe("entity_ruler", before="ddi_relation")
    ruler.add_patterns([{"label": "drug", "pattern": name} for name in ("Warfarin", "fluconazole")])
    trained.get_pipe("ddi_relation").cfg["threshold"] = 0.0
    trained.to_disk(tmp_path / "pipeline")
    script = tmp_path / "run.py"
    script.write_text(
        IMPORT_LIGHTLY + "import multiprocessing, sys, warnings, spacy, torch\n"
        "if __name__ == '__main__':\n"
        "    torch.set_num_threads(1)\n"
        "    warnings.simplefilter('ignore')\n"
        "    config = {'components.ddi_relation.missing_parse': 'chain'}\n"
        "    nlp = spacy.load(sys.argv[1], config=config)\n"
        "    texts = ['Warfarin levels are raised by fluconazole .', 'None here .', ''] * 2\n"
        "    one = [doc._.ddi_rels for doc in nlp.pipe(texts)]\n"
        "    places = lambda found: [[{**r, 'score': round(r['score'], 5)} for r in rels]\n"
        "                            for rels in found]\n"
        "    for method in ('fork', 'spawn'):\n"
        "        multiprocessing.set_start_method(method, force=True)\n"
        "        two = [doc._.ddi_rels for doc in nlp.pipe(texts, n_process=2, batch_size=2)]\n"
        "        assert places(one) == places(two), (one, two)\n"
        "        assert all(isinstance(rels, list) for rels in two), two\n"
        "        print(method, 'same', sum(map(len, two)))\n"
    )
    command = [sys.executable, str(script), str(tmp_path / "pipeline")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["fork same 2", "spawn same 2"]


def test_factory_module_does_not_need_torch() -> None:
    """spaCy imports it whenever a pipeline is made: an error there would break every pipeline."""
    script = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'torch':\n"
        "            raise ImportError('torch is blocked')\n"
        "sys.meta_path.insert(0, Block())\n"
        "import spacy\n"
        "from spacy.util import registry\n"
        "found = registry._entry_point_factories.get_entry_points\n"
        # spacy-transformers' own factory needs torch; ours has to do without.
        "from importlib.metadata import entry_points\n"
        "(ours,) = [e for e in entry_points(group='spacy_factories') if e.name == 'ddi_relation']\n"
        "registry._entry_point_factories.get_entry_points = lambda: {'ddi_relation': ours.load()}\n"
        "nlp = spacy.blank('en')\n"
        "assert nlp('Aspirin .')[0].text == 'Aspirin'\n"
        "assert nlp.has_factory('ddi_relation') and 'torch' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# Scoring


def test_gold_mentions_are_put_in_place_of_others(
    trained: Language, make_examples: MakeExamples
) -> None:
    examples = make_examples(trained)
    for example in examples:
        example.predicted.ents = []
    component = trained.get_pipe("ddi_relation")
    for example in examples:
        component(example.predicted)
    assert component.score(examples)["ddi_micro_f"] == 1.0
    component.score_gold_mentions = False
    assert component.score(examples)["ddi_micro_f"] == 0.0
    assert all(len(example.predicted.ents) == 0 for example in examples)


def test_gold_mentions_without_the_pipeline_are_an_error(
    trained: Language, make_examples: MakeExamples
) -> None:
    component = pickle.loads(pickle.dumps(trained.get_pipe("ddi_relation")))
    examples = make_examples(trained)
    examples[0].predicted.ents = []
    with pytest.raises(ValueError, match="DDI013"):
        component.score(examples)


def test_filtered_true_pair_is_a_false_negative(
    trained: Language, make_examples: MakeExamples
) -> None:
    (example,) = make_examples(trained, [SENTENCES[0]])
    name = "Aspirin raises aspirin levels ."
    doc = build_doc(trained.vocab, (name, [1, 1, 3, 1, 1], [(0, 1), (2, 3)], []))
    doc._.ddi_rels = [make_relation((0, 1), (2, 3), "effect", 1.0)]
    component = trained.get_pipe("ddi_relation")
    examples = [Example(component(example.predicted), example.reference)]
    examples.append(Example(component(doc.copy()), doc))
    scores = component.score(examples)
    assert scores["ddi_micro_r"] == 0.5
    assert scores["ddi_candidate_recall"] == 0.5
    assert scores["ddi_n_pairs"] == 2


@pytest.mark.parametrize("name", ["rewired_graph", "no_graph"])
def test_another_graph_gives_other_probabilities(name, make_nlp, make_examples, tmp_path):
    """With the same weights; and the setting is stored with the pipeline."""
    nlp = make_nlp(graph={"@misc": f"spacy-ddi.{name}.v1"})
    train(nlp, make_examples(nlp), steps=5)
    nlp.to_disk(tmp_path)
    component = spacy.load(tmp_path).get_pipe("ddi_relation")
    docs = [build_doc(nlp.vocab, sentence) for sentence in SENTENCES[:1]]
    found = component.predict(docs)[0].probs
    np.testing.assert_allclose(nlp.get_pipe("ddi_relation").predict(docs)[0].probs, found)
    component.graph = edges_of_parse
    assert not np.allclose(component.predict(docs)[0].probs, found, atol=1e-4)


def test_joint_decoding_is_the_product_of_both_heads(make_nlp, make_examples):
    nlp = make_nlp()
    train(nlp, make_examples(nlp), steps=5)
    component = nlp.get_pipe("ddi_relation")
    docs = [build_doc(nlp.vocab, SENTENCES[0])]
    candidates = [component.find_candidates(doc) for doc in docs]
    with component._encoder_input(docs, candidates):
        (logits,) = component.model.predict((docs, PairBatch.from_docs(docs, candidates)))

    def softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.exp(values) / np.exp(values).sum())

    n_classes = len(component.labels) + 1
    types, interaction = softmax(logits[:n_classes]), softmax(logits[n_classes:])
    np.testing.assert_allclose(component.predict(docs)[0].probs[0], types, atol=1e-6)
    component.decoding = "joint"
    product = types * interaction[[0, *[1] * len(component.labels)]]
    expected = product / product.sum()
    np.testing.assert_allclose(component.predict(docs)[0].probs[0], expected, atol=1e-6)
    assert not np.allclose(expected, types, atol=1e-5)
