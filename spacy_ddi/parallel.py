"""A pipeline in several processes, at the speed that the processors have."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from spacy.language import Language
from srsly import msgpack_decoders, msgpack_encoders

if TYPE_CHECKING:
    from catalogue import Registry


def pipe_in_processes(
    nlp: Language,
    texts: Iterable[Any],
    *,
    n_process: int,
    batch_size: int | None = None,
    as_tuples: bool = False,
) -> Iterator[Any]:
    """`nlp.pipe` in several processes, with what it takes to gain by them:

    - one thread of torch and of the tokenizer a process, so that they don't get in each other's
      way;
    - Docs that come back fast: srsly looks for installed encoders anew at each of six messages a
      Doc, which takes longer than all else; here it looks once.

    Both hold until the last Doc is read, in this process, too; then all is as before.

    nlp (Language): The pipeline.
    texts (Iterable): Texts or Docs; with `as_tuples`, pairs of one and its context.
    n_process (int): Processes; with 1 it is `nlp.pipe`, and it is no more than that.
    batch_size (Optional[int]): Texts that a process gets at a time; None for the pipeline's.
    as_tuples (bool): Whether contexts come with the texts, and go out with the Docs.
    YIELDS (Doc): The Docs, or pairs of Doc and context, in order.
    """
    options: dict[str, Any] = {"batch_size": batch_size, "as_tuples": as_tuples}
    with ExitStack() as contexts:
        if n_process > 1:
            contexts.enter_context(one_thread())
            contexts.enter_context(quick_messages())
        yield from nlp.pipe(texts, n_process=n_process, **options)


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread of torch and of the tokenizer, in this process and in those that it starts."""
    import torch

    n_threads = torch.get_num_threads()
    with patch.dict(os.environ, TOKENIZERS_PARALLELISM="false"):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(n_threads)


@contextmanager
def quick_messages() -> Iterator[None]:
    """Let srsly remember which encoders and decoders of messages are installed."""
    with ExitStack() as patches:
        for registry in (msgpack_encoders, msgpack_decoders):
            patches.enter_context(remembered(registry))
        yield


def remembered(registry: Registry) -> AbstractContextManager[object]:
    """A context in which a registry does not look for installed functions again.

    registry (Registry): The registry.
    RETURNS (ContextManager): In which `get_all` gives what it gives now.
    """
    found = registry.get_all()
    return patch.object(registry, "get_all", new=lambda: dict(found))
