// The dictionary: tables and columns, and what they mean.

import { useLocation } from 'preact-iso/router';
import { dictionary } from '../store';
import { Empty, Head, tableLink, Waiting } from '../parts';
import { plural } from '../words';
import type { DictionaryTable } from '../verbs';

const kinds: Record<string, string> = { raw: 'Raw tables', helper: 'Helper tables', view: 'Views' };
const kindOf = (t: DictionaryTable): string => kinds[t.kind] ?? (t.group ? `${t.group[0]!.toUpperCase()}${t.group.slice(1)} tables` : 'Tables');

export function DictionaryView() {
  const { query, path, route } = useLocation();
  const report = dictionary.value;
  if (!report) return <Waiting />;
  const text = query.q ?? '';
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = (...parts: string[]) => words.every((w) => parts.some((p) => p.toLowerCase().includes(w)));
  const groups = new Map<string, Array<{ table: DictionaryTable; columns: DictionaryTable['columns'] }>>();
  let columns = 0;
  for (const table of report.tables) {
    const found = words.length ? table.columns.filter((c) => hits(c.name, c.about)) : [];
    if (words.length && !found.length && !hits(table.table, table.about)) continue;
    columns += found.length;
    const kind = kindOf(table);
    groups.set(kind, [...(groups.get(kind) ?? []), { table, columns: found }]);
  }
  const order = [...groups.keys()].sort((a, b) => Number(a === 'Raw tables') - Number(b === 'Raw tables') || Number(a === 'Helper tables') - Number(b === 'Helper tables'));
  return (
    <>
      <Head title="Dictionary">
        <label class="field">Find <input type="search" value={text} placeholder="a table, a column or a meaning" onInput={(e) => route(e.currentTarget.value ? `${path}?q=${encodeURIComponent(e.currentTarget.value)}` : path, true)} /></label>
        {words.length > 0 && <span class="quiet" role="status">{plural([...groups.values()].flat().length, 'table')}, {plural(columns, 'column')}</span>}
      </Head>
      {groups.size === 0 && <Empty>Nothing has all of these words. Columns are searched by name and by meaning.</Empty>}
      {order.map((kind) => (
        <section>
          <h2>{kind}</h2>
          <dl class="tables">
            {groups.get(kind)!.map(({ table, columns }) => (
              <div key={table.table}>
                <dt><a href={tableLink(table.table)}>{table.table}</a></dt>
                <dd>{table.about} <span class="quiet">{plural(table.columns.length, 'column')}, a row a {table.key.join(', ')}</span>
                  {columns.length > 0 && <ul class="found">{columns.slice(0, 40).map((c) => <li><a href={`${tableLink(table.table)}#${c.name}`}><code>{c.name}</code></a> {c.about}</li>)}</ul>}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </>
  );
}
