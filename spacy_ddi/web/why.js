// What is said of one interaction when it is chosen: the probability of each type, the words that
// count, the path between its drugs, and what is known of these.
"use strict";
const why = (() => {
  function make(name, attributes = {}, ...inside) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  }

  // A link to a public page. It is asked for only when it is followed.
  function outside({ url, register, id, of }) {
    const name = `${of ? `${of}: ` : ""}${register ? `${register} ` : ""}${id}`;
    return url ? make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, name) : name;
  }

  function bars(alternatives) {
    const rows = alternatives.map(({ label, probability }) => {
      const bar = make("div", { class: "share", "data-label": label, "aria-hidden": "true" });
      bar.style.width = `${Math.max(0.5, 100 * probability)}%`;
      const share = `${(100 * probability).toFixed(1)} %`;
      const name = label === "none" ? "no interaction" : label;
      return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, bar), make("td", {}, share));
    });
    return make("table", { "aria-label": "Probability of each type" }, make("tbody", {}, ...rows));
  }

  function drugs({ head, head_drug, tail, tail_drug }) {
    const known = [[head, head_drug], [tail, tail_drug]].filter(([, drug]) => drug);
    return make("dl", {}, ...known.flatMap(([text, drug]) => [
      make("dt", {}, text.toLowerCase() === drug.name.toLowerCase() ? drug.name : `${text}: ${drug.name}`),
      make("dd", {}, ...drug.links.map((link) => make("span", {}, outside(link)))),
    ]));
  }

  function question({ sentence, sentence_start, head_start, head_end, tail_start, tail_end }) {
    const inside = (place) => place - sentence_start;
    return {
      text: sentence,
      head_start: inside(head_start),
      head_end: inside(head_end),
      tail_start: inside(tail_start),
      tail_end: inside(tail_end),
    };
  }

  // The words of a sentence, as elements of its text: a mark where the word is in a mark, or else
  // an element of its own. Places count letters, as Python does, not the halves of which
  // JavaScript makes some letters.
  function elementsOf(text, words) {
    const found = [];
    let end = 0;
    let next = 0;
    const nodes = [...text.childNodes].filter(({ localName }) => localName !== "svg");
    for (let node of nodes) {
      const start = end;
      const letters = [...lettersOf(node)];
      end += letters.length;
      let cut = start; // where what is left of a text node begins
      for (; next < words.length && words[next].start < end; next++) {
        const word = words[next];
        if (node.localName) {
          found.push(node);
          continue;
        }
        const units = (from, to) => letters.slice(from - start, to - start).join("").length;
        const begin = Math.max(word.start, cut);
        const piece = node.splitText(units(cut, begin));
        node = piece.splitText(units(begin, word.end));
        cut = Math.min(word.end, end);
        const element = make("span", { class: "word" });
        piece.replaceWith(element);
        element.append(piece);
        found.push(element);
      }
    }
    return found;
  }

  function lettersOf(node) {
    const parts = [...node.childNodes].filter(({ localName }) => localName !== "small");
    return node.localName ? parts.map(({ textContent }) => textContent).join("") : node.data;
  }

  // Shades the words in the text, and lists them with the path.
  function reasons({ section, start }, record, { words, path }) {
    const moved = words.map((word) => ({
      start: word.start + record.sentence_start - start,
      end: word.end + record.sentence_start - start,
    }));
    const elements = elementsOf(section.querySelector("p"), moved);
    const weights = Object.fromEntries(
      words.flatMap(({ weight }, i) => (weight === null ? [] : [[i, weight]])),
    );
    const looks = Object.fromEntries(words.map(({ attention, pooling }, i) => [i, attention ?? pooling ?? 0]));
    const known = { weights, looks, path: path.map(({ dependent, head, dep }) => [dependent, head, dep]) };
    pageReasons.shade(known, elements);
    return make("dl", { class: "reasons" }, ...pageReasons.rows(known, elements));
  }

  function close(section) {
    section.querySelector(".why")?.remove();
    const text = section.querySelector("p");
    pageReasons.clear(text.querySelectorAll("mark"));
    for (const word of text.querySelectorAll(".word")) word.replaceWith(...word.childNodes);
    text.normalize();
    for (const open of section.querySelectorAll('[aria-expanded="true"]')) {
      open.setAttribute("aria-expanded", "false");
    }
  }

  // Shows or hides what is known of an interaction, under its sentence.
  async function toggle(shown, button, record, ask) {
    const { section } = shown;
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    close(section);
    if (wasOpen) return;
    button.setAttribute("aria-expanded", "true");
    const name = make("b", { class: "arc-name", "data-label": record.label }, record.label || "untyped");
    const title = make("span", {}, name, ` ${record.score.toFixed(2)}: `, make("bdi", {}, record.head), " and ", make("bdi", {}, record.tail));
    const end = make("button", { type: "button", class: "close" }, "Close");
    const state = make("p", { class: "note", role: "status" }, "Asking…");
    const panel = make("div", { class: "why", tabindex: "-1", role: "group", "aria-label": `Why: ${record.head} and ${record.tail}` }, make("h3", {}, title, end), state);
    const leave = () => {
      close(section);
      button.focus();
    };
    end.addEventListener("click", leave);
    panel.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") leave();
    });
    section.append(panel);
    panel.focus({ preventScroll: true });
    panel.scrollIntoView({ block: "nearest" });
    try {
      const answer = await ask("explain", question(record));
      const { alternatives } = answer;
      state.textContent = alternatives.length ? "What the model gives each type for this pair, together 100 %:" : "";
      if (!panel.isConnected) return; // closed meanwhile
      if (alternatives.length) panel.append(bars(alternatives));
      const same = alternatives.find(({ label }) => label === answer.label);
      const note = pageReasons.noteOnScore(answer.score, same?.probability);
      if (note) panel.append(make("p", { class: "note" }, note));
      if (answer.words.length) panel.append(reasons(shown, record, answer));
      if (answer.note) panel.append(make("p", { class: "note" }, answer.note.replace(/^\[DDI\d+\] /, "")));
      panel.append(drugs(answer));
    } catch (error) {
      state.textContent = error.message;
    }
  }

  return { close, make, toggle };
})();
