"""The pipeline that a component is in, as the component sees it."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from spacy_ddi.errors import DDIError, Errors


class PipelineReference:
    """A weak reference to the pipeline a component is in, which stays behind when the component is
    pickled, e.g. for `n_process=2`.

    nlp (Optional[Language]): The pipeline, if known.
    """

    def __init__(self, nlp: Language | None = None) -> None:
        self._reference = None if nlp is None else weakref.ref(nlp)

    def __call__(self) -> Language | None:
        """The pipeline, if known and alive."""
        return None if self._reference is None else self._reference()

    def name_of(self, component: Any) -> str | None:
        """The name of a component in the pipeline, which `rename_pipe` may have changed.

        component (Any): The component.
        RETURNS (Optional[str]): Its name; None if it is not in the pipeline.
        """
        nlp = self()
        components = [] if nlp is None else nlp.components
        return next((name for name, pipe in components if pipe is component), None)

    def config_of(self, component: Any) -> dict[str, Any] | None:
        """The config of a component, as `nlp.config` shows and stores it.

        component (Any): The component.
        RETURNS (Optional[Dict[str, Any]]): Its config, which may be changed; None if it is not in
            the pipeline.
        """
        nlp, name = self(), self.name_of(component)
        return None if nlp is None or name is None else nlp.get_pipe_config(name)

    def require_vocab(self, docs: Iterable[Doc], component: str) -> None:
        """Refuse Docs that the pipeline's other components can't annotate.

        docs (Iterable[Doc]): Predicted Docs.
        component (str): Name of the component, for the error.
        RAISES (DDIError): If a Doc has another vocab, and there are other components.
        """
        nlp = self()
        if nlp is None or len(nlp.pipeline) == 1:
            return
        for doc in docs:
            if doc.vocab is not nlp.vocab:
                raise DDIError(Errors.OTHER_VOCAB.format(name=component, text=doc.text[:60]))

    def __reduce__(self) -> tuple[type[PipelineReference], tuple[()]]:
        return PipelineReference, ()
