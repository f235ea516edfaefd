// Zooms the graph, shows names where there is room, and says of drugs and lines what is known.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const at = (id) => document.getElementById(id);
  const { drugs, lines, size, meanings, own, note } = JSON.parse(at("data").textContent);
  const [svg, world, panel, stage] = [at("graph"), at("world"), at("panel"), at("stage")];
  const circles = [...at("drugs-drawn").children];
  const names = [...at("names").children];
  // The most evident line is drawn last, on top of the others.
  const paths = [...at("lines").children].reverse();
  const hidden = new Set();
  let chosen = null; // {drug: number} or {line: number}
  let pointed = null;
  let view = { x: 0, y: 0, scale: 1 };
  let whole = 1; // the scale at which all is seen

  drugs.forEach((drug) => (drug.lines = []));
  lines.forEach((line, i) => line.ends.forEach((end) => drugs[end].lines.push(i)));
  svg.style.setProperty("--faint", Math.max(0.3, Math.min(0.75, 0.75 - Math.log10(lines.length / 60) * 0.27)));
  const sorted = drugs.map((_, i) => i).sort((a, b) => drugs[b].partners - drugs[a].partners || a - b);
  const major = new Set(sorted.slice(0, Math.min(40, Math.max(3, Math.ceil(drugs.length / 12)))));
  major.forEach((i) => names[i].classList.add("major"));
  const reaches = paths.map((path) => {
    const reach = path.cloneNode();
    reach.removeAttribute("stroke-width");
    reach.classList.add("reach");
    at("lines").append(reach);
    return reach;
  });

  // What is seen

  const shown = (line) => !hidden.has(line.label);
  const seen = (i) => drugs[i].lines.some((line) => shown(lines[line]));
  const place = ([x, y]) => [x * view.scale + view.x, y * view.scale + view.y];
  const grown = () => Math.min(1.4, Math.max(0.55, whole)) * Math.sqrt(view.scale / whole);

  function lit() {
    const on = pointed || chosen;
    if (!on) return null;
    if ("line" in on) return { drugs: new Set(lines[on.line].ends), lines: new Set([on.line]) };
    const found = drugs[on.drug].lines.filter((i) => shown(lines[i]));
    return { drugs: new Set([on.drug, ...found.flatMap((i) => lines[i].ends)]), lines: new Set(found) };
  }

  function light() {
    const on = lit();
    svg.classList.toggle("lit", on !== null);
    paths.forEach((path, i) => path.classList.toggle("on", on !== null && on.lines.has(i)));
    circles.forEach((circle, i) => {
      circle.classList.toggle("on", on !== null && on.drugs.has(i));
      circle.classList.toggle("chosen", chosen !== null && chosen.drug === i);
    });
    placeNames(on);
  }

  // Names: the most important first, each where it covers no other, no circle, and the
  // fewest lines

  const pen = document.createElement("canvas").getContext("2d");
  const fonts = getComputedStyle(document.body).fontFamily;
  const widths = names.map((text, i) => {
    pen.font = major.has(i) ? `600 13.5px ${fonts}` : `12px ${fonts}`;
    return pen.measureText(text.textContent).width * 1.04;
  });

  const EDGE = 10; // room above and below the graph for names of its outer circles
  const ROOM = 4; // between a name and what is beside it
  const FEW = 150; // with more lines, a name keeps clear of those of its own drug only

  function placeNames(on) {
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    const { take, covers } = makeBoxes();
    const places = drugs.map((drug) => place(drug.place));
    const inside = ([x, y]) => x > -150 && y > -20 && x < width + 20 && y < height + 20;
    const wanted = sorted.filter((i) => (on ? on.drugs.has(i) : seen(i)) && inside(places[i]));
    const radius = (i) => drugs[i].radius * grown();
    for (const i of on ? wanted : sorted.filter((i) => seen(i) && inside(places[i]))) {
      const [[x, y], r] = [places[i], radius(i) * 0.8];
      take([x - r, y - r, x + r, y + r], i, false);
    }
    const first = on && chosen && "drug" in chosen ? chosen.drug : -1;
    wanted.sort((a, b) => (b === first) - (a === first));
    names.forEach((text) => text.classList.add("gone"));
    for (const i of wanted) {
      const [[x, y], r, w] = [places[i], radius(i) + 4, widths[i]];
      const h = major.has(i) ? 8 : 7;
      const tries = [
        [x + r, y, x + r + w],
        [x - r - w, y, x - r],
        [x - w / 2, y + r + h - 1, x + w / 2],
        [x - w / 2, y - r - h + 1, x + w / 2],
      ].map(([left, middle, right]) => [left, middle - h, right, middle + h]);
      const fits = (box) => box[0] > 2 && box[2] < width - 2 && box[1] > 2 && box[3] < height - 2;
      // An important name rather covers circles than to be missing.
      const most = major.has(i) ? Infinity : on ? 3 : 0;
      if (major.has(i)) tries.push([x - w / 2, y - h, x + w / 2, y + h]);
      const near = lines.length > FEW ? drugs[i].lines.map((line) => lines[line]) : lines;
      const ways = near.filter(shown).map(({ ends }) => [places[ends[0]], places[ends[1]]]);
      let [least, found] = [Infinity, i === first ? tries[0] : null];
      for (const box of tries.filter(fits)) {
        const { circles, names } = covers([box[0] - ROOM, box[1], box[2] + ROOM, box[3]], i);
        if (names || circles > most) continue;
        const cost = 10 * circles + ways.filter((way) => crosses(way, box)).length;
        if (cost < least) [least, found] = [cost, box];
      }
      if (!found) continue;
      const box = found;
      take([box[0] - 3, box[1] - 1, box[2] + 3, box[3] + 1], i, true);
      names[i].setAttribute("x", box[0]);
      names[i].setAttribute("y", (box[1] + box[3]) / 2 + 4);
      names[i].classList.remove("gone");
    }
  }

  // Zoom

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
      const factor = grown() / view.scale;
      circles.forEach((circle, i) => circle.setAttribute("r", drugs[i].radius * factor));
      placeNames(lit());
    });
  }

  function showAll() {
    const width = stage.clientWidth;
    const height = at("foot").offsetTop - 2 * EDGE;
    whole = Math.min(width / size[0], height / size[1], 1.6);
    view = { scale: whole, x: (width - size[0] * whole) / 2, y: EDGE + (height - size[1] * whole) / 2 };
    draw();
  }

  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const scale = Math.min(12, Math.max(whole / 2, view.scale * factor));
    const by = scale / view.scale;
    view = { scale, x: x - (x - view.x) * by, y: y - (y - view.y) * by };
    draw();
  }

  function bringIn(i) {
    const [x, y] = place(drugs[i].place);
    const [width, height] = [stage.clientWidth, stage.clientHeight];
    if (x > 60 && y > 60 && x < width - 60 && y < height - 60) return;
    view.x += width / 2 - x;
    view.y += height / 2 - y;
    draw();
  }

  // What is said

  function make(tag, text = "", attributes = {}, ...children) {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const count = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
  const sure = (p) => (p > 0.9999 ? "> 99.99 %" : `${(100 * p).toFixed(2)} %`);
  const kind = (label) => label || "untyped";
  const typed = (label) => ({ "data-label": label, ...(Object.hasOwn(own, label) && { "data-own": own[label] }) });

  function nameOf(i) {
    const button = make("button", drugs[i].name, { type: "button", class: "name" });
    button.addEventListener("click", () => choose({ drug: i }));
    return button;
  }

  function item(i, text) {
    const line = lines[i];
    const small = `${sure(line.probability)} · ${count(line.documents, "doc")}`;
    const parts = [make("i"), make("span", text, {}, " ", make("b", kind(line.label), { class: "kind" })), make("small", small)];
    const button = make("button", "", { type: "button" }, ...parts);
    button.addEventListener("click", () => choose({ line: i }));
    button.addEventListener("pointerenter", () => point({ line: i }));
    button.addEventListener("pointerleave", () => point(null));
    return make("li", "", typed(line.label), button);
  }

  const pair = ({ ends }) => ends.map((end) => drugs[end].name).join(" – ");

  function tell() {
    const parts = !chosen ? tellAll() : "drug" in chosen ? tellDrug(chosen.drug) : tellLine(lines[chosen.line]);
    const foot = "Found by a statistical model, not by an expert: not for clinical decisions.";
    panel.replaceChildren(...parts, make("p", foot, { class: "foot" }));
    panel.scrollTop = 0;
  }

  function tellAll() {
    const visible = lines.map((_, i) => i).filter((i) => shown(lines[i]));
    const list = make("ul", "", {}, ...visible.slice(0, 15).map((i) => item(i, pair(lines[i]))));
    const most = sorted.filter(seen).slice(0, 8).map((i) => {
      const number = make("small", count(drugs[i].partners, "partner"));
      const button = make("button", "", { type: "button" }, make("span", drugs[i].name), number);
      button.addEventListener("click", () => choose({ drug: i }));
      return make("li", "", {}, button);
    });
    return [
      make("h2", "What interacts"),
      make("p", "Click a drug, or a line to read what was said.", { class: "soft" }),
      make("h3", "Most partners"),
      make("ul", "", {}, ...most),
      make("h3", "Most evident"),
      list,
      ...(note ? [make("p", note, { class: "foot" })] : []),
    ];
  }

  function tellDrug(i) {
    const found = drugs[i].lines.filter((line) => shown(lines[line]));
    const other = (line) => drugs[line.ends[0] === i ? line.ends[1] : line.ends[0]].name;
    const words = [drugs[i].id, count(drugs[i].partners, "partner")].filter(Boolean).join(" · ");
    return [
      make("h2", drugs[i].name),
      make("p", words, { class: "soft" }),
      make("h3", count(found.length, "line")),
      make("ul", "", {}, ...found.map((line) => item(line, other(lines[line])))),
    ];
  }

  function tellLine(line) {
    const facts = [
      ["Probability that one is true", sure(line.probability)],
      ["Documents", line.documents.toLocaleString("en")],
      ["Sentences", line.sentences.toLocaleString("en")],
      ["Score", `${line.max_score.toFixed(2)} at most, ${line.mean_score.toFixed(2)} on average`],
    ];
    if (line.first_year) facts.push(["Years", line.first_year === line.last_year ? line.first_year : `${line.first_year} to ${line.last_year}`]);
    const quotes = line.evidence.map(({ pieces, score, document: id }) => {
      const words = pieces.map((piece, i) => (i % 2 ? make("mark", piece) : piece));
      return make("blockquote", "", typed(line.label), ...words, make("footer", `${id} · score ${score.toFixed(2)}`));
    });
    const meaning = meanings[line.label] ? `: ${meanings[line.label]}` : "";
    return [
      make("h2", "", {}, nameOf(line.ends[0]), " – ", nameOf(line.ends[1])),
      make("p", "", typed(line.label), make("b", kind(line.label), { class: "kind" }), meaning),
      make("dl", "", {}, ...facts.flatMap(([term, fact]) => [make("dt", term), make("dd", fact)])),
      make("h3", line.sentences > quotes.length ? "The best sentences" : "Sentences"),
      ...quotes,
    ];
  }

  // What a user does

  function choose(what) {
    chosen = what;
    pointed = null;
    light();
    tell();
    if (what && "drug" in what) bringIn(what.drug);
  }

  function point(what) {
    pointed = what;
    light();
  }

  function listen(elements, key) {
    elements.forEach((element, i) => {
      element.addEventListener("pointerenter", () => drag === null && point({ [key]: i }));
      element.addEventListener("pointerleave", () => drag === null && point(null));
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        if (!moved) choose({ [key]: i });
      });
    });
  }

  let drag = null;
  let moved = false;
  listen(circles, "drug");
  listen(reaches, "line");
  const fingers = new Map();
  svg.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    drag = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag || !fingers.has(event.pointerId)) return;
    const other = [...fingers.values()].find((each) => each.pointerId !== event.pointerId);
    const before = fingers.get(event.pointerId);
    fingers.set(event.pointerId, event);
    if (other) {
      const apart = (a) => Math.hypot(a.clientX - other.clientX, a.clientY - other.clientY);
      const box = stage.getBoundingClientRect();
      moved = true;
      zoom(apart(event) / Math.max(apart(before), 1), other.clientX - box.left, other.clientY - box.top);
      return;
    }
    if (!moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 5) return;
    moved = true;
    view.x += event.clientX - before.clientX;
    view.y += event.clientY - before.clientY;
    draw();
  });
  const drop = (event) => {
    fingers.delete(event.pointerId);
    if (!fingers.size) drag = null;
  };
  window.addEventListener("pointerup", drop);
  window.addEventListener("pointercancel", drop);
  svg.addEventListener("click", () => !moved && choose(null));
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  // The nearest drug in a direction; what lies aside counts as farther.
  function next([dx, dy]) {
    if (!chosen) return sorted.find(seen);
    const from = "drug" in chosen ? chosen.drug : lines[chosen.line].ends[0];
    const [x, y] = drugs[from].place;
    let [best, found] = [Infinity, from];
    drugs.forEach((drug, i) => {
      const along = (drug.place[0] - x) * dx + (drug.place[1] - y) * dy;
      const aside = Math.abs((drug.place[0] - x) * dy) + Math.abs((drug.place[1] - y) * dx);
      if (i === from || along <= 0 || aside > 2 * along || !seen(i)) return;
      if (along + 2 * aside < best) [best, found] = [along + 2 * aside, i];
    });
    return found;
  }

  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in WAYS) {
      const drug = next(WAYS[event.key]);
      if (drug !== undefined) choose({ drug });
    } else if (event.key === "+" || event.key === "=") zoom(1.4);
    else if (event.key === "-") zoom(1 / 1.4);
    else if (event.key === "0") showAll();
    else if (event.key === "Enter") (panel.querySelector("button") || panel).focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) {
      choose(null);
      svg.focus();
    }
  });

  at("closer").addEventListener("click", () => zoom(1.4));
  at("farther").addEventListener("click", () => zoom(1 / 1.4));
  at("whole").addEventListener("click", showAll);

  const search = at("search");
  at("drugs").append(...sorted.map((i) => make("option", "", { value: drugs[i].name })));
  const match = (test) => sorted.find((i) => seen(i) && test(drugs[i].name.toLowerCase()));
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    at("missing").textContent = "";
    const found = match((name) => name === wanted);
    if (found !== undefined) choose({ drug: found });
  });
  search.addEventListener("keydown", (event) => {
    const wanted = search.value.trim().toLowerCase();
    if (event.key !== "Enter" || !wanted) return;
    const exact = match((name) => name === wanted);
    const found = exact ?? match((name) => name.startsWith(wanted)) ?? match((name) => name.includes(wanted));
    at("missing").textContent = found === undefined ? "No such drug is shown." : "";
    if (found !== undefined) choose({ drug: found });
  });

  document.querySelectorAll(".types input").forEach((box) => {
    box.checked = true; // Some browsers remember what was checked.
    box.addEventListener("change", () => {
      box.checked ? hidden.delete(box.value) : hidden.add(box.value);
      lines.forEach((line, i) => [paths[i], reaches[i]].forEach((path) => path.classList.toggle("gone", !shown(line))));
      circles.forEach((circle, i) => circle.classList.toggle("gone", !seen(i)));
      if (chosen && ("drug" in chosen ? !seen(chosen.drug) : !shown(lines[chosen.line]))) chosen = null;
      light();
      tell();
    });
  });

  svg.removeAttribute("viewBox");
  document.documentElement.classList.add("ready");
  new ResizeObserver(showAll).observe(stage);
  showAll();
  tell();
})();
