// Shows what an explanation says of a sentence: shades its words, and lists words and path.
//
// `weights`, `looks` (the network's own) and `path` name words by the keys of `elements`, which gives
// the element of each word.
"use strict";
const pageReasons = (() => {
  const LEAST_SCALE = 0.1; // weights are shaded by the largest one, but by no less than this
  const PALEST = 0.03; // share of that which is shaded
  const LEAST = 0.02; // weights from which words are listed
  const LEAST_LOOK = 0.05;
  const MOST_WORDS = 8;

  function shade({ weights, path }, elements) {
    const scale = Math.max(LEAST_SCALE, ...Object.values(weights).map(Math.abs));
    for (const [place, weight] of Object.entries(weights)) {
      const share = Math.abs(weight) / scale;
      if (share < PALEST) continue;
      const { dataset, style } = elements[place];
      dataset.shade = weight > 0 ? "for" : "against";
      style.setProperty("--weight", share ** 0.7);
    }
    for (const [dependent, head] of path) {
      for (const place of [dependent, head]) elements[place].classList.add("on-path");
    }
  }

  function clear(elements) {
    for (const element of elements) {
      element.classList.remove("on-path");
      delete element.dataset.shade;
    }
  }

  // Terms and descriptions for a `dl`
  function rows({ weights, looks, path }, elements) {
    const found = [...row("Words", listOfWords(weights, elements)), ...row("Colours", legend(path))];
    const list = listOfShares(looks, elements);
    if (list.childElementCount) found.push(...row("Attention", list));
    return path.length ? [...found, ...row("Path", listOfPath(path, elements))] : found;
  }

  function legend(path) {
    const list = make("div", "flow key");
    for (const [shade, meaning] of [["for", "less likely without it"], ["against", "likelier without it"]]) {
      const word = make("span", "word", meaning);
      word.dataset.shade = shade;
      word.style.setProperty("--weight", 0.7);
      list.append(word);
    }
    if (path.length) list.append(make("span", "on-path", "on the path between the drugs"));
    return list;
  }

  // Where the network looks, which need not be what decides
  function listOfShares(shares, elements) {
    const list = make("div", "flow");
    list.title = "Where the network looks: this need not be what decides";
    const largest = Object.entries(shares).filter(([, share]) => share >= LEAST_LOOK).sort(([, a], [, b]) => b - a);
    for (const [place, share] of largest.slice(0, MOST_WORDS)) {
      list.append(make("span", "step", `${wordOf(elements[place])} ${share.toFixed(2)}`));
    }
    return list;
  }

  // Why the score of an interaction is not the probability that is given with it
  function noteOnScore(score, probability) {
    if (probability === undefined || Math.abs(score - probability) < 0.005) return "";
    return `The score ${score.toFixed(2)} is this probability, ${probability.toFixed(2)}, calibrated: made to fit how often such interactions are right.`;
  }

  function row(name, content) {
    const value = make("dd");
    value.append(content);
    return [make("dt", "", name), value];
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

  return { clear, make, noteOnScore, row, rows, shade };
})();
