// Batches in lanes, and the path that a run cannot be shorter than.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { source } from './kit.mjs';

const { lanesOf } = await source('lanes.ts');
const batch = (table, started, seconds) => ({ table, started, seconds, first_date: '', last_date: '', cells: 1, rows: 1, attempts: 1 });

test('a batch takes the first free lane', () => {
  const bars = lanesOf([batch('a', 0, 2), batch('b', 0.5, 1), batch('c', 1.6, 1), batch('d', 2.1, 1)], () => new Set());
  assert.deepEqual(bars.map((bar) => [bar.table, bar.lane]), [['a', 0], ['b', 1], ['c', 1], ['d', 0]]);
});

test('the critical path goes through inputs, not through what only ran before', () => {
  // c reads b; a ended later than b, but in another lane, and nobody reads it.
  const bars = lanesOf([batch('a', 0, 1.9), batch('b', 0, 1.5), batch('c', 2, 3)], (table) => new Set(table === 'c' ? ['b'] : []));
  const lane = (table) => bars.find((bar) => bar.table === table).lane;
  assert.notEqual(lane('a'), lane('b'));
  const path = bars.filter((bar) => bar.critical).map((bar) => bar.table);
  assert.deepEqual(path, lane('c') === lane('a') ? ['a', 'c'] : ['b', 'c']);
});

test('a chain of tables is the path, whatever the lanes', () => {
  const bars = lanesOf([batch('a', 0, 1), batch('x', 0, 4), batch('b', 1, 2), batch('c', 3, 2)], (table) => new Set({ b: ['a'], c: ['b'] }[table] ?? []));
  assert.deepEqual(bars.filter((bar) => bar.critical).map((bar) => bar.table), ['a', 'b', 'c']);
});
