"""A module's weights through msgpack, and what older versions have stored."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import pytest
import srsly
import torch
from torch import nn

from spacy_ddi.errors import DDIError
from spacy_ddi.pytorch.stored_weights import OLD_WEIGHTS, WEIGHTS, load_weights, weights_of

CPU = torch.device("cpu")


def make_module() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))


def zeros() -> nn.Module:
    module = make_module()
    for weight in module.parameters():
        nn.init.zeros_(weight)
    return module


def saved_by_torch(value: Any, **settings: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file, **settings)
    return file.getvalue()


def same(one: nn.Module, other: nn.Module) -> bool:
    states = one.state_dict(), other.state_dict()
    return all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_weights_and_buffers_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = srsly.msgpack_dumps({WEIGHTS: weights_of(make_module())})
    monkeypatch.setattr("torch.load", None)
    monkeypatch.setattr("pickle.loads", None)
    loaded = zeros()
    load_weights(loaded, srsly.msgpack_loads(stored), CPU)
    assert same(loaded, make_module())
    assert loaded[1].num_batches_tracked.dtype == torch.int64


def test_other_precisions_are_stored_as_32_bits() -> None:
    for module in (make_module().half(), make_module().bfloat16()):
        assert {array.dtype.name for array in weights_of(module).values()} == {"float32", "int64"}


@pytest.mark.parametrize("halved", [False, True])
def test_what_torch_has_stored_is_still_read(halved: bool) -> None:
    module = make_module().half().float() if halved else make_module()
    state = (make_module().half() if halved else module).state_dict()
    loaded = zeros()
    load_weights(loaded, {OLD_WEIGHTS: saved_by_torch(state)}, CPU)
    assert same(loaded, module)
    assert loaded[0].weight.dtype == torch.float32


class Poison:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.mkdir, (self.path,)


def poisons(path: Path) -> dict[str, bytes]:
    poison = Poison(path)
    return {
        "pickle": pickle.dumps(poison),
        "oldest pickle": pickle.dumps(poison, protocol=0),
        "torch": saved_by_torch({"0.weight": poison}),
        "torch's old format": saved_by_torch(
            {"0.weight": poison}, _use_new_zipfile_serialization=False
        ),
    }


@pytest.mark.parametrize("kind", ["pickle", "oldest pickle", "torch", "torch's old format"])
def test_a_poisoned_state_is_refused_and_not_run(kind: str, tmp_path: Path) -> None:
    state = poisons(tmp_path / "ran")[kind]
    with pytest.raises(DDIError, match=r"DDI025.*nothing of it was run"):
        load_weights(make_module(), {OLD_WEIGHTS: state}, CPU)
    assert not (tmp_path / "ran").exists()
    # It is a poison.
    torch.load(io.BytesIO(state), weights_only=False) if "torch" in kind else pickle.loads(state)
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (None, "neither arrays nor a file"),
        ({}, "neither arrays nor a file"),
        ({WEIGHTS: {"0.weight": b"\x80\x04N."}}, "'0.weight' is no array, but bytes"),
        ({OLD_WEIGHTS: saved_by_torch([1])}, "list in place of a dict"),
        ({OLD_WEIGHTS: b"PK\x03\x04 and no more"}, "torch refuses them"),
    ],
)
def test_what_holds_no_weights_is_refused(message: Any, problem: str) -> None:
    with pytest.raises(DDIError, match=f"DDI025.*{problem}"):
        load_weights(make_module(), message, CPU)


def test_weights_of_another_module_are_refused() -> None:
    message = {WEIGHTS: weights_of(nn.Linear(3, 5))}
    with pytest.raises(DDIError, match=r"DDI026.*0\.weight"):
        load_weights(make_module(), message, CPU)
