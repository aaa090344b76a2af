// The season: every table on every game date.

import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { signal, useComputed, useSignalEffect } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { useAddress } from '../address';
import { ask } from '../server';
import { cells, drawn, running, status, trouble, type TableProgress } from '../store';
import type { Cells, Season, TableCells } from '../cells';
import type { Cell } from '../verbs';
import { colours, meaning, settled, states, worst, type State } from '../states';
import { cellHeight, dateAt, layOut, leastWidth, rowAt, StripPainter, type Layout, type Names, type Row } from '../strips';
import { theme } from '../theme';
import { cellLink, DateInput, Empty, Mark, Problem, useWidth, Waiting } from '../parts';
import { count, firstLine, monthOf, plural, seconds, weekday } from '../words';
import { Work, type Selection } from '../work';
import { Unloaded } from '../load';
import { Calendar } from './calendar';

interface Chosen { tables: string[]; from: string; to: string }

const leastNames = 226; // pixels
const restMilliseconds = 150;

// How far the strips of a season were scrolled, for who comes back.
const scrolled = new Map<string, number>();

// What the pointer or the keyboard is at.
const place = signal<{ season: string; key: string; index: number } | null>(null);

export function rowsOf(model: Cells, unfolded: boolean): Row[] {
  const rows: Row[] = [];
  const single = (table: TableCells): Row => ({ key: table.name, label: table.name, kind: table.kind, tables: [table] });
  // Folded into one row: helper tables, and raw tables that no feed has filled.
  const helpers = model.tables.filter((t) => t.kind === 'helper');
  const without = model.tables.filter((t) => t.kind === 'raw' && t.rows.every((n) => !n));
  const folds = [
    { key: '(helpers)', label: `${helpers.length} helper tables`, kind: 'helper', tables: helpers },
    { key: '(without)', label: `${without.length} raw tables without rows`, kind: 'raw', tables: without },
  ];
  for (const table of model.tables) {
    const fold = unfolded ? undefined : folds.find((one) => one.tables.length > 1 && one.tables.includes(table));
    if (!fold) rows.push(single(table));
    else if (table === fold.tables[0]) rows.push(fold);
  }
  return rows.sort((a, b) => Number(b.kind === 'raw') - Number(a.kind === 'raw'));
}

export function SeasonView() {
  const { query, to, go } = useAddress();
  const model = cells.value;
  const unfolded = query.all === 'yes';
  const rows = useMemo(() => (model ? rowsOf(model, unfolded) : []), [model, unfolded]);
  const chosen = useMemo<Chosen | null>(
    () => (query.from && query.to ? { from: query.from, to: query.to, tables: query.tables?.split(',') ?? [] } : null),
    [query.from, query.to, query.tables],
  );
  if (!model) return trouble.value ? <Problem failure={trouble.value} /> : <Waiting />;
  if (!model.dates.length)
    return <><h1>Season</h1><Unloaded /></>;

  const table = query.table ? model.byName.get(query.table) : undefined;
  const seasons = [...model.seasons].reverse();
  const shown = query.season ? seasons.filter((s) => s.season === query.season) : seasons;
  if (query.table && !table) return <Empty>There is no table {query.table} with dates. <a href={to({ table: undefined })}>All tables</a></Empty>;
  if (!shown.length) return <Empty>There are no games of the season {query.season}. <a href={to({ season: undefined })}>All seasons</a></Empty>;
  const choose = (next: Chosen | null) => go({ from: next?.from, to: next?.to, tables: next?.tables.join(',') });
  return (
    <div class="season-view">
      <div class="toolbar">
        <h1>{table ? table.name : 'Season'}</h1>
        <nav aria-label="Seasons" class="tabs">
          {seasons.length > 1 && <a href={to({ season: undefined })} aria-current={!query.season ? 'true' : undefined}>all</a>}
          {seasons.map((s) => <a href={to({ season: s.season })} aria-current={query.season === s.season || seasons.length === 1 ? 'true' : undefined}>{s.season}</a>)}
        </nav>
        {table
          ? <><a href={to({ table: undefined })}>all tables</a><a href={`/table/${table.name}`}>about {table.name}</a></>
          : <label class="check"><input type="checkbox" checked={unfolded} onChange={(e) => go({ all: e.currentTarget.checked ? 'yes' : undefined })} /> all tables</label>}
      </div>
      {table
        ? shown.map((season) => <Calendar key={season.season} model={model} table={table} season={season} />)
        : shown.map((season) => <Strips key={season.season} model={model} season={season} rows={rows} chosen={chosen} choose={choose} />)}
      <Legend />
      <Line model={model} rows={rows} chosen={chosen} choose={choose} />
    </div>
  );
}

/** `bare`: only the strips, where another view shows them. */
export function Strips({ model, season, rows, chosen, choose, bare }: { model: Cells; season: Season; rows: Row[]; chosen: Chosen | null; choose: (next: Chosen | null) => void; bare?: boolean }) {
  const { route } = useLocation();
  const { to } = useAddress();
  const [attach, width] = useWidth<HTMLDivElement>();
  // Names stand beside the strips where the longest season leaves them the room, else above each strip.
  const room = width - leastWidth(model);
  const names: Names = width > 0 && width < 640 ? 'touch' : room >= leastNames ? 'beside' : 'above';
  const labelWidth = names === 'beside' ? Math.min(276, room) : 0;
  const section = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const painter = useRef<StripPainter | null>(null);
  const [visible, setVisible] = useState(false);
  const layout = useMemo(() => layOut(model, season, rows, width - labelWidth, names), [model.dates.length, season.season, season.from, season.to, rows.map((r) => r.key).join(), width, names]);
  const focus = useRef<{ row: number; index: number; anchor: { row: number; index: number } | null }>({ row: 0, index: season.to - 1, anchor: null });

  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => setVisible(entry!.isIntersecting), { rootMargin: '200px' });
    observer.observe(section.current!);
    return () => observer.disconnect();
  }, []);

  // Draws when cells have changed, the theme, or the size; only what is in sight.
  useSignalEffect(() => {
    drawn.value;
    theme.value;
    paint.current();
  });
  const paint = useRef(() => {});
  paint.current = () => {
    if (!visible || !width || !canvas.current) return;
    painter.current ??= new StripPainter(canvas.current);
    const all = painter.current.paint(cells.peek() ?? model, season, rows, layout, colours[theme.peek()], theme.peek() === 'dark' ? '#3a3f46' : '#d5d8dc');
    if (!all) requestAnimationFrame(() => paint.current());
  };
  useEffect(() => paint.current(), [visible, layout, rows, model]);
  const slide = (left: number) => {
    scroller.current!.scrollLeft = left;
    scrolled.set(season.season, scroller.current!.scrollLeft);
  };
  // Where there is no room for a season: what was in sight before, what is selected, else the newest dates.
  // It comes before the event of the scroll that a new layout causes.
  useLayoutEffect(() => {
    if (!width || !scroller.current) return;
    const [box] = chosen ? selectionBoxes(model, season, rows, layout, chosen) : [];
    scroller.current.scrollLeft = scrolled.get(season.season) ?? (box ? parseFloat(box.left) - 40 : layout.width);
  }, [layout, width > 0]);
  useEffect(() => {
    if (!visible || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const timer = setInterval(() => {
      if (painter.current?.pulses) painter.current.pulse(0.35 + 0.35 * Math.sin(performance.now() / 260));
    }, 125);
    return () => clearInterval(timer);
  }, [visible]);

  const select = (a: { row: number; index: number }, b: { row: number; index: number }) => {
    const tables = rows.slice(Math.min(a.row, b.row), Math.max(a.row, b.row) + 1).flatMap((row) => row.tables.map((t) => t.name));
    choose({ tables, from: model.dates[Math.min(a.index, b.index)]!.date, to: model.dates[Math.max(a.index, b.index)]!.date });
  };
  const show = (row: number, index: number) => (place.value = { season: season.season, key: rows[row]!.key, index });
  // What the keyboard is at is in sight, where there is no room for the season.
  const reach = (row: number, index: number) => {
    const box = scroller.current!, x = layout.x[index - season.from]!, margin = 3 * layout.pitch;
    if (x < box.scrollLeft + margin) slide(x - margin);
    else if (x + layout.pitch > box.scrollLeft + box.clientWidth - margin) slide(x + layout.pitch + margin - box.clientWidth);
    show(row, index);
  };
  const toMonth = (x: number, index: number) => {
    focus.current = { row: focus.current.row, index, anchor: null };
    slide(x - 1);
    show(focus.current.row, index);
  };

  // The pointer: hover shows, a click opens, dragging selects.
  const drag = useRef<{ row: number; index: number; moved: boolean } | null>(null);
  const find = (event: PointerEvent | MouseEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return { row: rowAt(layout, event.clientY - box.top), index: season.from + dateAt(layout, event.clientX - box.left) };
  };
  const open = (row: number, index: number) => {
    const one = rows[row]!;
    if (one.tables.length === 1) route(cellLink(one.tables[0]!.name, model.dates[index]!.date));
    else route(to({ all: 'yes' }));
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType !== 'mouse') return;
    drag.current = { ...find(event), moved: false };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const at = find(event);
    show(at.row, at.index);
    const from = drag.current;
    if (!from || (from.row === at.row && from.index === at.index && !from.moved)) return;
    from.moved = true;
    select(from, at);
  };
  const onPointerUp = (event: PointerEvent) => {
    const from = drag.current;
    drag.current = null;
    const at = find(event);
    focus.current = { ...at, anchor: null };
    if (event.pointerType !== 'mouse') {
      show(at.row, at.index);
      select(at, at);
    } else if (from && !from.moved) {
      if (event.shiftKey && place.value) select(from, at);
      else open(at.row, at.index);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const at = focus.current;
    let { row, index } = at;
    const month = (step: number) => {
      const starts = layout.months.map((m) => m.index);
      const now = starts.findLastIndex((start) => start <= index);
      return starts[Math.max(0, Math.min(starts.length - 1, now + step))]!;
    };
    const problem = (step: number) => {
      for (let i = index + step; i >= season.from && i < season.to; i += step) {
        const state = model.together(rows[row]!.tables, i);
        if (state && state !== 'not due' && !settled.has(state)) return i;
      }
      return index;
    };
    switch (event.key) {
      case 'ArrowLeft': index--; break;
      case 'ArrowRight': index++; break;
      case 'ArrowUp': row--; break;
      case 'ArrowDown': row++; break;
      case 'Home': index = season.from; break;
      case 'End': index = season.to - 1; break;
      case 'PageUp': index = month(-1); break;
      case 'PageDown': index = month(1); break;
      case 'n': index = problem(1); break;
      case 'p': index = problem(-1); break;
      case 'Enter': open(row, index); return;
      case 'Escape': choose(null); at.anchor = null; return;
      default: return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    row = Math.max(0, Math.min(rows.length - 1, row));
    index = Math.max(season.from, Math.min(season.to - 1, index));
    const anchor = event.shiftKey ? at.anchor ?? { row: at.row, index: at.index } : null;
    focus.current = { row, index, anchor };
    reach(row, index);
    if (anchor) select(anchor, { row, index });
  };

  const here = useComputed(() => (place.value?.season === season.season ? place.value : null)).value;
  // What is out of sight stays as it was.
  const shown = useRef<{ layout: Layout; chosen: Chosen | null; view: VNode } | null>(null);
  if (!visible && shown.current?.layout === layout && shown.current.chosen === chosen) return shown.current.view;
  const at = here && { index: here.index, row: Math.max(0, rows.findIndex((r) => r.key === here.key)) };
  const boxes = chosen ? selectionBoxes(model, season, rows, layout, chosen) : [];
  const view = (
    <section class="strips" ref={section} aria-label={`Season ${season.season}`}>
      <h2>{season.season} <small>{plural(season.to - season.from, 'game date')}</small>{' '}
        {!bare && <button type="button" class="small" onClick={() => select({ row: 0, index: season.from }, { row: rows.length - 1, index: season.to - 1 })}>Select the season</button>}</h2>
      {width > 0 && layout.width > width - labelWidth && (
        <nav class="month-links" aria-label={`Months of ${season.season}`}>
          {layout.months.map((m) => <button type="button" class="link" onClick={() => toMonth(m.x, m.index)}>{m.name}</button>)}
        </nav>
      )}
      <div class="strips-body" ref={attach}>
        {names === 'beside' && <Labels model={model} season={season} rows={rows} layout={layout} at={at?.row} live={visible} width={labelWidth} all={to({ all: 'yes' })} />}
        <div class="strips-scroll" ref={scroller} tabIndex={-1} onScroll={({ currentTarget: box }) => box.scrollWidth > box.clientWidth && scrolled.set(season.season, box.scrollLeft)}>
          <div class="months" style={{ width: `${layout.width}px` }}>
            {layout.months.map((m, i) => (
              <button type="button" tabIndex={-1} style={{ left: `${m.x}px`, width: `${(layout.months[i + 1]?.x ?? layout.width) - m.x}px` }}
                onClick={() => toMonth(m.x, m.index)}>{m.name}</button>
            ))}
          </div>
          <div class="strips-cells" style={{ height: `${layout.height}px`, width: `${layout.width}px` }} tabIndex={0} role="application"
            aria-label={`Cells of ${season.season}: ${rows.length} tables by ${season.to - season.from} game dates. Arrow keys move, Enter opens, Shift with arrows selects, n and p go to the next and previous problem.`}
            onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerLeave={() => { if (!drag.current) place.value = null; }}
            onKeyDown={onKeyDown} onFocus={(e) => { if ((e.currentTarget as HTMLElement).matches(':focus-visible')) reach(focus.current.row, focus.current.index); }}>
            {names !== 'beside' && <Labels model={model} season={season} rows={rows} layout={layout} at={at?.row} live={visible} width={0} all={to({ all: 'yes' })} />}
            <canvas ref={canvas} aria-hidden="true" style={{ width: `${layout.width}px`, height: `${layout.height}px` }} />
            {at && <div class="cross" style={{ left: `${layout.x[at.index - season.from]! - 1}px`, width: `${layout.pitch}px`, height: `${layout.height}px` }} />}
            {at && <div class="cursor" style={{ left: `${layout.x[at.index - season.from]! - 2}px`, top: `${layout.y[at.row]! - 2}px`, width: `${layout.pitch + 2}px`, height: `${cellHeight + 4}px` }} />}
            {boxes.map((box) => <div class="selection" style={box} />)}
          </div>
        </div>
      </div>
      {!bare && <AsText model={model} season={season} rows={rows} />}
    </section>
  );
  shown.current = { layout, chosen, view };
  return view;
}

// One box for each run of neighbouring rows.
function selectionBoxes(model: Cells, season: Season, rows: Row[], layout: Layout, chosen: Chosen) {
  const from = model.dates.findIndex((d) => d.date >= chosen.from), to = model.dates.findLastIndex((d) => d.date <= chosen.to);
  if (from < 0 || to < season.from || from >= season.to || from > to) return [];
  const left = layout.x[Math.max(from, season.from) - season.from]!, right = layout.x[Math.min(to, season.to - 1) - season.from]! + layout.pitch;
  const spans: Array<[number, number]> = [];
  rows.forEach((row, r) => {
    if (!row.tables.some((t) => chosen.tables.includes(t.name))) return;
    const last = spans.at(-1);
    if (last && last[1] === r - 1) last[1] = r;
    else spans.push([r, r]);
  });
  return spans.map(([first, last]) => ({ left: `${left - 2}px`, top: `${layout.y[first]! - 2}px`, width: `${right - left + 2}px`, height: `${layout.y[last]! + cellHeight - layout.y[first]! + 4}px` }));
}

function Labels({ model, season, rows, layout, at, live, width, all }: { model: Cells; season: Season; rows: Row[]; layout: Layout; at: number | undefined; live: boolean; width: number; all: string }) {
  if (live) drawn.value;
  const now = live ? running() : undefined;
  return (
    <div class={width ? 'labels' : 'labels over'} style={width ? { width: `${width}px`, height: `${layout.height}px` } : undefined}>
      {rows.map((row, r) => {
        const { done, total } = model.count(row.tables, season);
        const progress = row.tables.map((t) => now?.tables.get(t.name)).find((one) => one && one.done < one.total);
        return (
          <div class={`label${at === r ? ' at' : ''}${row.kind === 'raw' ? ' raw' : ''}`} style={{ top: `${layout.y[r]! - (width ? 2 : 16)}px` }}>
            {row.tables.length === 1
              ? <a href={`/season?table=${row.key}`} title={row.label}>{row.label}</a>
              : <a href={all} title={row.tables.map((t) => t.name).join(', ')}>{row.label}</a>}
            {progress && <span class="rate">{rate(progress)}</span>}
            <span class={done < total ? 'count open' : 'count'} title={statesText(model, row.tables, season.from, season.to)}>{done < total ? `${count(done)}/${count(total)}` : count(total)}</span>
          </div>
        );
      })}
    </div>
  );
}

function rate(progress: TableProgress): string {
  if (progress.began === null || progress.now <= progress.began || !progress.done) return '';
  const perSecond = progress.done / (progress.now - progress.began);
  const rows = progress.rows / (progress.now - progress.began);
  return `${rows >= 1 ? `${count(Math.round(rows))} rows/s, ` : ''}${seconds((progress.total - progress.done) / perSecond)} left`;
}

/** The same as a table of months, for whoever reads text. */
function AsText({ model, season, rows }: { model: Cells; season: Season; rows: Row[] }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="as-text" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{season.season} as text</summary>
      {open && <MonthTable model={model} season={season} rows={rows} />}
    </details>
  );
}

function statesText(model: Cells, tables: TableCells[], from: number, to: number): string {
  const found = new Map<State, number>();
  for (let i = from; i < to; i++) {
    const state = model.together(tables, i);
    if (state) found.set(state, (found.get(state) ?? 0) + 1);
  }
  return worst.filter((s) => found.has(s)).map((s) => `${found.get(s)} ${s}`).join(', ') || 'none';
}

function MonthTable({ model, season, rows }: { model: Cells; season: Season; rows: Row[] }) {
  drawn.value;
  const months: Array<{ name: string; from: number; to: number }> = [];
  for (let i = season.from; i < season.to; i++) {
    const month = model.dates[i]!.date.slice(0, 7);
    const last = months.at(-1);
    if (last?.name === month) last.to = i + 1;
    else months.push({ name: month, from: i, to: i + 1 });
  }
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`${season.season} by months`}>
      <table class="plain">
        <caption>{season.season}: game dates of each table by month and state</caption>
        <thead><tr><th scope="col">table</th>{months.map((m) => <th scope="col">{monthOf(`${m.name}-01`)} {m.name.slice(0, 4)}</th>)}</tr></thead>
        <tbody>{rows.map((row) => <tr><th scope="row">{row.label}</th>{months.map((m) => <td>{statesText(model, row.tables, m.from, m.to)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

export function Legend() {
  return (
    <ul class="legend" aria-label="States">
      {states.filter((s) => s !== 'not due' && s !== 'unknown').map((s) => <li title={meaning[s]}><Mark state={s} named /></li>)}
      <li class="quiet">a gap: no games · blank: not due</li>
    </ul>
  );
}

/** What the pointer is at, and what is selected: always in the same place. */
function Line({ model, rows, chosen, choose }: { model: Cells; rows: Row[]; chosen: Chosen | null; choose: (next: Chosen | null) => void }) {
  drawn.value;
  const at = place.value;
  const row = at && rows.find((r) => r.key === at.key);
  const date = at && model.dates[at.index];
  const models = chosen?.tables.filter((t) => model.byName.has(t) && model.byName.get(t)!.kind !== 'raw') ?? [];
  return (
    <div class="line">
      <p class="line-text" aria-live="polite">
        {at && row && date ? <LineText model={model} row={row} index={at.index} date={date} /> : <span class="quiet">{status.value?.next_command ? <>Next: <code>{status.value.next_command}</code></> : matchMedia('(pointer: coarse)').matches ? 'Tap a cell to see it.' : 'Point at a cell, or press Tab and use the arrow keys; drag to select dates.'}</span>}
      </p>
      {chosen && (
        <div class="chosen" role="group" aria-label="Selection">
          <p>
            <strong title={chosen.tables.join(', ')}>{chosen.tables.length === 1 ? chosen.tables[0] : plural(chosen.tables.length, 'table')}</strong>
            <label>from <DateInput value={chosen.from} change={(from) => choose({ ...chosen, from })} /></label>{' '}
            <label>to <DateInput value={chosen.to} change={(to) => choose({ ...chosen, to })} /></label>{' '}
            <span class="quiet">{plural(model.dates.filter((d) => d.date >= chosen.from && d.date <= chosen.to).length, 'game date')}</span>
            {chosen.tables.length === 1 && chosen.from === chosen.to && <a href={cellLink(chosen.tables[0]!, chosen.from)}>open the cell</a>}
            <button type="button" class="small" onClick={() => choose(null)}>Clear</button>
          </p>
          {models.length > 0 ? <Work selection={selectionOf(model, models, chosen)} /> : <p class="quiet">Raw tables are not filled but loaded: see <a href="/files">Files</a>.</p>}
        </div>
      )}
    </div>
  );
}

/** In the fewest words: all tables need no names, a whole season no dates. */
function selectionOf(model: Cells, models: string[], { from, to }: Chosen): Selection {
  const all = model.tables.every((t) => t.kind === 'raw' || models.includes(t.name));
  const season = model.seasons.find((s) => model.dates[s.from]!.date === from && model.dates[s.to - 1]!.date === to);
  return { ...(all ? {} : { tables: models }), ...(season ? { season: season.season } : { start_date: from, end_date: to }) };
}

/** How many rows are due in a cell that is pointed at for a moment; null while that is not known. */
function useExpected(table: string | null, date: string): number | null {
  const [found, setFound] = useState<{ table: string; date: string; expected: number | null } | null>(null);
  useEffect(() => {
    if (!table) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      // Where it cannot be told, the rows that are there stand alone.
      ask<Cell>('cell', { table, date }, stop.signal).then(({ expected }) => setFound({ table, date, expected }), () => {});
    }, restMilliseconds);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [table, date]);
  return found?.table === table && found.date === date ? found.expected : null;
}

function LineText({ model, row, index, date }: { model: Cells; row: Row; index: number; date: Cells['dates'][number] }) {
  const single = row.tables.length === 1 ? row.tables[0]! : null;
  const state = model.together(row.tables, index);
  const due = state !== null && state !== 'not due';
  const expected = useExpected(single && single.kind !== 'raw' && due ? single.name : null, date.date);
  const parts: string[] = [];
  if (single && due) {
    const rows = single.rows[index], run = single.runs[index];
    if (rows !== undefined && expected !== null) parts.push(`${count(rows)} of ${plural(expected, 'row')} due`);
    else if (rows !== undefined && state !== 'missing') parts.push(plural(rows, 'row'));
    if (run) parts.push(`run ${run}`);
    const cause = model.cause(single, index);
    if (cause) parts.push(firstLine(cause));
  }
  return (
    <>
      <span class="at-date">{date.date} {weekday(date.date)}</span> <span class="at-games">{date.finals < date.games ? `${date.finals} of ${plural(date.games, 'game')} final` : plural(date.games, 'game')}</span> <strong>{row.label}</strong>{' '}
      {state ? <Mark state={state} named /> : <span class="quiet">no rows of this date</span>}
      {parts.length > 0 && <span>: {parts.join(' · ')}</span>}
    </>
  );
}
