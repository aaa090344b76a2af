// A cell: what it is, why, what it reads and who reads it, its rows, and what fixes it.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso/router';
import type { Cells } from '../cells';
import { changed, cells, dictionary, activities, begin } from '../store';
import { useAsk, useQuery, asFailure, type Failure } from '../server';
import { Answer, cellLink, Coded, Command, WhatFailed, Empty, Facts, Head, Mark, Problem, tableLink, useWidth } from '../parts';
import { Grid } from '../grid';
import { Progress, Work } from '../work';
import { count, firstLine, identifier, literal, plural, seconds, since, weekday, monthOf, isDate } from '../words';
import { colours, meaning, Sprites, stateOf, worst, type State } from '../states';
import { theme } from '../theme';
import { valueLink } from './value';
import type { Cell, CellLink } from '../verbs';

export function CellView() {
  const { table, date } = useRoute().params as { table: string; date: string };
  const asked = useAsk<Cell>('cell', { table, date }, changed);
  return (
    <>
      {asked.error && <Head title={<><a href={tableLink(table)}>{table}</a> <span class="nowrap">{date}</span></>} />}
      <Answer of={asked}>{(cell) => <CellHead cell={cell} />}</Answer>
      {asked.value && <CellRows table={table} date={date} rows={asked.value.rows} />}
    </>
  );
}

function Neighbours({ table, date }: { table: string; date: string }) {
  const model = cells.value;
  const at = model?.at.get(date);
  if (!model || at === undefined) return null;
  const before = model.dates[at - 1]?.date, after = model.dates[at + 1]?.date;
  return (
    <nav class="pager" aria-label="Dates">
      {before ? <a href={cellLink(table, before)} rel="prev">← {before}</a> : <span />}
      {after ? <a href={cellLink(table, after)} rel="next">{after} →</a> : <span />}
    </nav>
  );
}

function CellHead({ cell }: { cell: Cell }) {
  const rows = cell.expected === null ? count(cell.rows) : `${count(cell.rows)} of ${count(cell.expected)}`;
  return (
    <>
      <div class="head">
        <h1><a href={tableLink(cell.table)}>{cell.table}</a> <span class="nowrap">{cell.date} {weekday(cell.date)}</span></h1>
        <span class="big-state"><Mark state={stateOf(cell.state)} named size={15} /></span>
        <Neighbours table={cell.table} date={cell.date} />
      </div>
      <p class="lead">{meaning[stateOf(cell.state)]}{cell.because && firstLine(cell.because) !== firstLine(cell.message) && <>: <Coded text={firstLine(cell.because)} /></>}</p>
      {cell.message && <div class="problem" role="alert"><WhatFailed message={cell.message} /></div>}
      <Fix cell={cell} />
      <Facts of={[
        [cell.expected === null ? 'rows' : 'rows, of those due', rows],
        ['filled', cell.filled_at ? <span title={`${cell.filled_at} UTC`}>{since(cell.filled_at)}</span> : '–'],
        cell.seconds !== null && ['took', seconds(cell.seconds)],
        cell.run !== null && cell.run > 0 && ['run', <a href={`/runs/${cell.run}`}>{cell.run}</a>],
        cell.attempts > 1 && ['tries', cell.attempts],
        cell.changed !== null && cell.changed !== cell.run && ['rows changed in', <a href={`/runs/${cell.changed}`}>run {cell.changed}</a>],
        cell.note && ['note', cell.note],
        cell.waived && ['let through without', cell.waived],
        cell.missing_games.length > 0 && ['missing games', cell.missing_games.map((g) => <><a href={`/game/${g}`}>{g}</a> </>)],
        cell.digest && ['digest', <code title="Two cells with the same digest hold the same rows">{cell.digest}</code>],
      ]} />
      <div class="columns">
        <section>
          <h2>Why</h2>
          {cell.why.length === 0 ? <Empty>It is as its inputs make it; nothing has changed since.</Empty> : (
            <ol class="why">
              {cell.why.map((link, i) => (
                <li style={{ marginLeft: `${Math.min(i, 12) * 14}px` }}>
                  <Mark state={stateOf(link.state)} />{isDate(link.date) ? <a href={cellLink(link.table, link.date)}>{link.table} {link.date}</a> : <a href={tableLink(link.table)}>{link.table} {link.date}</a>}
                  <span class="quiet"> {link.state}: <Coded text={firstLine(link.because)} /></span>
                </li>
              ))}
            </ol>
          )}
        </section>
        <section>
          <h2>Read by</h2>
          {cell.dependants.length === 0 ? <Empty>No table reads it.</Empty> : (
            <ul class="plain-list">{cell.dependants.map((link) => <li><LinkName link={link} date={link.first_date} /> <span class="quiet">{spanOf(link)}{worstOf(link) && worstOf(link) !== 'fresh' ? `, ${worstOf(link)}` : ''}</span></li>)}</ul>
          )}
        </section>
      </div>
      <section>
        <h2>Reads</h2>
        {cell.inputs.length === 0 ? <Empty>It is read from files: see <a href="/files">Files</a>.</Empty> : <Inputs cell={cell} />}
      </section>
    </>
  );
}

function Fix({ cell }: { cell: Cell }) {
  const [started, setStarted] = useState<{ id: string; joined: boolean } | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const now = started && activities.value.get(started.id);
  const fix = cell.fix;
  const act = async () => {
    setFailure(null);
    try {
      const answer = await begin(fix!.verb, fix!.request as Record<string, unknown>);
      setStarted({ id: answer.activity, joined: answer.joined });
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  const names: Record<string, string> = { backfill: cell.state === 'failed' ? 'Try again' : 'Fill it', load: 'Load the files' };
  return (
    <>
      {fix
        ? <div class="actions"><button type="button" class="main" onClick={act}>{names[fix.verb] ?? fix.verb}</button><Command line={fix.command} /></div>
        : cells.value?.byName.get(cell.table)?.kind !== 'raw' && <details class="more"><summary>Plan, fill again, verify</summary><Work selection={{ tables: [cell.table], dates: cell.date }} /></details>}
      {failure && <Problem failure={failure} />}
      {now && <Progress of={now} joined={started.joined} />}
    </>
  );
}

const worstOf = (link: CellLink): State | undefined => worst.find((s) => link.states[s]);
const spanOf = (link: CellLink): string =>
  link.dates === 0 ? (link.first_date ? '' : 'not by date') : link.dates === 1 ? link.first_date! : `${plural(link.dates, 'date')}, ${link.first_date} to ${link.last_date}`;

function LinkName({ link, date }: { link: CellLink; date: string | null }) {
  const state = worstOf(link);
  return <>{state && <Mark state={state} />}<a href={date && link.kind !== 'view' ? cellLink(link.table, date) : tableLink(link.table)}>{link.table}</a></>;
}

// Windows on one time axis: every game date of it that an input's window holds, in its state.
function Inputs({ cell }: { cell: Cell }) {
  const [attach, width] = useWidth<HTMLDivElement>();
  const model = cells.value;
  const dates = useMemo((): string[] => {
    const all = cell.inputs.flatMap((input) => [input.first_date, input.last_date]).filter((d) => d !== null).sort();
    const first = all[0] ?? cell.date, last = all.at(-1) ?? cell.date;
    if (!model?.at.has(cell.date)) return [];
    // At least forty game dates, so that a window of one date is seen as one.
    const from = Math.min(model.at.get(first) ?? Infinity, Math.max(0, model.at.get(cell.date)! - 39));
    return model.dates.slice(from, Math.max(model.at.get(last) ?? 0, model.at.get(cell.date)!) + 1).map((d) => d.date);
  }, [cell, model]);
  return (
    <div class="inputs" ref={attach}>
      {cell.inputs.map((input) => (
        <div class="input">
          <div class="input-name"><span><LinkName link={input} date={input.last_date} /></span> <span class="quiet">{input.windows.join(', ')}{spanOf(input) && `: ${spanOf(input)}`}</span></div>
          {model?.byName.has(input.table) && dates.length > 0 && <Axis model={model} dates={dates} input={input} width={Math.max(120, width)} />}
        </div>
      ))}
      <AxisMonths dates={dates} width={Math.max(120, width)} />
    </div>
  );
}

const axisPitch = (width: number, n: number): number => Math.min(9, (width - 2) / Math.max(n, 1));

function Axis({ model, dates, input, width }: { model: Cells; dates: string[]; input: CellLink; width: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = colours[theme.value];
  useEffect(() => {
    const scale = window.devicePixelRatio || 1, pitch = axisPitch(width, dates.length);
    const context = canvas.current!.getContext('2d')!;
    canvas.current!.width = width * scale;
    canvas.current!.height = 12 * scale;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = palette.missing;
    const sprites = new Sprites(Math.max(1, Math.floor(pitch) - (pitch >= 3 ? 1 : 0)), 10, scale, palette);
    const table = model.byName.get(input.table)!;
    dates.forEach((date, i) => {
      const inside = input.first_date && input.last_date && date >= input.first_date && date <= input.last_date;
      const state = inside ? model.state(table, model.at.get(date)!) : null;
      if (state) sprites.draw(context, state, Math.round(1 + i * pitch), 1);
      else context.fillRect(Math.round(1 + i * pitch), 6, Math.max(1, pitch - 1), 0.75);
    });
  }, [model, dates, input, width, palette]);
  return <canvas ref={canvas} role="img" aria-label={`${input.dates} of ${dates.length} game dates`} style={{ width: `${width}px`, height: '12px' }} />;
}

function AxisMonths({ dates, width }: { dates: string[]; width: number }) {
  const pitch = axisPitch(width, dates.length);
  let last = -100;
  return (
    <div class="axis-months" aria-hidden="true">
      {dates.map((date, i) => {
        const x = 1 + i * pitch;
        if (date.slice(0, 7) === dates[i - 1]?.slice(0, 7) || x - last < 34) return null;
        last = x;
        return <span style={{ left: `${x}px` }}>{monthOf(date)}</span>;
      })}
    </div>
  );
}

function CellRows({ table, date, rows: expected }: { table: string; date: string; rows: number }) {
  const about = dictionary.value?.tables.find((t) => t.table === table);
  const column = about?.date || (about?.columns.find((c) => c.name === 'game_date') ? 'game_date' : '');
  const sql = column && expected ? `SELECT * FROM ${identifier(table)} WHERE ${identifier(column)} = ${literal(date)}` : null;
  const asked = useQuery(sql, changed);
  const why = (row: (column: string) => unknown) => valueLink(table, date, ((about?.key ?? []).filter((c) => c !== column).map((c) => `${c}=${row(c)}`)).join(',') || `${column}=${date}`);
  const meaningOf = useMemo(() => new Map(about?.columns.map((c) => [c.name, c.about])), [about]);
  return (
    <section>
      <h2>Rows</h2>
      {!expected ? <Empty>No rows on this date.</Empty> : !dictionary.value ? null : !sql ? <Empty>The rows of this table have no date.</Empty> : (
        <Answer of={asked}>{(rows) => rows.rows.length === 0 ? <Empty>No rows on this date.</Empty> : (
          <><Grid rows={rows} label={`Rows of ${table} on ${date}`} about={(c) => meaningOf.get(c)} why={about?.kind === 'raw' ? undefined : why} /><p class="quiet"><a href={`/query?sql=${encodeURIComponent(sql)}`}>as a query</a></p></>
        )}</Answer>
      )}
    </section>
  );
}
