// Who reads whom: tables coloured by their worst state, windows on the edges.

import { useMemo, useState } from 'preact/hooks';
import { graphlib, layout } from '@dagrejs/dagre';
import { cells, changed } from '../store';
import type { Cells } from '../cells';
import { useAsk } from '../server';
import { useAddress } from '../address';
import { Answer, Empty, Head, Mark, Strokes, tableLink, useWidth } from '../parts';
import { Legend } from './season';
import { classOf, worst, type State } from '../states';
import { count } from '../words';
import type { Graph as GraphReport } from '../verbs';

export default function GraphView() {
  const asked = useAsk<GraphReport>('graph', {}, changed);
  return (
    <>
      <Head title="Graph"><span class="quiet">Inputs on the left. Choose a table to see its windows, again to open it. Tables and what is read of them are marked by their worst cell.</span></Head>
      <Answer of={asked}>{(report) => report.tables.length ? <Drawing graph={graphOf(report, cells.value)} /> : <Empty>The project has no tables yet: see docs/add-a-table.md.</Empty>}</Answer>
      <Legend />
    </>
  );
}

interface Table { table: string; kind: string; leftOut: string; state: State | null; done: number; total: number }
interface Edge { from: string; to: string; windows: string[] }
interface Graph { tables: Table[]; edges: Edge[] }

/** With the states of the cells; a table without dates has none. */
function graphOf(report: GraphReport, model: Cells | null): Graph {
  return {
    tables: report.tables.filter((t) => t.kind !== 'seed').map((t) => {
      const cells = model?.byName.get(t.table);
      if (!model || !cells) return { table: t.table, kind: t.kind, leftOut: t.left_out, state: t.left_out ? 'failed' : null, done: 0, total: 0 };
      const all = { season: '', from: 0, to: model.dates.length };
      let found = worst.length;
      for (let i = 0; i < all.to; i++) {
        const state = model.state(cells, i);
        if (state && state !== 'not due') found = Math.min(found, worst.indexOf(state));
      }
      return { table: t.table, kind: t.kind, leftOut: t.left_out, state: t.left_out ? 'failed' : worst[found] ?? null, ...model.count([cells], all) };
    }),
    edges: report.tables.flatMap((t) => t.reads.map((r) => ({ from: r.table, to: t.table, windows: r.windows }))),
  };
}

interface Placed { top: number; width: number; height: number; nodes: Array<{ name: string; lines: string[]; x: number; y: number; w: number }>; edges: Array<{ from: string; to: string; path: string; windows: string[] }> }

const nodeHeight = 36, textAt = 22, shareWidth = 28;

const pen = document.createElement('canvas').getContext('2d')!;
function lengthOf(text: string): number {
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

// A long name takes two lines, broken at the underscore nearest to its middle: the ranks of a season's tables fit beside each other.
function linesOf(name: string): string[] {
  if (name.length < 14) return [name];
  const breaks = [...name.matchAll(/_/g)].map((one) => one.index + 1);
  if (!breaks.length) return [name];
  const at = breaks.reduce((best, one) => (Math.abs(one - name.length / 2) < Math.abs(best - name.length / 2) ? one : best));
  return [name.slice(0, at), name.slice(at)];
}
// Its last line has room for the share that is done.
const widthOf = (lines: string[]): number => textAt + Math.max(...lines.map((line, i) => lengthOf(line) + (i === lines.length - 1 ? shareWidth : 0))) + 3;
const baseline = (lines: string[], i: number): number => (lines.length === 1 ? 22 : 15 + 14 * i);

function place(graph: Graph): Placed {
  const g = new graphlib.Graph();
  g.setGraph({ rankdir: 'LR', nodesep: 20, edgesep: 4, ranksep: 14, marginx: 8, marginy: 8, ranker: 'longest-path' });
  g.setDefaultEdgeLabel(() => ({}));
  const known = new Set(graph.tables.map((t) => t.table));
  const linked = new Set(graph.edges.filter((e) => known.has(e.from)).flatMap((e) => [e.from, e.to]));
  for (const t of graph.tables) if (linked.has(t.table)) g.setNode(t.table, { width: widthOf(linesOf(t.table)), height: nodeHeight });
  for (const e of graph.edges) if (g.hasNode(e.from) && g.hasNode(e.to)) g.setEdge(e.from, e.to);
  layout(g);
  const size = g.graph() as { width: number; height: number };
  // Edges reach over the nodes.
  let top = 0, bottom = size.height;
  const edges = graph.edges.filter((e) => g.hasEdge(e.from, e.to)).map((e) => {
    const points = (g.edge(e.from, e.to) as { points: Array<{ x: number; y: number }> }).points;
    for (const { y } of points) [top, bottom] = [Math.min(top, y - 4), Math.max(bottom, y + 4)];
    // From the right side of the one to the left side of the other.
    const from = g.node(e.from) as { x: number; y: number; width: number }, to = g.node(e.to) as typeof from;
    return { ...e, path: smooth([{ x: from.x + from.width / 2, y: from.y }, ...points.slice(1, -1), { x: to.x - to.width / 2, y: to.y }]) };
  });
  return {
    top, width: size.width, height: bottom - top, edges,
    nodes: g.nodes().map((name: string) => {
      const n = g.node(name) as { x: number; y: number; width: number };
      return { name, lines: linesOf(name), x: n.x - n.width / 2, y: n.y - nodeHeight / 2, w: n.width };
    }),
  };
}

function smooth(points: Array<{ x: number; y: number }>): string {
  const [first, ...rest] = points;
  let path = `M${first!.x} ${first!.y}`, before = first!;
  for (const point of rest) {
    const middle = (before.x + point.x) / 2;
    path += `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
  }
  return path;
}

/** The windows of one table in words. */
function Chosen({ table, graph }: { table: string; graph: Graph }) {
  const state = new Map(graph.tables.map((t) => [t.table, t.state]));
  const list = (edges: Edge[], other: 'from' | 'to') => edges.length === 0 ? <Empty>No table.</Empty> : (
    <ul class="plain-list">{edges.map((e) => <li>{state.get(e[other]) && <Mark state={state.get(e[other])!} />}<a href={tableLink(e[other])}>{e[other]}</a> <span class="quiet">{e.windows.join(', ')}</span></li>)}</ul>
  );
  return (
    <div class="columns chosen-table">
      <section><h2><a href={tableLink(table)}>{table}</a> reads</h2>{list(graph.edges.filter((e) => e.to === table), 'from')}</section>
      <section><h2>Read by</h2>{list(graph.edges.filter((e) => e.from === table), 'to')}</section>
    </div>
  );
}

function Drawing({ graph }: { graph: Graph }) {
  const shape = JSON.stringify([graph.tables.map((t) => t.table), graph.edges]);
  const placed = useMemo(() => place(graph), [shape]);
  const { query, to } = useAddress();
  const [pointed, setAt] = useState<string | null>(null);
  const chosen = graph.tables.some((t) => t.table === query.table) ? query.table! : null, at = pointed ?? chosen;
  // As wide as there is room, but not smaller than can be read.
  const [attach, width] = useWidth<HTMLDivElement>();
  const scale = Math.max(0.8, Math.min(1, (width - 18) / placed.width));
  const byName = new Map(graph.tables.map((t) => [t.table, t]));
  const out = graph.tables.filter((t) => t.leftOut);
  const alone = graph.tables.filter((t) => !t.leftOut && !placed.nodes.some((n) => n.name === t.table));
  const lit = (e: { from: string; to: string }) => at !== null && (e.from === at || e.to === at);
  const near = new Set(at ? [at, ...graph.edges.filter(lit).flatMap((e) => [e.from, e.to])] : []);
  return (
    <>
      {placed.nodes.length > 0 && <div class="graph scroll" ref={attach} tabIndex={0} role="region" aria-label="Graph of tables">
        <svg viewBox={`0 ${placed.top} ${placed.width} ${placed.height}`} style={{ width: `${placed.width * scale}px` }} class={at ? 'pointed' : ''} onMouseLeave={() => setAt(null)}>
          <g class="edges">
            {placed.edges.map((e) => <path d={e.path} class={`${classOf(byName.get(e.from)?.state ?? 'missing')}${lit(e) ? ' lit' : ''}`}><title>{`${e.to} reads ${e.from}: ${e.windows.join(', ')}`}</title></path>)}
          </g>
          <g>
            {placed.nodes.map((n) => {
              const t = byName.get(n.name)!;
              return (
                <a href={n.name === chosen ? `/table/${n.name}` : to({ table: n.name })} aria-current={n.name === chosen ? 'true' : undefined} onMouseEnter={() => setAt(n.name)} onFocus={() => setAt(n.name)} onBlur={() => setAt(null)}
                  aria-label={t.state ? `${n.name}: ${t.state}, ${t.done} of ${t.total} cells done` : n.name} class={`node ${t.kind === 'raw' ? 'raw' : ''} ${near.has(n.name) ? 'lit' : ''}`}>
                  <title>{t.state ? `${n.name}: ${t.state}, ${count(t.done)} of ${count(t.total)}` : n.name}</title>
                  <rect x={n.x} y={n.y} width={n.w} height={nodeHeight} rx="3" />
                  {t.state && <g transform={`translate(${n.x + 8} ${n.y + baseline(n.lines, 0) - 9.5})`} class={classOf(t.state)}><Strokes state={t.state} w={9} h={11} /></g>}
                  {n.lines.map((line, i) => <text x={n.x + textAt} y={n.y + baseline(n.lines, i)}>{line}</text>)}
                  {t.done < t.total && <text x={n.x + n.w - 5} y={n.y + baseline(n.lines, 1)} class="open" text-anchor="end">{Math.floor((100 * t.done) / t.total)}%</text>}
                </a>
              );
            })}
          </g>
          <g class="windows" aria-hidden="true">
            {placed.edges.filter(lit).map((e) => {
              // Below the other end, so that the windows of one table do not cover each other.
              const other = placed.nodes.find((n) => n.name === (e.from === at ? e.to : e.from))!;
              return <text x={Math.min(other.x, placed.width - lengthOf(e.windows.join(', ')))} y={other.y + nodeHeight + 11}>{e.windows.join(', ')}</text>;
            })}
          </g>
        </svg>
      </div>}
      {chosen && <Chosen table={chosen} graph={graph} />}
      {out.length > 0 && <p><Mark state="failed" /> Left out, as a file is broken: {out.map((t, i) => <>{i > 0 && ', '}<a href={`/table/${t.table}`} title={t.leftOut}>{t.table}</a></>)}</p>}
      {alone.length > 0 && <p class="quiet">No model reads: {alone.map((t, i) => <>{i > 0 && ', '}<a href={`/table/${t.table}`}>{t.table}</a></>)}</p>}
    </>
  );
}
