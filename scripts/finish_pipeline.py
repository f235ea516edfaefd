"""Finish what `spacy assemble` has put together from trained parts; weights stay as they are.

- Texts of any layout can be read: the tokenizer becomes `spacy-ddi.DrugTokenizer.v1`, the component
  `line_sentences` comes first (the parser may split what it takes for one sentence), and `tok2vec`,
  `parser` and `ner` read sentences one by one, without their layout.
- Mentions and candidate pairs stand once in the config, in `[candidates]`. `spacy assemble` copies
  what parts refer to into each of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import spacy
import srsly
import typer
from fresh_copy import copy_afresh
from spacy.util import load_config, registry
from thinc.api import Config

PARSER, RECOGNIZER = "sentence_parser", "sentence_ner"


def main(
    pipeline: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The pipeline.")],
    output: Annotated[Path, typer.Argument(help="The folder to write.")],
) -> None:
    """Write the finished pipeline."""
    copy_afresh(pipeline, output)
    config = load_config(output / "config.cfg", interpolate=False)
    components = config["components"]
    wrapped = [
        name
        for name, settings in components.items()
        if settings.get("factory") == "tok2vec"
        and settings["model"]["@architectures"] != "spacy-ddi.CleanTok2Vec.v1"
    ]
    for name in wrapped:
        inner = components[name]["model"]
        components[name]["model"] = {
            "@architectures": "spacy-ddi.CleanTok2Vec.v1",
            "tok2vec": inner,
        }
    for settings in components.values():
        factory = {"parser": PARSER, "ner": RECOGNIZER}.get(settings.get("factory"))
        settings["factory"] = factory or settings["factory"]
    names = config["nlp"]["pipeline"]
    if "line_sentences" not in components:
        components["line_sentences"] = {"factory": "line_sentences", "parser_splits": True}
        names.insert(0, "line_sentences")
    config["nlp"]["tokenizer"] = {"@tokenizers": "spacy-ddi.DrugTokenizer.v1"}
    share_candidates(config)
    # Where its parts lay on the machine that put it together means nothing elsewhere.
    config["paths"].update(dict.fromkeys(config["paths"]))
    config["initialize"]["components"] = {}
    config.to_disk(output / "config.cfg")
    for name in wrapped:
        wrap_weights(components[name]["model"], output / name / "model")
    nlp = spacy.blank(
        config["nlp"]["lang"], config={"nlp": {"tokenizer": config["nlp"]["tokenizer"]}}
    )
    nlp.tokenizer.to_disk(output / "tokenizer", exclude=["vocab"])
    write_meta(output / "meta.json", names)
    spacy.load(output)


def share_candidates(config: Config) -> None:
    """Let the relations and their encoder refer to one section.

    config (Config): The config, changed in place.
    """
    settings = config["components"].values()
    owners = [each for each in settings if each.get("factory") == "ddi_relation"]
    owners += [
        spans
        for each in settings
        if (spans := (each.get("model") or {}).get("get_spans", {})).get("candidates")
    ]
    blocks = [owner["candidates"] for owner in owners if isinstance(owner["candidates"], dict)]
    if any(block != blocks[0] for block in blocks):
        raise SystemExit(f"The candidates of relations and encoder differ: {blocks}")
    for block in blocks[:1]:
        config["candidates"] = block
    for owner in owners:
        owner["candidates"] = "${candidates}"


def wrap_weights(settings: dict[str, Any], path: Path) -> None:
    """Put the stored weights of an encoder into the encoder around it.

    settings (Dict[str, Any]): The outer encoder in the config.
    path (Path): The file of the weights, which is written anew.
    """
    model = registry.resolve({"model": settings})["model"]
    model.layers[0].initialize()
    model.layers[0].from_bytes(path.read_bytes())
    model.set_dim("nO", model.layers[0].get_dim("nO"))
    path.write_bytes(model.to_bytes())


def write_meta(path: Path, names: list[str]) -> None:
    """Name the pipeline's components in its meta data, too.

    path (Path): The file, which is written anew.
    names (List[str]): The components in their order.
    """
    meta = srsly.read_json(path)
    meta["pipeline"] = meta["components"] = names
    srsly.write_json(path, meta)


if __name__ == "__main__":
    typer.run(main)
