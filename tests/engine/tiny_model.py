"""Writes a tiny GGUF model with random weights for a real engine to load.

Owns the model file and nothing else: it does not start an engine. What such a model says is noise by design; a grammar
makes it say exactly what a test needs. The same call writes the same bytes, so a failure on one machine can be had on another.
"""

import argparse
import hashlib
import math
from pathlib import Path

import gguf
import numpy

CONTEXT = 32768
# As small as the architecture allows: prompts of thousands of bytes have to be read hundreds of times.
EMBEDDING = 64
FEED_FORWARD = 128
HEADS = 2
KEY_VALUE_HEADS = 1
LAYERS = 1
SEED = 7

# One token for each byte, so that a prompt's length in tokens is its length in bytes and any text can be said.
BYTES = 256
CONTROL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
]
FIM_KEYS = {"fim_pre": "<|fim_prefix|>", "fim_mid": "<|fim_middle|>", "fim_suf": "<|fim_suffix|>", "fim_pad": "<|fim_pad|>"}
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|im_start|>assistant\n{%- endif -%}"
)


def printable(byte: int) -> str:
    """The character that a "gpt2" vocabulary writes for a byte: itself where it is visible, else the next one from U+0100 on."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    if byte in visible:
        return chr(byte)
    return chr(0x100 + sum(1 for other in range(byte) if other not in visible))


def vocabulary(fills_in: bool) -> tuple[list[str], list[int]]:
    """All tokens and their types; the id of a byte's token is the byte. Padded to whole blocks of 32."""
    # An engine knows the tokens for filling in by their texts too.
    control = [token if fills_in or "fim" not in token else token.replace("fim", "not") for token in CONTROL]
    tokens = [printable(byte) for byte in range(BYTES)] + control
    types = [gguf.TokenType.NORMAL] * BYTES + [gguf.TokenType.CONTROL] * len(CONTROL)
    while len(tokens) % 32:
        tokens.append(f"<|reserved_{len(tokens)}|>")
        types.append(gguf.TokenType.UNUSED)
    return tokens, types


def add_settings(writer: gguf.GGUFWriter, size: int) -> None:
    writer.add_name("graft tiny random")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_vocab_size(size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def add_tokenizer(writer: gguf.GGUFWriter, tokens: list[str], types: list[int], fills_in: bool) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    # llama.cpp refuses a "gpt2" vocabulary without merges; this one joins two control pictures that no test writes.
    writer.add_token_merges([f"{printable(0)} {printable(1)}"])
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_eot_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    for key, token in FIM_KEYS.items() if fills_in else ():
        writer.add_uint32(f"tokenizer.ggml.{key}_token_id", tokens.index(token))
    writer.add_chat_template(CHAT_TEMPLATE)


def add_weights(writer: gguf.GGUFWriter, size: int) -> None:
    random = numpy.random.Generator(numpy.random.PCG64(SEED))

    def noise(name: str, *shape: int, deviation: float | None = None) -> None:
        scale = deviation if deviation is not None else 1 / math.sqrt(shape[-1])
        writer.add_tensor(name, (random.standard_normal(shape) * scale).astype(numpy.float32))

    def ones(name: str) -> None:
        writer.add_tensor(name, numpy.ones(EMBEDDING, dtype=numpy.float32))

    narrow = EMBEDDING // HEADS * KEY_VALUE_HEADS
    noise("token_embd.weight", size, EMBEDDING, deviation=1.0)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        ones(f"{block}.attn_norm.weight")
        for part, width in (("q", EMBEDDING), ("k", narrow), ("v", narrow)):
            noise(f"{block}.attn_{part}.weight", width, EMBEDDING)
            noise(f"{block}.attn_{part}.bias", width, deviation=0.02)
        noise(f"{block}.attn_output.weight", EMBEDDING, EMBEDDING)
        ones(f"{block}.ffn_norm.weight")
        noise(f"{block}.ffn_gate.weight", FEED_FORWARD, EMBEDDING)
        noise(f"{block}.ffn_up.weight", FEED_FORWARD, EMBEDDING)
        noise(f"{block}.ffn_down.weight", EMBEDDING, FEED_FORWARD)
    ones("output_norm.weight")
    noise("output.weight", size, EMBEDDING)


def write_model(path: Path, fills_in: bool = True) -> str:
    """Writes the model to `path` and gives its SHA-256 in hexadecimal. It fills in code between two pieces, or cannot."""
    tokens, types = vocabulary(fills_in)
    writer = gguf.GGUFWriter(str(path), "qwen2")
    add_settings(writer, len(tokens))
    add_tokenizer(writer, tokens, types, fills_in)
    add_weights(writer, len(tokens))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a tiny random model, the same bytes each time.")
    parser.add_argument("path", type=Path, help="the GGUF file to write")
    path = parser.parse_args().path
    digest = write_model(path)
    print(f"{path.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
