// Requests and reports: those of the registry (reports.ts), and those that only the page asks for.

import type * as reports from './reports';
import type { State } from './states';

export type * from './reports';

export interface Status extends reports.Status {
  project?: string;
  complete_through?: string | null;
  next_games?: { date: string; games: number; first_tip_utc: string | null } | null;
  late?: string[];
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
  sql?: string;
}

export interface DatedState { date: string; state: State }
export interface CellReport {
  table: string;
  date: string;
  state: State;
  because: string;
  rows: number | null;
  expected: number | null;
  digest: string;
  seconds: number | null;
  run: number | null;
  filled_at_utc: string | null;
  message: string;
  failing_rows?: Array<Record<string, unknown>>;
  fix: { verb: string; request: Record<string, unknown>; command: string } | null;
  why: reports.WhyLink[];
  inputs: Array<{ table: string; window: string; dates: DatedState[] }>;
  readers: Array<{ table: string; dates: DatedState[] }>;
}

export interface GraphReport {
  tables: Array<{ table: string; kind: string; state: State; cells: number; done: number }>;
  edges: Array<{ from: string; to: string; windows: string[] }>;
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
export interface Run extends reports.Run { batches?: RunBatch[] }

export interface FilesReport {
  feeds: Array<{ feed: string; table: string; files: number; bytes: number; rows: number; last_load_utc: string | null; problems: string[] }>;
  files: Array<{ path: string; feed: string; bytes: number; rows: number; served: string; loaded_at_utc: string | null; run: number | null; problem: string }>;
  unknown: reports.UnreadFiles[];
}

export type Value = string | number | boolean | null | Value[];
export interface Rows {
  columns: Array<{ name: string; type: string; about: string }>;
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
