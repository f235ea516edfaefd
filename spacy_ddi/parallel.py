"""A pipeline in several processes, at the speed that the processors have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from spacy.language import Language
from srsly import msgpack_decoders, msgpack_encoders

from spacy_ddi.errors import require
from spacy_ddi.threads import ONE_THREAD

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
      way; forked processes of a torch with several threads may wait for each other for ever;
    - Docs that come back fast: srsly looks for installed encoders anew at each message, six times
      a Doc; here it looks once (in the other processes, too, where they are forked);
    - no hanging where the stream is left before its end, as by `break`: what is under way is
      finished.

    Threads and messages are so in this process, too, until the last such stream has ended or is
    closed; then all is as it was. Where processes are spawned (macOS, Windows), the script must
    have `if __name__ == "__main__":`.

    nlp (Language): The pipeline.
    texts (Iterable): Texts or Docs; with `as_tuples`, pairs of one and its context.
    n_process (int): Processes, -1 for one a core; with 1 it is `nlp.pipe` and no more.
    batch_size (Optional[int]): Texts that a process gets at a time; None for the pipeline's.
    as_tuples (bool): Whether contexts come with the texts, and go out with the Docs.
    YIELDS (Doc): The Docs, or pairs of Doc and context, in order.
    RAISES (ValueError): If there can't be so many processes.
    """
    possible = n_process >= 1 or n_process == -1
    require(possible, "pipe_in_processes", "n_process", n_process, "1 or more, or -1")
    options: dict[str, Any] = {"batch_size": batch_size, "as_tuples": as_tuples}
    if n_process == 1:
        yield from nlp.pipe(texts, **options)
        return
    is_closed = Event()
    wanted = takewhile(lambda _: not is_closed.is_set(), texts)
    with _settings.held():
        stream = nlp.pipe(wanted, n_process=n_process, **options)
        try:
            # `yield from` would close the stream first, and spaCy waits for ever.
            for doc in stream:  # noqa: UP028
                yield doc
        finally:
            is_closed.set()
            for _ in stream:
                pass


class SharedSettings:
    """Settings of this process that several users may want at the same time: made by the first,
    undone by the last.

    make (Callable[[ExitStack], None]): Makes them, and leaves in the stack what undoes them.
    """

    def __init__(self, make: Callable[[ExitStack], None]) -> None:
        self._make = make
        self._lock = Lock()
        self._users = 0
        self._undo = ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        """A block in which the settings hold."""
        with self._lock:
            if not self._users:
                with ExitStack() as undo:  # what an error leaves half made is undone
                    self._make(undo)
                    self._undo = undo.pop_all()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._undo.close()


def make_settings(undo: ExitStack) -> None:
    """One thread, and registries that remember; see `pipe_in_processes`.

    undo (ExitStack): Gets what undoes them.
    """
    import torch

    undo.callback(torch.set_num_threads, torch.get_num_threads())
    torch.set_num_threads(1)
    for name, value in ONE_THREAD.items():
        undo.callback(_set_variable, name, os.environ.get(name))
        os.environ[name] = value
    for registry in (msgpack_encoders, msgpack_decoders):
        remember(registry)
        undo.callback(forget, registry)


def remember(registry: Registry) -> None:
    """Let a registry not look for installed functions again.

    registry (Registry): Its `get_all` will give what it gives now.
    """
    found = registry.get_all()
    registry.get_all = lambda: dict(found)


def forget(registry: Registry) -> None:
    """Let a registry look for installed functions again.

    registry (Registry): What `remember` was called with.
    """
    del registry.get_all  # of this object; there is the class's again


def _set_variable(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


_settings = SharedSettings(make_settings)
