// Frames of the season view while much happens: 10 seasons × 17 tables, 50 events a second, the wheel turning.
//   scripts/page_node tests/page/bench.mjs        prints the first paint, the longest frames and tasks; 2 when one takes over 50 ms
// With PAGE_URL, of the warehouse that is served there (bench/ten_seasons.py).
// Frames are by the clock, so they are longer where other programs want the processor; tasks are by the time that the page's
// thread had it, which is the page's own part.

import { loadavg } from 'node:os';
import { ask, finish, open, realProject, run, serve } from './kit.mjs';

const seasons = 10, tables = 17, perSecond = 50, seconds = 10;

function report() {
  const dates = [];
  for (let s = 0; s < seasons; s++) {
    const day = new Date(Date.UTC(2012 + s, 9, 19));
    for (let i = 0; i < 213; i++) {
      dates.push({ date: day.toISOString().slice(0, 10), games: 7, finals: 7, season: `${2012 + s}-${String(13 + s)}` });
      day.setUTCDate(day.getUTCDate() + (i % 30 === 29 ? 3 : 1));
    }
  }
  const states = dates.map((_, i) => (i % 97 < 90 ? 'f' : 'smpwxbu'[i % 7])).join('');
  return {
    as_of: '2022-06-16 00:00:00', dates, reasons: ['raw_player_box 2021-12-01 changed in load 4'],
    letters: { f: 'fresh', s: 'stale', m: 'missing', p: 'partial', w: 'waiting', x: 'failed', b: 'blocked', u: 'unproved' },
    tables: Array.from({ length: tables }, (_, t) => ({ table: `${t < 6 ? 'raw_' : ''}table_number_${t}`, kind: t < 6 ? 'raw' : 'public', group: '', states, rows: dates.map(() => 214), runs: dates.map(() => 7), causes: dates.map(() => 0), failures: {} })),
  };
}

const url = process.env.PAGE_URL ?? (await (async () => {
  const project = realProject();
  run(project, ['load']);
  return (await serve(project)).url;
})());
const cells = process.env.PAGE_URL ? await ask(url, 'cells') : report();
const page = await open(url);
await page.addInitScript(() => {
  window.streams = [];
  window.EventSource = class extends EventTarget {
    constructor() {
      super();
      window.streams.push(this);
      setTimeout(() => this.onopen?.(), 0);
    }
    close() {}
  };
});
if (!process.env.PAGE_URL) await page.route('**/api/v1/cells', (route) => route.fulfill({ json: cells }));
await page.goto(`${url}/season`);
await page.waitForSelector('.strips-cells canvas');
await page.waitForTimeout(1500);
const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
const browser = page.context().browser();
await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
const result = await page.evaluate(async ({ dates, perSecond, seconds, names }) => {
  const emit = (name, data) => window.streams[0].dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: '1' }));
  emit('begun', { activity: 'a1', event: { verb: 'backfill', request: {} } });
  emit('started', { activity: 'a1', event: { event: 'started', run: 9, seconds: 0, tables: names.map((table) => ({ table, cells: dates.length, expected_seconds: 1, inputs: [] })) } });
  const frames = [];
  let last = performance.now(), on = true;
  const tick = (now) => {
    frames.push(now - last);
    last = now;
    if (on) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  let n = 0;
  const start = performance.now();
  await new Promise((done) => {
    const timer = setInterval(() => {
      const due = ((performance.now() - start) / 1000) * perSecond;
      for (; n < due; n++) {
        const at = (n * 8) % (dates.length - 8), table = names[n % names.length];
        const range = { run: 9, table, seconds: n / perSecond, first_date: dates[at], last_date: dates[at + 7], cells: 8 };
        if (n % 2) emit('filled', { activity: 'a1', event: { event: 'filled', rows: 1600, batch_seconds: 0.1, eta_seconds: 9, ...range } });
        else emit('batch_started', { activity: 'a1', event: { event: 'batch_started', ...range } });
        if (n % 50 === 0) emit('changed', { tables: [], load: false, project: false });
      }
      window.scrollBy(0, n % 400 < 200 ? 9 : -9);
      if (performance.now() - start > seconds * 1000) {
        clearInterval(timer);
        done();
      }
    }, 10);
  });
  on = false;
  return { frames, events: n };
}, { dates: cells.dates.map((d) => d.date), perSecond, seconds, names: cells.tables.filter((t) => t.kind !== 'raw').map((t) => t.table) });
const trace = JSON.parse(await browser.stopTracing()).traceEvents;
const threads = trace.filter((one) => one.name === 'thread_name' && one.args.name === 'CrRendererMain').map((one) => `${one.pid} ${one.tid}`);
const tasks = trace.filter((one) => /(^|::)RunTask$/.test(one.name) && threads.includes(`${one.pid} ${one.tid}`)).map((one) => (one.tdur ?? 0) / 1000);
const longest = (list) => list.sort((a, b) => b - a).slice(0, 5);
const ms = (list) => longest(list).map((one) => one.toFixed(1)).join(', ');
console.log(`first paint ${paint.toFixed(0)} ms; ${result.events} events, ${result.frames.length} frames; longest frames: ${ms(result.frames)} ms by the clock (load ${loadavg()[0].toFixed(1)}); longest tasks: ${ms(tasks)} ms of the processor`);
await finish();
process.exit(Math.max(...longest(result.frames), ...longest(tasks)) > 50 ? 2 : 0);
