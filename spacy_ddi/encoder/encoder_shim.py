"""The Thinc shim of the encoder: that of spacy-transformers, ready for threads, faster to load.

Not for import at start: it needs transformers.
"""

from __future__ import annotations

from typing import Any

from spacy_transformers.data_classes import HFObjects
from spacy_transformers.layers.hf_shim import HFShim
from spacy_transformers.layers.transformer_model import huggingface_tokenize
from transformers import MODEL_MAPPING, AutoModel


class EncoderShim(HFShim):
    """Holds an encoder for Thinc; what it stores is what spacy-transformers' shim stores.

    objects (HFObjects): Tokenizer and encoder, or the settings to make them with.
    """

    def __init__(self, objects: HFObjects) -> None:
        super().__init__(objects, model_cls=StoredModel, grad_scaler_config={})

    def from_bytes(self, bytes_data: bytes) -> EncoderShim:
        """Load tokenizer and encoder, and ready them for several threads.

        bytes_data (bytes): What `to_bytes` gave.
        RETURNS (EncoderShim): This shim.
        """
        super().from_bytes(bytes_data)
        if self._hfmodel.tokenizer is not None:
            self._model.eval()
            # Sets how it pads. Set for the first time in a thread while others read, this raises
            # "Already borrowed"; once set, it stays.
            huggingface_tokenize(self._hfmodel.tokenizer, ["drug"])
        return self


class StoredModel:
    """Makes the encoder of a stored config, without weights yet. `AutoModel` does it too, but
    imports the configs of all architectures before."""

    @staticmethod
    def from_config(config: Any) -> Any:
        """The encoder of a config.

        config (PretrainedConfig): The config.
        RETURNS (PreTrainedModel): What `AutoModel` makes of it.
        """
        is_custom = hasattr(config, "auto_map") or type(config) not in MODEL_MAPPING
        found = None if is_custom else MODEL_MAPPING[type(config)]
        if not isinstance(found, type):  # some configs have several models
            return AutoModel.from_config(config)
        return found._from_config(config)
