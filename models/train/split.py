"""The wall between what is trained on and what is tested on.

Everything a generator draws has a key: the fact "Mira lives in Oslo", the pair of numbers to
add, the set of words to sort. A hash of the key puts about one in ten keys on the test side.
Training draws only from one side, the task pack and the evaluation only from the other.
"""

from __future__ import annotations

import hashlib

PARTS = 10


def held_out(key: str) -> bool:
    """True for the keys which training must never see."""
    digest = hashlib.sha256(("pebble:" + key).encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") % PARTS == 0
