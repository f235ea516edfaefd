"""A gated graph network over atoms and bonds (Li, Tarlow, Brockschmidt & Zemel 2016), one of both
networks with which Asada, Miwa & Sasaki 2018 (section 3) read molecules.

V atoms, E bonds, C molecules, G width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

N_ELEMENTS = 119
"""Atomic numbers, and 0 for an atom of no kind."""

N_BONDS = 4
"""Single, double, triple, aromatic."""


class MoleculeNetwork(nn.Module):
    """h_v(t + 1) = GRU(sum over bonds of A_kind h_u(t), h_v(t)), then the sum over the atoms of
    sigmoid(i([h_v; x_v])) tanh(j(h_v)).

    width (int): G.
    steps (int): How often atoms hear of their neighbours.
    """

    def __init__(self, width: int, steps: int) -> None:
        super().__init__()
        self.steps = steps
        self.elements = nn.Embedding(N_ELEMENTS, width)
        self.bonds = nn.Linear(width, N_BONDS * width, bias=False)
        self.update = nn.GRUCell(width, width)
        self.gate = nn.Linear(2 * width, width)
        self.value = nn.Linear(width, width)

    def forward(self, atoms: Tensor, owners: Tensor, bonds: Tensor) -> Tensor:
        """The vectors of some molecules.

        atoms (Tensor): Shape (V,): atomic numbers of all molecules, one after another.
        owners (Tensor): Shape (V,): the molecule of each atom; each has one atom or more.
        bonds (Tensor): Shape (E, 3): of each bond two atoms and its kind.
        RETURNS (Tensor): Shape (C, G).
        """
        first, second, kind = bonds.unbind(1)
        sources, targets = torch.cat([first, second]), torch.cat([second, first])
        kinds = torch.cat([kind, kind])
        inputs = states = self.elements(atoms)
        for _ in range(self.steps):
            said = self.bonds(states).view(len(atoms), N_BONDS, -1)
            heard = torch.zeros_like(states).index_add(0, targets, said[sources, kinds])
            states = self.update(heard, states)
        gates = torch.sigmoid(self.gate(torch.cat([states, inputs], dim=1)))
        values = gates * torch.tanh(self.value(states))
        molecules = values.new_zeros(int(owners[-1]) + 1, values.shape[1])
        return molecules.index_add(0, owners, values)
