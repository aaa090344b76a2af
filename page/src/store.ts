// What the page knows of the warehouse, kept true by the stream of changes. Events come at any rate; what is
// shown changes at most ten times a second.

import { batch, signal } from '@preact/signals';
import { ask, asFailure, Failure, follow, meet, server } from './server';
import type { Cells as CellsReport, DictionaryReport, Happening, Status } from './verbs';
import { Cells } from './cells';

export const status = signal<Status | null>(null);
export const cells = signal<Cells | null>(null);
export const dictionary = signal<DictionaryReport | null>(null);
export const trouble = signal<Failure | null>(null);

/** Grows when cells have changed: whoever draws them draws again. */
export const drawn = signal(0);
/** Grows when the warehouse has changed: views ask for their reports again. */
export const changed = signal(0);

export interface TableProgress {
  table: string;
  done: number;
  total: number;
  failed: number;
  rows: number;
  began: number | null; // seconds since the run's start
  now: number;
}

/** A long operation, as its events tell it. */
export interface Activity {
  id: string;
  verb: string;
  request: Record<string, unknown>;
  state: 'running' | 'done' | 'failed' | 'stopped' | 'interrupted';
  run: number | null;
  doing: string;
  done: number;
  total: number;
  eta: number | null;
  rows: number;
  tables: Map<string, TableProgress>;
  report?: any;
  error?: { kind: string; message: string; hint: string };
}
export const activities = signal<ReadonlyMap<string, Activity>>(new Map());
export const running = (): Activity | undefined => [...activities.value.values()].find((one) => one.state === 'running');

const known = new Map<string, Activity>();
// Each server counts its own from one.
const keyOf = (id: string): string => `${server.peek()} ${id}`;

function activity(id: string, verb = '', request: Record<string, unknown> = {}): Activity {
  const key = keyOf(id);
  let one = known.get(key);
  if (!one) {
    one = { id: key, verb, request, state: 'running', run: null, doing: '', done: 0, total: 0, eta: null, rows: 0, tables: new Map() };
    known.set(key, one);
    if (known.size > 30) known.delete(known.keys().next().value!);
  }
  if (verb) one.verb = verb;
  return one;
}

// Ten times a second is as fast as a person reads; a frame for each event would leave none for the wheel.
const showEvery = 100;
let shownAt = -Infinity, waits = false;
const dirty = { cells: false, activities: false };
function show(what: keyof typeof dirty): void {
  dirty[what] = true;
  if (waits) return;
  waits = true;
  setTimeout(() => requestAnimationFrame(draw), Math.max(0, shownAt + showEvery - performance.now()));
}
function draw(): void {
  waits = false;
  shownAt = performance.now();
  batch(() => {
    if (dirty.activities) activities.value = new Map(known);
    if (dirty.cells) drawn.value++;
  });
  dirty.cells = dirty.activities = false;
}

const eventNames: Array<Happening['event']> = ['reading', 'replayed', 'written', 'started', 'batch_started', 'filled', 'unchanged', 'failed', 'blocked'];

function tell(id: string, event: Happening): void {
  const one = activity(id);
  const table = 'table' in event ? one.tables.get(event.table) : undefined;
  if (table && 'seconds' in event) table.now = event.seconds;
  switch (event.event) {
    case 'reading':
      one.doing = /^\w+ing /.test(event.what) ? event.what : `reading ${event.what}`;
      break;
    case 'replayed':
      Object.assign(one, { done: event.done, total: event.total, eta: event.eta_seconds, doing: 'replaying cells' });
      break;
    case 'written':
      one.doing = `writing ${event.table}`;
      break;
    case 'started':
      one.run = event.run;
      one.total = one.done = 0;
      one.tables = new Map(event.tables.map((t) => [t.table, { table: t.table, done: 0, total: t.cells, failed: 0, rows: 0, began: null, now: 0 }]));
      for (const t of event.tables) one.total += t.cells;
      one.doing = '';
      break;
    case 'batch_started':
      one.doing = event.table;
      if (table) table.began ??= event.seconds;
      cells.peek()?.mark(event.table, event.first_date, event.last_date, event.cells, 'running');
      break;
    case 'filled':
      one.done += event.cells;
      one.rows += event.rows;
      one.eta = event.eta_seconds;
      if (table) {
        table.done += event.cells;
        table.rows += event.rows;
      }
      cells.peek()?.mark(event.table, event.first_date, event.last_date, event.cells, 'fresh');
      break;
    case 'unchanged':
      one.done += event.cells;
      if (table) table.done += event.cells;
      break;
    case 'failed':
      if (table) table.failed++;
      cells.peek()?.fail(event.table, event.date, event.message);
      break;
  }
  show('activities');
  show('cells');
}

// While much changes, the whole is read again at most every second.
let readAt = -Infinity, timer: ReturnType<typeof setTimeout> | undefined;
export function refresh(): void {
  timer ??= setTimeout(readAll, Math.max(0, readAt + 1000 - performance.now()));
}

async function readAll(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  readAt = performance.now();
  try {
    const [newStatus, newCells] = await Promise.all([ask<Status>('status'), ask<CellsReport>('cells')]);
    batch(() => {
      // Views that were opened with the page have asked already.
      if (status.peek()) changed.value++;
      trouble.value = null;
      status.value = newStatus;
      cells.value = new Cells(newCells);
      drawn.value++;
    });
  } catch (error) {
    trouble.value = asFailure(error);
    setTimeout(refresh, 2000);
  }
}

interface Listed { id: string; verb: string; request: Record<string, unknown>; state: Activity['state']; report?: any; error?: Activity['error'] }
async function readActivities(): Promise<void> {
  const before = [...known.values()];
  const response = await fetch('/api/v1/activities').catch(() => null);
  if (!response?.ok) return;
  const list = (await response.json()) as Listed[];
  // What ran before and is not listed any more ended with its server.
  const kept = new Set(list.map((listed) => keyOf(listed.id)));
  for (const one of before) if (one.state === 'running' && !kept.has(one.id)) one.state = 'interrupted';
  for (const listed of list) {
    const one = activity(listed.id, listed.verb, listed.request);
    // Its end may have come by the stream while the list was on its way.
    if (one.state !== 'running' && listed.state === 'running') continue;
    one.state = listed.state;
    one.report = listed.report;
    one.error = listed.error;
  }
  // What a running fill has done before this page came.
  for (const now of status.peek()?.activities ?? []) {
    const one = [...known.values()].find((a) => a.state === 'running' && a.verb === now.activity);
    if (!one || !now.run || one.tables.size) continue;
    one.run = now.run.run;
    one.eta = now.run.eta_seconds;
    for (const t of now.run.tables) {
      one.tables.set(t.table, { table: t.table, done: t.done, total: t.total, failed: t.failed, rows: t.rows, began: null, now: 0 });
      one.done += t.done;
      one.total += t.total;
    }
  }
  show('activities');
}

async function readEverything(): Promise<void> {
  await readAll();
  await readActivities();
}

async function comeBack(): Promise<void> {
  await meet();
  await readEverything();
}

function readDictionary(): void {
  ask<DictionaryReport>('docs').then((report) => (dictionary.value = report), () => {});
}

export function start(): void {
  void readEverything();
  readDictionary();
  follow(
    {
      begun: ({ activity: id, event }) => {
        activity(id, event.verb, event.request);
        show('activities');
      },
      ...Object.fromEntries(eventNames.map((name) => [name, (data: { activity: string; event: Happening }) => tell(data.activity, data.event)])),
      done: ({ activity: id, event }) => {
        const one = activity(id);
        one.state = event.exit === 130 ? 'stopped' : event.error ? 'failed' : 'done';
        one.report = event.report;
        one.error = event.error;
        show('activities');
      },
      changed: ({ project }) => {
        if (project) readDictionary();
        refresh();
      },
    },
    () => void comeBack(),
    () => void readActivities(),
  );
}

/** Begins a long operation, or joins the same one that runs already. */
export async function begin(verb: string, request: Record<string, unknown>): Promise<{ activity: string; joined: boolean }> {
  const answer = await ask<{ activity: string; joined: boolean }>(verb, request);
  const one = activity(answer.activity, verb, request);
  show('activities');
  return { ...answer, activity: one.id };
}
