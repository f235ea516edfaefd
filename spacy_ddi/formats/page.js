// Draws the arcs over the words of each sentence as `page_plan.js` plans them, and lets one stand out.
//
// `add` takes sections that came onto the page, `refresh` those whose list has other items hidden
// now, and `clear` forgets all. An item may hold a button, which then takes the focus.
"use strict";
const interactionArcs = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  const MOST = 60; // interactions of a sentence; of one with more, only the list is readable
  const { UNIT, LEVEL, FIRST, RADIUS, MARGIN, measure, plan } = arcPlan;

  const sentences = new Map(); // by their sections

  function read(section) {
    const text = section.querySelector("p");
    const marks = [...text.querySelectorAll("mark")];
    const items = [...section.querySelectorAll(".relations > li:not([hidden])")];
    const groups = new Map();
    const sizes = new Map();
    for (const { dataset } of items) sizes.set(dataset.group, (sizes.get(dataset.group) ?? 0) + 1);
    items.forEach((item, relation) => {
      const { head, tail, label, score, hub, group } = item.dataset;
      const name = item.querySelector("b").textContent;
      if (group === undefined || sizes.get(group) === 1) {
        const ends = [{ mark: Number(head) }, { mark: Number(tail) }];
        const tag = `${name} ${score}`;
        groups.set(item, { label, tag, ends, pairs: [{ relation, from: ends[0], to: ends[1] }] });
        return;
      }
      const first = { mark: Number(hub), hub: true };
      if (!groups.has(group)) groups.set(group, { label, tag: name, ends: [first], pairs: [] });
      const { ends, pairs } = groups.get(group);
      ends.push({ mark: Number(head === hub ? tail : head), score, relation });
      pairs.push({ relation, from: ends[0], to: ends[ends.length - 1] });
    });
    return { section, text, marks, items, groups: [...groups.values()] };
  }

  // On the page

  function makeRoom(sentence) {
    for (const mark of sentence.marks) mark.style.removeProperty("--space");
    sentence.tops.forEach((_, line) => {
      const rails = sentence.rails.filter((rail) => rail.line === line);
      if (!rails.length) return;
      const levels = Math.max(...rails.map((rail) => rail.level + rail.height));
      const mark = sentence.places.findIndex((place) => place.line === line);
      const space = 0.8 * sentence.places[mark].height + FIRST + LEVEL * (levels - 0.3);
      sentence.marks[mark].style.setProperty("--space", `${space}px`);
    });
  }

  function draw(sentence) {
    const heightOf = ({ line, level }) => sentence.tops[line] - FIRST - LEVEL * level;
    const picture = element("svg", { class: "arcs", "aria-hidden": "true" });
    const tags = element("g", {});
    const highest = (group) => Math.max(...[...group.rails.values()].map((rail) => rail.level));
    for (const group of [...sentence.groups].sort((a, b) => highest(b) - highest(a))) {
      const { label } = group;
      const lines = group.pairs.map(({ from, to }) => trace(group, from, to, heightOf));
      for (const d of lines) picture.append(element("path", { class: "casing", d }));
      group.pairs.forEach(({ relation, from, to }, i) => {
        const arc = element("g", { "data-label": label, "data-relations": relation });
        const drop = `M${to.x},${to.place.top}V${heightOf(railOf(group, to))}`;
        arc.append(element("path", { class: "reach", d: from.hub ? drop : lines[i] }));
        arc.append(element("path", { class: "line", d: lines[i] }));
        for (const end of [from, to]) {
          const r = end.hub ? 4 : 2.4;
          arc.append(element("circle", { cx: end.x, cy: sentence.tops[end.place.line], r }));
        }
        picture.append(arc);
      });
      const all = group.pairs.map((pair) => pair.relation).join(" ");
      for (const rail of group.rails.values()) {
        const y = heightOf(rail);
        for (const end of rail.scores) tags.append(tagOf(label, end.relation, end.score, end, y));
        if (!rail.tag) continue;
        tags.append(tagOf(label, all, group.tag, rail.tag, y - LEVEL * (rail.height - 1)));
      }
    }
    picture.append(...tags.childNodes);
    sentence.picture?.remove();
    sentence.picture = picture;
    sentence.text.append(picture);
  }

  const railOf = (group, end) => group.rails.get(end.place.line);

  function trace(group, from, to, heightOf) {
    const [one, other] = [from, to].map((end) => heightOf(railOf(group, end)));
    const points = [[from.x, from.place.top], [from.x, one]];
    if (from.place.line !== to.place.line) points.push([group.lane, one], [group.lane, other]);
    points.push([to.x, other], [to.x, to.place.top]);
    return rounded(points);
  }

  function rounded(points) {
    let d = `M${points[0]}`;
    for (let i = 1; i < points.length - 1; i++) {
      const [before, corner, after] = [points[i - 1], points[i], points[i + 1]];
      d += `L${toward(corner, before)}Q${corner},${toward(corner, after)}`;
    }
    return `${d}L${points[points.length - 1]}`;
  }

  function toward([x, y], [otherX, otherY]) {
    const length = Math.hypot(otherX - x, otherY - y) || 1;
    const part = Math.min(RADIUS, length / 2) / length;
    return [x + (otherX - x) * part, y + (otherY - y) * part];
  }

  function tagOf(label, relations, words, { x, width }, y) {
    const tag = element("g", { class: "tag", "data-label": label, "data-relations": relations });
    const [left, top, height] = [x - width / 2, y - 9 * UNIT, 18 * UNIT];
    tag.append(element("rect", { x: left, y: top, width, height, rx: 5 }));
    const text = element("text", { x, y: y + 4.2 * UNIT });
    text.textContent = words;
    tag.append(text);
    return tag;
  }

  function element(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // More lanes take more margin, which may wrap the lines elsewhere: margins only grow.
  function widen({ section, margins }) {
    const before = section.style.cssText;
    for (const [side, wanted] of Object.entries(margins)) {
      const known = parseFloat(section.style[side]) || MARGIN;
      if (wanted > known) section.style[side] = `${wanted}px`;
    }
    return section.style.cssText !== before;
  }

  // All are measured, then all are changed: one layout of the page a step, not one a sentence.
  function drawAll(chosen) {
    const sentences = chosen.filter(({ items }) => items.length && items.length <= MOST);
    for (const { section } of sentences) section.style.padding = null;
    for (let open = sentences; open.length; open = open.filter(widen)) {
      open.forEach(measure);
      open.forEach(plan);
    }
    sentences.forEach(makeRoom);
    sentences.forEach(measure);
    for (const { groups, places } of sentences) {
      for (const { ends } of groups) for (const end of ends) end.place = places[end.mark];
    }
    sentences.forEach(draw);
  }

  // One interaction stands out where the pointer or the keyboard is

  function show(sentence, relations) {
    if (!sentence.picture) return;
    const chosen = new Set(relations);
    const on = (indices) => indices.some((index) => chosen.has(index));
    sentence.picture.classList.toggle("active", chosen.size > 0);
    for (const part of sentence.picture.querySelectorAll("[data-relations]")) {
      part.classList.toggle("on", on(part.dataset.relations.split(" ").map(Number)));
    }
    sentence.items.forEach((item, i) => item.classList.toggle("on", chosen.has(i)));
    sentence.marks.forEach((mark, i) => mark.classList.toggle("on", on(relationsOf(sentence, i))));
  }

  function relationsOf({ items }, mark) {
    const touches = ({ dataset }) => Number(dataset.head) === mark || Number(dataset.tail) === mark;
    return items.flatMap((item, i) => (touches(item) ? [i] : []));
  }

  function pointedAt(sentence, target) {
    const part = target.closest("[data-relations], mark, li");
    if (part === null) return [];
    if (part.dataset.relations) return part.dataset.relations.split(" ").map(Number);
    if (part.localName === "li") return [sentence.items.indexOf(part)];
    return relationsOf(sentence, sentence.marks.indexOf(part));
  }

  const focusOf = (item) => item.querySelector("button") ?? item;

  function listen(section) {
    const sentence = () => sentences.get(section);
    const point = ({ target }) => show(sentence(), pointedAt(sentence(), target));
    const leave = () => show(sentence(), []);
    for (const kind of ["mouseover", "focusin"]) section.addEventListener(kind, point);
    for (const kind of ["mouseleave", "focusout"]) section.addEventListener(kind, leave);
    section.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const { items } = sentence();
      const i = items.indexOf(event.target.closest(".relations > li"));
      if (!step || i < 0) return;
      event.preventDefault();
      const next = items[(i + step + items.length) % items.length];
      focusOf(items[i]).tabIndex = -1;
      focusOf(next).tabIndex = 0;
      focusOf(next).focus();
    });
  }

  // One item of a list is reached by Tab, the others by the arrow keys.
  function prepare(section) {
    const before = sentences.get(section);
    before?.picture?.remove();
    for (const mark of before?.marks ?? []) mark.style.removeProperty("--space");
    section.style.padding = null;
    const sentence = read(section);
    sentences.set(section, sentence);
    section.classList.toggle("list", sentence.items.length > MOST);
    sentence.items.forEach((item, i) => (focusOf(item).tabIndex = i ? -1 : 0));
    return sentence;
  }

  function refresh(sections) {
    const changed = sections.map(prepare);
    if (drawnFor === 0) redraw();
    else drawAll(changed);
  }

  function add(sections) {
    sections.forEach(listen);
    refresh(sections);
  }

  let drawnFor = 0;
  function redraw() {
    const width = document.body.clientWidth;
    if (width === 0 || width === drawnFor) return;
    drawnFor = width;
    drawAll([...sentences.values()]);
    root.classList.add("arcs-drawn");
  }

  document.getElementById("lists")?.addEventListener("change", ({ target }) => {
    document.body.classList.toggle("with-lists", target.checked);
  });
  add([...document.querySelectorAll("main section")]);
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(document.body);
  return { add, refresh, clear: () => sentences.clear() };
})();
