"""Two fully connected heads side by side."""

from __future__ import annotations

import torch

from spacy_ddi.pytorch.heads import InteractionHeads


def test_classification_then_identification() -> None:
    heads = InteractionHeads(width=6, n_classes=5, dropout=0.5).eval()
    pairs = torch.randn(3, 6)
    logits = heads(pairs)
    assert logits.shape == (3, 7)
    for columns, head in ((slice(5), heads.classification), (slice(5, 7), heads.identification)):
        expected = pairs @ head.weight.T + head.bias
        torch.testing.assert_close(logits[:, columns], expected)


def test_no_pairs() -> None:
    assert InteractionHeads(width=6, n_classes=5, dropout=0.5)(torch.zeros(0, 6)).shape == (0, 7)


def test_both_heads_see_the_same_dropped_representation() -> None:
    heads = InteractionHeads(width=4, n_classes=2, dropout=0.5)
    with torch.no_grad():
        heads.identification.weight.copy_(heads.classification.weight)
        heads.identification.bias.copy_(heads.classification.bias)
    pairs = torch.randn(50, 4)
    logits = heads(pairs)
    torch.testing.assert_close(logits[:, :2], logits[:, 2:])
    assert not torch.allclose(logits, heads.eval()(pairs))
