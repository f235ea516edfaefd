"""The transformer of spacy-transformers without the padding, in the precision asked for.

B sequences (sentences) of W word pieces at most, D encoder width.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model, chain
from thinc.types import Floats2d, Ragged

from spacy_ddi.encoder.span_getter import SpanGetter
from spacy_ddi.errors import require

if TYPE_CHECKING:
    from spacy_transformers.data_classes import FullTransformerBatch

Precision = Literal["float32", "bfloat16"]

WHERE = "spacy-ddi.PackedTransformer.v1"


def build_packed_transformer(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006 (as in the stock architecture)
    transformer_config: dict[str, Any] = {},  # noqa: B006
    precision: Precision = "float32",
    training_precision: Precision = "float32",
    max_pieces: int = 1024,
    threads: int | None = 1,
) -> Model[list[Doc], FullTransformerBatch]:
    """Registered as `spacy-ddi.PackedTransformer.v1` (@architectures): the transformer of
    spacy-transformers (`TransformerModel.v3`), computed faster and loaded without pickle.

    Padding costs as much as words. Here the sequences of a BERT on a CPU are packed one after
    another, without padding; otherwise sequences of similar length are computed together. The
    vectors of word pieces stay the same, but those of padding are zeros, and a packed BERT gives no
    `pooler_output`. On a CPU the attention's gradient is computed without the fused kernel, which
    is slow there.

    name (str): The encoder: a folder, or a name on the Hugging Face hub.
    get_spans (SpanGetter): From Docs to the spans that are sequences.
    tokenizer_config (Dict[str, Any]): Settings of the tokenizer.
    transformer_config (Dict[str, Any]): Settings of the encoder.
    precision (str): Of the arithmetic in prediction, "float32" or "bfloat16" (mixed precision).
        Processors that compute in bfloat16 (AMX, AVX-512 BF16) are faster with it, others need not
        be.
        Weights are kept in single precision, and vectors come in it.
    training_precision (str): The same in training.
    max_pieces (int): Word pieces that are computed together, padding counted; a sequence may have
        more. The component's own `max_batch_items` should be several times as large.
    threads (Optional[int]): Threads that torch computes a prediction with; None for as many as it
        has. With more than one, a prediction takes many times as long where other programs keep the
        processors busy. Training always uses as many as torch has.
    RETURNS (Model): From Docs to the vectors of word pieces.
    RAISES (ValueError): If a setting is not possible.
    """
    require(max_pieces >= 1, WHERE, "max_pieces", max_pieces, "1 or more")
    check_precision("precision", precision)
    check_precision("training_precision", training_precision)
    possible = threads is None or threads >= 1
    require(possible, WHERE, "threads", threads, "1 or more, or null")
    encoder_pass = EncoderPass(max_pieces, precision, training_precision, threads)
    from spacy_ddi.encoder.encoder_shim import EncoderShim

    make_stock = registry.architectures.get("spacy-transformers.TransformerModel.v3")
    model: Model[list[Doc], FullTransformerBatch] = make_stock(
        name=name,
        get_spans=get_spans,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
    )
    stock = model.layers[0]
    # Not the precision itself: an attribute that is stored with the weights beats the config.
    attrs = {**stock.attrs, "set_precision": encoder_pass.set_precision}
    stock_shim: Any = stock.shims[0]
    shim = EncoderShim(stock_shim._hfmodel)
    model.layers[0] = Model(stock.name, encoder_pass, attrs=attrs, shims=[shim], dims={"nO": None})
    model.attrs["replace_listener_cfg"] = replace_listener_cfg
    return model


def check_precision(setting: str, precision: str) -> None:
    """Refuse a precision that there is not.

    setting (str): Its name.
    precision (str): Its value.
    RAISES (ValueError): If it is no `Precision`.
    """
    known = get_args(Precision)
    require(precision in known, WHERE, setting, precision, " or ".join(known))


@dataclass
class EncoderPass:
    """The forward pass of the layer that holds the encoder.

    max_pieces, precision, training_precision, threads: See `build_packed_transformer`.
    """

    max_pieces: int
    precision: Precision
    training_precision: Precision
    threads: int | None = 1

    def set_precision(self, precision: Precision) -> None:
        """Set the precision of prediction, as long as the pipeline is in memory.

        precision (str): "float32" or "bfloat16".
        RAISES (ValueError): If it is another.
        """
        check_precision("precision", precision)
        self.precision = precision

    def __call__(
        self, model: Model[Any, Any], pieces: Any, is_train: bool
    ) -> tuple[Any, Callable[[Any], list[Any]]]:
        """The vectors of the word pieces of a batch.

        model (Model): The layer, with the encoder in its shim.
        pieces (WordpieceBatch): B sequences.
        is_train (bool): Whether a gradient is asked for.
        RETURNS (Tuple[ModelOutput, Callable]): Vectors of shape (B, W, D) in single precision, and
            what takes their gradient to the weights.
        """
        import torch

        from spacy_ddi.pytorch.packing import arithmetic, encode
        from spacy_ddi.pytorch.passes import ensure_evaluation, limit_threads, training_mode

        transformer: Any = model.shims[0]._model
        inputs = model.attrs["convert_inputs"](model, pieces, is_train)[0].kwargs
        device = inputs["input_ids"].device.type
        precision = self.training_precision if is_train else self.precision
        with ExitStack() as contexts:
            if is_train:
                contexts.enter_context(training_mode(transformer))
            else:
                ensure_evaluation(transformer)
                contexts.enter_context(limit_threads(self.threads))
            contexts.enter_context(torch.set_grad_enabled(is_train))
            contexts.enter_context(arithmetic(device, precision, is_train=is_train))
            output = encode(transformer, inputs, max_pieces=self.max_pieces)
        for name, value in output.items():
            of_layers = isinstance(value, tuple)
            output[name] = tuple(v.float() for v in value) if of_layers else value.float()
        vectors = output["last_hidden_state"]
        if is_train and not vectors.requires_grad:
            # All weights are frozen. Thinc goes backwards all the same, and ends here.
            vectors.requires_grad_()

        def backprop(d_output: Any) -> list[Any]:
            # Layers with gradient checkpointing are computed again, with dropout.
            with training_mode(transformer):
                vectors.backward(next(iter(d_output.values())))
            return []

        return output, backprop


def build_packed_tok2vec(
    name: str,
    get_spans: SpanGetter,
    pooling: Model[Ragged, Floats2d],
    grad_factor: float = 1.0,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006
    transformer_config: dict[str, Any] = {},  # noqa: B006
    precision: Precision = "float32",
    training_precision: Precision = "float32",
    max_pieces: int = 1024,
    threads: int | None = 1,
) -> Model[list[Doc], list[Floats2d]]:
    """Registered as `spacy-ddi.PackedTok2Vec.v1` (@architectures): the transformer as a part of one
    component, with token vectors for output. `nlp.replace_listeners` puts it in a listener's place.

    pooling (Model[Ragged, Floats2d]): Makes one vector of a token's word pieces.
    grad_factor (float): What the gradient is multiplied by.
    name, get_spans, tokenizer_config, transformer_config, precision, training_precision,
        max_pieces, threads: See `build_packed_transformer`.
    RETURNS (Model): From Docs to the vectors of their tokens.
    """
    from spacy_transformers.layers import split_trf_batch, trfs2arrays

    transformer = build_packed_transformer(
        name,
        get_spans,
        tokenizer_config,
        transformer_config,
        precision,
        training_precision,
        max_pieces,
        threads,
    )
    # A chain of a chain, as a listener is after it was replaced.
    return chain(chain(transformer, split_trf_batch()), trfs2arrays(pooling, grad_factor))


def replace_listener_cfg(upstream: dict[str, Any], listener: dict[str, Any]) -> dict[str, Any]:
    """The config of a component whose listener `nlp.replace_listeners` has replaced by a copy of
    this transformer.

    upstream (Dict[str, Any]): The config of this architecture.
    listener (Dict[str, Any]): That of the listener.
    RETURNS (Dict[str, Any]): That of the copy.
    """
    pooled: dict[str, Any] = {
        name: listener[name] for name in ("pooling", "grad_factor") if name in listener
    }
    return {**upstream, **pooled, "@architectures": "spacy-ddi.PackedTok2Vec.v1"}
