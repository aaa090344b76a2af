// Bundles the page into dist/: hashed names in assets/, index.html without inline script or style, and a budget that fails
// the build. The types of the reports come from the Python module's, which `make docs` writes from the registry.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { basename } from 'node:path';

const here = new URL('.', import.meta.url).pathname;
const firstLoadBudget = 65 * 1024, allBudget = 300 * 1024;

// python/backcourt/outputs.py as TypeScript: classes, and calls of TypedDict where a key is a Python keyword.
async function writeReportTypes() {
  const python = await readFile(`${here}../python/backcourt/outputs.py`, 'utf8');
  const type = (text) => {
    text = text.trim();
    const list = text.match(/^list\[(.*)\]$/s), map = text.match(/^dict\[str, (.*)\]$/s);
    const optional = text.match(/^NotRequired\[(.*)\]$/s), literal = text.match(/^Literal\[(.*)\]$/s);
    if (optional) return type(optional[1]);
    if (literal) return literal[1].split(',').map((one) => one.trim()).join(' | ');
    if (list) return `Array<${type(list[1])}>`;
    if (map) return `Record<string, ${type(map[1])}>`;
    if (text.includes(' | ')) return text.split(' | ').map(type).join(' | ');
    return { str: 'string', int: 'number', float: 'number', bool: 'boolean', None: 'null', object: 'unknown' }[text] ?? text;
  };
  const out = ['// Made by build.mjs from python/backcourt/outputs.py.'];
  for (const [, name, body] of python.matchAll(/^class (\w+)\(TypedDict\):\n((?:[ ].*\n|\n(?=[ ]))+)/gm)) {
    out.push(`export interface ${name} {`);
    for (const [, field, value] of body.matchAll(/^    (\w+): (.+)$/gm))
      out.push(`  ${field}${value.startsWith('NotRequired') ? '?' : ''}: ${type(value)};`);
    out.push('}');
  }
  for (const [, name, body] of python.matchAll(/^(\w+) = TypedDict\(\n    "\w+",\n    \{\n((?:        .*\n)+)/gm)) {
    out.push(`export interface ${name} {`);
    for (const [, field, value] of body.matchAll(/^        "(\w+)": '(.+)',$/gm)) out.push(`  ${field}: ${type(value)};`);
    out.push('}');
  }
  const text = out.join('\n') + '\n', file = `${here}src/reports.ts`;
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeFile(file, text);
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();

await writeReportTypes();
if (process.argv.includes('--types')) process.exit(0);
const result = await build({
  entryPoints: [`${here}src/main.tsx`, `${here}src/style.css`],
  outdir: `${here}dist/assets`,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
});
// The licences of what is bundled.
async function licences(inputs) {
  const packages = [...new Set(Object.keys(inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []))].sort();
  const texts = await Promise.all(packages.map(async (name) => {
    const folder = `${here}node_modules/${name}`;
    const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    return `${name} ${version} (${license})\n\n${file ? await readFile(`${folder}/${file}`, 'utf8') : ''}`;
  }));
  return Buffer.from(`The page is made with these libraries.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`);
}

const files = new Map(result.outputFiles.map((file) => [`assets/${basename(file.path)}`, file.contents]));
const icon = await readFile(`${here}icon.svg`), iconName = `icon-${hash(icon)}.svg`;
files.set(`assets/${iconName}`, icon);
const outputs = Object.entries(result.metafile.outputs);
const nameOf = (entry) => basename(outputs.find(([, output]) => output.entryPoint?.endsWith(entry))[0]);
const names = { SCRIPT: nameOf('src/main.tsx'), STYLE: nameOf('src/style.css'), ICON: iconName };
const index = (await readFile(`${here}index.html`, 'utf8')).replace(/@(SCRIPT|STYLE|ICON)@/g, (_, name) => names[name]);
files.set('index.html', Buffer.from(index));
files.set('licences.txt', await licences(result.metafile.inputs));

// Sizes: what the first view loads (the entry and what it imports at once), and all.
const zipped = (path) => gzipSync(files.get(path), { level: 9 }).length;
const first = new Set(['index.html', `assets/${names.STYLE}`]);
const follow = (name) => {
  if (first.has(`assets/${name}`)) return;
  first.add(`assets/${name}`);
  const [, output] = outputs.find(([path]) => basename(path) === name);
  output.imports.filter((one) => one.kind === 'import-statement').forEach((one) => follow(basename(one.path)));
};
follow(names.SCRIPT);
const sum = (paths) => [...paths].reduce((total, path) => total + zipped(path), 0);
const firstLoad = sum(first), all = sum(files.keys());
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
if (firstLoad > firstLoadBudget || all > allBudget) {
  console.error(`page: ${kilobytes(firstLoad)} on first load and ${kilobytes(all)} in all (gzip), over the budget of ${kilobytes(firstLoadBudget)} and ${kilobytes(allBudget)}`);
  process.exit(1);
}

// Only what differs is written, so that the program is not built again for nothing.
await mkdir(`${here}dist/assets`, { recursive: true });
for (const name of await readdir(`${here}dist/assets`)) if (!files.has(`assets/${name}`)) await rm(`${here}dist/assets/${name}`);
for (const [path, bytes] of files) {
  const now = await readFile(`${here}dist/${path}`).catch(() => null);
  if (!now || Buffer.compare(now, Buffer.from(bytes)) !== 0) await writeFile(`${here}dist/${path}`, bytes);
}
console.log(`page: ${kilobytes(firstLoad)} on first load, ${kilobytes(all)} in all (gzip)`);
