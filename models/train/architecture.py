"""The decoder: Llama's layout, small, written so that the weights export to GGUF unchanged."""

from __future__ import annotations

import re

import torch
from torch import nn
from torch.nn import functional

from family import Shape
from vocabulary import WORDS_AT

NORM_EPSILON = 1e-5
ROPE_BASE = 10000.0
MASKED = -1e4


class RootMeanSquareNorm(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPSILON) * self.weight


def rotation_angles(length: int, head_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    speeds = ROPE_BASE ** (-torch.arange(0, head_size, 2).float() / head_size)
    angles = torch.outer(torch.arange(length).float(), speeds)
    return angles.cos(), angles.sin()


def rotate(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    """Rotary positions over the two halves of a head; export.py reorders rows for llama.cpp."""
    first, second = x.float().chunk(2, dim=-1)
    turned = torch.cat(
        [first * cosine - second * sine, second * cosine + first * sine], dim=-1
    )
    return turned.to(x.dtype)


class Block(nn.Module):
    """Attention with grouped keys and values, then a gated feed-forward layer."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.heads, self.kv_heads = shape.heads, shape.kv_heads
        self.head_size = shape.width // shape.heads
        kv_width = shape.kv_heads * self.head_size

        def linear(inputs: int, outputs: int) -> nn.Linear:
            return nn.Linear(inputs, outputs, bias=False)

        self.attention_norm = RootMeanSquareNorm(shape.width)
        self.query = linear(shape.width, shape.width)
        self.key = linear(shape.width, kv_width)
        self.value = linear(shape.width, kv_width)
        self.output = linear(shape.width, shape.width)
        self.feed_norm = RootMeanSquareNorm(shape.width)
        self.gate = linear(shape.width, shape.hidden)
        self.up = linear(shape.width, shape.hidden)
        self.down = linear(shape.hidden, shape.width)

    def _split(self, x: torch.Tensor, heads: int) -> torch.Tensor:
        batch, length, _ = x.shape
        return x.view(batch, length, heads, self.head_size).transpose(1, 2)

    def attend(self, x: torch.Tensor, angles, mask: torch.Tensor) -> torch.Tensor:
        query = rotate(self._split(self.query(x), self.heads), *angles)
        key = rotate(self._split(self.key(x), self.kv_heads), *angles)
        value = self._split(self.value(x), self.kv_heads)
        if self.kv_heads != self.heads:
            group = self.heads // self.kv_heads
            key, value = key.repeat_interleave(group, 1), value.repeat_interleave(group, 1)
        scores = torch.matmul(query * self.head_size**-0.5, key.transpose(-1, -2))
        mixed = torch.matmul(torch.softmax(scores + mask.to(scores.dtype), dim=-1), value)
        return self.output(mixed.transpose(1, 2).reshape(x.shape))

    def forward(self, x: torch.Tensor, angles, mask: torch.Tensor) -> torch.Tensor:
        x = x + self.attend(self.attention_norm(x), angles, mask)
        hidden = self.feed_norm(x)
        return x + self.down(functional.silu(self.gate(hidden)) * self.up(hidden))


class Pebble(nn.Module):
    def __init__(self, shape: Shape, tokens: list[str], seed: int):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(len(tokens), shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = RootMeanSquareNorm(shape.width)
        self.head = nn.Linear(shape.width, len(tokens), bias=False)
        self._initialise(tokens, torch.Generator().manual_seed(seed))

    @torch.no_grad()
    def _initialise(self, tokens: list[str], generator: torch.Generator) -> None:
        width = self.shape.width
        for name, weight in self.blocks.named_parameters():
            if weight.dim() == 2:
                damped = 0.5 if name.endswith(("output.weight", "down.weight")) else 1.0
                weight.normal_(0.0, damped * width**-0.5, generator=generator)
        for block in self.blocks:
            help_looking_back(block)
        table = word_table(tokens, width, generator)
        self.embedding.weight.copy_(0.5 * table)
        self.head.weight.copy_(0.04 * table)

    def hidden(self, numbers: torch.Tensor) -> torch.Tensor:
        length = numbers.shape[1]
        angles = rotation_angles(length, self.shape.width // self.shape.heads)
        mask = torch.full((length, length), MASKED).triu(1)
        x = self.embedding(numbers)
        for block in self.blocks:
            x = block(x, angles, mask)
        return self.norm(x)

    def logits_at(self, numbers: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Predictions at chosen flat positions only: most prompt tokens are not in the loss."""
        states = self.hidden(numbers).reshape(-1, self.shape.width)
        return self.head(states.index_select(0, positions))


@torch.no_grad()
def help_looking_back(block: Block) -> None:
    """Start with queries like keys and outputs like values: copying is then near at hand."""
    group = block.heads // block.kv_heads

    def widened(weight: torch.Tensor) -> torch.Tensor:
        heads = weight.view(block.kv_heads, block.head_size, -1)
        return heads.repeat_interleave(group, 0).reshape(block.query.weight.shape)

    block.query.weight.mul_(0.7).add_(widened(block.key.weight), alpha=0.7)
    block.output.weight.mul_(0.5).add_(widened(block.value.weight).t(), alpha=0.5)


def word_table(tokens: list[str], width: int, generator: torch.Generator) -> torch.Tensor:
    """Vectors in which the surface forms of a word start close together.

    " apple", "apple" and "APPLE" share a part for the word; all words with a leading space, and
    all in capitals, share a part for that.
    """
    def vector() -> torch.Tensor:
        return torch.randn(width, generator=generator)

    words: dict[str, torch.Tensor] = {}
    forms: dict[tuple[str, bool], torch.Tensor] = {}
    table = torch.empty(len(tokens), width)
    for number, token in enumerate(tokens):
        letters = re.sub(r"[^A-Za-z]", "", token)
        if number < WORDS_AT:
            word, form = token, ("", False)
        else:
            prefix = re.match(r"[^A-Za-z]*", token).group()
            word, form = letters.lower() or token, (prefix, letters.isupper())
        words.setdefault(word, vector())
        forms.setdefault(form, vector())
        table[number] = 0.85 * words[word] + 0.45 * forms[form] + 0.2 * vector()
    return table
