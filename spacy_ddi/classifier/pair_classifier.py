"""The Thinc model of the component: token vectors and a `PairBatch` in, logits out.

T tokens, D token width, P pairs, C classes (the labels and none).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from thinc.api import ArgsKwargs, Model, PyTorchShim, PyTorchWrapper_v3, torch2xp, xp2torch
from thinc.types import Floats2d

from spacy_ddi.errors import require
from spacy_ddi.graph.pair_batch import PairBatch

if TYPE_CHECKING:
    import torch

    from spacy_ddi.pytorch.pair_tensors import PairTensors
    from spacy_ddi.pytorch.pooling import PairPooling

PairInput = tuple[list[Doc], PairBatch]


class Attention(NamedTuple):
    """The network's own weights of the M nodes of a sentence, for each of its P pairs.

    pooling (Optional[NDArray]): Shape (P, M): of the attentive pooling; they add up to 1. None
        where the network pools by maximum, or in a way without such weights.
    context (Optional[NDArray]): Shape (P, M): of the pair's attention in `PairContext`, the mean
        over its heads; they add up to 1. None in a network without one.
    """

    pooling: NDArray[np.float32] | None
    context: NDArray[np.float32] | None


class MissingVectorsError(ValueError):
    """A sentence with candidate pairs has no token vectors.

    text (str): The Doc's text from that sentence on.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def build_pair_classifier(
    tok2vec: Model[list[Doc], list[Floats2d]],
    pair_encoder: Callable[[int, float], Any],
    pooling: Literal["attentive", "max"] | None = "attentive",
    dropout: float | None = 0.5,
    max_pairs: int = 256,
    context: Callable[[int, float], Any] | None = None,
) -> Model[PairInput, Floats2d]:
    """Registered as `spacy-ddi.PairClassifier.v1` (@architectures).

    The network is built by `attrs["build_network"](model, token_width, n_classes)`, when the
    token width and the labels are known: at initialization, and before weights are loaded.

    tok2vec (Model[List[Doc], List[Floats2d]]): Token vectors: a transformer listener, a tok2vec
        listener, or a layer of its own.
    pair_encoder (Callable[[int, float], Any]): Makes the `PairEncoder` or the `PairReader` from the
        token width and the dropout rate.
    pooling (Optional[str]): How the nodes of a sentence are pooled, "attentive" (the paper's) or
        "max". None for a `PairReader`, which pools them in its own way.
    dropout (Optional[float]): Dropout rate within the network in training (paper: 0.5). With
        None it is the `drop` that `update` gets, i.e. `[training] dropout`.
    max_pairs (int): Pairs held in memory at a time.
    context (Optional[Callable[[int, float], Any]]): Makes a `PairContext`, which joins what the
        encoder says of a pair to what the graph network says. None, as in the paper, for none.
    RETURNS (Model): From Docs and their `PairBatch` to logits of shape (P, C + 2).
    """
    where = "spacy-ddi.PairClassifier.v1"
    possible = dropout is None or 0 <= dropout < 1
    require(possible, where, "dropout", dropout, "null, or 0 to less than 1")
    require(max_pairs >= 1, where, "max_pairs", max_pairs, "1 or more")

    model: Model[PairInput, Floats2d] = Model(
        "ddi_pair_classifier",
        forward,
        init=init,
        layers=[tok2vec],
        refs={"tok2vec": tok2vec, "network": None},
        dims={"nI": None, "nO": None},
        attrs={
            "build_network": partial(
                build_network,
                pair_encoder=pair_encoder,
                pooling=pooling,
                dropout=dropout or 0.0,
                max_pairs=max_pairs,
                context=context,
            ),
            "set_dropout": set_dropout if dropout is None else keep_dropout,
        },
    )
    return model


def build_network(
    model: Model[PairInput, Floats2d],
    token_width: int,
    n_classes: int,
    *,
    pair_encoder: Callable[[int, float], Any],
    pooling: str | None,
    dropout: float,
    max_pairs: int,
    context: Callable[[int, float], Any] | None,
) -> None:
    """Put a new network into the model, in place of one that may be there.

    model (Model): The model.
    token_width (int): D.
    n_classes (int): C.
    pair_encoder, pooling, dropout, max_pairs, context: See `build_pair_classifier`.
    RAISES (ValueError): If there is no pooling for a `PairEncoder`, or one for a `PairReader`.
    """
    from spacy_ddi.classifier.network_shim import NetworkShim
    from spacy_ddi.pytorch.heads import InteractionHeads
    from spacy_ddi.pytorch.pair_network import PairNetwork

    encoder = pair_encoder(token_width, dropout)
    pair_pooling = _make_pooling(encoder, pooling)
    pair_context = None if context is None else context(token_width, dropout)
    width = (pair_pooling or encoder).output_size
    width += pair_context.output_size if pair_context else 0
    heads = InteractionHeads(width, n_classes, dropout)
    network = PairNetwork(encoder, pair_pooling, pair_context, heads, max_pairs)
    wrapper = PyTorchWrapper_v3(network, _convert_inputs, _convert_outputs)
    wrapper.shims[:] = [NetworkShim(network)]
    model.layers[1:] = [wrapper]
    model.set_ref("network", wrapper)
    model.set_dim("nI", token_width, force=True)
    model.set_dim("nO", n_classes, force=True)


def _make_pooling(encoder: Any, pooling: str | None) -> PairPooling | None:
    from spacy_ddi.pytorch.pair_reader import PairReader
    from spacy_ddi.pytorch.pooling import AttentivePooling, MaxPooling, PairPooling

    pools_itself = isinstance(encoder, PairReader)
    expected = f"{'null' if pools_itself else 'attentive or max'} with {type(encoder).__name__}"
    if not pools_itself:
        expected += "; null with a PairReader, which has all members of that protocol"
    where = "spacy-ddi.PairClassifier.v1"
    require((pooling is None) == pools_itself, where, "pooling", pooling, expected)
    if pooling is None:
        return None
    hidden_size = cast(int, encoder.hidden_size)
    sentence_pooling = {"attentive": AttentivePooling, "max": MaxPooling}[pooling](hidden_size)
    return PairPooling(sentence_pooling, hidden_size)


def set_dropout(model: Model[PairInput, Floats2d], rate: float) -> None:
    """Set the dropout rate of the network.

    model (Model): The model.
    rate (float): In [0, 1).
    """
    model.get_ref("network").shims[0]._model.set_dropout(rate)


def keep_dropout(model: Model[PairInput, Floats2d], rate: float) -> None:
    """Stands in for `set_dropout` where the network has a rate of its own."""


def forward(
    model: Model[PairInput, Floats2d], inputs: PairInput, is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], PairInput]]:
    """Logits of the pairs; a batch without pairs gives shape (0, C + 2).

    RAISES (MissingVectorsError): If all token vectors of a sentence with candidate pairs are zero.
    """
    docs, batch = inputs
    tok2vec = model.get_ref("tok2vec")
    # A Doc without a pair needs no vectors, and may have none. In training a listener wants the
    # very batch that its transformer has read.
    chosen = batch.docs_with_pairs.tolist()
    with_pairs = [docs[i] for i in chosen]
    if is_train:
        per_doc, backprop_tok2vec = tok2vec(docs, is_train)
        filled = [per_doc[i] for i in chosen]
    else:
        filled = tok2vec.predict(with_pairs) if with_pairs else []
    _require_shape(model, with_pairs, filled)
    if batch.n_pairs:
        vectors = model.ops.xp.concatenate(filled)
        _require_vectors(model, with_pairs, vectors, batch)
        logits, backprop_network = model.get_ref("network")((vectors, batch), is_train)
    else:
        logits, backprop_network = model.ops.alloc2f(0, model.get_dim("nO") + 2), None

    def backprop(d_logits: Floats2d) -> PairInput:
        d_per_doc = [model.ops.alloc2f(*doc_vectors.shape) for doc_vectors in per_doc]
        if backprop_network is not None:
            d_vectors = backprop_network(d_logits)
            bounds = itertools.accumulate(map(len, filled), initial=0)
            for i, (start, end) in zip(chosen, itertools.pairwise(bounds), strict=True):
                d_per_doc[i] = d_vectors[start:end]
        return backprop_tok2vec(d_per_doc), batch

    return logits, backprop


def attend(model: Model[PairInput, Floats2d], inputs: PairInput) -> Attention:
    """What the network looks at.

    model (Model): The model.
    inputs (PairInput): One Doc, and the batch of its pairs, all in one sentence.
    RETURNS (Attention): The weights.
    """
    docs, batch = inputs
    network = model.get_ref("network")
    vectors = model.ops.xp.concatenate(model.get_ref("tok2vec").predict(docs))
    arguments, _ = network.attrs["convert_inputs"](network, (vectors, batch), False)
    shim = cast(Any, network.shims[0])
    weights = shim.attend(arguments)
    arrays = (None if w is None else model.ops.to_numpy(torch2xp(w)) for w in weights)
    return Attention(*(None if a is None else a.reshape(batch.n_pairs, -1) for a in arrays))


def init(model: Model[PairInput, Floats2d], X: PairInput | None = None, Y: Any = None) -> None:
    """Initialize the layer that makes the token vectors; the network is initialized when built."""
    model.get_ref("tok2vec").initialize(X=X[0] if X else None)


def _require_shape(
    model: Model[PairInput, Floats2d], docs: list[Doc], per_doc: list[Floats2d]
) -> None:
    for doc, vectors in zip(docs, per_doc, strict=True):
        if vectors.shape != (len(doc), model.get_dim("nI")):
            raise MissingVectorsError(doc.text)


def _require_vectors(
    model: Model[PairInput, Floats2d], docs: list[Doc], vectors: Floats2d, batch: PairBatch
) -> None:
    has_vector = model.ops.to_numpy(vectors.any(axis=1))[batch.node_tokens]
    has_vectors = np.logical_or.reduceat(has_vector, batch.sentence_nodes[:-1])
    if not has_vectors.all():
        row = batch.node_tokens[batch.sentence_nodes[has_vectors.argmin()]]
        tokens = [token for doc in docs for token in doc]
        text = tokens[row].doc[tokens[row].i :].text
        raise MissingVectorsError(text)


def _convert_inputs(
    model: Model[Any, Any], inputs: tuple[Floats2d, PairBatch], is_train: bool
) -> tuple[ArgsKwargs, Callable[[ArgsKwargs], Floats2d]]:
    vectors, batch = inputs
    tensor = xp2torch(
        vectors, requires_grad=is_train, device=cast(PyTorchShim, model.shims[0]).device
    )
    arguments = ArgsKwargs(args=(tensor, _to_tensors(batch, tensor.device)), kwargs={})

    def backprop(d_arguments: ArgsKwargs) -> Floats2d:
        return cast(Floats2d, torch2xp(d_arguments.args[0]))

    return arguments, backprop


def _convert_outputs(
    model: Model[Any, Any], inputs: tuple[Any, torch.Tensor], is_train: bool
) -> tuple[Floats2d, Callable[[Floats2d], ArgsKwargs]]:
    _, logits = inputs

    def backprop(d_logits: Floats2d) -> ArgsKwargs:
        gradient = xp2torch(d_logits, device=logits.device)
        return ArgsKwargs(args=((logits,),), kwargs={"grad_tensors": (gradient,)})

    return cast(Floats2d, torch2xp(logits.detach())), backprop


def _to_tensors(batch: PairBatch, device: torch.device) -> PairTensors:
    import torch

    from spacy_ddi.pytorch.pair_tensors import PairTensors

    arrays = {
        name: torch.from_numpy(getattr(batch, name)).to(device) for name in PairTensors._fields
    }
    return PairTensors(**arrays)
