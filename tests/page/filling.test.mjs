// A season is filled from the page, seen by two windows; it ends as the command line says that it has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, content, open, realProject, run, serve, until } from './kit.mjs';

const season = '2021-22';

test('fill a season and watch it end; the second who asks joins; a window that is reloaded goes on', async () => {
  const project = realProject();
  run(project, ['load']);
  const { url } = await serve(project);
  const page = await open(`${url}/season?season=${season}`);
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  const command = await page.locator('.chosen .command code').innerText();
  assert.equal(command, `backcourt backfill --season ${season}`);
  const fill = page.getByRole('button', { name: /^Fill [\d,]+ cells$/ });
  const planned = Number((await fill.innerText()).replace(/\D/g, ''));
  assert.equal(planned, JSON.parse(run(project, ['plan', '--season', season, '--json'])).cells);
  // The second window has the same selection by its address.
  const second = await open(page.url());
  await second.getByRole('button', { name: 'Plan', exact: true }).click();
  const fillToo = second.getByRole('button', { name: /^Fill [\d,]+ cells$/ });
  await fillToo.waitFor();
  await fill.click();
  await page.locator('header .now').getByText(/filling|reading/).waitFor();
  await fillToo.click();
  await second.getByText('Joined what runs already').waitFor();
  // Whoever comes while it runs sees it run.
  await second.reload();
  await second.locator('header .now').getByText(/filling|reading/).waitFor();
  await page.locator('.chosen').getByText(new RegExp(`^\\s*Filled: ${planned.toLocaleString('en-US')} cells`)).waitFor({ timeout: 120_000 });
  await second.locator('header .now').getByText('filling').waitFor({ state: 'detached' });

  const cells = await ask(url, 'cells', { season });
  const bad = cells.tables.filter((t) => t.kind !== 'raw').flatMap((t) => [...t.states].filter((letter) => !['fresh', 'empty', 'unproved'].includes(cells.letters[letter])));
  assert.deepEqual(bad, []);
  for (const window of [page, second]) {
    // What a window has read while cells were filled may be drawn once more before it reads the end.
    await until(() => window.locator('.label .count.open').allInnerTexts(), (open) => open.length === 0, 'open:');
    const counts = await window.locator('.label', { hasText: 'ml_feature_store_v2' }).locator('.count').innerText();
    assert.equal(counts, '213');
    content(window);
  }
  const runs = JSON.parse(run(project, ['runs', '--json']));
  assert.equal(runs.filter((one) => one.command.startsWith('backfill')).length, 1);

  await page.getByRole('link', { name: /^Run \d+$/ }).click();
  await page.getByRole('heading', { name: /^Run \d+$/ }).waitFor();
  assert.match(await page.locator('.big-state').innerText(), /done/);
  // Its timeline has every batch, and a critical path that no run can be shorter than.
  const [made] = await ask(url, 'runs', { run: new URL(page.url()).pathname.split('/').at(-1) });
  await until(() => page.locator('.timeline .bar').count(), (bars) => bars === made.batches.length, `bars, of ${made.batches.length}:`);
  assert.ok((await page.locator('.timeline .bar.critical').count()) > 0);
  // What the server noted of it.
  await page.locator('summary', { hasText: 'Log' }).click();
  await page.locator('pre.log').getByText(`UTC: backcourt backfill --season ${season}`).waitFor();
  await page.locator('pre.log').getByText(/player_form +213\/213/).waitFor();
});

test('a fill is stopped from the page, and the rest stays to be done', async () => {
  const project = realProject();
  run(project, ['load']);
  const { url } = await serve(project);
  const page = await open(`${url}/season?season=${season}`);
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).click();
  await page.locator('header .now').getByText('filling').waitFor();
  await page.locator('header').getByRole('button', { name: 'Stop' }).click();
  const ended = page.locator('.chosen .progress').getByText(/^(stopped|interrupted)$/);
  await ended.waitFor({ timeout: 60_000 });
  const [last] = JSON.parse(run(project, ['runs', '--json']));
  assert.match(last.outcome, /^(stopped|interrupted)$/);
  // The word that Runs has for it, and no mark of what is well.
  assert.equal(await ended.innerText(), last.outcome);
  assert.equal(await page.locator('.chosen .progress .state-fresh').count(), 0);
  const cells = await ask(url, 'cells', { season });
  assert.ok(cells.tables.some((t) => [...t.states].some((letter) => cells.letters[letter] === 'missing')));
  content(page);
});

test('a project that is not loaded says what waits, and fills from any view', async () => {
  const project = realProject();
  const { url } = await serve(project);
  const page = await open(`${url}/team/GSW`);
  for (const view of ['/player/201939', '/game/0022100637', '/team/GSW']) {
    await page.goto(url + view);
    await page.getByText('is filled yet').waitFor();
    assert.equal(await page.getByText(/Catalog Error|LINE \d/).count(), 0);
  }
  await page.goto(`${url}/season`);
  const waiting = (await ask(url, 'files')).feeds.flatMap((feed) => feed.files.filter((file) => file.state === 'new')).length;
  await page.getByText(`${waiting} files below`).waitFor();
  await page.getByRole('button', { name: 'Load and fill' }).click();
  await page.locator('main .progress').getByText(/^\s*(loading|writing) raw_/).waitFor();
  await page.locator('.strips canvas').first().waitFor({ timeout: 120_000 });
  // Whoever plans meanwhile is told at once that it is thought about, and can join what runs.
  await page.locator('header .now').getByText('filling').waitFor();
  await page.route('**/api/v1/plan', () => {});
  await page.getByRole('button', { name: 'Select the season' }).first().click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByText('Planning…').waitFor();
  await page.getByRole('button', { name: 'Join it' }).click();
  await page.locator('.chosen').getByText('Joined what runs already').waitFor();
  await page.locator('.label .rate').getByText(/rows\/s/).first().waitFor();
  await page.locator('header').getByRole('button', { name: 'Stop' }).click();
  content(page);
});
