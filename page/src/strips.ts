// The geometry and the drawing of a season's strips: one column a game date, one row a table.

import type { Cells, Season, TableCells } from './cells';
import { Sprites, states, type State } from './states';
import { days, monthOf } from './words';

export const cellHeight = 13;

export interface Row {
  key: string;
  label: string;
  kind: string;
  tables: TableCells[]; // more than one: folded helper tables
}

export interface Layout {
  pitch: number;
  x: number[]; // the left edge of each date of the season
  width: number;
  months: Array<{ name: string; x: number; index: number }>;
  y: number[]; // the top of each row's cells
  rowPitch: number;
  height: number;
}

const offDayGap = 2, groupGap = 8;
const leastPitch = 5, mostPitch = 7;
// Of a row with its name above it: a finger needs more room than a pointer.
const nameAbove = 16, abovePitch = 30, touchPitch = 34;
const runningCode = states.indexOf('running'), notDrawn = 254;

const gapsOf = (dates: Cells['dates']): number[] => dates.map((one, i) => (i > 0 && days(dates[i - 1]!.date, one.date) > 1 ? offDayGap : 0));
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What the longest season takes at the least pitch. */
export function leastWidth(cells: Cells): number {
  return Math.max(0, ...cells.seasons.map(({ from, to }) => {
    const dates = cells.dates.slice(from, to);
    return dates.length * leastPitch + sum(gapsOf(dates)) + 2;
  }));
}

export type Names = 'beside' | 'above' | 'touch';

export function layOut(cells: Cells, season: Season, rows: Row[], width: number, names: Names): Layout {
  const dates = cells.dates.slice(season.from, season.to);
  const gapsBefore = gapsOf(dates);
  const pitch = Math.max(leastPitch, Math.min(mostPitch, Math.floor((width - sum(gapsBefore) - 2) / Math.max(dates.length, 1))));
  const x: number[] = [], months: Layout['months'] = [];
  let at = 1;
  dates.forEach((one, i) => {
    at += gapsBefore[i]!;
    if (i === 0 || dates[i - 1]!.date.slice(0, 7) !== one.date.slice(0, 7)) months.push({ name: monthOf(one.date), x: at, index: season.from + i });
    x.push(at);
    at += pitch;
  });
  const rowPitch = names === 'beside' ? 17 : names === 'above' ? abovePitch : touchPitch;
  const y: number[] = [];
  let top = names === 'beside' ? 2 : nameAbove;
  rows.forEach((row, i) => {
    if (i > 0 && (rows[i - 1]!.kind === 'raw') !== (row.kind === 'raw')) top += groupGap;
    y.push(top);
    top += rowPitch;
  });
  return { pitch, x, width: at + 1, months, y, rowPitch, height: (y.at(-1) ?? 0) + cellHeight + 6 };
}

/** Which date of the season is at x, the nearest one where a gap is. */
export function dateAt(layout: Layout, x: number): number {
  let low = 0, high = layout.x.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.x[middle]! <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}
export function rowAt(layout: Layout, y: number): number {
  let row = 0;
  while (row + 1 < layout.y.length && layout.y[row + 1]! - (layout.rowPitch - cellHeight) / 2 <= y) row++;
  return row;
}

// So many take about 3 ms: a strip that comes into sight is drawn within a few frames and holds up none.
const cellsAFrame = 800;

/** Draws what differs from what it drew before. */
export class StripPainter {
  private shown = new Uint8Array(0); // codes of cells
  private sprites: Sprites | null = null;
  private layout: Layout | null = null;
  private running: Array<[number, number]> = []; // row, date

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Whether all is drawn: where much differs, the next frame goes on. */
  paint(cells: Cells, season: Season, rows: Row[], layout: Layout, palette: Record<State, string>, rule: string): boolean {
    const scale = window.devicePixelRatio || 1;
    const context = this.canvas.getContext('2d')!;
    const ink = layout.pitch - 1;
    const n = season.to - season.from;
    const anew = this.layout !== layout || this.sprites?.palette !== palette || this.sprites.scale !== scale || this.shown.length !== n * rows.length;
    if (anew) {
      this.layout = layout;
      this.sprites = new Sprites(ink, cellHeight, scale, palette);
      this.shown = new Uint8Array(n * rows.length).fill(notDrawn);
      this.canvas.width = Math.ceil(layout.width * scale);
      this.canvas.height = Math.ceil(layout.height * scale);
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.fillStyle = rule;
      for (const month of layout.months.slice(1))
        if (layout.rowPitch < abovePitch) context.fillRect(month.x - 1, 0, 1, layout.height);
        else for (const y of layout.y) context.fillRect(month.x - 1, y - 2, 1, cellHeight + 4); // not through the names
    }
    this.running = [];
    let left = cellsAFrame;
    for (const [r, row] of rows.entries()) {
      for (let i = 0; i < n; i++) {
        const code = cells.codeOf(row.tables, season.from + i), at = r * n + i;
        if (code === runningCode) this.running.push([r, i]);
        if (this.shown[at] === code) continue;
        if (left-- === 0) return false;
        if (this.shown[at] !== notDrawn) this.clear(context, layout, r, i);
        this.shown[at] = code;
        const state = states[code];
        if (!state) continue;
        const next = layout.x[i + 1] === layout.x[i]! + layout.pitch;
        this.sprites!.draw(context, state, layout.x[i]!, layout.y[r]!, 0.35, next ? layout.pitch - ink : 0);
      }
    }
    return true;
  }

  private clear(context: CanvasRenderingContext2D, layout: Layout, r: number, i: number): void {
    context.clearRect(layout.x[i]!, layout.y[r]! - 1, Math.min(layout.pitch, (layout.x[i + 1] ?? Infinity) - layout.x[i]!), cellHeight + 2);
  }

  /** Whether something pulses. */
  get pulses(): boolean {
    return this.running.length > 0;
  }
  pulse(level: number): void {
    const { layout, sprites } = this;
    const context = this.canvas.getContext('2d')!;
    if (!layout || !sprites) return;
    for (const [r, i] of this.running) {
      this.clear(context, layout, r, i);
      sprites.draw(context, 'running', layout.x[i]!, layout.y[r]!, level);
    }
  }
}
