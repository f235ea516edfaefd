// Shows why an interaction was found, when it is clicked, or chosen by Enter or the space bar.
"use strict";
(() => {
  const { make } = pageReasons;

  for (const section of document.querySelectorAll("section")) {
    const items = [...section.querySelectorAll("li")].filter((item) => item.dataset.why);
    if (items.length) listen(section, items);
  }

  function listen(section, items) {
    const all = [...section.querySelectorAll(".relations li")];
    const elements = [...section.querySelectorAll("p > mark, p > .word")];
    let shown = null;

    function toggle(item) {
      clear();
      shown = item === shown ? null : item;
      if (shown) show(section, shown, elements, close);
    }

    function clear() {
      section.querySelector(".why")?.remove();
      pageReasons.clear(elements);
      for (const item of items) item.removeAttribute("aria-current");
    }

    function close() {
      const item = shown;
      clear();
      shown = null;
      item?.focus();
    }

    section.addEventListener("click", ({ target }) => {
      if (target.closest(".why")) return;
      const part = target.closest("[data-relations], li");
      if (!part) return;
      const numbers = part.dataset.relations?.split(" ").map(Number);
      const chosen = numbers ? numbers.map((number) => all[number]) : [part];
      // What stands for several interactions shows one after another.
      toggle(chosen[(chosen.indexOf(shown) + 1) % chosen.length]);
    });
    section.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && shown) close();
      if (!["Enter", " "].includes(event.key) || event.target.localName !== "li") return;
      event.preventDefault();
      toggle(event.target);
    });
  }

  function show(section, item, elements, close) {
    const reasons = JSON.parse(item.dataset.why);
    pageReasons.shade(reasons, elements);
    item.setAttribute("aria-current", "true");
    const panel = make("div", "why");
    panel.dataset.label = item.dataset.label;
    panel.setAttribute("role", "status");
    const button = make("button", "", "Close");
    button.type = "button";
    button.addEventListener("click", close);
    const rows = make("dl");
    const probs = listOfProbs(reasons.probs, item.dataset.label);
    rows.append(...pageReasons.rows(reasons, elements), ...pageReasons.row("Alternatives", probs));
    const note = pageReasons.noteOnScore(Number(item.dataset.score), reasons.probs[item.dataset.label]);
    if (note) rows.append(...pageReasons.row("Score", note));
    panel.append(button, make("h2", "", `Why ${item.textContent.trim()}`), rows);
    section.querySelector("p").after(panel);
  }

  function listOfProbs(probs, label) {
    const list = make("div", "probs");
    for (const [name, prob] of Object.entries(probs).sort(([, a], [, b]) => b - a)) {
      const className = name === label ? "chosen" : "";
      const bar = make("div", "bar");
      const filled = make("span");
      filled.style.width = `${100 * prob}%`;
      bar.append(filled);
      list.append(make("span", className, name === "none" ? "no interaction" : name), bar);
      list.append(make("span", className, prob.toFixed(2)));
    }
    return list;
  }
})();
