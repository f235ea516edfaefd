// Draws the arcs over the words of each sentence, for the lines into which the window wraps them.
//
// A *group* is what is drawn as one line: a single interaction, or several of one type that share
// a mention (the hub). Where it touches a line of text it has a *rail* above the words; rails of
// one line lie on levels, the shorter lower. Rails of one group in several lines are joined by a
// *lane* in the margin.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  const UNIT = parseFloat(getComputedStyle(root).fontSize) / 16;
  const LEVEL = 21 * UNIT; // from rail to rail
  const FIRST = 15 * UNIT; // from a mention to the lowest rail
  const LANE = 9 * UNIT; // from lane to lane
  const STEP = 20 * UNIT; // from arc to arc on one mention
  const RADIUS = 7 * UNIT;
  const MARGIN = 22 * UNIT; // of a section, see page.css
  const MOST = 60; // interactions of a sentence; of one with more, only the list is readable
  const WIDEST = 0.18; // share of the window that lanes of one side may take

  const pen = document.createElement("canvas").getContext("2d");
  const all = [...document.querySelectorAll("section")].map(read);
  const sentences = all.filter(({ items }) => items.length && items.length <= MOST);
  for (const { section, items } of all) section.classList.toggle("list", items.length > MOST);

  function read(section) {
    const text = section.querySelector("p");
    const marks = [...text.querySelectorAll("mark")];
    const items = [...section.querySelectorAll("li")];
    const groups = new Map();
    items.forEach((item, relation) => {
      const { head, tail, label, score, hub, group } = item.dataset;
      const name = item.querySelector("b").textContent;
      if (group === undefined) {
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

  // Where the words are

  function measure(sentence) {
    const box = sentence.text.getBoundingClientRect();
    sentence.width = box.width;
    sentence.places = sentence.marks.map((mark) => {
      const rects = [...mark.getClientRects()];
      const row = rects.filter((rect) => Math.abs(rect.top - rects[0].top) < rect.height / 2);
      const left = Math.min(...row.map((rect) => rect.left)) - box.left;
      const width = Math.max(...row.map((rect) => rect.right)) - box.left - left;
      const { top, height } = rects[0];
      return { width, middle: left + width / 2, top: top - box.top, height };
    });
    sentence.tops = [];
    for (const place of [...sentence.places].sort((a, b) => a.top - b.top)) {
      const last = sentence.tops[sentence.tops.length - 1];
      if (last === undefined || place.top - last > place.height / 2) sentence.tops.push(place.top);
      place.line = sentence.tops.length - 1;
    }
  }

  // What goes where: lanes, then the ends on the mentions, then levels, then labels

  function plan(sentence) {
    for (const group of sentence.groups) {
      group.rails = new Map();
      group.lane = null;
      for (const end of group.ends) {
        end.place = sentence.places[end.mark];
        const { line } = end.place;
        if (!group.rails.has(line)) group.rails.set(line, { group, line, ends: [] });
        group.rails.get(line).ends.push(end);
      }
    }
    planLanes(sentence);
    sentence.rails = sentence.groups.flatMap((group) => [...group.rails.values()]);
    for (const rail of sentence.rails) setExtent(rail, (end) => end.place.middle);
    planEnds(sentence);
    for (const rail of sentence.rails) setExtent(rail, (end) => end.x);
    for (const group of sentence.groups) planTags(sentence, group);
    sentence.tops.forEach((_, line) => {
      planLevels(sentence.rails.filter((rail) => rail.line === line));
    });
  }

  function planLanes(sentence) {
    const used = { left: [], right: [] };
    const most = Math.max(2, Math.floor((WIDEST * root.clientWidth) / LANE));
    const reach = (group) => Math.max(...group.rails.keys()) - Math.min(...group.rails.keys());
    const wide = sentence.groups.filter((group) => group.rails.size > 1);
    for (const group of wide.sort((a, b) => reach(a) - reach(b))) {
      const cost = { left: 40 * used.left.length, right: 40 * used.right.length };
      for (const { ends } of group.rails.values()) {
        cost.left += Math.max(...ends.map((end) => end.place.middle));
        cost.right += sentence.width - Math.min(...ends.map((end) => end.place.middle));
      }
      const side = cost.left <= cost.right ? "left" : "right";
      const lines = [...group.rails.keys()];
      const [first, last] = [Math.min(...lines), Math.max(...lines)];
      const free = (lane) => lane.every((taken) => last < taken.first || taken.last < first);
      const found = used[side].findIndex(free);
      const index = found < 0 ? Math.min(used[side].length, most - 1) : found;
      if (index === used[side].length) used[side].push([]);
      used[side][index].push({ first, last });
      const distance = LANE * (index + 1) - 1;
      group.lane = side === "left" ? -distance : sentence.width + distance;
    }
    const margin = (lanes) => Math.max(MARGIN, LANE * lanes.length + 4);
    sentence.margins = { paddingLeft: margin(used.left), paddingRight: margin(used.right) };
  }

  function setExtent(rail, position) {
    const xs = rail.ends.map(position);
    if (rail.group.lane !== null) xs.push(rail.group.lane);
    rail.from = Math.min(...xs);
    rail.to = Math.max(...xs);
    rail.length = rail.to - rail.from;
  }

  // Ends whose rail goes left stand left of those whose rail goes right; of two that go the same
  // way, the longer is the inner one, so that they don't cross.
  function planEnds(sentence) {
    const byMark = sentence.marks.map(() => []);
    for (const rail of sentence.rails) {
      rail.ends.forEach((end, i) => {
        const { middle } = end.place;
        let way = 0;
        if (rail.length < 1) way = i ? 1 : -1;
        else if (middle - rail.from < 1) way = 1;
        else if (rail.to - middle < 1) way = -1;
        end.order = way * (1e6 - rail.length);
        byMark[end.mark].push(end);
      });
    }
    for (const ends of byMark) {
      ends.sort((a, b) => a.order - b.order);
      ends.forEach((end, i) => {
        const step = Math.min(STEP, (end.place.width - 6) / ends.length);
        end.x = end.place.middle + (i - (ends.length - 1) / 2) * step;
      });
    }
  }

  const widthOf = (text) => pen.measureText(text).width + 10 * UNIT;

  function planTags(sentence, group) {
    const width = widthOf(group.tag);
    let best = null;
    for (const rail of group.rails.values()) {
      rail.tag = null;
      rail.height = 1;
      rail.scores = rail.ends.filter((end) => end.score !== undefined);
      for (const end of rail.scores) end.width = widthOf(end.score);
      rail.room = widest(gaps(rail, rail.scores.map((end) => [end.x, end.width / 2])));
      if (best === null || size(rail.room) > size(best.room)) best = rail;
    }
    const { room } = best;
    const fits = size(room) >= width;
    // Scores that leave no room on the rail: the label goes above it.
    if (!fits && best.scores.length) best.height = 2;
    const middle = fits ? (room[0] + room[1]) / 2 : (best.from + best.to) / 2;
    best.tag = { width, x: keepInside(sentence, middle, width), fits };
    for (const rail of group.rails.values()) {
      const tags = rail.tag ? [...rail.scores, rail.tag] : rail.scores;
      rail.start = Math.min(rail.from, ...tags.map((tag) => tag.x - tag.width / 2));
      rail.stop = Math.max(rail.to, ...tags.map((tag) => tag.x + tag.width / 2));
    }
  }

  function planLevels(rails) {
    const placed = [];
    for (const rail of rails.sort((a, b) => a.length - b.length)) {
      rail.level = 0;
      for (const other of placed) {
        const apart = rail.stop + 4 < other.start || other.stop + 4 < rail.start;
        if (!apart) rail.level = Math.max(rail.level, other.level + other.height);
      }
      placed.push(rail);
    }
    // A label stands beside the ends of higher arcs, not on them, where there is room.
    for (const rail of rails.filter(({ tag }) => tag && tag.fits)) {
      const higher = rails.filter((other) => other.level > rail.level);
      const ends = higher.flatMap((other) => other.ends.map((end) => [end.x, 4]));
      const scores = rail.scores.map((end) => [end.x, end.width / 2]);
      const room = gaps(rail, [...scores, ...ends]).filter((gap) => size(gap) >= rail.tag.width);
      const shift = (gap) => Math.abs((gap[0] + gap[1]) / 2 - rail.tag.x);
      if (!room.length) continue;
      const [from, to] = room.reduce((a, b) => (shift(b) < shift(a) ? b : a));
      const half = rail.tag.width / 2;
      rail.tag.x = Math.min(Math.max(rail.tag.x, from + half), to - half);
    }
  }

  const size = ([from, to]) => to - from;
  const widest = (all) => all.reduce((a, b) => (size(b) > size(a) ? b : a));

  // The pieces of a rail that [middle, half width] of others leave free.
  function gaps(rail, taken) {
    const free = [];
    let from = rail.from + RADIUS;
    for (const [middle, half] of taken.sort((a, b) => a[0] - b[0])) {
      free.push([from, middle - half]);
      from = Math.max(from, middle + half);
    }
    free.push([from, rail.to - RADIUS]);
    return free;
  }

  function keepInside(sentence, x, width) {
    const half = Math.min(width, sentence.width) / 2;
    return Math.max(half - 3, Math.min(x, sentence.width - half + 3));
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
  function drawAll() {
    pen.font = `600 ${12 * UNIT}px ${getComputedStyle(document.body).fontFamily}`;
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

  function listen(sentence) {
    const { section, items } = sentence;
    const point = ({ target }) => show(sentence, pointedAt(sentence, target));
    const leave = () => show(sentence, []);
    for (const kind of ["mouseover", "focusin"]) section.addEventListener(kind, point);
    for (const kind of ["mouseleave", "focusout"]) section.addEventListener(kind, leave);
    items.forEach((item, i) => {
      item.tabIndex = i ? -1 : 0;
      item.addEventListener("keydown", (event) => {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = items[(i + step + items.length) % items.length];
        item.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
    });
  }

  let drawnFor = 0;
  function redraw() {
    const width = document.body.clientWidth;
    if (width === 0 || width === drawnFor) return;
    drawnFor = width;
    drawAll();
    root.classList.add("arcs-drawn");
  }

  document.getElementById("lists")?.addEventListener("change", ({ target }) => {
    document.body.classList.toggle("with-lists", target.checked);
  });
  sentences.forEach(listen);
  redraw();
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(document.body);
})();
