"""The pipeline that a component is in, as the component sees it."""

from __future__ import annotations

import weakref
from typing import Any

from spacy.language import Language


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

    def __reduce__(self) -> tuple[type[PipelineReference], tuple[()]]:
        return PipelineReference, ()
