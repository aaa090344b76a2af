// Command lines that can be pasted into a shell, and what a timeline makes of batches.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { source } from './kit.mjs';

const { commandLine, seconds, show, shift, days } = await source('words.ts');

test('a request as a command line', () => {
  assert.equal(commandLine('backfill', { tables: ['player_form'], start_date: '2022-01-03', end_date: '2022-01-14', force: true, no_load: false, season: '' }),
    'backcourt backfill player_form --start-date 2022-01-03 --end-date 2022-01-14 --force');
  assert.equal(commandLine('plan', { tables: [], allow_missing: ['a', 'b'] }), 'backcourt plan --allow-missing a --allow-missing b');
});

test('a shell takes it as it was meant', () => {
  const reason = `it's "one" block; $HOME \`x\` fewer`;
  const line = commandLine('accept', { guard: 'shots_agree', subject: '0022100301', reason }).replace(/^backcourt/, `printf '%s\\n'`);
  assert.deepEqual(execFileSync('bash', ['-c', line], { encoding: 'utf8' }).split('\n').slice(0, -1), ['accept', 'shots_agree', '0022100301', '--reason', reason]);
});

test('numbers, times and dates', () => {
  assert.equal(seconds(0.0042), '4.2 ms');
  assert.equal(seconds(75), '75 s');
  assert.equal(seconds(5400), '1 h 30 min');
  assert.equal(show(null), '–');
  assert.equal(show(0.12345), '0.123');
  assert.equal(show('2022-01-14 00:00:00'), '2022-01-14');
  assert.equal(shift('2022-02-28', 1), '2022-03-01');
  assert.equal(days('2021-10-19', '2022-06-16'), 240);
});
