"""A transformer that computes little padding, or none, in the precision asked for.

B sequences (sentences) of W word pieces at most, D encoder width.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import ArgsKwargs, Model

from spacy_ddi.errors import require
from spacy_ddi.pairs.blinding import SpanGetter

if TYPE_CHECKING:
    import torch
    from spacy_transformers.data_classes import FullTransformerBatch

Precision = Literal["float32", "bfloat16"]

GROWTH = 1.6
"""The longest sequence of a group is at most this many times as long as its shortest."""

WHERE = "spacy-ddi.PackedTransformer.v1"


def build_packed_transformer(
    name: str,
    get_spans: SpanGetter,
    tokenizer_config: dict[str, Any] = {},  # noqa: B006 (as in the stock architecture)
    transformer_config: dict[str, Any] = {},  # noqa: B006
    precision: Precision = "float32",
    training_precision: Precision = "float32",
    max_pieces: int = 1024,
) -> Model[list[Doc], FullTransformerBatch]:
    """Registered as `spacy-ddi.PackedTransformer.v1` (@architectures): the transformer of
    spacy-transformers (`TransformerModel.v3`), computed faster. What it stores is the same.

    Half of a batch of sentences as they come is padding, which costs as much as the rest. Here the
    sequences of a BERT are packed one after another, without padding; for other encoders,
    sequences of similar length are computed together. The vectors stay the same, but those of
    padding are zeros. On a CPU the attention's gradient is computed without the fused kernel,
    which is slow there.

    name (str): The encoder: a folder, or a name on the Hugging Face hub.
    get_spans (SpanGetter): From Docs to the spans that are sequences.
    tokenizer_config (Dict[str, Any]): Settings of the tokenizer.
    transformer_config (Dict[str, Any]): Settings of the encoder.
    precision (str): Of the arithmetic in prediction, "float32" or "bfloat16" (mixed precision).
        Processors that compute in bfloat16 (AMX, AVX-512 BF16) are faster with it, others slower.
        Weights are kept in single precision, and vectors come in it.
    training_precision (str): The same in training.
    max_pieces (int): Word pieces that are computed together, padding counted; a sequence may have
        more. The component's own `max_batch_items` should be several times as large.
    RETURNS (Model): From Docs to the vectors of word pieces.
    RAISES (ValueError): If a setting is not possible.
    """
    require(max_pieces >= 1, WHERE, "max_pieces", max_pieces, "1 or more")
    check_precision("precision", precision)
    check_precision("training_precision", training_precision)
    encode = Encode(max_pieces, precision, training_precision)
    make_stock = registry.architectures.get("spacy-transformers.TransformerModel.v3")
    model: Model[list[Doc], FullTransformerBatch] = make_stock(
        name=name,
        get_spans=get_spans,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
    )
    stock = model.layers[0]
    # Not the precision itself: an attribute that is stored with the weights beats the config.
    attrs = {**stock.attrs, "set_precision": encode.set_precision}
    model.layers[0] = Model(stock.name, encode, attrs=attrs, shims=stock.shims, dims={"nO": None})
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
class Encode:
    """The forward pass of the layer that holds the encoder.

    max_pieces, precision, training_precision: See `build_packed_transformer`.
    """

    max_pieces: int
    precision: Precision
    training_precision: Precision

    def set_precision(self, precision: Precision) -> None:
        """Set the precision of prediction, as long as the pipeline is in memory.

        precision (str): "float32" or "bfloat16".
        RAISES (ValueError): If it is another.
        """
        check_precision("precision", precision)
        self.precision = precision

    def __call__(
        self, model: Model[Any, Any], pieces: Any, is_train: bool
    ) -> tuple[Any, Callable[[Any], Any]]:
        """The vectors of the word pieces of a batch.

        model (Model): The layer, with the encoder in its shim.
        pieces (WordpieceBatch): B sequences.
        is_train (bool): Whether a gradient is asked for.
        RETURNS (Tuple[ModelOutput, Callable]): Vectors of shape (B, W, D), and how to go back.
        """
        from spacy_ddi.networks.packed_bert import can_pack

        shim = model.shims[0]
        inputs = model.attrs["convert_inputs"](model, pieces, is_train)[0].kwargs
        mask = inputs["attention_mask"]
        config = shim._model.config
        precision = self.training_precision if is_train else self.precision
        with arithmetic(mask.device.type, precision, is_train=is_train):
            if not mask[:, 0].all() or config.output_hidden_states or config.output_attentions:
                # Padded on the left, or with more than one tensor to put together.
                groups = [list(range(len(mask)))]
                return self._forward_in_groups(shim, inputs, groups, is_train)
            if can_pack(shim._model):
                return self._forward_packed(shim._model, inputs, is_train)
            groups = length_groups(lengths_of(mask), max_pieces=self.max_pieces)
            return self._forward_in_groups(shim, inputs, groups, is_train)

    def _forward_packed(
        self, bert: Any, inputs: dict[str, torch.Tensor], is_train: bool
    ) -> tuple[Any, Callable[[Any], Any]]:
        import torch
        from transformers.modeling_outputs import BaseModelOutput

        from spacy_ddi.networks.packed_bert import packed_forward

        lengths = lengths_of(inputs["attention_mask"])
        rows = zip(inputs["input_ids"], lengths, strict=True)
        sequences = [ids[:length] for ids, length in rows]
        bert.train(is_train)
        with torch.set_grad_enabled(is_train):
            packed = [
                packed_forward(bert, sequences[start:end])
                for start, end in packs(lengths, max_pieces=self.max_pieces)
            ]
            of_sequences = list(itertools.chain.from_iterable(packed))
            vectors = torch.nn.utils.rnn.pad_sequence(of_sequences, batch_first=True).float()
        bert.train()  # as Thinc leaves it
        output = BaseModelOutput(last_hidden_state=cast("torch.FloatTensor", vectors))
        return output, way_back(vectors, is_train)

    def _forward_in_groups(
        self, shim: Any, inputs: dict[str, torch.Tensor], groups: list[list[int]], is_train: bool
    ) -> tuple[Any, Callable[[Any], Any]]:
        lengths = lengths_of(inputs["attention_mask"])
        width = inputs["attention_mask"].shape[1]
        outputs = []
        for group in groups:
            longest = width if len(groups) == 1 else max(lengths[i] for i in group)
            rows = {key: tensor[group, :longest] for key, tensor in inputs.items()}
            outputs.append(shim(ArgsKwargs(args=(), kwargs=rows), is_train)[0])
        joined = join_outputs(outputs, groups, width)
        return joined, way_back(joined["last_hidden_state"], is_train)


def way_back(vectors: torch.Tensor, is_train: bool) -> Callable[[Any], list[Any]]:
    """What takes the gradient of the vectors to the weights.

    vectors (Tensor): Shape (B, W, D).
    is_train (bool): Whether it will be asked for.
    RETURNS (Callable): From an output with gradients to nothing.
    """
    if is_train and not vectors.requires_grad:
        # All weights are frozen. Thinc goes backwards all the same, and ends here.
        vectors.requires_grad_()

    def backprop(d_output: Any) -> list[Any]:
        vectors.backward(next(iter(d_output.values())))
        return []

    return backprop


@contextmanager
def arithmetic(device: str, precision: Precision, *, is_train: bool) -> Iterator[None]:
    """Compute in a precision; on a CPU in training with attention whose gradient is fast.

    device (str): The kind of device, e.g. "cpu".
    precision (str): "float32" or "bfloat16".
    is_train (bool): Whether a gradient will be computed.
    """
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    with ExitStack() as contexts:
        if is_train and device == "cpu":
            # The gradient of the fused attention takes many times as long as its forward pass.
            contexts.enter_context(sdpa_kernel(SDPBackend.MATH))
        is_mixed = precision == "bfloat16"
        contexts.enter_context(torch.autocast(device, torch.bfloat16, enabled=is_mixed))
        yield


def lengths_of(mask: torch.Tensor) -> list[int]:
    """The word pieces of each sequence, from an attention mask of shape (B, W)."""
    lengths: list[int] = mask.sum(dim=1).int().tolist()
    return lengths


def packs(lengths: Sequence[int], *, max_pieces: int) -> list[tuple[int, int]]:
    """Cut a row of sequences into parts that are computed together.

    lengths (Sequence[int]): Their lengths.
    max_pieces (int): The most that lengths of a part add up to; one sequence may be longer.
    RETURNS (List[Tuple[int, int]]): First sequence of each part, and that after its last.
    """
    bounds = [0]
    size = 0
    for i, length in enumerate(lengths):
        if i > bounds[-1] and size + length > max_pieces:
            bounds.append(i)
            size = 0
        size += length
    return list(itertools.pairwise([*bounds, len(lengths)]))


def length_groups(lengths: Sequence[int], *, max_pieces: int) -> list[list[int]]:
    """Put sequences of similar length together, see `GROWTH`.

    lengths (Sequence[int]): Their lengths.
    max_pieces (int): The longest length of a group times its number of sequences is at most this;
        one sequence may be longer.
    RETURNS (List[List[int]]): For each group the places of its sequences, short ones first.
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        is_similar = groups and lengths[i] <= GROWTH * lengths[groups[-1][0]]
        if is_similar and lengths[i] * (len(groups[-1]) + 1) <= max_pieces:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def join_outputs(outputs: Sequence[Any], groups: Sequence[Sequence[int]], width: int) -> Any:
    """The output of a batch from those of its groups.

    outputs (Sequence[ModelOutput]): Of each group.
    groups (Sequence[Sequence[int]]): The places of each group's sequences in the batch.
    width (int): W.
    RETURNS (ModelOutput): Tensors in single precision, each sequence in its place; those with a
        vector a word piece have shape (B, W, D), and zeros for padding.
    """
    import torch

    place = torch.tensor([i for group in groups for i in group]).argsort()

    def join(values: list[Any]) -> Any:
        if not torch.is_tensor(values[0]):  # of all layers, from one group
            return values[0]
        if values[0].dim() == 3:
            pad = torch.nn.functional.pad
            values = [pad(tensor, (0, 0, 0, width - tensor.shape[1])) for tensor in values]
        return torch.cat(values).float()[place.to(values[0].device)]

    return type(outputs[0])(**{key: join([o[key] for o in outputs]) for key in outputs[0]})
