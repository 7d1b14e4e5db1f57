"""ChatML as the models see it; chat-template.jinja renders the same text."""

from __future__ import annotations

from dataclasses import dataclass, field

from tasks import Tool, Turn, tool_line

Segment = tuple[str, bool]  # a piece of text, and whether the model has to produce it


@dataclass
class Conversation:
    turns: list[Turn]
    system: str | None = None
    tools: list[Tool] = field(default_factory=list)


def message(role: str, text: str, produced: bool = False) -> list[Segment]:
    return [
        (f"<|im_start|>{role}\n", False),
        (text + "<|im_end|>", produced),
        ("\n", False),
    ]


def opening(conversation: Conversation) -> list[Segment]:
    """The system message, if there is anything to put into it."""
    lines = [conversation.system] if conversation.system else []
    if conversation.tools:
        lines.append(tool_line(conversation.tools))
    return message("system", "\n".join(lines)) if lines else []


def exchange(turn: Turn) -> list[Segment]:
    return message("user", turn.user) + message("assistant", turn.answer, produced=True)


def render(conversation: Conversation) -> list[Segment]:
    segments = opening(conversation)
    for turn in conversation.turns:
        segments += exchange(turn)
    return segments
