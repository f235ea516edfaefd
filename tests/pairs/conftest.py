"""Settings of the property tests."""

from __future__ import annotations

from hypothesis import settings

# No deadline: the first example pays for lazy imports, and a busy machine is no fault of the code.
settings.register_profile("spacy-ddi", deadline=None, max_examples=60)
settings.load_profile("spacy-ddi")
