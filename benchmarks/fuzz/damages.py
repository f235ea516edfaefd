"""Ways to damage a file."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import struct
import zlib
from collections.abc import Callable
from random import Random
from typing import Any, Final

Damage = Callable[[bytes, Random], bytes]

_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?")
_NAME: Final = re.compile(rb'"([^"\n]{1,20})"|<(/?[A-Za-z]\w*)')
_TAG: Final = re.compile(rb"</?[A-Za-z][^<>]*>")
_WORD: Final = re.compile(rb"[A-Za-z]{2,}")
_ROOT: Final = re.compile(rb"<[A-Za-z]")

HUGE: Final = (b"9" * 10, b"9" * 19, b"9" * 40, b"9" * 5000, b"1e999", b"-1", b"NaN", b"0x10", b"")
BOMB: Final = (
    b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(12))
    + b"]>"
)
OUTSIDE: Final = b'<!DOCTYPE r [<!ENTITY m SYSTEM "file:///etc/hostname">]>'
JUNK: Final = (None, True, [], {}, "", 0, -1, 1.5, "x", "\ud83d", "\0", [[]], {"": None}, 10**30)


def flip_bits(content: bytes, chance: Random) -> bytes:
    """Change one to eight bits."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def change_bytes(content: bytes, chance: Random) -> bytes:
    """Change one to four bytes, most of them to signs that formats are made of."""
    changed = bytearray(content)
    signs = b"\0\t\n\r \"'&;:,<>[]{}|\\/#\xff\xc3\xed\xf0=-09eE"
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.choice(signs)
    return bytes(changed)


def truncate(content: bytes, chance: Random) -> bytes:
    """Cut off, at the end or at the beginning."""
    place = chance.randrange(len(content))
    return content[:place] if chance.random() < 0.8 else content[place:]


def take_out(content: bytes, chance: Random) -> bytes:
    """Take a piece out."""
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 60) :]


def swap_blocks(content: bytes, chance: Random) -> bytes:
    """Exchange two blocks."""
    a, b, c = sorted(chance.randrange(len(content) + 1) for _ in range(3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def repeat(content: bytes, chance: Random) -> bytes:
    """Put a block in twice, or the file after itself."""
    a, b = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:b] + content[a:] if chance.random() < 0.8 else content + content


def recode(content: bytes, chance: Random) -> bytes:
    """Write text in another encoding."""
    text = content.decode("utf-8", "replace")
    encoding = chance.choice(
        ("latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp037", "utf-7")
    )
    return text.encode(encoding, "replace")


def mix_encodings(content: bytes, chance: Random) -> bytes:
    """Put bytes of another encoding in."""
    place = chance.randrange(len(content))
    odd = (b"\xe4", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\0", b"\xf4\x90\x80\x80", b"\x85")
    return content[:place] + chance.choice(odd) + content[place:]


def nest(content: bytes, chance: Random) -> bytes:
    """Put brackets or elements in, very deep."""
    depth = chance.choice((60, 300, 2000, 100_000))
    around = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"<b>", b"")))
    inside = around[0] * depth + b"1" + around[1] * depth
    places = [found.span() for found in _NUMBER.finditer(content)] or [(0, 0)]
    start, end = chance.choice(places)
    return content[:start] + inside + content[end:]


def change_number(content: bytes, chance: Random) -> bytes:
    """Change numbers a little, as wrong offsets and ids are."""
    for _ in range(chance.randint(1, 3)):
        places = [found.span() for found in _NUMBER.finditer(content)]
        if places:
            start, end = chance.choice(places)
            other = chance.choice(places)
            near = b"%d" % (int(float(content[start:end][:15])) + chance.choice((-2, -1, 1, 5)))
            new = chance.choice((near, content[slice(*other)]))
            content = content[:start] + new + content[end:]
    return content


def make_huge(content: bytes, chance: Random) -> bytes:
    """Put a number in the place of another that nobody expects."""
    places = [found.span() for found in _NUMBER.finditer(content)] or [(0, 0)]
    start, end = chance.choice(places)
    return content[:start] + chance.choice(HUGE) + content[end:]


def exchange_names(content: bytes, chance: Random) -> bytes:
    """Put a string or tag in the place of another."""
    groups = [found.span(found.lastindex or 0) for found in _NAME.finditer(content)]
    if not groups:
        groups = [found.span() for found in _WORD.finditer(content)] or [(0, len(content))]
    (start, end), other = chance.choice(groups), chance.choice(groups)
    return content[:start] + content[slice(*other)] + content[end:]


def remove_tag(content: bytes, chance: Random) -> bytes:
    """Take a tag, or the lines around a place, out."""
    places = [found.span() for found in _TAG.finditer(content)]
    if not places:
        lines = content.split(b"\n")
        del lines[chance.randrange(len(lines))]
        return b"\n".join(lines)
    start, end = chance.choice(places)
    return content[:start] + content[end:]


def declare_entities(content: bytes, chance: Random) -> bytes:
    """Let a DOCTYPE declare entities, and refer to one."""
    doctype = chance.choice((BOMB, OUTSIDE, b""))
    root = _ROOT.search(content)
    start = root.start() if root else 0
    content = content[:start] + doctype + content[start:]
    word = chance.choice([found.span() for found in _WORD.finditer(content)] or [(0, 0)])
    name = chance.choice((b"&m;", b"&a;", b"&#0;", b"&#xD800;", b"&nbsp;", b"&"))
    return content[: word[0]] + name + content[word[1] :]


def change_value(content: bytes, chance: Random) -> bytes:
    """Put a value of another type into JSON, a line of it or all."""
    lines = content.split(b"\n")
    numbers = [n for n, line in enumerate(lines) if line.strip(b", \r").startswith(b"{")]
    number = chance.choice(numbers) if numbers else None
    piece = content if number is None else lines[number].strip(b", \r")
    try:
        tree = json.loads(piece)
    except ValueError:
        return change_number(content, chance)
    changed = json.dumps(_changed(tree, chance), ensure_ascii=chance.random() < 0.5)
    new = changed.encode("utf-8", "surrogatepass")
    if number is None:
        return new
    lines[number] = new + b"," * lines[number].rstrip().endswith(b",")
    return b"\n".join(lines)


def _changed(tree: Any, chance: Random) -> Any:
    """A tree with one value that is another."""
    if chance.random() < 0.25 or not isinstance(tree, dict | list) or not tree:
        return chance.choice(JUNK)
    key = chance.choice(list(tree) if isinstance(tree, dict) else range(len(tree)))
    if chance.random() < 0.1:
        del tree[key]
    else:
        tree[key] = _changed(tree[key], chance)
    return tree


def damage_packed(content: bytes, chance: Random) -> bytes:
    """Compress, and damage what comes of it, or put something after it."""
    pack = chance.choice((gzip_compress, lzma.compress, bz2.compress))
    packed = pack(content)
    how = chance.choice((flip_bits, truncate, take_out, swap_blocks, repeat, append_junk, as_it_is))
    return how(packed, chance)


def damage_inside(content: bytes, chance: Random) -> bytes:
    """Damage what is compressed in a file (`.spacy`, zip) and compress it again."""
    try:
        inside = zlib.decompress(content)
    except zlib.error:
        return flip_bits(content, chance)
    return zlib.compress(chance.choice((flip_bits, change_bytes, take_out))(inside, chance))


def change_length(content: bytes, chance: Random) -> bytes:
    """Put a number of four bytes in, as zips and Parquet have their lengths."""
    changed = bytearray(content)
    place = chance.randrange(max(1, len(changed) - 4))
    number = chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, len(content)))
    changed[place : place + 4] = struct.pack("<I", number)
    return bytes(changed)


def append_junk(content: bytes, chance: Random) -> bytes:
    """Put something after the end."""
    return content + chance.choice(
        (b"\0" * 100, b"junk", b"}", b"]", b"</a>", b"\n\n", b"PK\x05\x06")
    )


def as_it_is(content: bytes, chance: Random) -> bytes:
    """No damage."""
    return content


def gzip_compress(content: bytes) -> bytes:
    """Compress, without the time of day."""
    return gzip.compress(content, mtime=0)


DAMAGES: Final[tuple[Damage, ...]] = (
    flip_bits,
    change_bytes,
    truncate,
    take_out,
    swap_blocks,
    repeat,
    recode,
    mix_encodings,
    nest,
    change_number,
    make_huge,
    exchange_names,
    remove_tag,
    declare_entities,
    change_value,
    damage_packed,
    damage_inside,
    change_length,
    append_junk,
)
