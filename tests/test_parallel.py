"""Several processes give what one gives, and leave nothing behind."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from srsly import msgpack_decoders, msgpack_encoders

from spacy_ddi.parallel import ONE_THREAD, SharedSettings, make_settings, pipe_in_processes
from tests.component.conftest import SENTENCES, build_doc
from tests.loaded_scripts import IMPORT_LIGHTLY

SCRIPT = """
import multiprocessing, os, sys
import spacy, torch
from spacy.language import Language
from spacy_ddi.parallel import pipe_in_processes

@Language.component("note_threads")
def note_threads(doc):
    import torch
    doc.user_data["threads"] = [torch.get_num_threads(), os.environ["TOKENIZERS_PARALLELISM"]]
    return doc

if __name__ == "__main__":
    torch.set_num_threads(2)
    nlp = spacy.load(sys.argv[1])
    docs = list(spacy.tokens.DocBin().from_disk(sys.argv[2]).get_docs(nlp.vocab))
    one = [doc._.ddi_rels for doc in pipe_in_processes(nlp, [d.copy() for d in docs], n_process=1)]
    nlp.add_pipe("note_threads")
    for method in ("fork", "spawn"):
        multiprocessing.set_start_method(method, force=True)
        pairs = [(doc.copy(), i) for i, doc in enumerate(docs)]
        two = list(pipe_in_processes(nlp, pairs, n_process=2, batch_size=2, as_tuples=True))
        assert [doc._.ddi_rels for doc, _ in two] == one
        assert [i for _, i in two] == list(range(len(docs)))
        copies = [docs[0].copy() for _ in range(600)]
        many = pipe_in_processes(nlp, copies, n_process=2, batch_size=8)
        next(many)
        many.close()  # does not hang, though processes have more to send
        threads = {tuple(doc.user_data["threads"]) for doc, _ in two}
        print(method, sum(map(len, one)), "relations", threads, torch.get_num_threads())
"""


@pytest.fixture
def docs(trained: Language) -> list[Doc]:
    return [build_doc(trained.vocab, sentence) for sentence in SENTENCES]


def test_two_processes_give_what_one_gives_with_a_thread_each(
    trained: Language, docs: list[Doc], tmp_path: Path
) -> None:
    """Forked and spawned, by a process of its own, since pytest's has threads."""
    trained.to_disk(tmp_path / "pipeline")
    spacy.tokens.DocBin(docs=docs).to_disk(tmp_path / "docs.spacy")
    script = tmp_path / "script.py"
    script.write_text(IMPORT_LIGHTLY + SCRIPT, encoding="utf8")
    command = [sys.executable, script, tmp_path / "pipeline", tmp_path / "docs.spacy"]
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    said = "3 relations {(1, 'false')} 2"
    assert done.stdout.splitlines() == [f"fork {said}", f"spawn {said}"]


def state() -> tuple[Any, ...]:
    """All that several processes change in this one."""
    registries = [
        vars(registry).get("get_all") for registry in (msgpack_encoders, msgpack_decoders)
    ]
    return (torch.get_num_threads(), *registries, *map(os.environ.get, ONE_THREAD))


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """The state before, with two threads, and one variable set to something else."""
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield state()
    torch.set_num_threads(threads)


def test_one_process_is_the_pipeline_itself(
    trained: Language, docs: list[Doc], before: tuple[Any, ...]
) -> None:
    for doc in pipe_in_processes(trained, docs, n_process=1):
        assert state() == before
        assert isinstance(doc._.ddi_rels, list)


@pytest.fixture
def without_processes(monkeypatch: pytest.MonkeyPatch) -> Language:
    """A pipeline that takes a number of processes and uses one."""
    nlp = spacy.blank("en")
    pipe = nlp.pipe
    monkeypatch.setattr(nlp, "pipe", lambda texts, n_process=1, **options: pipe(texts, **options))
    return nlp


@pytest.mark.parametrize("n_process", [2, -1])
def test_settings_hold_until_the_stream_ends(
    without_processes: Language, before: tuple[Any, ...], n_process: int
) -> None:
    stream = pipe_in_processes(without_processes, ["one", "two"], n_process=n_process)
    assert state() == before
    next(stream)
    assert torch.get_num_threads() == 1
    assert {name: os.environ[name] for name in ONE_THREAD} == ONE_THREAD
    os.environ["SET_MEANWHILE"] = "stays"
    assert len(list(stream)) == 1
    assert state() == before
    assert os.environ.pop("SET_MEANWHILE") == "stays"


def test_a_stream_that_is_closed_leaves_nothing_behind(
    without_processes: Language, before: tuple[Any, ...]
) -> None:
    read = []
    texts = (read.append(i) or "zinc" for i in range(1000))
    stream = pipe_in_processes(without_processes, texts, n_process=2, batch_size=4)
    next(stream)
    assert state() != before
    stream.close()
    assert state() == before
    assert len(read) < 20


def test_a_stream_that_is_left_early_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else worker processes that have more to send wait for ever."""
    nlp = spacy.blank("en")
    sent, ended = [], []

    def pipe(texts: Iterator[str], n_process: int, **options: Any) -> Iterator[str]:
        under_way = list(itertools.islice(texts, 5))
        sent.extend(under_way)
        yield from under_way
        yield from texts
        ended.append(True)

    monkeypatch.setattr(nlp, "pipe", pipe)
    stream = pipe_in_processes(nlp, map(str, itertools.count()), n_process=2)
    assert next(stream) == "0"
    stream.close()
    assert len(sent) == 5
    assert ended == [True]


@pytest.mark.parametrize("n_process", [0, -2])
def test_a_number_of_processes_that_can_not_be_is_refused(n_process: int) -> None:
    with pytest.raises(ValueError, match=rf"DDI012.*n_process = {n_process}"):
        next(pipe_in_processes(spacy.blank("en"), ["zinc"], n_process=n_process))


@pytest.mark.parametrize("first_to_end", [0, 1])
def test_the_last_of_several_streams_undoes_the_settings(
    without_processes: Language, before: tuple[Any, ...], first_to_end: int
) -> None:
    streams = [pipe_in_processes(without_processes, ["a", "b"], n_process=2) for _ in range(2)]
    for stream in streams:
        next(stream)
    within = state()
    streams[first_to_end].close()
    assert state() == within != before
    streams[1 - first_to_end].close()
    assert state() == before


def test_threads_share_settings_that_are_made_and_undone_once() -> None:
    done = []

    def make(undo: ExitStack) -> None:
        done.append("made")
        time.sleep(0.02)  # another thread may come meanwhile
        undo.callback(done.append, "undone")

    settings = SharedSettings(make)
    barrier = threading.Barrier(8)

    def use() -> None:
        barrier.wait()
        with settings.held():
            barrier.wait()
            assert done == ["made"]
            barrier.wait()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert done == ["made", "undone"]


def test_settings_that_can_not_be_made_are_undone() -> None:
    done = []

    def make(undo: ExitStack) -> None:
        undo.callback(done.append, "undone")
        raise OSError("no encoders")

    settings = SharedSettings(make)
    for _ in range(2):
        with pytest.raises(OSError, match="no encoders"), settings.held():
            pass
    assert done == ["undone"] * 2


def test_installed_encoders_are_looked_for_once_and_then_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    registries = {"encoders": msgpack_encoders, "decoders": msgpack_decoders}
    for name, registry in registries.items():
        find = registry.get_entry_points

        def counted(name: str = name, find: Any = find) -> object:
            asked.append(name)
            return find()

        monkeypatch.setattr(registry, "get_entry_points", counted)
    doc = Doc(spacy.blank("en").vocab, words=["zinc"])
    doc.user_data["what"] = ["ever"]
    with SharedSettings(make_settings).held():
        asked.clear()
        for _ in range(3):
            again = Doc(doc.vocab).from_bytes(doc.to_bytes())
        assert asked == []
    assert (again.text, again.user_data) == (doc.text, doc.user_data)
    srsly.msgpack_loads(srsly.msgpack_dumps([1]))
    assert asked == ["encoders", "decoders"]
