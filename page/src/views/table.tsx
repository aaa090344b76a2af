// A table: what it is, its columns with what is in them, its text, who reads whom.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso/router';
import { cells, changed, dictionary } from '../store';
import { isNumeric, query, useQuery } from '../server';
import { Copy, Empty, Facts, Head, isBroken, Mark, Nowhere, Problem, tableLink, Waiting } from '../parts';
import { Strips } from './season';
import { count, identifier, literal, percent, plural, seconds, show, since } from '../words';
import { states, worst, type State } from '../states';
import type { DictionaryTable, LeftOut, Value } from '../verbs';

const buckets = 24;
interface ColumnFacts { nulls: number; least: Value; most: Value; bars: number[] | null }

// Null shares and ranges in one query, histograms of the numbers in a second one.
async function factsOf(table: DictionaryTable, abort: AbortSignal): Promise<{ rows: number; types: Map<string, string>; columns: Map<string, ColumnFacts> }> {
  const name = identifier(table.table), columns = table.columns.map((c) => c.name);
  const types = await query(`SELECT * FROM ${name} LIMIT 0`, undefined, abort);
  const typeOf = new Map(types.columns.map((c) => [c.name, c.type]));
  const known = columns.filter((c) => typeOf.has(c));
  const first = await query(`SELECT count(*), ${known.map((c) => `count(${identifier(c)}), min(${identifier(c)}), max(${identifier(c)})`).join(', ')} FROM ${name}`, undefined, abort);
  const row = first.rows[0]!, rows = Number(row[0]);
  const facts = new Map<string, ColumnFacts>(known.map((c, i) => [c, { nulls: rows - Number(row[1 + 3 * i]), least: row[2 + 3 * i]!, most: row[3 + 3 * i]!, bars: null }]));
  const numbers = known.filter((c) => !c.endsWith('_id') && isNumeric(typeOf.get(c)!) && Number(facts.get(c)!.most) > Number(facts.get(c)!.least));
  if (rows && numbers.length) {
    const bucket = (c: string) => `least(${buckets - 1}, floor((${identifier(c)} - (${facts.get(c)!.least})) / (${Number(facts.get(c)!.most) - Number(facts.get(c)!.least)}) * ${buckets}))`;
    const spread = (c: string) => `histogram(CAST(${bucket(c)} AS INTEGER))`;
    const second = await query(`SELECT ${numbers.map((c) => `array_to_string(map_keys(${spread(c)}), ','), array_to_string(map_values(${spread(c)}), ',')`).join(', ')} FROM ${name}`, undefined, abort);
    numbers.forEach((c, i) => {
      const [at, n] = [second.rows[0]![2 * i], second.rows[0]![2 * i + 1]].map((text) => String(text).split(',').map(Number));
      const bars: number[] = Array(buckets).fill(0);
      at!.forEach((bucket, k) => (bars[bucket] = n![k]!));
      facts.get(c)!.bars = bars;
    });
  }
  return { rows, types: typeOf, columns: facts };
}

export function TableView() {
  const { table: name } = useRoute().params as { table: string };
  const report = dictionary.value;
  if (!report) return <Waiting />;
  const table = report.tables.find((t) => t.table === name);
  const out = report.left_out.find((one) => one.name === name && !one.is_check);
  if (out) return <LeftOutTable of={out} all={report.left_out} />;
  if (!table) return <Nowhere title={name}>There is no table {name}. <a href="/dictionary">All tables</a></Nowhere>;
  return <TableAbout key={name} table={table} readers={report.tables.filter((t) => t.reads.some((r) => r.table === name))} />;
}

// A model that cannot be used: which file is broken, why, and what else waits for it.
function LeftOutTable({ of, all }: { of: LeftOut; all: LeftOut[] }) {
  const behind = all.filter((one) => one.because.startsWith(`it reads ${of.name}:`));
  const input = of.because.match(/^it reads (\w+):/)?.[1];
  return (
    <>
      <Head title={of.name}>{cells.value?.byName.has(of.name) && <a href={`/season?table=${of.name}`}>calendar</a>}</Head>
      {isBroken(of)
        ? <Problem failure={{ message: `The file of this model is broken, so it is not filled.\n${of.because}`, hint: 'Correct the file: the page sees it at once. `backcourt lint` names every problem.' }} />
        : <Problem failure={{ message: `This model is not filled while a model that it reads is broken: ${of.because}` }}>{input && <p><a href={tableLink(input)}>{input}</a></p>}</Problem>}
      <Facts of={[['file', <code>{of.file}</code>], behind.length > 0 && ['read by', <>{behind.map((one) => <><a href={tableLink(one.name)}>{one.name}</a> </>)}</>]]} />
      <TableStates name={of.name} />
      <TableStrips name={of.name} />
    </>
  );
}

function TableAbout({ table, readers }: { table: DictionaryTable; readers: DictionaryTable[] }) {
  const [facts, setFacts] = useState<Awaited<ReturnType<typeof factsOf>> | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    factsOf(table, abort.signal).then(setFacts, () => {});
    return () => abort.abort();
  }, [table, changed.value]);
  useEffect(() => {
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: 'center' });
  }, []);
  return (
    <>
      <Head title={table.table}>
        <span class="quiet">{{ public: table.group, helper: 'helper table', view: 'view', raw: 'raw table' }[table.kind] || 'table'}{table.overlay && `, ${table.overlay}`}</span>
        {cells.value?.byName.has(table.table) && <a href={`/season?table=${table.table}`}>calendar</a>}
        <a href={`/query?sql=${encodeURIComponent(`SELECT * FROM ${identifier(table.table)} LIMIT 100`)}`}>query</a>
      </Head>
      <p class="lead">{table.about}</p>
      <Facts of={[
        ['rows', facts ? count(facts.rows) : '…'],
        ['a row a', table.key.join(', ')],
        table.file && ['file', <code>{table.file}</code>],
        table.date && ['date', <code>{table.date}</code>],
        table.checks.length > 0 && ['checked at every commit', table.checks.join('; ')],
      ]} />
      <TableStates name={table.table} />
      <TableStrips name={table.table} />
      <div class="columns">
        <section>
          <h2>Reads</h2>
          {table.reads.length === 0 ? <Empty>{table.kind === 'raw' ? <>Files: see <a href="/files">Files</a>.</> : 'No table.'}</Empty>
            : <ul class="plain-list">{table.reads.map((r) => <li><a href={tableLink(r.table)}>{r.table}</a> <span class="quiet">{r.windows.join(', ')}</span></li>)}</ul>}
        </section>
        <section>
          <h2>Read by</h2>
          {readers.length === 0 ? <Empty>No table reads it.</Empty> : <ul class="plain-list">{readers.map((r) => <li><a href={tableLink(r.table)}>{r.table}</a></li>)}</ul>}
        </section>
      </div>
      <section>
        <h2>{plural(table.columns.length, 'column')}</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label={`Columns of ${table.table}`}>
          <table class="plain columns-table">
            <thead><tr><th scope="col">column</th><th scope="col">meaning</th><th scope="col">type</th><th scope="col" class="number">null</th><th scope="col" class="number">least</th><th scope="col">values</th><th scope="col">most</th></tr></thead>
            <tbody>
              {table.columns.map((c) => {
                const one = facts?.columns.get(c.name);
                return (
                  <tr id={c.name} key={c.name}>
                    <th scope="row"><code>{c.name}</code></th>
                    <td class="wide">{c.about}{c.needs.length > 0 && <span class="quiet"> needs {c.needs.join(', ')}</span>}</td>
                    <td class="quiet">{(c.type || facts?.types.get(c.name) || '').toLowerCase()}</td>
                    <td class="number">{one && facts!.rows ? percent(one.nulls / facts!.rows, one.nulls && one.nulls < facts!.rows / 100 ? 1 : 0) : ''}</td>
                    <td class="number clip">{one ? show(one.least) : ''}</td>
                    <td>{one?.bars && <Histogram bars={one.bars} name={c.name} />}</td>
                    <td class="clip">{one ? show(one.most) : ''}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
      {table.kind !== 'raw' && table.kind !== 'view' && <RecentFills name={table.table} />}
      {table.sql && (
        <section>
          <h2>Text <Copy text={table.sql} /></h2>
          <pre class="sql" tabIndex={0}>{table.sql}</pre>
        </section>
      )}
    </>
  );
}

function Histogram({ bars, name }: { bars: number[]; name: string }) {
  const most = Math.max(...bars, 1);
  return (
    <svg class="histogram" width={bars.length * 4} height="16" role="img" aria-label={`How the values of ${name} are spread`}>
      {bars.map((n, i) => n > 0 && <rect x={i * 4} width="3" y={16 - Math.max(1, (16 * n) / most)} height={Math.max(1, (16 * n) / most)} />)}
    </svg>
  );
}

function TableStrips({ name }: { name: string }) {
  const { route } = useLocation();
  const model = cells.value, table = model?.byName.get(name);
  const rows = useMemo(() => (table ? [{ key: name, label: name, kind: table.kind, tables: [table] }] : []), [table]);
  if (!model || !table) return null;
  return <>{[...model.seasons].reverse().map((season) => (
    <Strips bare key={season.season} model={model} season={season} rows={rows} chosen={null} choose={(next) => next && route(`/season?from=${next.from}&to=${next.to}&tables=${name}`)} />
  ))}</>;
}

// What the ledger keeps of its batches, by run.
function RecentFills({ name }: { name: string }) {
  const asked = useQuery(`SELECT b.run, CAST(max(b.ended_at) AS VARCHAR), sum(b.cells), sum(b.row_count), CAST(DATE '1970-01-01' + min(b.first_slot) AS DATE), CAST(DATE '1970-01-01' + max(b.last_slot) AS DATE), sum(b.seconds)
    FROM backcourt.batches b WHERE b.model = ${literal(name)} GROUP BY b.run ORDER BY b.run DESC LIMIT 8`, changed);
  if (asked.error) return <Problem failure={asked.error} />;
  if (!asked.value) return null;
  return (
    <section>
      <h2>Newest fills</h2>
      {asked.value.rows.length === 0 ? <Empty>It was not filled yet.</Empty> : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Newest fills">
          <table class="plain">
            <thead><tr><th scope="col" class="number">run</th><th scope="col">ended</th><th scope="col" class="number">cells</th><th scope="col" class="number">rows</th><th scope="col">from</th><th scope="col">to</th><th scope="col" class="number">time</th></tr></thead>
            <tbody>{asked.value.rows.map(([run, ended, cells, rows, first, last, time]) => (
              <tr key={run}><td class="number"><a href={`/runs/${run}`}>{show(run)}</a></td><td title={`${ended} UTC`}>{since(String(ended))}</td><td class="number">{count(Number(cells))}</td><td class="number">{count(Number(rows))}</td><td>{show(first)}</td><td>{show(last)}</td><td class="number">{seconds(Number(time))}</td></tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function TableStates({ name }: { name: string }) {
  const model = cells.value, table = model?.byName.get(name);
  if (!model || !table) return null;
  const found = new Map<State, { n: number; last: string }>();
  table.codes.forEach((code, i) => {
    const state = states[code];
    if (state && state !== 'not due') found.set(state, { n: (found.get(state)?.n ?? 0) + 1, last: model.dates[i]!.date });
  });
  return <p class="spread">{worst.filter((s) => found.has(s)).map((s) => <a href={`/cell/${name}/${found.get(s)!.last}`}><Mark state={s} /> {count(found.get(s)!.n)} {s}</a>)}</p>;
}
