"""Loading a pipeline, and what the commands ask of it."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from spacy_ddi.cli.console import say
from spacy_ddi.cli.options import DEFAULT_PIPELINE, PrecisionOption, Reported
from spacy_ddi.errors import DDIError, Errors
from spacy_ddi.warning_messages import Warnings

if TYPE_CHECKING:
    from spacy.language import Language

    from spacy_ddi.candidates.mentions import MentionSource
    from spacy_ddi.component.ddi_relation import DDIRelation


def load_pipeline(
    name: str, precision: PrecisionOption | None = None, reported: Reported | None = None
) -> Language:
    """Load a pipeline that finds interactions.

    name (str): An installed package, or a folder.
    precision (Optional[PrecisionOption]): Precision of its transformer; None for its own.
    reported (Optional[Reported]): Which interactions it is to report; None for what it says.
    RETURNS (Language): The pipeline.
    RAISES (DDIError): If there is none of this name, if it can't be loaded, if it has no
        relation component or no precision that can be set, or can't tell what to report.
    """
    from spacy_ddi.component.lookup import component_of, set_precision

    nlp = load_any(name)
    try:
        component = component_of(nlp)
    except DDIError as error:
        raise DDIError(Errors.NO_RELATIONS.format(name=name, problem=error)) from error
    if precision is not None:
        set_precision(nlp, precision.value)
    for label in (reported and reported.types) or ():
        if label not in component.labels:
            known = ", ".join(component.labels)
            raise DDIError(Errors.NO_SUCH_TYPE.format(name=name, found=label, known=known))
    for setting, value in (reported or Reported())._asdict().items():
        if value is not None:
            component.change_setting(setting, value)
    if reported is not None and reported.min_precision is not None:
        _say_what_is_not_promised(component, reported.min_precision)
    return nlp


def _say_what_is_not_promised(component: DDIRelation, asked: float) -> None:
    from spacy_ddi.component.reported import highest_promises

    labels = component.cfg["types"] or component.labels
    highest = highest_promises(labels, component.cfg["precisions"])
    if missed := [label for label, promised in highest.items() if promised < asked]:
        known = ", ".join(f"{label} {promised:g}" for label, promised in highest.items())
        message = Warnings.PARTLY_PROMISED.format(
            found=asked, labels=" and ".join(missed), known=known
        )
        say(message, style="yellow")


def load_recognizer(name: str) -> Language:
    """Load a pipeline that finds mentions.

    name (str): An installed package, or a folder.
    RETURNS (Language): The pipeline.
    RAISES (DDIError): If there is none of this name, if it can't be loaded, or if no component of
        it sets entities.
    """
    nlp = load_any(name)
    if not any("doc.ents" in nlp.get_pipe_meta(pipe).assigns for pipe in nlp.pipe_names):
        found = ", ".join(nlp.pipe_names) or "nothing"
        raise DDIError(Errors.NO_RECOGNIZER.format(name=name, found=found))
    return nlp


def load_any(name: str) -> Language:
    """Load a pipeline, whatever it does, with a warning if it was made for other versions.

    name (str): An installed package, or a folder.
    RETURNS (Language): The pipeline.
    RAISES (DDIError): If there is none of this name, or if it can't be loaded.
    """
    require_installed(name)
    if _is_package(name):
        name = name.replace("-", "_")  # pip takes both
    if not (folder_of(name) / "meta.json").is_file():
        problem = "it has no meta.json, so it is no spaCy pipeline"
        raise DDIError(Errors.BROKEN_PIPELINE.format(name=name, problem=problem))
    import spacy

    from spacy_ddi.cli.light_imports import import_transformers

    with explained(name):
        import_transformers()
        nlp = spacy.load(name)
    if unmet := unmet_requirements(name):
        say(Warnings.MADE_FOR_OTHERS.format(name=name, unmet=", ".join(unmet)), style="yellow")
    return nlp


def mention_source(component: DDIRelation) -> MentionSource:
    """Where a relation component finds the mentions.

    component (DDIRelation): The component.
    RETURNS (MentionSource): Gives the mentions of a Doc.
    """
    return component.candidates.mentions


def require_installed(name: str) -> None:
    """See that a pipeline is there, without importing anything.

    name (str): A package, or a folder.
    RAISES (DDIError): If it is neither.
    """
    if name and (_is_package(name) or Path(name).is_dir()):
        return
    if name == DEFAULT_PIPELINE:
        advice = f"It is a wheel in the project's assets: pip install assets/{name}-*.whl"
    elif Path(name).is_file():
        advice = f"It is a file. If it is a wheel, install it: pip install {name}"
    else:
        advice = "Check the name (pip list shows what is installed), or the folder's path."
    raise DDIError(Errors.NO_PIPELINE.format(name=name, advice=advice))


@contextmanager
def explained(name: str) -> Iterator[None]:
    """A block that loads a pipeline, whose error tells what is wrong with it.

    name (str): A package, or a folder.
    RAISES (DDIError): If the block raises anything.
    """
    try:
        yield
    except Exception as error:  # whatever is installed under this name runs here
        if not _is_readable(error):
            traceback.print_exception(error, file=sys.stderr)
        kind = "" if _is_readable(error) else f"{type(error).__name__}: "
        problem = f"{kind}{error}".rstrip(". \n")
        if unmet := unmet_requirements(name):
            template = Errors.OTHER_VERSIONS
            raise DDIError(
                template.format(name=name, unmet=", ".join(unmet), problem=problem)
            ) from error
        raise DDIError(Errors.BROKEN_PIPELINE.format(name=name, problem=problem)) from error


def unmet_requirements(name: str) -> list[str]:
    """What a pipeline's meta.json asks for and this environment lacks.

    name (str): A package, or a folder.
    RETURNS (List[str]): E.g. "spacy-ddi>=0.5.0 (0.3.0 is installed)".
    """
    from packaging.requirements import InvalidRequirement, Requirement

    unmet = []
    for text in _requirements(name):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            unmet.append(f"{text} (not installed)")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            unmet.append(f"{text} ({installed} is installed)")
    return unmet


def _requirements(name: str) -> list[str]:
    """Those of a package's or a folder's meta.json; none if it can't be read."""
    try:
        meta = json.loads((folder_of(name) / "meta.json").read_text(encoding="utf8"))
        spacy_version = [f"spacy{meta['spacy_version']}"] if meta.get("spacy_version") else []
        return [*map(str, meta.get("requirements", [])), *spacy_version]
    except (OSError, ValueError, AttributeError, TypeError):
        return []


def folder_of(name: str) -> Path:
    """Where a package or a stored pipeline lies."""
    try:
        spec = find_spec(name) if _is_package(name) else None
    except (ImportError, ValueError):
        spec = None
    return Path(next(iter((spec and spec.submodule_search_locations) or [name])))


def _is_package(name: str) -> bool:
    try:
        distribution(name)
    except (PackageNotFoundError, ValueError):
        return False
    return True


def _is_readable(error: Exception) -> bool:
    """Whether the message of an error says enough: a bug in a pipeline needs its trace."""
    from catalogue import RegistryError
    from thinc.api import ConfigValidationError

    known = (ImportError, OSError, DDIError, RegistryError, ConfigValidationError)
    return isinstance(error, known) or str(error).startswith("[E")
