// Plans the arcs over the words of a sentence, for the lines into which the window wraps them.
//
// A *group* is what is drawn as one line: a single interaction, or several of one type that share
// a mention (the hub). Where it touches a line of text it has a *rail* above the words; rails of
// one line lie on levels, the shorter lower. Rails of one group in several lines are joined by a
// *lane* in the margin.
"use strict";
const arcPlan = (() => {
  const root = document.documentElement;
  const UNIT = parseFloat(getComputedStyle(root).fontSize) / 16;
  const LEVEL = 21 * UNIT; // from rail to rail
  const FIRST = 15 * UNIT; // from a mention to the lowest rail
  const LANE = 9 * UNIT; // from lane to lane
  const STEP = 20 * UNIT; // from arc to arc on one mention
  const RADIUS = 7 * UNIT;
  const MARGIN = 22 * UNIT; // of a section, see page.css
  const WIDEST = 0.18; // share of the window that lanes of one side may take

  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `600 ${12 * UNIT}px ${getComputedStyle(document.body).fontFamily}`;

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

  return { UNIT, LEVEL, FIRST, RADIUS, MARGIN, measure, plan };
})();
