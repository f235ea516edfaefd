"""What the command line does not import, and that it is there for whoever asks."""

from __future__ import annotations

import subprocess
import sys

ASKS = """
import sys
from spacy_ddi.cli import light_imports

with light_imports._left_out():
    assert "sklearn" in sys.modules and sys.modules["sklearn"] is None
    from {module} import {name}
assert callable({name})
assert sys.modules["{module}"].{name} is {name}
assert "sklearn" not in sys.modules
"""


def test_more_of_the_compiler_is_imported_where_it_is_asked_for() -> None:
    code = ASKS.format(module="torch._dynamo._trace_wrapped_higher_order_op", name="trace_wrapped")
    subprocess.run([sys.executable, "-c", code], check=True)


def test_transformers_does_without_the_compiler() -> None:
    code = (
        "import sys; from spacy_ddi.cli.light_imports import import_transformers as light; light();"
        "assert not {'torch._dynamo', 'sklearn', 'scipy'} & set(sys.modules);"
        "from transformers import AutoModel; assert AutoModel"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
