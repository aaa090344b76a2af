// No two states look alike: not to who sees no red or no green, and not in grey.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, source, toyProject } from './kit.mjs';

const { colours, meaning, shape, states, worst } = await source('states.ts');
const { Cells } = await source('cells.ts');
const drawn = states.filter((state) => state !== 'not due');

// Viénot, Brettel and Mollon (1999), in linear RGB.
const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const rgb = (hex) => [1, 3, 5].map((i) => linear(parseInt(hex.slice(i, i + 2), 16) / 255));
const times = (matrix, v) => matrix.map((row) => row.reduce((sum, m, i) => sum + m * v[i], 0));
const eyes = {
  usual: (v) => v,
  protanopia: (v) => times([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]], v),
  deuteranopia: (v) => times([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]], v),
  grey: (v) => Array(3).fill(0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]),
};
// Difference in CIELAB.
function lab(v) {
  const [x, y, z] = times([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], v).map((c, i) => c / [0.9505, 1, 1.089][i]);
  const f = (t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))];
}
const difference = (a, b) => Math.hypot(...lab(a).map((one, i) => one - lab(b)[i]));

// Which pixels of a box a shape covers, by sampling its paths; strokes are widened lines.
function pixels(state, w, h) {
  const covered = new Set();
  const mark = (x, y) => x >= 0 && y >= 0 && x < w && y < h && covered.add(Math.floor(y) * w + Math.floor(x));
  for (const { path, line, faint } of shape(state, w, h)) {
    if (faint) continue;
    for (const part of path.match(/M[^M]*/g)) {
      const points = outline(part);
      if (line) {
        for (let i = 1; i < points.length; i++)
          for (let t = 0; t <= 1; t += 0.01) mark(points[i - 1][0] + t * (points[i][0] - points[i - 1][0]), points[i - 1][1] + t * (points[i][1] - points[i - 1][1]));
      } else {
        for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) if (inside(points, x + 0.5, y + 0.5)) mark(x, y);
      }
    }
  }
  return covered;
}
function outline(part) {
  const points = [];
  let x = 0, y = 0;
  for (const [, command, rest] of part.matchAll(/([MLHVhvaZz])([^MLHVhvaZz]*)/g)) {
    const n = rest.trim().split(/[\s,]+/).filter(Boolean).map(Number);
    if (command === 'Z') { points.push(points[0]); continue; }
    if (command === 'a') {
      for (let i = 1; i <= 16; i++) points.push([x + n[5] / 2 - (n[5] / 2) * Math.cos((Math.PI * i) / 16), y + Math.sign(n[5]) * n[0] * Math.sin((Math.PI * i) / 16)]);
      x += n[5];
      continue;
    }
    if (command === 'M' || command === 'L') [x, y] = n;
    if (command === 'H') x = n[0];
    if (command === 'V') y = n[0];
    if (command === 'h') x += n[0];
    if (command === 'v') y += n[0];
    points.push([x, y]);
  }
  return points;
}
function inside(points, x, y) {
  let hit = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [xi, yi] = points[i], [xj, yj] = points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) hit = !hit;
  }
  return hit;
}

for (const theme of ['light', 'dark'])
  for (const [eye, sees] of Object.entries(eyes))
    test(`states are told apart in ${theme}, by ${eye} sight`, () => {
      for (const [i, a] of drawn.entries())
        for (const b of drawn.slice(i + 1)) {
          const colour = difference(sees(rgb(colours[theme][a])), sees(rgb(colours[theme][b])));
          for (const [w, h] of [[4, 13], [6, 13], [9, 11]]) {
            const first = pixels(a, w, h), second = pixels(b, w, h);
            const differing = [...first].filter((p) => !second.has(p)).length + [...second].filter((p) => !first.has(p)).length;
            const shapes = differing / (w * h);
            assert.ok(shapes >= 0.1 || colour >= 12, `${a} and ${b} at ${w}×${h}: shapes differ by ${shapes.toFixed(2)}, colours by ${colour.toFixed(1)}`);
          }
        }
    });

test('every state has a shape', () => {
  for (const state of drawn) assert.ok(pixels(state, 4, 13).size > 0, state);
});

test('states are seen on their ground', () => {
  const ground = { light: '#ffffff', dark: '#16181b' };
  const light = (hex) => 0.2126 * rgb(hex)[0] + 0.7152 * rgb(hex)[1] + 0.0722 * rgb(hex)[2];
  for (const theme of ['light', 'dark'])
    for (const state of drawn) {
      const [a, b] = [light(colours[theme][state]), light(ground[theme])].sort((x, y) => y - x);
      assert.ok((a + 0.05) / (b + 0.05) >= 2.2, `${state} in ${theme}`);
    }
});

test('every letter of the API is a state, and a letter that nobody knows is seen', () => {
  const project = toyProject();
  run(project, ['load']);
  const report = JSON.parse(run(project, ['cells', '--json']));
  const names = Object.values(report.letters);
  assert.deepEqual(names.filter((name) => !states.includes(name) || name === 'unknown'), []);
  assert.deepEqual([...states].sort(), [...names, 'unknown'].sort());
  assert.deepEqual([...worst].sort(), [...states].sort());
  assert.ok(states.every((state) => meaning[state] && colours.light[state] && colours.dark[state]));
  report.letters['!'] = 'a state of next year';
  report.tables[0].states = '!?' + report.tables[0].states.slice(2);
  const model = new Cells(report), [table] = model.tables;
  assert.deepEqual([0, 1].map((i) => model.state(table, i)), ['unknown', 'unknown']);
  assert.ok(model.count([table], model.seasons[0]).done <= model.count([table], model.seasons[0]).total - 2);
});
