// The season view by mouse, keyboard and as text: what is drawn is what the server says.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ask, content, open, realProject, run, serve, toyProject, until } from './kit.mjs';

let url, cells;
before(async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  ({ url } = await serve(project));
  cells = await ask(url, 'cells');
});
const line = (page) => page.locator('.line-text').first();
const stateOf = (table, date) => cells.letters[cells.tables.find((t) => t.table === table).states[cells.dates.findIndex((d) => d.date === date)]];

test('arrows move, the line tells each cell as it is, Enter opens it', async () => {
  const page = await open(`${url}/season`);
  const strips = page.getByRole('application');
  await strips.focus();
  await page.keyboard.press('Home');
  for (const [row, { table }] of cells.tables.entries()) {
    for (const [i, { date }] of cells.dates.entries()) {
      const state = stateOf(table, date);
      await until(() => line(page).innerText(), (text) => text.includes(date) && text.includes(table) && (!state || text.includes(state)), `${table} ${date} ${state}:`);
      if (i < cells.dates.length - 1) await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Home');
    if (row < cells.tables.length - 1) await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/cell/${cells.tables.at(-1).table}/${cells.dates[0].date}`);
  await page.goBack();
  await page.getByRole('application').waitFor();
  content(page);
});

test('Shift with arrows selects, the address holds it, a reload keeps it', async () => {
  const page = await open(`${url}/season`);
  await page.getByRole('application').focus();
  for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowDown']) await page.keyboard.press(key);
  // The address follows the keys, a moment later.
  const chosen = { from: cells.dates[0].date, to: cells.dates[2].date, tables: cells.tables.slice(0, 2).map((t) => t.table).join() };
  await page.waitForURL((at) => Object.entries(chosen).every(([name, value]) => at.searchParams.get(name) === value));
  const address = page.url();
  await page.reload();
  assert.equal(page.url(), address);
  await page.locator('.chosen').getByText('3 game dates').waitFor();
  await page.locator('.selection').first().waitFor({ state: 'attached' });
  await page.getByRole('application').focus();
  await page.keyboard.press('Escape');
  await page.locator('.chosen').waitFor({ state: 'detached' });
  content(page);
});

test('the mouse points, drags and opens', async () => {
  const page = await open(`${url}/season`);
  const box = await page.locator('.strips-cells').boundingBox();
  await page.mouse.move(box.x + 3, box.y + 6);
  await until(() => line(page).innerText(), (text) => new RegExp(`${cells.dates[0].date}.*${cells.tables[0].table}`, 's').test(text));
  await page.mouse.down();
  await page.mouse.move(box.x + 14, box.y + 6, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL((at) => at.searchParams.get('from') === cells.dates[0].date);
  await page.mouse.click(box.x + 3, box.y + 6);
  await page.waitForURL(`**/cell/${cells.tables[0].table}/${cells.dates[0].date}`);
  content(page);
});

test('a date is five to seven pixels wide beside names that are read; where a season has no room, its newest dates are shown, and months lead to the others', async () => {
  const project = realProject();
  run(project, ['load']);
  run(project, ['backfill', '--start-date', '2021-10-19', '--end-date', '2021-10-22']);
  const real = await serve(project);
  // What is pointed at says how many rows are due.
  const { rows, expected } = await ask(real.url, 'cell', { table: 'team_offense_game_summary', date: '2021-10-22' });
  assert.ok(expected > 0);
  const pointed = await open(`${real.url}/season?season=2021-22`);
  const label = await pointed.locator('.label', { hasText: 'team_offense_game_summary' }).boundingBox(), strips = await pointed.locator('.strips-cells').boundingBox();
  await pointed.mouse.move(strips.x + 3 * 5 + 3, label.y + label.height + 4);
  await line(pointed).getByText(`${rows} of ${expected} rows due`).waitFor();
  for (const [width, whole] of [[1920, true], [1280, true], [1024, false], [390, false]]) {
    const page = await open(`${real.url}/season?season=2021-22`, { width });
    await page.locator('.label').first().waitFor();
    const { pitch, cut, left, room, all } = await page.evaluate(() => {
      const scroll = document.querySelector('.strips-scroll');
      return {
        pitch: (document.querySelector('.strips-cells').offsetWidth - 2) / 213, left: scroll.scrollLeft, room: scroll.clientWidth, all: scroll.scrollWidth,
        cut: [...document.querySelectorAll('.label a')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent),
      };
    });
    assert.ok(pitch >= 5 && pitch < 7.3, `${pitch} at ${width}`);
    assert.deepEqual(cut, []);
    assert.equal(all <= room, whole, `${all} in ${room} at ${width}`);
    const months = page.getByRole('navigation', { name: 'Months of 2021-22' });
    assert.equal(await months.count(), whole ? 0 : 1);
    if (!whole) {
      assert.equal(left, all - room);
      await months.getByRole('button', { name: 'Nov' }).click();
      await line(page).getByText('2021-11-01').waitFor();
      // The keyboard goes on from there, and takes the strip with it.
      await page.getByRole('application').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => { const scroll = document.querySelector('.strips-scroll'); return scroll.scrollLeft + scroll.clientWidth >= scroll.scrollWidth - 1; });
      // Who opens a cell and comes back is where he was.
      await months.getByRole('button', { name: 'Nov' }).click();
      const there = await page.evaluate(() => document.querySelector('.strips-scroll').scrollLeft);
      await page.getByRole('application').press('Enter');
      await page.waitForURL('**/cell/**');
      await page.goBack();
      await page.locator('.strips-scroll').waitFor();
      await until(() => page.evaluate(() => document.querySelector('.strips-scroll')?.scrollLeft), (now) => now === there);
    }
    content(page);
    await page.context().close();
  }
});

test('the text says the same as the picture', async () => {
  const page = await open(`${url}/season`);
  await page.getByText('2021-22 as text').click();
  for (const table of cells.tables) {
    const row = await page.getByRole('row', { name: table.table }).innerText();
    const counts = new Map();
    for (const letter of table.states) if (cells.letters[letter]) counts.set(cells.letters[letter], (counts.get(cells.letters[letter]) ?? 0) + 1);
    for (const [state, n] of counts) {
      const told = [...row.matchAll(new RegExp(`(\\d+) ${state.replace('_', ' ')}\\b`, 'g'))].reduce((sum, match) => sum + Number(match[1]), 0);
      assert.equal(told, n, `${table.table} ${state}: ${row}`);
    }
  }
  content(page);
});

test('one table as a calendar: every game date on its weekday, with its rows', async () => {
  const page = await open(`${url}/season?table=player_form`);
  const table = cells.tables.find((t) => t.table === 'player_form');
  for (const [i, { date }] of cells.dates.entries()) {
    const day = page.locator(`[data-date="${date}"]`);
    assert.equal(await day.evaluate((element) => Number(element.style.gridRow)), ((new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7) + 2);
    if (table.rows[i]) assert.equal((await day.innerText()).trim(), String(table.rows[i]));
  }
  await page.locator(`[data-date="${cells.dates.at(-1).date}"]`).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/cell/player_form/${cells.dates.at(-1).date}`);
  content(page);
});

test('rows of a cell are sorted and filtered by the address', async () => {
  const table = cells.tables.find((t) => t.table === 'player_games'), { date } = cells.dates[table.rows.findIndex((n) => n > 2)];
  const page = await open(`${url}/cell/player_games/${date}`);
  const points = () => page.locator('.grid tbody td:nth-child(5)').allInnerTexts();
  await page.getByRole('button', { name: /^points/ }).click();
  const sorted = await until(points, (now) => now.length > 0 && now.every((one, i) => i === 0 || Number(now[i - 1]) >= Number(one)));
  await page.reload();
  await page.locator('.grid').waitFor();
  await until(points, (now) => String(now) === String(sorted));
  await page.getByLabel('Filter').fill(sorted[0]);
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  await page.goBack();
  await until(() => page.getByLabel('Filter').inputValue(), (now) => now === sorted[0]);
  await until(points, (now) => now.length < sorted.length);
  content(page);
});

test('a season or table that is not there is said; dates are written as 2022-01-14', async () => {
  const page = await open(`${url}/season?season=1999-00`);
  await page.getByText('no games of the season 1999-00').waitFor();
  await page.goto(`${url}/season?table=nope`);
  await page.getByText('There is no table nope').waitFor();
  const { date } = cells.dates[0];
  await page.goto(`${url}/season?season=2021-22&from=${date}&to=${date}&tables=player_form`);
  assert.equal(await page.getByLabel('from').inputValue(), date);
  await page.getByLabel('to', { exact: true }).fill('2021-13-45');
  await page.keyboard.press('Tab');
  assert.equal(new URL(page.url()).searchParams.get('to'), date);
  await page.getByLabel('to', { exact: true }).fill(cells.dates[1].date);
  await page.keyboard.press('Tab');
  await page.waitForURL(`**to=${cells.dates[1].date}**`);
  assert.equal(new URL(page.url()).searchParams.get('season'), '2021-22');
  content(page);
});

test('keys lead to every view, and search finds tables and columns', async () => {
  const page = await open(`${url}/season`);
  await page.locator('.strips canvas').first().waitFor();
  for (const [key, heading] of [['r', 'Runs'], ['c', 'Check'], ['g', 'Graph'], ['d', 'Dictionary'], ['f', 'Files'], ['s', 'Season']]) {
    await page.keyboard.press(key);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
  await page.keyboard.type('points_avg');
  await page.getByRole('option', { name: /column points_avg/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/table/player_form#points_avg');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' }).catch(() => {});
  assert.equal(await page.locator('dialog[open]').count(), 0);
  content(page);
});
