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

export function layOut(cells: Cells, season: Season, rows: Row[], width: number, narrow: boolean): Layout {
  const dates = cells.dates.slice(season.from, season.to);
  const gapsBefore: number[] = dates.map((one, i) => (i > 0 && days(dates[i - 1]!.date, one.date) > 1 ? offDayGap : 0));
  const gaps = gapsBefore.reduce((a, b) => a + b, 0);
  const pitch = Math.max(4, Math.min(9, Math.floor((width - gaps - 2) / Math.max(dates.length, 1))));
  const x: number[] = [], months: Layout['months'] = [];
  let at = 1;
  dates.forEach((one, i) => {
    at += gapsBefore[i]!;
    if (i === 0 || dates[i - 1]!.date.slice(0, 7) !== one.date.slice(0, 7)) months.push({ name: monthOf(one.date), x: at, index: season.from + i });
    x.push(at);
    at += pitch;
  });
  const rowPitch = narrow ? 32 : 17;
  const y: number[] = [];
  let top = narrow ? 16 : 2;
  rows.forEach((row, i) => {
    if (i > 0 && (rows[i - 1]!.kind === 'raw') !== (row.kind === 'raw')) top += groupGap;
    y.push(top);
    top += rowPitch;
  });
  return { pitch, x, width: at + 1, months, y, rowPitch, height: top + 2 };
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

/** Draws what differs from what it drew before. */
export class StripPainter {
  private shown: Int16Array = new Int16Array(0);
  private sprites: Sprites | null = null;
  private layout: Layout | null = null;
  private running: Array<[number, number]> = []; // row, date

  constructor(private readonly canvas: HTMLCanvasElement) {}

  paint(cells: Cells, season: Season, rows: Row[], layout: Layout, palette: Record<State, string>, rule: string): void {
    const scale = window.devicePixelRatio || 1;
    const context = this.canvas.getContext('2d')!;
    const ink = layout.pitch <= 5 ? layout.pitch - 1 : layout.pitch - 2;
    const n = season.to - season.from;
    const anew = this.layout !== layout || this.sprites?.palette !== palette || this.sprites.scale !== scale || this.shown.length !== n * rows.length;
    if (anew) {
      this.layout = layout;
      this.sprites = new Sprites(ink, cellHeight, scale, palette);
      this.shown = new Int16Array(n * rows.length).fill(-2);
      this.canvas.width = Math.ceil(layout.width * scale);
      this.canvas.height = Math.ceil(layout.height * scale);
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.fillStyle = rule;
      if (layout.rowPitch < 20) for (const month of layout.months.slice(1)) context.fillRect(month.x - 1, 0, 1, layout.height);
    }
    this.running = [];
    rows.forEach((row, r) => {
      const single = row.tables.length === 1 ? row.tables[0]! : null;
      for (let i = 0; i < n; i++) {
        const state = single ? cells.state(single, season.from + i) : cells.together(row.tables, season.from + i);
        const code = state ? states.indexOf(state) : -1;
        if (state === 'running') this.running.push([r, i]);
        const at = r * n + i;
        if (this.shown[at] === code) continue;
        if (this.shown[at]! >= -1) this.clear(context, layout, r, i);
        this.shown[at] = code;
        if (!state) continue;
        const next = layout.x[i + 1] === layout.x[i]! + layout.pitch;
        this.sprites!.draw(context, state, layout.x[i]!, layout.y[r]!, 0.35, next ? layout.pitch - ink : 0);
      }
    });
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
