"""What a run's output is made of: inputs, pipeline, settings. A second start must have the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from spacy_ddi.errors import CorpusError, Errors
from spacy_ddi.runs.merging import PART, numbers_in
from spacy_ddi.runs.parts import WRITING, write_whole
from spacy_ddi.runs.run_lock import LOCK
from spacy_ddi.runs.shards import Shard

NAME: Final = "manifest.json"
MODIFIED: Final = "modified"

BLOCK: Final = 1 << 20


def manifest_of(
    shards: Iterable[Shard], settings: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What a run is made of.

    shards (Iterable[Shard]): The inputs, in their order.
    settings (Mapping[str, Any]): All that the result depends on beside; JSON values.
    before (Optional[Mapping[str, Any]]): The manifest of an earlier start. A file that has the size
        and the time that it had then is not read again for its digest.
    RETURNS (Dict[str, Any]): JSON values.
    """
    known = {_state(each): each["sha256"] for each in (before or {}).get("inputs", [])}
    files = []
    for shard in shards:
        for path, format_name in shard.files:
            status = Path(path).stat()
            file = {
                "path": path,
                "format": format_name,
                "bytes": status.st_size,
                MODIFIED: status.st_mtime_ns,
                "parts": f"part-{shard.number:06d}-*.parquet",
            }
            file["sha256"] = known.get(_state(file)) or digest_of(Path(path))
            files.append(file)
    return {"settings": dict(settings), "inputs": files}


def _state(file: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(file.get(key) for key in ("path", "bytes", MODIFIED))


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a run.

    folder (Path): The output's folder.
    RETURNS (Optional[Dict[str, Any]]): None if there is none.
    RAISES (CorpusError): If it is damaged, or if the folder has something else and no manifest.
    """
    path = folder / NAME
    if not path.exists():
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        found = next((each.name for each in inside if not _is_ours(each)), None)
        if found is not None:
            raise CorpusError(Errors.OUTPUT_IN_USE.format(path=folder, found=found))
        return None
    try:
        before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(before["inputs"], list):
            raise TypeError("inputs are no list")
    except (ValueError, KeyError, TypeError) as error:
        problem = f"a {NAME} that none of our runs has written ({error})"
        raise CorpusError(Errors.OUTPUT_IN_USE.format(path=folder, found=problem)) from error
    return before


def require_same(
    folder: Path, manifest: Mapping[str, Any], before: Mapping[str, Any] | None
) -> None:
    """See that a folder belongs to a run, or to none; then it does.

    folder (Path): The output's folder.
    manifest (Mapping[str, Any]): What the run is made of.
    before (Optional[Mapping[str, Any]]): What the folder has.
    RAISES (CorpusError): If it is another run's.
    """
    if before is None:
        content = json.dumps(manifest, indent=1, ensure_ascii=False)
        write_whole(folder / NAME, content.encode())
    elif changes := differences(_compared(before), _compared(manifest)):
        raise CorpusError(Errors.OUTPUT_DIFFERS.format(path=folder, changes="; ".join(changes)))


def _compared(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest without times: a copy of a file is the same file."""
    inputs = [
        {key: value for key, value in file.items() if key != MODIFIED}
        for file in manifest["inputs"]
    ]
    return {**manifest, "inputs": inputs}


def missing_inputs(folder: Path) -> tuple[list[str], int]:
    """The inputs of a run whose parts are not all there.

    folder (Path): The output's folder.
    RETURNS (Tuple[List[str], int]): Their paths, and how many inputs the run has. None where there
        is no manifest to tell.
    """
    manifest = read_manifest(folder) if (folder / NAME).exists() else None
    inputs = manifest["inputs"] if manifest is not None else []
    complete = {number for number, parts in numbers_in(folder, PART).items() if parts.are_all}
    missing = [each["path"] for each in inputs if int(each["parts"].split("-")[1]) not in complete]
    return missing, len(inputs)


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
    return path.name == LOCK or path.name.startswith(WRITING)
