// Runs: what was loaded and filled, and one of them as a timeline.

import { useMemo, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso/router';
import { scaleLinear } from 'd3-scale';
import { activities, changed, dictionary } from '../store';
import { useAsk } from '../server';
import { Answer, Command, WhatFailed, Empty, Facts, Head, Mark, Problem, cellLink, tableLink, useWidth } from '../parts';
import { OutcomeMark, Progress, RetryFailed } from '../work';
import { lanesOf, type Bar } from '../lanes';
import { count, plural, seconds, since } from '../words';
import { Change } from './value';
import type { Diff, Run, RunBatch, TableChanges } from '../verbs';

// The ledger keeps it as the terminal shows it, where what failed is in capitals.
const summaryOf = (run: Run): string => run.summary.replaceAll('FAILED', 'failed');

export function RunsView() {
  const asked = useAsk<Run[]>('runs', {}, changed);
  const now = [...activities.value.values()].reverse().filter((one) => one.state === 'running' || one.error);
  return (
    <>
      <Head title="Runs" />
      <RetryFailed />
      {now.map((one) => <Progress key={one.id} of={one} />)}
      <Answer of={asked}>{(runs) => runs.length === 0 ? <Empty>Nothing was loaded or filled yet. <code>backcourt backfill all</code> does both.</Empty> : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Runs">
          <table class="plain">
            <thead><tr><th scope="col" class="number">run</th><th scope="col">outcome</th><th scope="col">started</th><th scope="col" class="number">took</th><th scope="col">command</th><th scope="col">summary</th></tr></thead>
            <tbody>{runs.map((run) => (
              <tr key={run.run}>
                <td class="number"><a href={`/runs/${run.run}`}>{run.run}</a></td>
                <td class="nowrap"><OutcomeMark of={run.outcome} /></td>
                <td class="nowrap" title={`${run.started_at_utc} UTC`}>{since(run.started_at_utc)}</td>
                <td class="number nowrap">{run.seconds === null ? '–' : seconds(run.seconds)}</td>
                <td><code>{run.command}</code></td>
                <td class="wide">{summaryOf(run)}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}</Answer>
    </>
  );
}

export function RunView() {
  const { run } = useRoute().params as { run: string };
  const asked = useAsk<Run[]>('runs', { run }, changed);
  if (asked.error) return <><Head title={`Run ${run}`} /><Problem failure={asked.error}><p><a href="/runs">All runs</a></p></Problem></>;
  return <Answer of={asked}>{([one]) => one && <OneRun run={one} />}</Answer>;
}

function OneRun({ run }: { run: Run }) {
  const live = [...activities.value.values()].find((one) => one.run === run.run && one.state === 'running');
  return (
    <>
      <div class="head"><h1>Run {run.run}</h1><span class="big-state"><OutcomeMark of={run.outcome} /></span></div>
      <p class="lead">{summaryOf(run)}</p>
      <Command line={run.command.startsWith('backcourt') ? run.command : `backcourt ${run.command}`} />
      <Facts of={[['started', <span title={`${run.started_at_utc} UTC`}>{run.started_at_utc.slice(0, 19)} UTC, {since(run.started_at_utc)}</span>], ['took', run.seconds === null ? '–' : seconds(run.seconds)], ['process', run.process]]} />
      {live && <Progress of={live} />}
      {run.batches && run.batches.length > 0 && <Timeline batches={run.batches} />}
      {run.failures && run.failures.length > 0 && (
        <section>
          <h2>{plural(run.failures.length, 'failure')}</h2>
          <ul class="plain-list">{run.failures.map((f) => <li><Mark state="failed" /> <a href={cellLink(f.table, f.date)}>{f.table} {f.date}</a> <span class="quiet">{f.class}</span><WhatFailed message={f.message} /></li>)}</ul>
          <RetryFailed />
        </section>
      )}
      {run.tables && run.tables.length > 0 && (
        <section>
          <h2>Tables</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="Tables of the run">
            <table class="plain">
              <thead><tr><th scope="col">table</th><th scope="col" class="number">cells</th><th scope="col" class="number">rows</th><th scope="col" class="number">batches</th><th scope="col" class="number">time</th><th scope="col" class="number">retries</th></tr></thead>
              <tbody>{run.tables.map((t) => <tr><td><a href={tableLink(t.table)}>{t.table}</a></td><td class="number">{count(t.cells)}</td><td class="number">{count(t.rows)}</td><td class="number">{t.batches}</td><td class="number">{seconds(t.seconds)}</td><td class="number">{t.retries || ''}</td></tr>)}</tbody>
            </table>
          </div>
        </section>
      )}
      <WhatChanged run={run.run} />
      <Log run={run.run} />
    </>
  );
}

function WhatChanged({ run }: { run: number }) {
  const [open, setOpen] = useState(false);
  const asked = useAsk<Diff>('diff', open ? { run: String(run) } : null);
  return (
    <details class="more" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>What it changed</summary>
      {open && <Answer of={asked}>{(diff) => diff.tables.length === 0 ? <p>It changed no rows.</p> : <>{diff.tables.map((t) => <TableChange of={t} />)}</>}</Answer>}
    </details>
  );
}

function TableChange({ of }: { of: TableChanges }) {
  const what = [
    of.anew && 'made anew', of.new_dates > 0 && plural(of.new_dates, 'new date'), of.changed > 0 && `${plural(of.changed, 'row')} changed`, of.added > 0 && `${plural(of.added, 'row')} new`,
    of.gone > 0 && `${plural(of.gone, 'row')} gone`,
  ].filter(Boolean);
  return (
    <section class="changes">
      <h3><a href={tableLink(of.table)}>{of.table}</a> <small>{what.join(', ')}{of.dates > 0 && ` on ${plural(of.dates, 'date')}`}</small></h3>
      {Object.keys(of.columns).length > 0 && <p class="quiet">{Object.entries(of.columns).map(([column, rows]) => `${column} (${count(rows)})`).join(', ')}</p>}
      <ul class="plain-list">{of.values.map((value) => <li><Change of={value} /></li>)}</ul>
      {of.values_changed > of.values.length && <p class="quiet">and {plural(of.values_changed - of.values.length, 'more value')}: <code>backcourt diff</code></p>}
    </section>
  );
}

function Log({ run }: { run: number }) {
  const [open, setOpen] = useState(false);
  const asked = useAsk<Run[]>('runs', open ? { run: String(run), log: true } : null);
  return (
    <details class="more" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>Log</summary>
      {open && <Answer of={asked}>{([one]) => <pre class="log" tabIndex={0}>{one?.log}</pre>}</Answer>}
    </details>
  );
}

function Timeline({ batches }: { batches: RunBatch[] }) {
  const [attach, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<Bar | null>(null);
  const model = dictionary.value;
  const bars = useMemo(() => {
    const reads = new Map(model?.tables.map((t) => [t.table, new Set(t.reads.map((r) => r.table))]));
    return lanesOf(batches, (table) => reads.get(table) ?? new Set());
  }, [batches, model]);
  const tables = [...new Set(bars.map((b) => b.table))];
  const lanes = Math.max(...bars.map((b) => b.lane)) + 1, last = Math.max(...bars.map((b) => b.started + b.seconds));
  const left = 64, x = scaleLinear([0, last], [left, Math.max(width, 320) - 8]), laneHeight = 24;
  const critical = bars.filter((b) => b.critical).reduce((sum, b) => sum + b.seconds, 0);
  return (
    <section>
      <h2>Timeline <small>{plural(bars.length, 'batch', 'batches')} in {plural(lanes, 'lane')}; critical path {seconds(critical)} of {seconds(last)}, outlined</small></h2>
      <div class="timeline" ref={attach}>
        <svg width={Math.max(width, 320)} height={lanes * laneHeight + 24} role="img" aria-label={`${bars.length} batches of ${tables.length} tables over ${seconds(last)}`} onMouseLeave={() => setAt(null)}>
          {x.ticks(Math.max(2, Math.floor(width / 110))).map((t) => <g class="tick"><line x1={x(t)} x2={x(t)} y1={0} y2={lanes * laneHeight} /><text x={x(t)} y={lanes * laneHeight + 15} text-anchor="middle">{t} s</text></g>)}
          {Array.from({ length: lanes }, (_, i) => <text x={0} y={i * laneHeight + 16} class="lane">worker {i + 1}</text>)}
          {bars.map((b) => {
            const w = Math.max(1.5, x(b.started + b.seconds) - x(b.started) - 0.5);
            return (
              <g class={`bar hue-${tables.indexOf(b.table) % 8}${b.critical ? ' critical' : ''}`} onMouseEnter={() => setAt(b)}>
                <title>{`${b.table} ${b.first_date} to ${b.last_date}: ${plural(b.cells, 'cell')}, ${plural(b.rows, 'row')}, ${seconds(b.seconds)}`}</title>
                <rect x={x(b.started)} y={b.lane * laneHeight + 3} width={w} height={laneHeight - 6} />
                {w > b.table.length * 6 + 8 && <text x={x(b.started) + 4} y={b.lane * laneHeight + 16}>{b.table}</text>}
              </g>
            );
          })}
        </svg>
      </div>
      <p class="line-text">{at ? <><strong>{at.table}</strong> {at.first_date} to {at.last_date}: {plural(at.cells, 'cell')}, {plural(at.rows, 'row')}, {seconds(at.seconds)}{at.critical && ', on the critical path'}</> : <span class="quiet">Point at a batch.</span>}</p>
    </section>
  );
}
