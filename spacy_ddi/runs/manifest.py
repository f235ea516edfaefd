"""What a run's output is made of: inputs, pipeline, settings. A second start must have the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.formats.inputs import Input
from spacy_ddi.runs.parts import write_whole

NAME: Final = "manifest.json"
BLOCK: Final = 1 << 20


def manifest_of(inputs: Iterable[Input], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What a run is made of.

    inputs (Iterable[Input]): The files, in their order.
    settings (Mapping[str, Any]): All that the result depends on beside; JSON values.
    RETURNS (Dict[str, Any]): JSON values.
    """
    files = [
        {
            "path": str(path),
            "format": format.name,
            "bytes": path.stat().st_size,
            "sha256": digest_of(path),
        }
        for path, format in inputs
    ]
    return {"settings": dict(settings), "inputs": files}


def require_same(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """See that a folder belongs to a run, or to none; then it does.

    folder (Path): The output's folder; it is made.
    manifest (Mapping[str, Any]): What the run is made of.
    RETURNS (bool): Whether the run was begun before.
    RAISES (CorpusError): If the folder has another run's output, or something else.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    if not path.exists():
        found = next((each.name for each in folder.iterdir() if not _is_ours(each)), None)
        if found is not None:
            raise CorpusError(Errors.OUTPUT_IN_USE.format(path=folder, found=found))
        write_whole(path, json.dumps(manifest, indent=1, ensure_ascii=False).encode())
        return False
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        problem = f"{NAME}, which is no JSON ({error})"
        raise CorpusError(Errors.OUTPUT_IN_USE.format(path=folder, found=problem)) from error
    if before != manifest:
        changes = "; ".join(differences(before, manifest))
        raise CorpusError(Errors.OUTPUT_DIFFERS.format(path=folder, changes=changes))
    return True


def differences(before: Any, now: Any, where: str = "") -> list[str]:
    """How two manifests differ, the first few differences in words.

    before, now (Any): JSON values.
    where (str): What they are.
    RETURNS (List[str]): At most five.
    """
    if isinstance(before, dict) and isinstance(now, dict):
        keys = sorted({*before, *now})
        parts = (differences(before.get(k), now.get(k), f"{where} {k}".strip()) for k in keys)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        parts = (
            differences(one, other, f"{where} {number}")
            for number, (one, other) in enumerate(zip(before, now, strict=True), start=1)
        )
    elif before == now:
        return []
    elif isinstance(before, list) and isinstance(now, list):
        return [f"{where} were {len(before)}, now {len(now)}"]
    else:
        return [f"{where} was {before!r}, now {now!r}"]
    return [change for part in parts for change in part][:5]


def digest_of(path: Path) -> str:
    """SHA-256 of a file.

    path (Path): The file.
    RETURNS (str): Hexadecimal digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _is_ours(path: Path) -> bool:
    return path.name.startswith(("part-", ".part-", f".{NAME}"))
