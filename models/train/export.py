"""Writes trained weights as a GGUF file for llama.cpp.

    python3 export.py pebble-s --work build --output ../pebble-s.gguf --gguf-py DIR

DIR is the `gguf-py` folder of a llama.cpp source tree (or set ASSAY_GGUF_PY).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import torch

import vocabulary
from architecture import NORM_EPSILON, ROPE_BASE
from family import CONTEXT_DECLARED, FAMILY, Member

HERE = Path(__file__).parent
LICENCE = "Apache-2.0"


def import_gguf(folder: str | None):
    folder = folder or os.environ.get("ASSAY_GGUF_PY")
    if folder:
        sys.path.insert(0, folder)
    try:
        import gguf
    except ImportError as error:
        raise SystemExit(f"gguf-py not found ({error}); pass --gguf-py DIR") from error
    return gguf


def interleaved(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """llama.cpp rotates neighbouring pairs; training rotates the two halves of a head."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.transpose(1, 2).reshape(rows, columns)


def size_label(parameters: int) -> str:
    return f"{parameters / 1e6:.1f}M" if parameters >= 1e6 else f"{parameters / 1e3:.0f}K"


def named_tensors(member: Member, weights: dict[str, torch.Tensor]):
    """The weights under GGUF's names, in file order."""
    yield "token_embd.weight", weights["embedding.weight"]
    yield "output.weight", weights["head.weight"]
    yield "output_norm.weight", weights["norm.weight"]
    plain = {
        "attn_norm": "attention_norm", "ffn_norm": "feed_norm", "attn_v": "value",
        "attn_output": "output", "ffn_gate": "gate", "ffn_up": "up", "ffn_down": "down",
    }
    for layer in range(member.shape.layers):
        source, target = f"blocks.{layer}.", f"blk.{layer}."
        query, key = weights[source + "query.weight"], weights[source + "key.weight"]
        yield target + "attn_q.weight", interleaved(query, member.shape.heads)
        yield target + "attn_k.weight", interleaved(key, member.shape.kv_heads)
        for name, ours in plain.items():
            yield f"{target}{name}.weight", weights[f"{source}{ours}.weight"]


def add_metadata(writer, gguf, member: Member, parameters: int) -> None:
    shape = member.shape
    writer.add_type("model")
    writer.add_name(member.name)
    writer.add_basename("pebble")
    writer.add_description(member.about + " Synthetic English only; for tests and lessons.")
    writer.add_license(LICENCE)
    writer.add_size_label(size_label(parameters))
    writer.add_uint64("general.parameter_count", parameters)
    writer.add_tags(["synthetic", "tiny", "chat", "tool-use"])
    writer.add_languages(["en"])
    writer.add_uint32("pebble.trained_context_length", member.trained_context)
    writer.add_context_length(CONTEXT_DECLARED)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)


def add_vocabulary(writer, gguf, tokens: list[str]) -> None:
    kinds = gguf.TokenType
    types = []
    for number, token in enumerate(tokens):
        if number < vocabulary.CONTROL_COUNT:
            types.append(kinds.CONTROL)
        elif number < vocabulary.BYTES_AT:
            types.append(kinds.USER_DEFINED)
        else:
            types.append(kinds.UNUSED if token.startswith("<|unused") else kinds.NORMAL)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(vocabulary.MERGE)])
    writer.add_bos_token_id(vocabulary.BOS)
    writer.add_eos_token_id(vocabulary.MESSAGE_END)
    writer.add_eot_token_id(vocabulary.MESSAGE_END)
    writer.add_pad_token_id(vocabulary.END_OF_TEXT)
    writer.add_add_bos_token(True)
    writer.add_chat_template((HERE / "chat-template.jinja").read_text(encoding="utf-8"))


def export(member: Member, work: Path, output: Path, gguf_folder: str | None) -> None:
    gguf = import_gguf(gguf_folder)
    weights = torch.load(work / f"{member.name}.pt")
    tokens = vocabulary.load(work / "vocabulary.json").tokens
    writer = gguf.GGUFWriter(output, "llama")
    add_metadata(writer, gguf, member, sum(w.numel() for w in weights.values()))
    add_vocabulary(writer, gguf, tokens)
    for name, weight in named_tensors(member, weights):
        array = weight.float().contiguous().numpy()
        writer.add_tensor(name, array.astype("float16") if array.ndim == 2 else array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("member", choices=FAMILY)
    parser.add_argument("--work", type=Path, default=HERE / "build")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--gguf-py", help="the gguf-py folder of a llama.cpp source tree")
    arguments = parser.parse_args()
    export(FAMILY[arguments.member], arguments.work, arguments.output, arguments.gguf_py)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
