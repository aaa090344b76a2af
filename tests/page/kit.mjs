// What the tests of the page share: projects, the served program, and a browser whose pages must not complain.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { chromium } from '../../page/node_modules/playwright-core/index.mjs';
import { build } from '../../page/node_modules/esbuild/lib/main.js';

export const root = new URL('../..', import.meta.url).pathname;
export const backcourt = process.env.BACKCOURT ?? join(root, 'build/backcourt');
export const artefacts = join(root, 'build/page-screenshots');

// What ends with the tests of a file, the newest first.
const ends = [];
export async function finish() {
  for (const end of ends.splice(0).reverse()) await end();
}
after(finish);
// Servers do not outlive the tests, however these end.
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
process.on('SIGTERM', () => process.exit(1));

/** A folder that goes with the tests. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'backcourt-page-'));
  ends.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What the program prints; it must end with `code`. */
export function run(project, words, code = 0) {
  const done = spawnSync(backcourt, ['--project', project, ...words], { encoding: 'utf8' });
  assert.equal(done.status, code, `${words.join(' ')}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** A project over the shipped seasons, whose files have a path that no line of a narrow window holds. */
export function realProject() {
  const path = join(folder(), 'project');
  const data = join(path, 'a_folder_whose_name_is_longer_than_a_line_of_a_narrow_window');
  mkdirSync(path);
  symlinkSync(join(root, 'data'), data);
  writeFileSync(join(path, 'backcourt.toml'), `[project]\nname = "demo"\npack = "${root}nba"\n[data]\nfolder = "${data}"\n`);
  return path;
}

/** A copy of the toy league: six dates, three tables. */
export function toyProject() {
  const path = join(folder(), 'toy');
  cpSync(join(root, 'tests/toy'), path, { recursive: true });
  return path;
}

export function edit(file, from, to) {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

/** Serves a project until the tests end, or until it is stopped. */
export async function serve(project, port = 0, words = []) {
  const child = spawn(backcourt, ['--project', project, 'serve', '--port', String(port), ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  setPriority(child.pid, 19); // below the browser: where the machine is busy, a fill would be over before the page shows it
  children.add(child);
  let said = '';
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    const read = (text) => {
      said += text;
      const found = said.match(/http:\/\/[^\s/]+/);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}\n${said}`)));
  });
  const end = (signal) => {
    child.kill(signal);
    return ended;
  };
  ends.push(() => end('SIGKILL'));
  return { url, port: Number(new URL(url).port), stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** The report of a verb, as the page would ask for it. */
export async function ask(url, verb, request = {}) {
  const response = await fetch(`${url}/api/v1/${verb}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
  assert.equal(response.status, 200, verb);
  return response.json();
}

let browser;
ends.push(() => browser?.close());

/** A new window. What it complains of fails the test, but for what `expected` matches. */
export async function open(url, { width = 1280, height = 800, scheme = 'light', expected = null, ...options } = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && !expected?.test(message.text()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.stack));
  page.on('request', (request) => new URL(request.url()).origin === new URL(url).origin || request.url().startsWith('blob:') || page.complaints.push(`asked of another host: ${request.url()}`));
  await page.goto(url);
  return page;
}

/** Waits until a look at the page holds, and says what it saw where it never does. */
export async function until(look, holds, what = '') {
  for (let left = 400, seen; ; left--) {
    seen = await look();
    if (holds(seen)) return seen;
    if (!left) assert.fail(`${what} ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export function content(page) {
  assert.deepEqual(page.complaints, []);
}

/** A module of the page's source. */
export async function source(path) {
  const built = await build({ entryPoints: [join(root, 'page/src', path)], bundle: true, format: 'esm', write: false, platform: 'browser', jsx: 'automatic', jsxImportSource: 'preact', external: ['*.css'] });
  return import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString('base64')}`);
}
