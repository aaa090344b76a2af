import assert from 'node:assert/strict';
import test from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { content, folder, open, run, serve, toyProject } from './kit.mjs';

test('who has the token logs in, and is where he wanted to be; who has not sees nothing', async () => {
  const project = toyProject();
  run(project, ['backfill', 'all']);
  const file = join(folder(), 'token');
  writeFileSync(file, 'correct-horse-battery');
  const { port } = await serve(project, 0, ['--host', '0.0.0.0', '--token-file', file]);
  const url = `http://127.0.0.1:${port}`; // browsers trust it as they do an address with TLS
  const page = await open(`${url}/runs?season=2021-22`, { expected: /403/ });
  assert.match(page.url(), /\/login\?to=\/runs/);
  await page.getByLabel('Token').fill('wrong-horse-battery');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('The token is wrong.').waitFor();
  await page.getByLabel('Token').fill('correct-horse-battery');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Runs' }).waitFor();
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/runs?season=2021-22');
  // It may act, too.
  await page.goto(`${url}/season`);
  await page.getByRole('button', { name: 'Select the season' }).click();
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.locator('.chosen').getByText(/^\s*Verified: \d+ cells replayed/).waitFor();
  content(page);
});
