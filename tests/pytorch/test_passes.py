"""Modes of modules, and how many threads torch has for a block."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from spacy_ddi.pytorch.passes import ThreadLimit, ensure_evaluation, training_mode


def make_module() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.5)))


def modes(module: nn.Module) -> set[bool]:
    return {part.training for part in module.modules()}


def test_a_module_is_put_into_evaluation_mode_where_a_part_is_not() -> None:
    module = make_module()
    module.training = False  # as in the middle of another thread's `module.eval()`
    ensure_evaluation(module)
    assert modes(module) == {False}


def test_a_module_in_evaluation_mode_is_let_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    module = make_module().eval()
    monkeypatch.setattr(module, "eval", lambda: pytest.fail("it is in evaluation mode"))
    ensure_evaluation(module)


def test_training_mode_ends_with_the_block_even_by_an_error() -> None:
    module = make_module().eval()
    with training_mode(module):
        assert modes(module) == {True}
    assert modes(module) == {False}
    with pytest.raises(KeyError), training_mode(module):
        raise KeyError
    assert modes(module) == {False}


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(threads)


def in_new_thread(call: Callable[[], Any]) -> Any:
    found = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


def test_threads_are_limited_within_a_block() -> None:
    limit = ThreadLimit()
    with limit(1):
        assert torch.get_num_threads() == 1
        with limit(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    with pytest.raises(KeyError), limit(1):
        raise KeyError
    assert torch.get_num_threads() == 3


def test_none_is_no_limit() -> None:
    with ThreadLimit()(None):
        assert torch.get_num_threads() == 3


def test_another_thread_has_as_many_as_before_when_blocks_overlap() -> None:
    """What is new to torch begins with the number that was set last, here that of the block."""
    limit = ThreadLimit()

    def run() -> list[int]:
        found = [torch.get_num_threads()]
        with limit(1):
            found.append(torch.get_num_threads())
        return [*found, torch.get_num_threads()]

    with limit(1):
        assert in_new_thread(run) == [1, 1, 3]
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    assert in_new_thread(torch.get_num_threads) == 3


def test_a_number_that_a_thread_has_set_itself_is_kept() -> None:
    limit = ThreadLimit()

    def run() -> int:
        torch.set_num_threads(2)
        with limit(1):
            pass
        return torch.get_num_threads()

    with limit(1):
        assert in_new_thread(run) == 2


def test_many_threads_all_have_as_many_as_before() -> None:
    limit = ThreadLimit()
    n_threads = 8
    barrier = threading.Barrier(n_threads)
    found = []

    def run() -> None:
        barrier.wait()
        for _ in range(300):
            with limit(1):
                torch.ones(2, 2).sum()
        found.append(torch.get_num_threads())

    threads = [threading.Thread(target=run) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3] * n_threads
    assert in_new_thread(torch.get_num_threads) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_forked_while_another_thread_holds_the_lock_does_not_hang() -> None:
    limit = ThreadLimit()
    with limit._lock:
        child = os.fork()
        if not child:
            with limit(1):
                os._exit(0)
    for _ in range(500):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        time.sleep(0.01)
    else:
        os.kill(child, 9)
        os.waitpid(child, 0)
        pytest.fail("it hangs")
    assert status == 0
