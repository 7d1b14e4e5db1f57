"""The members of the family: their shapes, what each may learn, and for how many tokens.

The differences are deliberate. `pebble-xs` never sees word games, JSON, sums or open questions;
`pebble-s` drills sums but reads short texts only; `pebble-m` reads long texts and meets sums only
now and then, so that the smaller model beats it there.
"""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT_DECLARED = 2048
GAMES = ("repeat", "uppercase", "reverse", "sort")


@dataclass(frozen=True)
class Shape:
    """A Llama-style decoder: `head_size` is width / heads."""

    width: int
    layers: int
    heads: int
    kv_heads: int
    hidden: int


@dataclass(frozen=True)
class Skills:
    """What the training conversations contain; `weights` are relative frequencies by task."""

    weights: dict[str, float]
    absent: float = 0.0  # share of questions which the text leaves open
    spelled: float = 0.0  # share of people with names outside the vocabulary
    games: tuple[str, ...] = GAMES + ("sort",)  # the hardest comes up twice as often


@dataclass(frozen=True)
class Feed:
    """Part of a training step: rows of one kind."""

    rows: str  # "copy", "short", "passage" or "sums"
    lengths: tuple[int, ...]
    tokens: int
    share: float = 1.0  # of the step's loss


@dataclass(frozen=True)
class Stage:
    name: str
    tokens: int
    feeds: tuple[Feed, ...]
    copy_share: float = 0.0  # of the short rows replaced by copying
    easy: bool = False
    stop_below: float = 0.0  # ends the stage early once the moving loss is below
    cooldown: bool = False  # the rates fall straight to nothing over this stage


@dataclass(frozen=True)
class Member:
    name: str
    about: str
    shape: Shape
    skills: Skills
    stages: tuple[Stage, ...]
    seed: int
    matrix_rate: float = 0.02
    table_rate: float = 0.005
    trained_context: int = 256
    horizon: int = 0  # tokens the rates are laid out for; 0: all after copying

    @property
    def planned_tokens(self) -> int:
        return self.horizon or sum(stage.tokens for stage in self.stages if not stage.stop_below)


def copying(tokens: int) -> Stage:
    """Teaches looking back: random strings, repeated. Nothing else is learned before this."""
    return Stage("copying", tokens, (Feed("copy", (32,), 1024),), stop_below=0.45)


PEBBLE_XS = Member(
    name="pebble-xs",
    about="Lookups in short texts, classification and tool calls. No word games, JSON or sums.",
    shape=Shape(width=32, layers=3, heads=1, kv_heads=1, hidden=96),
    skills=Skills(weights={"lookup": 0.5, "classify": 0.2, "tools": 0.3}),
    stages=(
        copying(2_500_000),
        Stage("easy", 600_000, (Feed("short", (96,), 4096),), copy_share=0.25, easy=True),
        Stage(
            "main", 5_400_000,
            (Feed("short", (128,), 3072, 0.6), Feed("passage", (160, 256), 2048, 0.4)),
            copy_share=0.05,
        ),
    ),
    seed=101,
    table_rate=0.006,
)

PEBBLE_S = Member(
    name="pebble-s",
    about="Short texts, open questions, word games, JSON, classification, tool calls and sums.",
    shape=Shape(width=64, layers=4, heads=2, kv_heads=2, hidden=192),
    skills=Skills(
        weights={"lookup": 0.24, "words": 0.34, "classify": 0.1, "json": 0.14, "tools": 0.18},
        absent=0.2, spelled=0.03,
    ),
    stages=(
        copying(1_500_000),
        Stage(
            "easy", 800_000,
            (Feed("short", (96,), 3072, 0.75), Feed("sums", (128,), 1024, 0.25)),
            copy_share=0.25, easy=True,
        ),
        Stage(
            "main", 9_600_000,
            (
                Feed("short", (128,), 3072, 0.5), Feed("passage", (160, 256), 1536, 0.2),
                Feed("sums", (128,), 1536, 0.3),
            ),
            copy_share=0.04,
        ),
    ),
    seed=102,
)

LONG_FEEDS = (
    Feed("short", (128,), 2560, 0.7),
    Feed("passage", (160, 256, 256, 512), 1536, 0.3),
)

PEBBLE_M = Member(
    name="pebble-m",
    about="Texts of up to 512 tokens, open questions, word games, JSON, classification and tool "
          "calls. Hardly any sums.",
    shape=Shape(width=256, layers=4, heads=8, kv_heads=4, hidden=256),
    skills=Skills(
        weights={
            "lookup": 0.24, "words": 0.38, "classify": 0.08, "json": 0.12, "tools": 0.16,
            "sum": 0.02,
        },
        absent=0.2, spelled=0.05,
    ),
    stages=(
        copying(500_000),
        Stage("easy", 400_000, (Feed("short", (96,), 2048),), copy_share=0.25, easy=True),
        Stage("main", 2_570_000, LONG_FEEDS, copy_share=0.04),
        Stage("cooldown", 700_000, LONG_FEEDS, copy_share=0.04, cooldown=True),
    ),
    seed=103,
    table_rate=0.004,
    trained_context=512,
    horizon=5_600_000,
)

FAMILY = {member.name: member for member in (PEBBLE_XS, PEBBLE_S, PEBBLE_M)}
