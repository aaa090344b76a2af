// Every view, at three widths, light and dark: nothing that axe finds serious, nothing wider than the window, nothing
// said on the console. What they look like is kept in build/page-screenshots.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { artefacts, content, open, realProject, root, run, serve } from './kit.mjs';

const axe = readFileSync(join(root, 'page/node_modules/axe-core/axe.min.js'), 'utf8');
const sql = 'SELECT game_date, player_id, player_name, team_abbr, opponent_team_abbr, points, fg_makes, fg_attempts\nFROM player_game_summary\nWHERE points >= 40\nORDER BY points DESC';
const views = {
  season: ['/season', '.strips canvas'],
  selection: ['/season?season=2021-22&from=2022-01-03&to=2022-01-14&tables=player_form,player_daily_cache&all=yes', '.chosen'],
  calendar: ['/season?table=player_daily_cache', '.day'],
  cell: ['/cell/player_daily_cache/2022-01-14', '.grid tbody tr'],
  raw_cell: ['/cell/raw_player_box/2022-01-14', '.grid tbody tr'],
  table: ['/table/player_game_summary', '.histogram'],
  dictionary: ['/dictionary?q=pace', '.found'],
  graph: ['/graph', '.node'],
  runs: ['/runs', 'table td'],
  run: ['/runs/2', 'table td'],
  check: ['/check', 'main table td'],
  files: ['/files', 'table td'],
  player: ['/player/201939?date=2022-01-14', '.features .percentile b'],
  team: ['/team/GSW?date=2022-01-14', '.court + table'],
  game: ['/game/0022100637', '.box'],
  query: [`/query?sql=${encodeURIComponent(sql)}`, '.grid tbody tr'],
  nowhere: ['/nowhere', 'main p'],
};
let url;
before(async () => {
  mkdirSync(artefacts, { recursive: true });
  const project = realProject();
  run(project, ['backfill', 'all']);
  ({ url } = await serve(project));
});

for (const [name, [address, there]] of Object.entries(views))
  test(name, async () => {
    for (const scheme of ['light', 'dark'])
      for (const width of [390, 1280, 1920]) {
        const page = await open(url + address, { width, height: width === 1920 ? 1080 : 800, scheme, reducedMotion: 'reduce' });
        await page.locator(there).first().waitFor({ timeout: 60_000 });
        await page.locator('header .now').getByText(/./).waitFor();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width}`);
        await page.screenshot({ path: join(artefacts, `${name}-${width}-${scheme}.png`) });
        if (width !== 1920) {
          await page.evaluate(axe);
          const found = await page.evaluate(() => window.axe.run());
          const serious = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact));
          assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join('\n')}`), []);
        }
        content(page);
        await page.context().close();
      }
  });
