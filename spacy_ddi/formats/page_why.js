// Shows why an interaction was found, when it is clicked, or chosen by Enter or the space bar.
"use strict";
(() => {
  const LEAST_SCALE = 0.1; // weights are shaded by the largest one, but by no less than this
  const LEAST = 0.02; // weights from which words are listed
  const MOST_WORDS = 8;

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
      for (const element of elements) {
        element.classList.remove("on-path");
        delete element.dataset.shade;
      }
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
    const { weights, path, probs } = JSON.parse(item.dataset.why);
    const scale = Math.max(LEAST_SCALE, ...Object.values(weights).map(Math.abs));
    for (const [place, weight] of Object.entries(weights)) {
      const { dataset, style } = elements[place];
      dataset.shade = weight > 0 ? "for" : "against";
      style.setProperty("--weight", (Math.abs(weight) / scale) ** 0.7);
      if (Math.abs(weight) / scale < 0.03) delete dataset.shade;
    }
    for (const place of path.flatMap(([dependent, head]) => [dependent, head])) {
      elements[place].classList.add("on-path");
    }
    item.setAttribute("aria-current", "true");
    const panel = make("div", "why");
    panel.dataset.label = item.dataset.label;
    panel.setAttribute("role", "status");
    const button = make("button", "", "Close");
    button.type = "button";
    button.addEventListener("click", close);
    const rows = make("dl");
    row(rows, "Words", listOfWords(weights, elements));
    if (path.length) row(rows, "Path", listOfPath(path, elements));
    row(rows, "Alternatives", listOfProbs(probs, item.dataset.label));
    panel.append(button, make("h2", "", `Why ${item.textContent.trim()}`), rows);
    section.querySelector("p").after(panel);
  }

  function row(list, name, content) {
    const value = make("dd");
    value.append(content);
    list.append(make("dt", "", name), value);
  }

  // What is shaded, in words
  function listOfWords(weights, elements) {
    const heavy = Object.entries(weights)
      .filter(([, weight]) => Math.abs(weight) >= LEAST)
      .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
      .slice(0, MOST_WORDS);
    if (!heavy.length) return "No single word decides: without any one of them the score stays.";
    const list = make("div", "flow");
    list.title = "By how much the probability falls or rises without the word";
    for (const [place, weight] of heavy) {
      const change = `${weight > 0 ? "\u2212" : "+"}${Math.abs(weight).toFixed(2)}`;
      list.append(make("span", "step", `${wordOf(elements[place])} ${change}`));
    }
    return list;
  }

  function listOfPath(path, elements) {
    const list = make("div", "flow");
    let place = startOf(path);
    list.append(make("span", "step", wordOf(elements[place])));
    for (const [dependent, head, dep] of path) {
      const isUp = dependent === place;
      place = isUp ? head : dependent;
      list.append(make("span", "edge", isUp ? `${dep} \u2192` : `\u2190 ${dep}`));
      list.append(make("span", "step", wordOf(elements[place])));
    }
    return list;
  }

  // The end of the first edge that the second edge does not touch
  function startOf([first, second]) {
    if (!second) return Math.min(first[0], first[1]);
    return second.slice(0, 2).includes(first[0]) ? first[1] : first[0];
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

  function wordOf(element) {
    const words = [...element.childNodes].filter((node) => node.localName !== "small");
    return words.map((node) => node.textContent).join("");
  }

  function make(name, className = "", text = "") {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  }
})();
