// What is red leads to what fixes it: a failed cell, a gap that somebody judges, the chain of why.

import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask, content, edit, open, run, serve, toyProject, until } from './kit.mjs';

// The game dates of the toy league.
const dates = ['2021-10-19', '2021-10-20', '2021-10-22', '2021-10-25', '2021-11-01', '2021-11-03'];
const date = dates[1];
const model = 'models/analytics/player_games.sql';
// Negative points on one date: the check "points are not negative" finds them.
const right = 'b.points\nFROM', wrong = `CASE WHEN b.game_date = DATE '${date}' THEN -b.points ELSE b.points END AS points\nFROM`;

test('a failure is seen, opened, fixed and tried again', async () => {
  const project = toyProject();
  run(project, ['load']);
  edit(join(project, model), right, wrong);
  const { url } = await serve(project);
  const page = await open(`${url}/`);
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).click();
  await page.locator('.chosen .progress').getByText(/1 failed/).waitFor();

  await page.locator('header a.red').first().click();
  await page.waitForURL(`**/cell/player_games/${date}`);
  await page.locator('.big-state').getByText('failed').waitFor();
  assert.match(await page.locator('main .problem').first().innerText(), /points are not negative/);
  const rows = page.getByRole('region', { name: 'Failing rows' });
  assert.deepEqual(await rows.locator('th').allInnerTexts(), ['game_id', 'player_id', 'game_date', 'points']);
  assert.equal(await rows.getByRole('cell', { name: date }).count(), await rows.locator('tbody tr').count());
  assert.equal(await page.getByText(/game_id=/).count(), 0);
  // The cells behind it say which one it is, in a line.
  await page.goto(`${url}/cell/player_form/${dates[2]}`);
  await page.locator('.big-state').getByText('blocked').waitFor();
  assert.equal(await page.getByText(/game_id=/).count(), 0);
  await page.goto(`${url}/runs`);
  await page.getByRole('button', { name: 'Retry 1 failed cell' }).waitFor();
  assert.ok(!(await page.locator('main').innerText()).includes('FAILED'));
  await page.goBack();
  await page.goBack();
  assert.match(await page.locator('.actions .command code').innerText(), /^backcourt backfill player_games/);

  edit(join(project, model), wrong, right);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.big-state').getByText('unproved').waitFor(); // other dates of the text are still to be filled
  // What waited for it is filled too, and nothing is red.
  await page.goto(`${url}/season`);
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).click();
  await page.locator('header a.red').waitFor({ state: 'detached' });
  const cell = await ask(url, 'cell', { table: 'player_form', date: dates[2] });
  assert.equal(cell.state, 'fresh');
  content(page);
});

test('what may change by a stale input is shown as that, and is not counted as done', async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  edit(join(project, 'data/box_2021-22.csv'), 'G1,AAA,1,30,', 'G1,AAA,1,31,');
  run(project, ['load']);
  const { url } = await serve(project);
  const { letters, tables, dates: all } = await ask(url, 'cells');
  const form = tables.find((t) => t.table === 'player_form'), where = [...form.states].findIndex((letter) => letters[letter] === 'may change');
  assert.ok(where > 0, form.states);
  const page = await open(`${url}/season`);
  const done = [...form.states].filter((letter) => ['fresh', 'empty', 'unproved'].includes(letters[letter])).length;
  await page.locator('.label', { hasText: 'player_form' }).locator('.count').getByText(`${done}/`).waitFor();
  await page.locator('.legend').getByText('may change').waitFor();
  await page.goto(`${url}/season?table=player_form`);
  await page.locator(`[data-date="${all[where].date}"] svg path`).first().waitFor();
  await page.goto(`${url}/cell/player_form/${all[where].date}`);
  await page.locator('.big-state').getByText('may change').waitFor();
  assert.match(await page.locator('.lead').innerText(), /^an input is to be filled again; .*: /i);
  content(page);
});

test('failed cells are tried again together', async () => {
  const project = toyProject();
  edit(join(project, model), right, wrong.replace(`= DATE '${date}'`, `IN (DATE '${date}', DATE '${dates[2]}')`));
  run(project, ['backfill', 'all'], 2);
  const { url } = await serve(project);
  const page = await open(`${url}/runs`);
  const retry = page.getByRole('button', { name: 'Retry 2 failed cells' });
  await retry.waitFor();
  edit(join(project, model), wrong.replace(`= DATE '${date}'`, `IN (DATE '${date}', DATE '${dates[2]}')`), right);
  await retry.click();
  await page.locator('.progress').getByText(/Filled: 2 cells/).waitFor();
  await retry.waitFor({ state: 'detached' });
  content(page);
});

test('a broken model says which file and why; what reads it leads there', async () => {
  const project = toyProject();
  run(project, ['load']);
  edit(join(project, model), 'key   = [', 'key   = ');
  const { url } = await serve(project);
  const page = await open(`${url}/season`, { expected: /status of 400/ });
  await page.locator('header').getByRole('link', { name: '1 model with a broken file, 2 behind' }).click();
  await page.waitForURL('**/table/player_games');
  assert.match(await page.locator('.problem').innerText(), /player_games\.sql:4: /);
  await page.goto(`${url}/table/player_form`);
  await page.locator('.problem').getByRole('link', { name: 'player_games' }).click();
  await page.waitForURL('**/table/player_games');
  // The graph does not say of it that no model reads it, and its cells have a heading.
  await page.goto(`${url}/graph`);
  await page.getByText(/^\s*Left out, as a file is broken: player_games, /).waitFor();
  assert.equal(await page.getByText('No model reads: ').getByText('player_games').count(), 0);
  await page.goto(`${url}/cell/player_form/${dates[0]}`);
  await page.getByRole('heading', { level: 1, name: `player_form ${dates[0]}` }).waitFor();
  content(page);
});

test('why is walked to the file', async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  const { url } = await serve(project);
  const page = await open(`${url}/cell/player_form/${dates[3]}`);
  const links = page.locator('.why a');
  await links.first().waitFor();
  const chain = await links.allInnerTexts();
  assert.ok(chain.length >= 3, chain.join());
  for (let at = 1; at < chain.length; at++) {
    const [table, date] = chain[at].split(' ');
    await page.goto(`${url}/cell/player_form/${dates[3]}`);
    await page.locator('.why').getByRole('link', { name: chain[at], exact: true }).click();
    await page.waitForURL(`**/cell/${table}/${date}`);
    await page.getByRole('heading', { level: 1 }).getByText(table).waitFor();
  }
  assert.match(chain.at(-1), /^raw_/);
  // Back leads back, and the rows of the cell are there.
  await page.goBack();
  await page.getByRole('heading', { level: 1 }).getByText('player_form').waitFor();
  const rows = await ask(url, 'query', { sql: `SELECT * FROM player_form WHERE game_date = '${dates[3]}'` });
  await until(() => page.locator('.grid tbody tr').count(), (count) => count === rows.rows.length, `rows, of ${rows.rows.length}:`);
  content(page);
});

test('a gap is accepted with a reason, which is in backcourt.toml then', async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  const before = JSON.parse(run(project, ['check', '--json'], 2));
  const gap = before.gaps.find((one) => one.subject || one.first_date);
  const { url } = await serve(project);
  const page = await open(`${url}/check`);
  const item = page.locator('.gaps > li', { hasText: gap.what }).first();
  await item.getByRole('button', { name: 'Accept with a reason' }).click();
  await item.getByLabel('Why it stays').fill('the league lost the box');
  await item.getByRole('button', { name: 'Accept', exact: true }).click();
  await page.getByText('Accepted: the league lost the box').first().waitFor();
  assert.match(readFileSync(join(project, 'backcourt.toml'), 'utf8'), /the league lost the box/);
  const after = JSON.parse(run(project, ['check', '--json'], before.gaps.length > 1 ? 2 : 0));
  assert.equal(after.gaps.length, before.gaps.length - 1);
  assert.deepEqual(after.accepted.map((one) => one.reason), ['the league lost the box']);
  content(page);
});

test('a file that is gone is named, with what lets go of it', async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  rmSync(join(project, 'data/box_2021-22.csv'));
  const { url } = await serve(project);
  const page = await open(`${url}/check`);
  const section = page.locator('section', { hasText: 'Files that are gone' });
  await section.getByText('backcourt forget data/box_2021-22.csv').waitFor();
  content(page);
});

test('a plan is shown before anything runs, and nothing runs by it', async () => {
  const project = toyProject();
  run(project, ['load']);
  const { url } = await serve(project);
  const page = await open(`${url}/cell/player_form/${dates[3]}`);
  await page.locator('.big-state').getByText('missing').waitFor();
  await page.goto(`${url}/season?from=${dates[1]}&to=${dates[3]}&tables=player_form`);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).waitFor();
  assert.equal(JSON.parse(run(project, ['runs', '--json'])).filter((one) => one.command.startsWith('backfill')).length, 0);
  content(page);
});
