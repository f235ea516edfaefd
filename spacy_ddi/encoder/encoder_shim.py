"""The Thinc shim of the encoder: that of spacy-transformers, ready for threads, faster to load, and
without pickle.

Not for import at start: it needs transformers.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import srsly
from spacy.util import SimpleFrozenDict
from spacy_transformers.data_classes import HFObjects
from spacy_transformers.layers.hf_shim import HFShim
from spacy_transformers.layers.transformer_model import huggingface_tokenize
from thinc.api import get_torch_default_device
from transformers import MODEL_MAPPING, AutoConfig, AutoModel, AutoTokenizer

from spacy_ddi.pytorch.stored_weights import WEIGHTS, load_weights, weights_of


class EncoderShim(HFShim):
    """Holds an encoder for Thinc; stores its weights as arrays, beside its config and the files of
    its tokenizer.

    objects (HFObjects): Tokenizer and encoder, or the settings to make them with.
    """

    def __init__(self, objects: HFObjects) -> None:
        super().__init__(objects, model_cls=StoredModel, grad_scaler_config={})

    def to_bytes(self) -> bytes:
        """Tokenizer and encoder as a bytestring, or the settings to make them with.

        RETURNS (bytes): A msgpack message.
        """
        objects = self._hfmodel
        message: dict[str, Any] = {"config": {}, "tokenizer": {}, WEIGHTS: {}}
        if objects.transformer is None:
            message["_init_tokenizer_config"] = objects._init_tokenizer_config
            message["_init_transformer_config"] = objects._init_transformer_config
        else:
            message["config"] = objects.transformer.config.to_dict()
            message["tokenizer"] = tokenizer_files(objects)
            message[WEIGHTS] = weights_of(self._model)
        return srsly.msgpack_dumps(message)

    def from_bytes(self, bytes_data: bytes) -> EncoderShim:
        """Load tokenizer and encoder, and ready them for several threads.

        bytes_data (bytes): What `to_bytes` gave, here or in version 0.4 and before.
        RETURNS (EncoderShim): This shim.
        RAISES (DDIError): If there are no weights in it, or those of another encoder.
        """
        message: Any = srsly.msgpack_loads(bytes_data)
        if not message["config"]:
            self._hfmodel = HFObjects(
                None,
                None,
                None,
                message["_init_tokenizer_config"],
                message["_init_transformer_config"],
            )
            return self
        with TemporaryDirectory() as folder:
            objects = make_objects(message["config"], message["tokenizer"], Path(folder))
        load_weights(objects.transformer, message, get_torch_default_device())
        self._hfmodel = objects
        self._model = objects.transformer
        self._model.eval()
        # Sets how it pads. Set for the first time in a thread while others read, this raises
        # "Already borrowed"; once set, it stays.
        huggingface_tokenize(objects.tokenizer, ["drug"])
        return self


def tokenizer_files(objects: HFObjects) -> dict[str, Any]:
    """The files of a tokenizer, which `make_objects` makes it from.

    objects (HFObjects): The tokenizer, and the content of its vocabulary's file if it needs one.
    RETURNS (Dict[str, Any]): Contents by file name; under "kwargs" arguments for `AutoTokenizer`.
    """
    tokenizer = objects.tokenizer
    with TemporaryDirectory() as name:
        folder = Path(name)
        if hasattr(tokenizer, "vocab_file"):
            # Tokenizers that are no `tokenizer.json` store a copy of this file.
            path = folder / tokenizer.vocab_files_names["vocab_file"]
            path.write_bytes(objects.vocab_file_contents)
            tokenizer.vocab_file = str(path)
        tokenizer.save_pretrained(name)
        files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {"kwargs": {"use_fast": tokenizer.is_fast}, **files}


def make_objects(config: dict[str, Any], files: dict[str, Any], folder: Path) -> HFObjects:
    """Make a tokenizer, and an encoder without weights yet, from what is stored of them.

    config (Dict[str, Any]): The encoder's config.
    files (Dict[str, Any]): What `tokenizer_files` gave.
    folder (Path): An empty folder.
    RETURNS (HFObjects): Tokenizer and encoder.
    """
    # Not srsly's JSON: it writes a layer norm's epsilon of 1e-12 as 0.
    (folder / "config.json").write_text(json.dumps(config), encoding="utf8")
    encoder_config = AutoConfig.from_pretrained(folder / "config.json")
    for name, content in files.items():
        if name != "kwargs":
            (folder / Path(name).name).write_bytes(content)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), **files.get("kwargs", {}))
    vocabulary = None
    if hasattr(tokenizer, "vocab_file"):
        vocabulary = (folder / tokenizer.vocab_files_names["vocab_file"]).read_bytes()
    encoder = StoredModel.from_config(encoder_config)
    return HFObjects(tokenizer, encoder, vocabulary, SimpleFrozenDict(), SimpleFrozenDict())


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
