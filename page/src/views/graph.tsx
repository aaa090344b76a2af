// Who reads whom: tables coloured by their worst state, windows on the edges.

import { useMemo, useState } from 'preact/hooks';
import { graphlib, layout } from '@dagrejs/dagre';
import { cells, changed } from '../store';
import type { Cells } from '../cells';
import { useAsk } from '../server';
import { Answer, Empty, Head, Strokes, useWidth } from '../parts';
import { Legend } from './season';
import { classOf, worst, type State } from '../states';
import { count } from '../words';
import type { Graph as GraphReport } from '../verbs';

export default function GraphView() {
  const asked = useAsk<GraphReport>('graph', {}, changed);
  return (
    <>
      <Head title="Graph"><span class="quiet">Inputs on the left. Point at a table to see its windows; a table is marked by its worst cell.</span></Head>
      <Answer of={asked}>{(report) => report.tables.length ? <Drawing graph={graphOf(report, cells.value)} /> : <Empty>The project has no tables yet: see docs/add-a-table.md.</Empty>}</Answer>
      <Legend />
    </>
  );
}

interface Table { table: string; kind: string; state: State | null; done: number; total: number }
interface Edge { from: string; to: string; windows: string[] }
interface Graph { tables: Table[]; edges: Edge[] }

/** With the states of the cells; a table without dates has none. */
function graphOf(report: GraphReport, model: Cells | null): Graph {
  return {
    tables: report.tables.filter((t) => t.kind !== 'seed').map((t) => {
      const cells = model?.byName.get(t.table);
      if (!model || !cells) return { table: t.table, kind: t.kind, state: t.left_out ? 'failed' : null, done: 0, total: 0 };
      const all = { season: '', from: 0, to: model.dates.length };
      let found = worst.length;
      for (let i = 0; i < all.to; i++) {
        const state = model.state(cells, i);
        if (state && state !== 'not due') found = Math.min(found, worst.indexOf(state));
      }
      return { table: t.table, kind: t.kind, state: t.left_out ? 'failed' : worst[found] ?? null, ...model.count([cells], all) };
    }),
    edges: report.tables.flatMap((t) => t.reads.map((r) => ({ from: r.table, to: t.table, windows: r.windows }))),
  };
}

interface Placed { width: number; height: number; nodes: Array<{ name: string; x: number; y: number; w: number }>; edges: Array<{ from: string; to: string; path: string; windows: string[] }> }

const nodeHeight = 24;

function place(graph: Graph): Placed {
  const g = new graphlib.Graph();
  g.setGraph({ rankdir: 'LR', nodesep: 10, edgesep: 4, ranksep: 34, marginx: 8, marginy: 8, ranker: 'longest-path' });
  g.setDefaultEdgeLabel(() => ({}));
  const known = new Set(graph.tables.map((t) => t.table));
  const linked = new Set(graph.edges.filter((e) => known.has(e.from)).flatMap((e) => [e.from, e.to]));
  for (const t of graph.tables) if (linked.has(t.table)) g.setNode(t.table, { width: t.table.length * 7 + 66, height: nodeHeight });
  for (const e of graph.edges) if (g.hasNode(e.from) && g.hasNode(e.to)) g.setEdge(e.from, e.to);
  layout(g);
  const size = g.graph() as { width: number; height: number };
  return {
    width: size.width, height: size.height,
    nodes: g.nodes().map((name: string) => {
      const n = g.node(name) as { x: number; y: number; width: number };
      return { name, x: n.x - n.width / 2, y: n.y - nodeHeight / 2, w: n.width };
    }),
    edges: graph.edges.filter((e) => g.hasEdge(e.from, e.to)).map((e) => {
      const points = (g.edge(e.from, e.to) as { points: Array<{ x: number; y: number }> }).points;
      // From the right side of the one to the left side of the other.
      const from = g.node(e.from) as { x: number; y: number; width: number }, to = g.node(e.to) as typeof from;
      return { ...e, path: smooth([{ x: from.x + from.width / 2, y: from.y }, ...points.slice(1, -1), { x: to.x - to.width / 2, y: to.y }]) };
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

function Drawing({ graph }: { graph: Graph }) {
  const shape = JSON.stringify([graph.tables.map((t) => t.table), graph.edges]);
  const placed = useMemo(() => place(graph), [shape]);
  const [at, setAt] = useState<string | null>(null);
  // As wide as there is room, but not smaller than can be read.
  const [attach, width] = useWidth<HTMLDivElement>();
  const scale = Math.max(0.8, Math.min(1, (width - 18) / placed.width));
  const byName = new Map(graph.tables.map((t) => [t.table, t]));
  const alone = graph.tables.filter((t) => !placed.nodes.some((n) => n.name === t.table));
  const lit = (e: { from: string; to: string }) => at !== null && (e.from === at || e.to === at);
  const near = new Set(at ? [at, ...graph.edges.filter(lit).flatMap((e) => [e.from, e.to])] : []);
  return (
    <>
      <div class="graph scroll" ref={attach} tabIndex={0} role="region" aria-label="Graph of tables">
        <svg viewBox={`0 0 ${placed.width} ${placed.height}`} style={{ width: `${placed.width * scale}px` }} class={at ? 'pointed' : ''} onMouseLeave={() => setAt(null)}>
          <g class="edges">
            {placed.edges.map((e) => <path d={e.path} class={lit(e) ? 'lit' : ''}><title>{`${e.to} reads ${e.from}: ${e.windows.join(', ')}`}</title></path>)}
          </g>
          <g>
            {placed.nodes.map((n) => {
              const t = byName.get(n.name)!;
              return (
                <a href={`/table/${n.name}`} onMouseEnter={() => setAt(n.name)} onFocus={() => setAt(n.name)} onBlur={() => setAt(null)}
                  aria-label={t.state ? `${n.name}: ${t.state}, ${t.done} of ${t.total} cells done` : n.name} class={`node ${t.kind === 'raw' ? 'raw' : ''} ${near.has(n.name) ? 'lit' : ''}`}>
                  <title>{t.state ? `${n.name}: ${t.state}, ${count(t.done)} of ${count(t.total)}` : n.name}</title>
                  <rect x={n.x} y={n.y} width={n.w} height={nodeHeight} rx="3" />
                  {t.state && <g transform={`translate(${n.x + 8} ${n.y + 6.5})`} class={classOf(t.state)}><Strokes state={t.state} w={9} h={11} /></g>}
                  <text x={n.x + 25} y={n.y + 17}>{n.name}</text>
                  {t.done < t.total && <text x={n.x + n.w - 5} y={n.y + 17} class="open" text-anchor="end">{Math.floor((100 * t.done) / t.total)}%</text>}
                </a>
              );
            })}
          </g>
          <g class="windows" aria-hidden="true">
            {placed.edges.filter(lit).map((e) => {
              // Beside the other end, so that the windows of one table do not cover each other.
              const other = placed.nodes.find((n) => n.name === (e.from === at ? e.to : e.from))!;
              const out = e.from === at;
              return <text x={out ? other.x - 4 : other.x + other.w + 4} y={other.y + 10} text-anchor={out ? 'end' : 'start'}>{e.windows.join(', ')}</text>;
            })}
          </g>
        </svg>
      </div>
      {alone.length > 0 && <p class="quiet">No model reads: {alone.map((t, i) => <>{i > 0 && ', '}<a href={`/table/${t.table}`}>{t.table}</a></>)}</p>}
    </>
  );
}
