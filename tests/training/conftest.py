"""The small pipelines of tests/pipeline."""

from tests.pipeline.conftest import make_examples, make_nlp, trained

__all__ = ["make_examples", "make_nlp", "trained"]
