#!/usr/bin/env python3
"""Adds rows to data/models.toml, or renews them, from the headers of GGUF files.

    tools/catalog/refresh.py --table data/models.toml --name qwen3-8b ~/models/Qwen3-8B-Q4_K_M.gguf
    tools/catalog/refresh.py --table data/models.toml --name qwen3-8b https://HOST/…/MODEL.gguf

Only the header is read, of a URL by HTTP ranges. A row that is there keeps what no header tells
(family, kinds, the published parameters, ollama); of a new row these are guessed from the file
where it says them, and to be looked over: the program says what it guessed. Standard library only.
"""

import argparse
import datetime
import re
import struct
import sys
import tomllib
import urllib.request

# A header with a large vocabulary is about 10 MiB; more than this is no header.
HEADER_BYTES_MOST = 256 << 20
PIECE_BYTES = 1 << 20
# What one array of the metadata may hold in the shape: a value per layer.
LAYERS_MOST = 512
COUNT_MOST = 1 << 32

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?",
           10: "<Q", 11: "<q", 12: "<d"}
TEXT = 8
ARRAY = 9

# Keys of an architecture that say nothing of its shape.
NOT_SHAPE = {"vocab_size"}

# Keys of a row in the order in which they are written.
ROW_KEYS = ["name", "title", "family", "ollama", "architecture", "kinds", "parameters_billion",
            "active_billion", "license", "vocabulary", "tied_embedding", "rope_factors", "date",
            "source"]


class BadFile(Exception):
    """The file is no GGUF header that can be read."""


class Source:
    """The bytes of a file or URL, fetched as far as they are asked for."""

    def __init__(self, place):
        self.place = place
        self.bytes = b""
        self.ended = False
        self.is_url = place.startswith(("http://", "https://"))

    def _fetch(self, start, end):
        if not self.is_url:
            with open(self.place, "rb") as file:
                file.seek(start)
                return file.read(end - start)
        request = urllib.request.Request(self.place,
                                         headers={"Range": f"bytes={start}-{end - 1}"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            if start > 0 and reply.status != 206:
                raise BadFile("the server does not serve ranges of the file")
            return reply.read(end - start)

    def need(self, end):
        """The first `end` bytes, or BadFile."""
        if end > HEADER_BYTES_MOST:
            raise BadFile("its header claims to be larger than any header is")
        while len(self.bytes) < end and not self.ended:
            wanted = max(end, len(self.bytes) + PIECE_BYTES)
            piece = self._fetch(len(self.bytes), wanted)
            self.ended = not piece
            self.bytes += piece
        if len(self.bytes) < end:
            raise BadFile("it ends inside its header")
        return self.bytes


class Reader:
    """Reads little-endian values off a source, never past its end."""

    def __init__(self, source):
        self.source = source
        self.at = 0

    def take(self, count):
        taken = self.source.need(self.at + count)[self.at:self.at + count]
        self.at += count
        return taken

    def scalar(self, form):
        value = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        # Seven digits are all that a 32-bit number has: 1e-05, not 9.999999747378752e-06.
        return float(f"{value:.7g}") if form == "<f" else value

    def count(self):
        value = self.scalar("<Q")
        if value > COUNT_MOST:
            raise BadFile(f"it claims {value} elements")
        return value

    def text(self):
        return self.take(self.count()).decode("utf-8", "replace")

    def value(self, kind):
        if kind == TEXT:
            return self.text()
        if kind == ARRAY:
            return self.array()
        if kind not in SCALARS:
            raise BadFile(f"it has a value of the unknown type {kind}")
        return self.scalar(SCALARS[kind])

    def array(self):
        """Its values; of a long one only how many there are."""
        kind, count = self.scalar("<I"), self.count()
        if kind == ARRAY:
            raise BadFile("it has arrays inside arrays")
        if count <= LAYERS_MOST:
            return [self.value(kind) for _ in range(count)]
        if kind in SCALARS:
            self.take(count * struct.calcsize(SCALARS[kind]))
        else:
            for _ in range(count):
                self.take(self.count())
        return LongArray(count)


class LongArray:
    """An array of which only the length is kept."""

    def __init__(self, length):
        self.length = length


def read_header(place):
    """(metadata, {tensor name: dimensions})."""
    reader = Reader(Source(place))
    if reader.take(4) != b"GGUF":
        raise BadFile("it is no GGUF file")
    version = reader.scalar("<I")
    if version not in (2, 3):
        raise BadFile(f"it is of GGUF version {version}; 2 and 3 are known")
    tensor_count, metadata_count = reader.count(), reader.count()
    metadata = {}
    for _ in range(metadata_count):
        key = reader.text()
        metadata[key] = reader.value(reader.scalar("<I"))
    tensors = {}
    for _ in range(tensor_count):
        name = reader.text()
        dimensions = [reader.scalar("<Q") for _ in range(min(reader.scalar("<I"), 8))]
        reader.take(12)  # Type and offset: the shape does not depend on the quantization.
        tensors[name] = dimensions
    return metadata, tensors


def parameters(tensors):
    """Of all tensors together."""
    total = 0
    for dimensions in tensors.values():
        elements = 1
        for dimension in dimensions:
            elements *= dimension
        total += elements
    return total


def active_parameters(metadata, tensors):
    """Of the tensors, with of experts only those that one token uses; None without experts."""
    architecture = metadata["general.architecture"]
    experts = metadata.get(f"{architecture}.expert_count", 0)
    used = metadata.get(f"{architecture}.expert_used_count", 0)
    if not isinstance(experts, int) or not isinstance(used, int) or experts < 2:
        return None
    idle = {name: dimensions for name, dimensions in tensors.items() if "_exps." in name}
    return parameters(tensors) - parameters(idle) * (experts - used) // experts


def shape_of(metadata):
    """The architecture's own keys, without its prefix."""
    prefix = metadata["general.architecture"] + "."
    shape = {}
    for key, value in metadata.items():
        short = key.removeprefix(prefix)
        if key.startswith(prefix) and short not in NOT_SHAPE and not isinstance(value, LongArray):
            shape[short] = value
    return shape


def vocabulary_of(metadata, tensors):
    if "token_embd.weight" in tensors:
        return tensors["token_embd.weight"][1]
    tokens = metadata.get("tokenizer.ggml.tokens")
    if tokens is None:
        raise BadFile("it has neither a token embedding nor a vocabulary")
    return tokens.length if isinstance(tokens, LongArray) else len(tokens)


def kinds_of(name):
    """What the name says that the model was made for."""
    name = name.lower()
    kinds = []
    if "base" in name:
        kinds.append("base")
    if any(word in name for word in ("thinking", "reasoning", "-r1")):
        kinds.append("reasoning")
    if not kinds:
        kinds.append("instruct")
    if "coder" in name:
        kinds.append("coder")
    return kinds


def row_from_header(name, place, metadata, tensors, today):
    """A row that has nothing but what the file says, or what can be guessed from it."""
    if "general.architecture" not in metadata:
        raise BadFile("it names no architecture")
    title = str(metadata.get("general.name", name))
    row = {
        "name": name,
        "title": title,
        "family": str(metadata.get("general.basename", title)).split("-")[0].split(" ")[0],
        "architecture": metadata["general.architecture"],
        "kinds": kinds_of(f"{name} {title}"),
        "parameters_billion": float(f"{parameters(tensors) / 1e9:.3g}"),
        "license": str(metadata.get("general.license", "unknown")),
        "vocabulary": vocabulary_of(metadata, tensors),
        "tied_embedding": "output.weight" not in tensors,
        "rope_factors": any(tensor.startswith("rope_f") for tensor in tensors),
        "date": today,
        "source": place if place.startswith("http") else
        str(metadata.get("general.repo_url", metadata.get("general.source.url", "a local file"))),
        "shape": shape_of(metadata),
    }
    active = active_parameters(metadata, tensors)
    if active is not None:
        row["active_billion"] = float(f"{active / 1e9:.2g}")
    return row


# What no header tells reliably: people look it up once.
KEPT = ["title", "family", "ollama", "kinds", "parameters_billion", "active_billion", "license"]


def renewed(old, new):
    """The new row with what the old one knew better."""
    row = dict(new)
    for key in KEPT:
        if key in old:
            row[key] = old[key]
    if new["source"] == "a local file":
        row["source"] = old["source"]
    return row


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", escaped) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return repr(value)


def toml_row(row):
    lines = ["[[model]]"]
    for key in ROW_KEYS:
        value = row.get(key)
        if value is not None and value is not False:
            lines.append(f"{key} = {toml_value(value)}")
    lines.append("[model.shape]")
    for key in sorted(row["shape"]):
        written = f'"{key}"' if "." in key else key
        lines.append(f"{written} = {toml_value(row['shape'][key])}")
    return "\n".join(lines) + "\n"


def split_table(text):
    """The text before the first row, and the text of each row by its name."""
    parts = re.split(r"(?m)^(?=\[\[model\]\])", text)
    rows = {}
    for part in parts[1:]:
        rows[tomllib.loads(part)["model"][0]["name"]] = part
    return parts[0], rows


def with_row(text, row):
    """The table with the row in the old one's place, or at the end; all others as they were."""
    head, rows = split_table(text)
    rows[row["name"]] = toml_row(row)
    return head.rstrip("\n") + "\n\n" + "\n".join(part.rstrip("\n") + "\n"
                                                  for part in rows.values())


def arguments_of(command_line):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--table", required=True, help="the table to change")
    parser.add_argument("--name", required=True, help="the row's name: qwen3-8b")
    parser.add_argument("--date", type=datetime.date.fromisoformat, default=None,
                        help="the row's date [today]")
    parser.add_argument("model", help="a GGUF file, or the URL of one")
    return parser.parse_args(command_line)


def main(command_line):
    arguments = arguments_of(command_line)
    today = arguments.date or datetime.date.today()
    try:
        metadata, tensors = read_header(arguments.model)
        row = row_from_header(arguments.name, arguments.model, metadata, tensors, today)
    except (BadFile, OSError) as problem:
        print(f"error: {arguments.model}: {problem}", file=sys.stderr)
        return 1
    with open(arguments.table, encoding="utf-8") as file:
        text = file.read()
    old = {model["name"]: model for model in tomllib.loads(text).get("model", [])}
    known = arguments.name in old
    if known:
        row = renewed(old[arguments.name], row)
    else:
        guessed = ", ".join(f"{key} = {toml_value(row[key])}" for key in KEPT if key in row)
        print(f"look over what no header tells: {guessed}", file=sys.stderr)
    with open(arguments.table, "w", encoding="utf-8") as file:
        file.write(with_row(text, row))
    print(f"{'renewed' if known else 'added'} {arguments.name} in {arguments.table}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
