// A query: its rows, its errors, its files, and the link that runs it again.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { content, open, run, serve, toyProject, until } from './kit.mjs';

let url;
before(async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  ({ url } = await serve(project));
});
const sql = 'SELECT player_id, sum(points) AS points FROM player_games GROUP BY player_id ORDER BY points DESC';
const editor = (page) => page.getByRole('textbox', { name: 'SQL' });

test('a query is written, run, sorted, and its link runs it again', async () => {
  const page = await open(`${url}/query`);
  await editor(page).click();
  await page.keyboard.type(sql);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Enter');
  const values = () => page.locator('.grid tbody td:nth-child(2)').allInnerTexts();
  await page.locator('.grid').waitFor();
  const points = (await values()).map(Number);
  assert.deepEqual(points, [...points].sort((a, b) => b - a));
  await page.getByRole('button', { name: /^points/ }).click();
  await page.getByRole('button', { name: /^points/ }).click();
  assert.deepEqual((await values()).map(Number), [...points].sort((a, b) => a - b));
  const link = page.url();
  const other = await open(link);
  await other.locator('.grid').waitFor();
  await until(() => other.locator('.grid tbody tr').count(), (rows) => rows === points.length, `rows, of ${points.length}:`);
  await page.locator('.grid').getByLabel('Filter').fill(String(points[0]));
  await until(() => page.locator('.grid tbody tr').count(), (rows) => rows < points.length, `rows, fewer than ${points.length}:`);
  content(page);
  content(other);
});

test('what is written and not run yet survives a reload', async () => {
  const page = await open(`${url}/query`);
  await editor(page).click();
  await page.keyboard.type('SELECT 41 + 1');
  await page.reload();
  await editor(page).getByText('SELECT 41 + 1').waitFor();
  assert.equal(await page.locator('.grid').count(), 0);
  content(page);
});

test('text of any script is written over coloured text, and the policy of the page stands', async () => {
  const page = await open(`${url}/query`);
  await editor(page).click();
  await page.keyboard.type('SELECT points FROM player_form WHERE');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('日本語');
  assert.equal(await editor(page).innerText(), '日本語');
  content(page);
});

test('completion knows tables and columns, with their meaning', async () => {
  const page = await open(`${url}/query`);
  await editor(page).click();
  await page.keyboard.type('SELECT points_ FROM player_form');
  for (let i = 0; i < ' FROM player_form'.length; i++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Control+ ');
  await page.locator('.cm-completionLabel').getByText('points_avg').waitFor();
  content(page);
});

test('files hold what the table holds', async () => {
  const page = await open(`${url}/query?sql=${encodeURIComponent(sql)}`);
  await page.locator('.grid').waitFor();
  const save = async (name) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const csv = await save('CSV');
  assert.equal(csv.name, 'query.csv');
  const lines = csv.bytes.toString().trim().split('\n');
  assert.equal(lines[0], 'player_id,points');
  assert.equal(lines.length - 1, await page.locator('.grid tbody tr').count());
  const parquet = await save('Parquet');
  assert.equal(parquet.bytes.subarray(0, 4).toString(), 'PAR1');
  content(page);
});

test('an error says what is wrong; writing and files are refused', async () => {
  const page = await open(`${url}/query`, { expected: /status of 4/ });
  for (const [text, says] of [['SELECT pionts FROM player_games', /pionts/], ['DROP TABLE player_games', /read|SELECT/i], ["SELECT * FROM read_csv('/etc/passwd')", /./]]) {
    await page.goto(`${url}/query?sql=${encodeURIComponent(text)}`);
    assert.match(await page.locator('.problem').innerText(), says);
    assert.equal(await page.locator('.grid').count(), 0);
  }
});
