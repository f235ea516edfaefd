"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from spacy_ddi.whole_files import written_whole


class Stop(BaseException):
    """As Ctrl-C is."""


@pytest.mark.parametrize("before", [None, "before"])
@pytest.mark.parametrize("error", [None, ValueError, Stop])
def test_a_file_is_whole_or_as_before(tmp_path, before, error):
    path = tmp_path / "new" / "a.csv.gz" if before is None else tmp_path / "a.csv.gz"
    if before:
        path.write_text(before)
        path.chmod(0o640)

    def write():
        with written_whole(path) as aside:
            aside.write_text("half")
            assert aside.suffix == ".gz"
            assert (path.read_text() if before else path.exists()) == (before or False)
            if error is not None:
                raise error
            aside.write_text("whole")

    if error is None:
        write()
        assert path.read_text() == "whole"
    else:
        with pytest.raises(error):
            write()
        assert (path.read_text() if before else path.exists()) == (before or False)
    assert [each.name for each in path.parent.iterdir()] == [path.name] * path.exists()
    if before:
        assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("fails", [False, True])
def test_a_folder_is_whole_or_as_before(tmp_path, is_there, fails):
    path = tmp_path / "folder"
    if is_there:
        path.mkdir()

    def write():
        with written_whole(path) as aside:
            aside.mkdir()
            (aside / "a.txt").write_text("Iron.")
            if fails:
                raise ValueError

    if fails:
        with pytest.raises(ValueError):  # noqa: PT011
            write()
        assert path.exists() == is_there
    else:
        write()
    found = sorted(each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*"))
    assert found == ["folder"] * (is_there or not fails) + ["folder/a.txt"] * (not fails)


def test_an_error_names_the_file_and_not_the_other_one(tmp_path):
    def write():
        with written_whole(tmp_path / "a.csv") as aside:
            aside.mkdir()
            aside.open("w")

    with pytest.raises(OSError, match=r"a\.csv") as raised:
        write()
    assert raised.value.filename == str(tmp_path / "a.csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="links need permission there")
def test_links_stay_and_what_is_no_plain_file_is_written_directly(tmp_path):
    (tmp_path / "a").write_text("before")
    (tmp_path / "link").symlink_to("a")
    with written_whole(tmp_path / "link") as aside:
        aside.write_text("after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "a").read_text() == "after"
    with written_whole(Path(os.devnull)) as aside:
        assert aside == Path(os.devnull)
