"""Which tokens are layout (stand-in until the room is merged)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc


def layout_tokens(doc: Doc) -> NDArray[np.bool_]:
    """Shape (T,): white space."""
    return doc.to_array("IS_SPACE").astype(bool).reshape(-1)
