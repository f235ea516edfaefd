// Boxes of names and circles: what covers what. Part of the page before graph.js.
"use strict";

// Whether a line runs through a box: what of it lies between the box's sides, both ways.
function crosses([[x, y], [toX, toY]], [left, top, right, bottom]) {
  let [from, to] = [0, 1];
  for (const [start, way, low, high] of [[x, toX - x, left, right], [y, toY - y, top, bottom]]) {
    if (Math.abs(way) < 1e-9) {
      if (start < low || start > high) return false;
      continue;
    }
    const [a, b] = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from <= to;
}

// Boxes that are taken, by the squares of the window that they touch.
function makeBoxes() {
  const SQUARE = 64;
  const taken = new Map();
  const squares = function* ([left, top, right, bottom]) {
    for (let x = Math.floor(left / SQUARE); x <= right / SQUARE; x++)
      for (let y = Math.floor(top / SQUARE); y <= bottom / SQUARE; y++) yield `${x} ${y}`;
  };
  const take = (box, owner, isName) => {
    for (const key of squares(box)) {
      if (!taken.has(key)) taken.set(key, []);
      taken.get(key).push([box, owner, isName]);
    }
  };
  const apart = (a, b) => a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3];
  const covers = (box, owner) => {
    let [circles, names] = [0, 0];
    for (const key of squares(box))
      for (const [other, of, isName] of taken.get(key) || [])
        if (of !== owner && !apart(box, other)) isName ? names++ : circles++;
    return { circles, names };
  };
  return { take, covers };
}
