// Requests and reports: those of the registry (reports.ts), and what it does not describe.

import type * as reports from './reports';

export type * from './reports';

/** What is told of a long operation. */
export type Happening =
  | reports.LoadStep | reports.ReplayProgress | reports.TableExported | reports.RunStarted | reports.BatchStarted
  | reports.CellsFilled | reports.CellsUnchanged | reports.CellFailed | reports.CellsBlocked;

/** The tables and columns of a project: the report of `docs`. */
export interface DictionaryReport {
  tables: DictionaryTable[];
  left_out: reports.LeftOut[];
}
export interface DictionaryTable {
  table: string;
  kind: 'public' | 'helper' | 'view' | 'raw';
  group: string;
  about: string;
  date: string;
  overlay: string;
  file: string;
  sql: string;
  key: string[];
  reads: reports.DictionaryRead[];
  columns: Array<{ name: string; type: string; about: string; needs: string[] }>;
  checks: string[];
}

/** The report of `query`, all values as text. */
export interface RowsReport {
  columns: string[];
  types: string[];
  rows: Array<Array<string | null>>;
  more: boolean;
  seconds: number;
}
/** The same as the page works with it. */
export type Value = string | number | boolean | null;
export interface Rows {
  columns: Array<{ name: string; type: string }>;
  rows: Value[][];
  truncated: boolean;
  seconds: number;
}
