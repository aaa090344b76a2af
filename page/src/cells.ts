// All cells of the warehouse, as the season view draws them.

import type { Cells as CellsReport, CalendarDate } from './verbs';
import { settled, stateOf, states, worst, type State } from './states';

const code = new Map<string, number>(states.map((state, i) => [state, i]));
const none = 255;
const isDue = Uint8Array.from({ length: 256 }, (_, i) => Number(i < states.length && states[i] !== 'not due'));
const isDone = Uint8Array.from({ length: 256 }, (_, i) => Number(i < states.length && settled.has(states[i]!)));
// The place of each code in `worst`; past its end where there is no cell.
const badness = Uint8Array.from({ length: 256 }, (_, i) => (i < states.length ? worst.indexOf(states[i]!) : worst.length));
const codeOfWorst = Uint8Array.from([...worst.map((state) => code.get(state)!), none]);

export interface TableCells {
  name: string;
  kind: string;
  codes: Uint8Array; // index into `states`, or 255: no cell on the date
  rows: number[];
  runs: number[];
  causes: number[];
  failures: Record<string, string>;
}

export interface Season {
  season: string;
  from: number; // indices of dates, `to` past the last
  to: number;
}

export class Cells {
  readonly asOf: string;
  readonly dates: CalendarDate[];
  readonly at = new Map<string, number>();
  readonly seasons: Season[] = [];
  readonly tables: TableCells[];
  readonly byName = new Map<string, TableCells>();
  readonly reasons: string[];

  constructor(report: CellsReport) {
    this.asOf = report.as_of;
    this.dates = report.dates;
    this.reasons = report.reasons;
    report.dates.forEach((one, i) => {
      this.at.set(one.date, i);
      const last = this.seasons.at(-1);
      if (last?.season === one.season) last.to = i + 1;
      else this.seasons.push({ season: one.season, from: i, to: i + 1 });
    });
    // A blank is no cell; a letter that the report does not name, a state that nobody knows.
    const codes = new Uint8Array(128).fill(code.get('unknown')!);
    codes[' '.charCodeAt(0)] = none;
    for (const [letter, state] of Object.entries(report.letters)) codes[letter.charCodeAt(0)] = code.get(stateOf(state))!;
    this.tables = report.tables.map((t) => {
      const own = new Uint8Array(t.states.length);
      for (let i = 0; i < own.length; i++) own[i] = codes[t.states.charCodeAt(i)] ?? code.get('unknown')!;
      return { name: t.table, kind: t.kind, codes: own, rows: t.rows, runs: t.runs, causes: t.causes, failures: t.failures };
    });
    for (const table of this.tables) this.byName.set(table.name, table);
  }

  state(table: TableCells, i: number): State | null {
    return states[table.codes[i] ?? none] ?? null;
  }

  /** Done and due of some tables in a season. */
  count(tables: TableCells[], { from, to }: Season): { done: number; total: number } {
    let done = 0, total = 0;
    for (const { codes } of tables)
      for (let i = from; i < to; i++) {
        const at = codes[i]!;
        total += isDue[at]!;
        done += isDone[at]!;
      }
    return { done, total };
  }

  /** What several tables are together on a date. */
  together(tables: TableCells[], i: number): State | null {
    return states[this.codeOf(tables, i)] ?? null;
  }
  codeOf(tables: TableCells[], i: number): number {
    if (tables.length === 1) return tables[0]!.codes[i] ?? none;
    let found = worst.length;
    for (const { codes } of tables) found = Math.min(found, badness[codes[i] ?? none]!);
    return codeOfWorst[found]!;
  }

  failed(): Array<{ table: string; date: string }> {
    const wanted = code.get('failed')!;
    return this.tables.flatMap((table) => this.dates.filter((_, i) => table.codes[i] === wanted).map(({ date }) => ({ table: table.name, date })));
  }

  cause(table: TableCells, i: number): string {
    const date = this.dates[i]?.date ?? '';
    return table.failures[date] ?? this.reasons[table.causes[i] ?? -1] ?? '';
  }

  /** Cells of a batch: where it has fewer than the range, those that were not done. */
  mark(name: string, first: string, last: string, count: number, state: State): void {
    const table = this.byName.get(name), from = this.at.get(first), to = this.at.get(last);
    if (!table || from === undefined || to === undefined) return;
    const every = count >= to - from + 1;
    for (let i = from; i <= to; i++) {
      const now = this.state(table, i);
      if (!now || (!every && now !== 'running' && settled.has(now))) continue;
      table.codes[i] = code.get(state)!;
    }
  }

  fail(name: string, date: string, message: string): void {
    const table = this.byName.get(name), i = this.at.get(date);
    if (!table || i === undefined) return;
    table.codes[i] = code.get('failed')!;
    table.failures[date] = message;
  }
}
