// Every view, at three widths, light and dark: nothing that axe finds serious, nothing wider than the window, nothing
// said on the console. What they look like is kept in build/page-screenshots.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { artefacts, ask, content, open, realProject, root, run, serve } from './kit.mjs';

const axe = readFileSync(join(root, 'page/node_modules/axe-core/axe.min.js'), 'utf8');
const sql = 'SELECT game_date, player_id, player_name, team_abbr, opponent_team_abbr, points, fg_makes, fg_attempts\nFROM player_game_summary\nWHERE points >= 40\nORDER BY points DESC';
const views = {
  season: ['/season', '.strips canvas'],
  selection: ['/season?season=2021-22&from=2022-01-03&to=2022-01-14&tables=player_form,player_daily_cache&all=yes', '.chosen'],
  calendar: ['/season?table=player_daily_cache', '.day'],
  cell: ['/cell/player_daily_cache/2022-01-14', '.grid tbody tr'],
  raw_cell: ['/cell/raw_player_box/2022-01-14', '.grid tbody tr'],
  value: ['/value/player_daily_cache/2022-01-14?key=player_id%3D201939&column=points_avg_last_10', '.trail li'],
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
  nowhere: ['/nowhere', 'main h1 + p'],
  no_run: ['/runs/999', '.problem'],
  no_table: ['/table/nothing', 'main h1 + p'],
  no_cell: ['/cell/nothing/2022-01-14', '.problem'],
  no_player: ['/player/1', 'main h1 + p'],
  no_game: ['/game/0099999999', 'main h1 + p'],
  no_team: ['/team/XXX', 'main h1 + p'],
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
        const page = await open(url + address, { expected: name.startsWith('no_') ? /status of 404/ : null, width, height: width === 1920 ? 1080 : 800, scheme, reducedMotion: 'reduce' });
        await page.locator(there).first().waitFor({ timeout: 120_000 });
        await page.locator('header .now').getByText(/./).waitFor();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider than ${width}`);
        await page.screenshot({ path: join(artefacts, `${name}-${width}-${scheme}.png`) });
        if (width !== 1920) {
          await page.evaluate(axe);
          const found = await page.evaluate(() => window.axe.run());
          const serious = found.violations.filter((v) => ['serious', 'critical'].includes(v.impact) || v.id === 'page-has-heading-one');
          assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join('\n')}`), []);
        }
        content(page);
        await page.context().close();
      }
  });

// The rows of a SELECT, as numbers.
const select = async (text) => (await ask(url, 'query', { sql: text })).rows.map((row) => row.map(Number));

test('a player: zones, last games and features are those of the tables', async () => {
  const page = await open(`${url}/player/201939?date=2022-01-14`);
  await page.locator('.features .percentile b').first().waitFor();
  const zones = await page.locator('table.zones tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].slice(1, 3).map((cell) => Number(cell.textContent))));
  const own = "player_id = 201939 AND season = '2021-22' AND game_date < '2022-01-14' AND is_active";
  const [sums] = await select(`SELECT sum(paint_makes), sum(paint_attempts), sum(mid_range_makes), sum(mid_range_attempts), sum(three_makes), sum(three_attempts) FROM player_game_summary WHERE has_shot_zones AND ${own}`);
  assert.deepEqual(zones.flat(), sums);
  const points = await page.locator('.last-games tbody tr td:nth-child(4)').allInnerTexts();
  assert.deepEqual(points.map(Number), (await select(`SELECT points FROM player_game_summary WHERE ${own} ORDER BY game_date DESC LIMIT 10`)).flat());
  // The percentile by brute force.
  const [[value]] = await select("SELECT points_avg_season FROM ml_feature_store_v2 WHERE player_id = 201939 AND game_date = '2022-01-14'");
  const others = (await select("SELECT points_avg_season FROM ml_feature_store_v2 WHERE season = '2020-21' AND points_avg_season IS NOT NULL AND player_id % 7 = 1"));
  assert.ok(others.length > 1000);
  const shown = page.locator('.features li', { hasText: 'points_avg_season' });
  assert.equal(Number(await shown.locator('.feature-value').innerText()), Number(value.toFixed(3)));
  const share = Number(await shown.locator('.percentile b').innerText());
  const sample = (100 * others.filter(([one]) => one < value).length) / others.length;
  assert.ok(Math.abs(share - sample) < 5, `${share} by the page, ${sample} of a sample`);
  content(page);
});

test('behind a number of a last game is where it comes from, behind a zone are its games', async () => {
  const page = await open(`${url}/player/201939?date=2022-01-14`);
  const points = page.locator('.last-games tbody tr').first().locator('td:nth-child(4) a');
  const value = await points.innerText();
  await points.click();
  await page.locator('.trail').getByText(`points is ${value}`).waitFor();
  await page.locator('.trail').getByText('raw_player_box').first().waitFor();
  await page.goBack();
  const threes = page.locator('.zone-labels a', { hasText: '/' }).first();
  const attempts = Number((await threes.locator('.of').textContent()).split('/')[1]);
  await threes.click();
  await page.waitForURL('**/query?sql=**');
  await page.locator('.grid tbody tr').first().waitFor();
  const shown = await select(new URL(page.url()).searchParams.get('sql'));
  assert.equal(shown.reduce((sum, row) => sum + row.at(-1), 0), attempts);
  await page.goto(`${url}/team/GSW?date=2022-01-14`);
  const rating = page.locator('.last-games tbody tr').first().locator('td:nth-child(7) a');
  const allowed = await rating.innerText();
  await rating.click();
  await page.locator('.trail').getByText(`defensive_rating is ${Number(allowed).toFixed(0).slice(0, 2)}`).waitFor();
  content(page);
});

test('what a player view shows is in its address; a date that is none is said; teams have names', async () => {
  const page = await open(`${url}/player/201939?date=2022-01-14`);
  await page.getByLabel('zones by place').check();
  await page.getByRole('button', { name: 'last 10' }).click();
  await page.getByRole('link', { name: /^After: / }).click();
  await page.waitForURL(/zones=place/);
  await page.reload();
  assert.ok(await page.getByLabel('zones by place').isChecked());
  assert.equal(await page.getByRole('button', { name: 'last 10' }).getAttribute('aria-pressed'), 'true');
  assert.match(await page.getByLabel('Date', { exact: true }).inputValue(), /^2022-01-\d\d$/);
  await page.goto(`${url}/player/201939?date=2022-13-45`);
  await page.getByText('2022-13-45 is no date').waitFor();
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
  await page.keyboard.type('golden');
  await page.getByRole('option', { name: /team GSW Golden State Warriors/ }).click();
  await page.getByRole('heading', { name: 'GSW Golden State Warriors' }).waitFor();
  content(page);
});

test('a game: the box adds up to the score', async () => {
  const page = await open(`${url}/game/0022100637`);
  await page.locator('.box').nth(1).waitFor();
  const scores = (await page.locator('.score b').allInnerTexts()).map(Number);
  for (const [i, score] of scores.entries()) {
    const points = await page.locator('.box').nth(i).locator('tbody td:nth-child(3)').allInnerTexts();
    assert.equal(points.map(Number).reduce((a, b) => a + b, 0), score);
  }
  content(page);
});

test('the graph is whole at 1280, its labels stand apart, and the windows of a chosen table are read without pointing', async () => {
  const page = await open(`${url}/graph`);
  await page.locator('.node').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  const found = await page.evaluate(() => {
    const box = (element) => element.getBoundingClientRect();
    const whole = box(document.querySelector('.graph')), svg = box(document.querySelector('.graph svg'));
    const out = [...document.querySelectorAll('.edges path, .node rect')].filter((one) => box(one).right > whole.right || box(one).top < svg.top - 0.5 || box(one).bottom > svg.bottom + 0.5);
    const wide = [...document.querySelectorAll('.node')].filter((node) => [...node.querySelectorAll('text')].some((text) => box(text).right + (text.classList.contains('open') ? 0 : 20) > box(node.querySelector('rect')).right && text === [...node.querySelectorAll('text:not(.open)')].at(-1)));
    return { out: out.length, wide: wide.map((node) => node.textContent) };
  });
  assert.deepEqual(found, { out: 0, wide: [] });
  await page.locator('.node[aria-label^="player_form:"]').click();
  const reads = (await ask(url, 'graph')).tables.find((t) => t.table === 'player_form').reads;
  await page.mouse.move(1, 1);
  await page.locator('h2', { hasText: 'player_form reads' }).waitFor();
  const windows = await page.locator('.windows text').allTextContents();
  for (const one of reads) assert.ok(windows.includes(one.windows.join(', ')), `${one.table} in ${windows}`);
  await page.reload();
  await page.locator('h2', { hasText: 'player_form reads' }).waitFor();
  assert.equal(await page.locator('.edges path:not(.state-fresh, .state-empty, .state-unproved, .state-missing)').count(), 0);
  content(page);
});

test('light or dark is kept', async () => {
  const page = await open(`${url}/season`);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), 'light');
  await page.locator('main h1').waitFor();
  await page.keyboard.press('t');
  assert.equal(await theme(), 'dark');
  await page.reload();
  assert.equal(await theme(), 'dark');
  content(page);
});
