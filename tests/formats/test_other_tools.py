"""What we write, read by other people's tools: brat-peek and kindred. For bioc see the tests of
BioC, PubTator and brat.

kindred is no part of the environment, since it wants an old spaCy; its loaders work without. See
docs/formats.md for how to try it.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from spacy_ddi.corpora.documents import Interaction, Mention
from spacy_ddi.formats.bioc_files import write_bioc_xml
from spacy_ddi.formats.brat import write_brat
from spacy_ddi.formats.text_document import Section, TextDocument
from tests.formats.samples import TEXT, place, sample

TYPES = {"T1": "group", "T2": "group", "T3": "drug", "T4": "brand", "T5": "own_type", "T6": "drug"}
PAIRS = [("effect", "T1", "T3"), ("own-label", "T3", "T2"), ("_", "T4", "T6")]


def in_one_piece() -> TextDocument:
    """A document with nested mentions, none of several ranges."""
    text = "💊 Dexarol acid may lower β-plinozide."
    return TextDocument(
        "a",
        text,
        (Section(0, len(text), "abstract"),),
        (
            Mention("T1", "brand", (place(text, "Dexarol acid"),)),
            Mention("T2", "drug_n", (place(text, "acid"),)),
            Mention("T3", "drug", (place(text, "β-plinozide"),)),
        ),
        (Interaction("T1", "T3", "effect"),),
    )


def brat_peek() -> ModuleType:
    """What brat-peek reads files with. The whole of it would import seaborn, for its plots."""
    package = find_spec("peek")
    if package is None or not package.submodule_search_locations:
        pytest.skip("brat-peek is not installed")
    path = Path(package.submodule_search_locations[0]) / "ann_structure.py"
    spec = spec_from_file_location("brat_peek_structure", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_brat_peek_reads_brat(tmp_path, capsys):
    peek = brat_peek()
    write_brat([sample("a"), sample("b")], tmp_path)
    for name in ("a", "b"):
        document = peek.AnnDocument(str(tmp_path / f"{name}.ann"), txt=True)
        found = {each.name: each for each in document.anns["entities"]}
        assert {id_: each.tag for id_, each in found.items()} == TYPES
        for mention in sample().mentions:
            assert found[mention.id].span == mention.ranges
            assert found[mention.id].text == " ".join(TEXT[a:b] for a, b in mention.ranges)
        assert [
            (each.tag, each.arg1.removeprefix("Arg1:"), each.arg2.removeprefix("Arg2:"))
            for each in document.anns["relations"]
        ] == PAIRS
    # It prints what it can't read.
    assert capsys.readouterr().out == ""


def loaded(kindred, format_name, path):
    """Of each document: its text, the mentions, the relations."""
    return [
        (
            document.text,
            [(e.sourceEntityID, e.entityType, tuple(e.position)) for e in document.entities],
            [(r.relationType, *(e.sourceEntityID for e in r.entities)) for r in document.relations],
        )
        for document in kindred.load(format_name, str(path)).documents
    ]


def test_kindred_loads_brat(tmp_path):
    kindred = pytest.importorskip("kindred")
    write_brat([sample("a")], tmp_path)
    [(text, mentions, pairs)] = loaded(kindred, "standoff", tmp_path)
    assert text == TEXT
    assert mentions == [(m.id, m.type, m.ranges) for m in sample().mentions]
    assert pairs == PAIRS


def test_kindred_loads_bioc_xml(tmp_path):
    kindred = pytest.importorskip("kindred")
    given = in_one_piece()
    alone = replace(given, id="b", interactions=())
    write_bioc_xml([given, alone], tmp_path / "a.xml")
    related, unrelated = loaded(kindred, "biocxml", tmp_path / "a.xml")
    everything = [(m.id, m.type, m.ranges) for m in given.mentions]
    # Where there are relations, kindred keeps the mentions of the last one only.
    assert related == (given.text, [everything[0], everything[2]], [("effect", "T1", "T3")])
    assert unrelated == (given.text, everything, [])
