// The pictures of the README: scripts/page_node tests/page/pictures.mjs

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { finish, open, realProject, root, run, serve } from './kit.mjs';

const folder = join(root, 'docs/images');
mkdirSync(folder, { recursive: true });
const project = realProject();
run(project, ['load']);
run(project, ['backfill', '--season', '2020-21']);
run(project, ['backfill', '--start-date', '2021-10-19', '--end-date', '2022-03-31']);
const { url } = await serve(project);

// A season while its last months are filled.
const season = await open(`${url}/season?season=2021-22`, { height: 700 });
await season.locator('.strips canvas').waitFor();
const halfway = season.waitForFunction(() => {
  const [, done, all] = document.querySelector('header .now')?.textContent.replaceAll(',', '').match(/(\d+) of (\d+)/) ?? [];
  return Number(done) > 0.3 * Number(all);
});
await season.evaluate(() => {
  const token = document.querySelector('meta[name=backcourt-token]').content;
  return fetch('/api/v1/backfill', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Backcourt-Token': token }, body: JSON.stringify({ parallel: 1 }) });
});
await halfway;
await season.screenshot({ path: join(folder, 'season.png') });
await season.locator('header .now').getByText('filling').waitFor({ state: 'detached', timeout: 120_000 });

const player = await open(`${url}/player/201939?date=2022-01-14`, { height: 600 });
await player.locator('.features .percentile b').first().waitFor();
await player.locator('.court .made').first().waitFor();
await player.screenshot({ path: join(folder, 'player.png') });
await finish();
process.exit();
