// A server that is killed, and one that comes back: the page says so, and shows what is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { content, open, realProject, run, serve, toyProject, until } from './kit.mjs';

test('the connection is lost and comes back, with what was done meanwhile', async () => {
  const project = toyProject();
  run(project, ['load']);
  const first = await serve(project);
  const page = await open(`${first.url}/season`, { expected: /ERR_|Failed to load resource/ });
  const count = page.locator('.label', { hasText: 'player_form' }).locator('.count');
  await count.getByText('0/6').waitFor();
  await first.kill();
  await page.locator('header .now').getByText(/does not answer|connection is lost/).waitFor();
  assert.equal(await count.innerText(), '0/6');
  run(project, ['backfill', 'all']);
  const second = await serve(project, first.port);
  assert.equal(second.url, first.url);
  await count.getByText(/^6$/).waitFor({ timeout: 20_000 });
  await page.locator('header .now').getByText(/does not answer|connection is lost/).waitFor({ state: 'detached' });
  // What the page asks for after that is done.
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.locator('main td code').getByText('backfill all').waitFor();
});

test('what the command line does is seen on the page', async () => {
  const project = toyProject();
  run(project, ['load']);
  const { url } = await serve(project);
  const page = await open(`${url}/season`);
  const count = page.locator('.label', { hasText: 'player_form' }).locator('.count');
  await count.getByText('0/6').waitFor();
  run(project, ['backfill', 'all']);
  await count.getByText(/^6$/).waitFor();
});

test('a window that is not seen lets go of its stream, and catches up when it is seen again', async () => {
  const project = toyProject();
  run(project, ['load']);
  const { url } = await serve(project);
  const page = await open(`${url}/season`);
  const count = page.locator('.label', { hasText: 'player_form' }).locator('.count');
  await count.getByText('0/6').waitFor();
  const see = (hidden) => page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await see(true);
  run(project, ['backfill', 'all']);
  assert.equal(await count.innerText(), '0/6');
  await see(false);
  await count.getByText(/^6$/).waitFor();
});

test('a server is killed in the middle of a fill: the page shows what is, and fills the rest', async () => {
  const project = realProject();
  run(project, ['load']);
  const first = await serve(project);
  const page = await open(`${first.url}/season?season=2021-22`, { expected: /ERR_|Failed to load resource/ });
  const now = page.locator('header .now');
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).click();
  await now.getByText(/filling .* of /).waitFor();
  await first.kill();
  await now.getByText(/does not answer|connection is lost/).waitFor();
  const second = await serve(project, first.port);
  await now.getByText('idle').waitFor();
  assert.deepEqual(await (await fetch(`${second.url}/api/v1/activities`)).json(), []);
  await page.locator('.chosen').getByText('interrupted').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Stop' }).count(), 0);
  // It acts with the token of the new server, whose first activity is not the first one of the server before.
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: /^Fill/ }).click();
  await now.getByText('filling').waitFor();
  await page.locator('header').getByRole('button', { name: 'Stop' }).click();
  const ended = await until(() => page.locator('.chosen .progress').innerText(), (text) => !text.includes('Stop'), 'the fill was not stopped:');
  assert.match(ended, /^\s*(stopped|interrupted)\s*: ([\d,]+ cells?\b|what was filled stays)/);
  content(page);
});

test('a stop that fails is said', async () => {
  const project = realProject();
  const { url } = await serve(project);
  const page = await open(url, { expected: /Failed to load resource/ });
  await page.route('**/api/v1/stop', (route) => route.fulfill({ status: 500, json: { error: { kind: 'internal', message: 'no', hint: '' } } }));
  await page.getByRole('button', { name: 'Load and fill' }).click();
  await page.locator('header').getByRole('button', { name: 'Stop' }).click();
  await page.locator('header').getByText('It was not stopped: no').waitFor();
});
