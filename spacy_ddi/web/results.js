// The sentences that were read, as they come: text, marks, arcs; and which of it is shown.
"use strict";
const results = (() => {
  const { make } = why;
  const at = (id) => document.getElementById(id);
  const home = at("results");
  const hidden = new Set(); // types
  const counts = new Map(); // interactions by type
  let shown = []; // sections with their records
  let totals = { mentions: 0, sentences: 0, alone: 0 };
  let precisions = null; // what precision to expect at each score, by type, if it is known
  let lastDocument = null;

  const clean = (text) => text.replace(/[\s\u0000-\u001f\u007f-\u009f]/g, " ");
  const countOf = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

  // Building: all that comes from the text is set as text

  function markOf({ text, type, drug }) {
    const mark = make("mark", { "data-type": type.toLowerCase() });
    const main = drug?.links.find(({ url }) => url);
    if (drug) mark.title = `${drug.name}, ${drug.id}`;
    if (main) {
      mark.append(make("a", { href: main.url, target: "_blank", rel: "noopener noreferrer" }, clean(text)));
    } else mark.append(clean(text));
    if (type) mark.append(make("small", {}, `\u00a0${clean(type)}`));
    return mark;
  }

  function itemOf({ record, head_mark, tail_mark, hub, group }) {
    const { label, score, head, tail } = record;
    const name = make("b", {}, label || "untyped");
    const ends = [make("bdi", {}, clean(head)), " and ", make("bdi", {}, clean(tail))];
    const button = make("button", { type: "button", "aria-expanded": "false" }, name, ` ${score.toFixed(2)}: `, ...ends);
    const item = make("li", { "data-head": head_mark, "data-tail": tail_mark, "data-label": label, "data-score": score.toFixed(2) }, button);
    if (hub !== null) Object.assign(item.dataset, { hub, group });
    return item;
  }

  function sectionOf({ start, marks, rest, notes, interactions }, file) {
    const text = make("p", { dir: "auto" });
    for (const mark of marks) text.append(clean(mark.before), markOf(mark));
    text.append(clean(rest));
    const section = make("section", {}, text);
    const items = interactions.map(itemOf);
    if (items.length) section.append(make("ul", { class: "relations", "aria-label": "Interactions" }, ...items));
    for (const note of notes) section.append(make("p", { class: "note" }, note));
    const records = interactions.map(({ record }) => ({ ...record, file }));
    return { section, items, records, start };
  }

  // Which of it is shown

  // The slider is a promised precision where the pipeline can promise one, or else a score.
  const least = () => Number(at("least").value);
  function leastScore(label) {
    if (!precisions || least() === 0) return least();
    const row = (precisions[label] ?? []).find(([, precision]) => precision >= least());
    return row ? row[0] : Infinity;
  }
  const passes = ({ label, score }) => score >= leastScore(label) && !hidden.has(label);

  function showLeast() {
    const percent = `${Math.round(100 * least())} %`;
    at("least-name").textContent = precisions ? "Right at least" : "Score at least";
    at("least-shown").textContent = !precisions ? least().toFixed(2) : least() ? percent : "any";
    at("least").setAttribute("aria-valuetext", at("least-shown").textContent);
    sayPromise();
  }

  // What a number on the slider means, and of which types it is not known
  function sayPromise() {
    at("promise").hidden = !precisions || least() === 0;
    if (at("promise").hidden) return;
    const unknown = Object.keys(precisions).filter((label) => highest(label) < least());
    const missing = unknown.length ? ` So much is not known of ${unknown.join(" and ")}.` : "";
    at("promise").textContent = `Of each type, where the drugs are recognised right. Some are not: expect some per cent less.${missing}`;
  }

  const highest = (label) => precisions[label].at(-1)?.[1] ?? 0;

  function promise(known) {
    precisions = known;
    at("least").max = known ? Math.max(0, ...Object.keys(known).map(highest)) : 1;
    showLeast();
    if (shown.length) chooseAll();
  }

  function choose({ section, items, records }) {
    let changed = false;
    items.forEach((item, i) => {
      changed ||= item.hidden === passes(records[i]);
      item.hidden = !passes(records[i]);
      if (item.hidden && item.querySelector('[aria-expanded="true"]')) why.close(section);
    });
    section.hidden = !at("every").checked && items.every((item) => item.hidden);
    return changed;
  }

  function chooseAll() {
    const changed = shown.filter(choose).map(({ section }) => section);
    interactionArcs.refresh(changed);
    summarize();
  }

  let isWaiting = false;
  function chooseSoon() {
    showLeast();
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      chooseAll();
    });
  }

  const chosen = () => shown.flatMap(({ records }) => records.filter(passes));

  function summarize() {
    const all = shown.reduce((sum, { records }) => sum + records.length, 0);
    const n = chosen().length;
    const found = n === all ? countOf(all, "interaction") : `${n.toLocaleString("en")} of ${countOf(all, "interaction")}`;
    const alone = totals.alone ? `, ${totals.alone.toLocaleString("en")} of them with one drug only` : "";
    const inside = `${countOf(totals.sentences, "sentence")}${alone}`;
    at("status").textContent = totals.mentions
      ? `${found} between ${countOf(totals.mentions, "drug mention")} in ${inside}`
      : `No drugs found in ${inside}`;
    at("tools").hidden = all === 0;
    at("hint").hidden = all === 0;
    at("none").hidden = all > 0;
  }

  function addType(label) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    const id = `type-${[...counts.keys()].indexOf(label)}`;
    if (!at(id)) {
      const box = make("input", { type: "checkbox", id });
      box.checked = !hidden.has(label);
      box.addEventListener("change", () => {
        if (box.checked) hidden.delete(label);
        else hidden.add(label);
        chooseAll();
      });
      const name = make("b", { class: "arc-name", "data-label": label }, label || "untyped");
      at("types").append(make("label", {}, box, name, make("span", { class: "count" })));
    }
    at(id).parentElement.querySelector(".count").textContent = counts.get(label).toLocaleString("en");
  }

  function add({ n_sentences, n_alone, passages }, name, file) {
    if (name && name !== lastDocument) home.append(make("h2", {}, name));
    lastDocument = name;
    totals.sentences += n_sentences;
    totals.alone += n_alone;
    const added = passages.map((passage) => sectionOf(passage, file));
    for (const each of added) {
      shown.push(each);
      totals.mentions += each.section.querySelectorAll("mark").length;
      for (const { label } of each.records) addType(label);
      choose(each);
      home.append(each.section);
    }
    interactionArcs.add(added.map(({ section }) => section));
    summarize();
  }

  function clear() {
    shown = [];
    totals = { mentions: 0, sentences: 0, alone: 0 };
    lastDocument = null;
    counts.clear();
    home.replaceChildren();
    interactionArcs.clear();
    for (const label of at("types").querySelectorAll("label")) label.remove();
    for (const id of ["tools", "hint", "none"]) at(id).hidden = true;
    at("status").textContent = "";
  }

  // An interaction is chosen by its arc, its score or its item.
  function listen(ask) {
    home.addEventListener("click", ({ target }) => {
      const section = target.closest("section");
      const part = target.closest("[data-relations], .relations > li");
      if (!part || target.closest(".why, a")) return;
      const visible = shown.find((each) => each.section === section);
      const items = visible.items.filter((item) => !item.hidden);
      const item = part.dataset.relations ? items[Number(part.dataset.relations.split(" ")[0])] : part;
      why.toggle(visible, item.querySelector("button"), visible.records[visible.items.indexOf(item)], ask);
    });
    at("least").addEventListener("input", chooseSoon);
    at("every").addEventListener("change", chooseAll);
    for (const kind of ["csv", "json"]) at(kind).addEventListener("click", () => saveRecords(chosen(), kind));
  }

  return { add, clear, listen, promise, summarize, isEmpty: () => totals.sentences === 0 };
})();
