"""Lists and dicts that refuse to be changed, where a change would be lost.

They equal the plain ones and go into JSON and msgpack as these do. A copy (`list(…)`, `dict(…)`,
`copy.copy`, `copy.deepcopy`, pickle) is a plain list or dict.
"""

from __future__ import annotations

from typing import Any, NoReturn

from spacy_ddi.errors import DDIError, Errors


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise DDIError(Errors.READ_ONLY)


class ReadOnlyList(list[Any]):
    """A list that can't be changed. `+=` makes a new, plain list, so that
    `doc._.ddi_rels += [relation]` sets what it says."""

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __imul__ = _refuse

    def __iadd__(self, other: Any) -> Any:  # type: ignore[misc]
        return [*self, *other]

    def __reduce__(self) -> Any:
        return list, (list(self),)


class ReadOnlyDict(dict[str, Any]):
    """A dict that can't be changed."""

    update = setdefault = pop = popitem = clear = _refuse
    __setitem__ = __delitem__ = __ior__ = _refuse

    def __reduce__(self) -> Any:
        return dict, (dict(self),)
