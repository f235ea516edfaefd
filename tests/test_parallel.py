"""Several processes give what one gives, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from srsly import msgpack_decoders, msgpack_encoders

from spacy_ddi.parallel import one_thread, pipe_in_processes, quick_messages
from tests.pipeline.conftest import SENTENCES, build_doc

SCRIPT = """
import multiprocessing, sys
import spacy
from spacy_ddi.parallel import pipe_in_processes

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.load(sys.argv[2])
    nlp.get_pipe("ddi_relation").missing_parse = "chain"
    docs = list(spacy.tokens.DocBin().from_disk(sys.argv[3]).get_docs(nlp.vocab))
    one = [doc._.ddi_rels for doc in pipe_in_processes(nlp, [d.copy() for d in docs], n_process=1)]
    pairs = [(doc, i) for i, doc in enumerate(docs)]
    two = list(pipe_in_processes(nlp, pairs, n_process=2, batch_size=2, as_tuples=True))
    assert [doc._.ddi_rels for doc, _ in two] == one
    assert [i for _, i in two] == list(range(len(docs)))
    print(sum(map(len, one)), "relations")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_two_processes_give_what_one_gives(method: str, trained: Language, tmp_path: Path) -> None:
    """In a process of its own, since pytest's has threads."""
    trained.to_disk(tmp_path / "pipeline")
    docs = [build_doc(trained.vocab, sentence) for sentence in SENTENCES]
    spacy.tokens.DocBin(docs=docs).to_disk(tmp_path / "docs.spacy")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf8")
    command = [sys.executable, str(script), method, str(tmp_path / "pipeline")]
    command.append(str(tmp_path / "docs.spacy"))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "3 relations\n"


def test_one_process_is_the_pipeline_itself(trained: Language) -> None:
    docs = [build_doc(trained.vocab, sentence) for sentence in SENTENCES]
    before = (torch.get_num_threads(), msgpack_encoders.get_all)
    for doc in pipe_in_processes(trained, docs, n_process=1):
        assert (torch.get_num_threads(), msgpack_encoders.get_all) == before
        assert isinstance(doc._.ddi_rels, list)


def test_threads_are_one_and_then_what_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
            assert os.environ["TOKENIZERS_PARALLELISM"] == "false"
        assert torch.get_num_threads() == 2
        assert "TOKENIZERS_PARALLELISM" not in os.environ
    finally:
        torch.set_num_threads(before)


def test_installed_encoders_are_looked_for_once_and_then_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    registries = {"encoders": msgpack_encoders, "decoders": msgpack_decoders}
    for name, registry in registries.items():
        find = registry.get_entry_points

        def counted(name: str = name, find: object = find) -> object:
            asked.append(name)
            return find()

        monkeypatch.setattr(registry, "get_entry_points", counted)
    doc = Doc(spacy.blank("en").vocab, words=["zinc"])
    doc.user_data["what"] = ["ever"]
    with quick_messages():
        asked.clear()
        for _ in range(3):
            again = Doc(doc.vocab).from_bytes(doc.to_bytes())
        assert asked == []
    assert (again.text, again.user_data) == (doc.text, doc.user_data)
    srsly.msgpack_loads(srsly.msgpack_dumps([1]))
    assert asked == ["encoders", "decoders"]
