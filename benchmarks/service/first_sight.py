"""How long a reader waits: from the click on the page to its first interaction."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.service.texts import WORDS, make_text
from tests.web.browser import Browser

READ = "document.getElementById('results').getAttribute('aria-busy') === 'false'"

ASK = """(() => {
  const results = document.getElementById("results");
  document.getElementById("text").value = TEXT;
  window.waited = 0;
  const seen = new MutationObserver(() => {
    if (!results.querySelector(".arcs .line")) return;
    seen.disconnect();
    // When it is painted, not when it is made
    requestAnimationFrame(() => { window.waited = performance.now() - start; });
  });
  document.getElementById("empty").click();
  document.getElementById("text").value = TEXT;
  seen.observe(results, { childList: true, subtree: true });
  const start = performance.now();
  document.getElementById("find").click();
})()"""


def measure_page(port: int, n_texts: int) -> str:
    """Read texts one after another in a browser. Gives a line of figures."""
    with TemporaryDirectory() as folder, Browser(Path(folder)) as page:
        page.open(f"http://127.0.0.1:{port}/")
        page.wait_for(READ, seconds=60)
        seconds = []
        for number in range(n_texts):
            page(ASK.replace("TEXT", json.dumps(make_text(number))))
            seconds.append(page.wait_for("window.waited", seconds=60) / 1000)
            page.wait_for(READ, seconds=60)
    return (
        f"{n_texts} texts of {WORDS} words: first interaction {median(seconds):.2f} s after the "
        f"click (median), {max(seconds):.2f} s at most"
    )
