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
  await writeFile(`${here}src/reports.ts`, out.join('\n') + '\n');
}

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 10).toUpperCase();

async function hashed(file, extension) {
  const bytes = await readFile(`${here}${file}`);
  const name = `${basename(file, extension)}-${hash(bytes)}${extension}`;
  await writeFile(`${here}dist/assets/${name}`, bytes);
  return name;
}

await writeReportTypes();
if (process.argv.includes('--types')) process.exit(0);
await rm(`${here}dist`, { recursive: true, force: true });
await mkdir(`${here}dist/assets`, { recursive: true });
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
  logLevel: 'warning',
});
const outputs = Object.entries(result.metafile.outputs);
const nameOf = (entry) => basename(outputs.find(([, output]) => output.entryPoint?.endsWith(entry))[0]);
const names = {
  SCRIPT: nameOf('src/main.tsx'),
  STYLE: nameOf('src/style.css'),
  ICON: await hashed('icon.svg', '.svg'),
};
const index = (await readFile(`${here}index.html`, 'utf8')).replace(/@(SCRIPT|STYLE|ICON)@/g, (_, name) => names[name]);
await writeFile(`${here}dist/index.html`, index);

// Sizes: what the first view loads (the entry and what it imports at once), and all.
const zipped = async (path) => gzipSync(await readFile(`${here}dist/${path}`), { level: 9 }).length;
const first = new Set([names.STYLE]);
const follow = (name) => {
  if (first.has(name)) return;
  first.add(name);
  const [, output] = outputs.find(([path]) => basename(path) === name);
  output.imports.filter((one) => one.kind === 'import-statement').forEach((one) => follow(basename(one.path)));
};
follow(names.SCRIPT);
let firstLoad = await zipped('index.html'), all = firstLoad;
for (const name of await readdir(`${here}dist/assets`)) {
  const size = await zipped(`assets/${name}`);
  all += size;
  if (first.has(name)) firstLoad += size;
}
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
console.log(`page: ${kilobytes(firstLoad)} on first load, ${kilobytes(all)} in all (gzip)`);
if (firstLoad > firstLoadBudget || all > allBudget) {
  console.error(`page: over its budget of ${kilobytes(firstLoadBudget)} on first load and ${kilobytes(allBudget)} in all`);
  process.exit(1);
}
