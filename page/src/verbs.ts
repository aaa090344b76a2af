// Requests and reports: those of the registry (reports.ts), and those that only the page asks for.

import type * as reports from './reports';
import type { State } from './states';

export type * from './reports';

export interface Status extends reports.Status {
  project?: string;
  complete_through?: string | null;
  next_games?: { date: string; games: number; first_tip: string; last_tip: string } | null;
  late?: Array<{ date: string; games: number; finals: number; missing_boxes: number }>;
}

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
  key: string[];
  reads: Array<{ table: string; windows: string[] }>;
  columns: Array<{ name: string; type: string; about: string; needs: string[] }>;
  checks: string[];
  file?: string;
  sql?: string;
}

/** What a cell reads of a table, or what of a table reads it. */
export interface CellLink {
  table: string;
  kind: string;
  windows: string[];
  first_date: string | null;
  last_date: string | null;
  dates: number;
  states: Record<string, number>;
}
export interface CellReport {
  table: string;
  kind: string;
  about: string;
  date: string;
  season: string;
  state: State;
  because: string;
  rows: number;
  expected: number | null;
  digest: string;
  run: number | null;
  changed: number | null;
  filled_at: string;
  seconds: number | null;
  attempts: number;
  message: string;
  note: string;
  waived: string;
  missing_games: string[];
  failing_rows?: Array<Record<string, unknown>>;
  why: reports.WhyLink[];
  inputs: CellLink[];
  dependants: CellLink[];
  fix: { command: string; verb: string; request: Record<string, unknown> } | null;
}

export interface GraphReport {
  tables: Array<{ table: string; kind: string; group: string; about: string; layer: number; reads: Array<{ table: string; windows: string[] }>; left_out: string }>;
}

export interface RunBatch {
  table: string;
  first_date: string;
  last_date: string;
  cells: number;
  rows: number;
  started: number;
  seconds: number;
  attempts: number;
}
export interface Run extends reports.Run { batches?: RunBatch[] | null }

export interface FilesReport {
  folder: string;
  feeds: Feed[];
  unread: reports.UnreadFiles[];
}
export interface Feed { feed: string; about: string; patterns: string[]; tables: string[]; files: FeedFile[] }
export interface FeedFile {
  path: string;
  season: string;
  size: number;
  changed_at: string;
  state: 'loaded' | 'new' | 'changed' | 'gone' | 'unused' | 'quarantined';
  run: number | null;
  problem: string;
  held: number | null;
  served: number | null;
}

export type Value = string | number | boolean | null | Value[];
export interface RowsReport {
  columns: string[];
  types: string[];
  rows: Array<Array<string | null>>;
  more: boolean;
  seconds: number;
}
export interface Rows {
  columns: Array<{ name: string; type: string }>;
  rows: Value[][];
  truncated: boolean;
  seconds: number;
}

export type SavedEvent =
  | { event: 'reading'; what: string }
  | { event: 'replayed'; done: number; total: number; seconds: number; eta_seconds: number }
  | { event: 'written'; table: string; rows: number }
  | { event: 'started'; run: number; seconds: number; tables: Array<{ table: string; cells: number }> }
  | { event: 'batch_started'; run: number; table: string; seconds: number; cells: number; first_date?: string; last_date?: string }
  | { event: 'filled'; run: number; table: string; seconds: number; first_date: string; last_date: string; cells: number; rows: number; eta_seconds: number }
  | { event: 'unchanged'; run: number; table: string; seconds: number; cells: number }
  | { event: 'failed'; run: number; table: string; seconds: number; date: string; message: string }
  | { event: 'blocked'; run: number; table: string; seconds: number; cells: number; reason: string };
