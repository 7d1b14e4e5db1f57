"""Muon for the matrices: momentum whose update is made nearly orthogonal.

Keller Jordan's method: five rounds of a quintic iteration push all singular values of the update
towards one. The embedding tables and norms are left to AdamW.
"""

from __future__ import annotations

import math

import torch

QUINTIC = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


def orthogonalised(update: torch.Tensor) -> torch.Tensor:
    x = update.bfloat16() / (update.norm() + 1e-7)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    a, b, c = QUINTIC
    for _ in range(ROUNDS):
        gram = x @ x.t()
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return (x.t() if tall else x).float()


class Muon:
    def __init__(self, weights: list[torch.nn.Parameter], momentum=0.95, decay=0.01):
        self.weights, self.momentum, self.decay = weights, momentum, decay
        self.memory = [torch.zeros_like(weight) for weight in weights]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for weight, memory in zip(self.weights, self.memory):
            memory.mul_(self.momentum).add_(weight.grad)
            update = orthogonalised(weight.grad + self.momentum * memory)
            scale = math.sqrt(max(1.0, weight.shape[0] / weight.shape[1]))
            weight.mul_(1 - rate * self.decay).add_(update, alpha=-rate * scale)


def schedule(done: float, steps: int) -> float:
    """The factor on the rates: 40 warm-up steps, flat for 40 % of the tokens, then a cosine."""
    warm = min(1.0, (steps + 1) / 40)
    if done <= 0.4:
        return warm
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, (done - 0.4) / 0.6))))
