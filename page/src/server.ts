// How the page speaks to the server: verbs, their errors, and the stream of what changes.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Rows, RowsReport, Value } from './verbs';

/** What the server says instead of a report. */
export class Failure extends Error {
  constructor(readonly kind: string, message: string, readonly hint: string) {
    super(message);
  }
}

const tokenOf = (page: Document): string => page.querySelector<HTMLMetaElement>('meta[name="backcourt-token"]')?.content ?? '';
const scriptOf = (page: Document): string | null | undefined => page.querySelector('script[src]')?.getAttribute('src');
let token = tokenOf(document);

/** Grows when another process answers at the address: what was known of the work of the one before is void. */
export const server = signal(0);

/** Asks who answers now, and takes its token; true where it is another process. One of another version brings its own page. */
export async function meet(): Promise<boolean> {
  const response = await fetch('/').catch(() => null);
  if (!response?.ok) return false;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const found = tokenOf(page);
  if (!found || found === token) return false;
  if (scriptOf(page) !== scriptOf(document)) location.reload();
  token = found;
  server.value++;
  return true;
}

export const asFailure = (error: unknown): Failure => (error instanceof Failure ? error : new Failure('internal', String(error), ''));

async function post(verb: string, request: object, abort?: AbortSignal): Promise<Response> {
  const response = await send(verb, request, abort);
  return fine(response.status === 403 && (await meet()) ? await send(verb, request, abort) : response);
}

async function send(verb: string, request: object, abort?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (token) headers['X-Backcourt-Token'] = token;
  try {
    return await fetch(`/api/v1/${verb}`, { method: 'POST', headers, body: JSON.stringify(request), signal: abort });
  } catch (error) {
    if (abort?.aborted) throw error;
    throw new Failure('transient', 'the server does not answer', 'Start it again: backcourt serve. The page reconnects by itself.');
  }
}

async function fine(response: Response): Promise<Response> {
  if (response.ok) return response;
  if (response.status === 401) location.assign(`/login?to=${encodeURIComponent(location.pathname + location.search)}`);
  const said = await response.json().catch(() => null);
  const error = said?.error;
  throw new Failure(error?.kind ?? 'internal', error?.message ?? `the server answers ${response.status}`, error?.hint ?? '');
}

/** The report of a verb. */
export async function ask<Report>(verb: string, request: object = {}, abort?: AbortSignal): Promise<Report> {
  return (await post(verb, request, abort)).json();
}

/** Rows as the page works with them: numbers are numbers. */
export async function query(sql: string, limit?: number, abort?: AbortSignal): Promise<Rows> {
  const report = await ask<RowsReport>('query', limit ? { sql, limit } : { sql }, abort);
  return rowsOf(report);
}

export function rowsOf(report: RowsReport): Rows {
  const read = report.types.map((type): ((text: string) => Value) => {
    if (type === 'BOOLEAN') return (text) => text === 'true';
    // What a number here cannot hold exactly stays text.
    if (isNumeric(type)) return (text) => (Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? Number(text) : text);
    return (text) => text;
  });
  return {
    columns: report.columns.map((name, i) => ({ name, type: report.types[i] ?? '' })),
    rows: report.rows.map((row) => row.map((text, i) => (text === null ? null : read[i]!(text)))),
    truncated: report.more,
    seconds: report.seconds,
  };
}
export const isNumeric = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/.test(type);

/** The file that a verb gives, saved under a name. */
export async function download(verb: string, request: object, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await (await post(verb, request)).blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The rows of a SELECT; see `useAsk`. */
export function useQuery(sql: string | null, version?: ReadonlySignal<number>): Asked<Rows> {
  const asked = useAsk<RowsReport>('query', sql ? { sql } : null, version);
  return useMemo(() => ({ ...asked, value: asked.value && rowsOf(asked.value) }), [asked.value, asked.error, asked.busy]);
}

export interface Asked<Report> {
  value?: Report;
  error?: Failure;
  busy: boolean;
}

// The newest reports, so that going back shows at once what was there.
const seen = new Map<string, unknown>();

/** The report of a verb, asked again when `request` or `version` changes; null: nothing is asked. */
export function useAsk<Report>(verb: string, request: object | null, version?: ReadonlySignal<number>): Asked<Report> {
  const key = request ? `${verb} ${JSON.stringify(request)}` : '';
  const [asked, setAsked] = useState<Asked<Report> & { key: string }>({ key: '', busy: false });
  const at = version?.value ?? 0;
  useEffect(() => {
    if (!request) return;
    const abort = new AbortController();
    setAsked((now) => ({ ...(now.key === key ? now : {}), key, busy: true }));
    ask<Report>(verb, request, abort.signal).then(
      (value) => {
        seen.delete(key);
        seen.set(key, value);
        if (seen.size > 40) seen.delete(seen.keys().next().value!);
        setAsked({ key, value, busy: false });
      },
      (error) => {
        if (!abort.signal.aborted)
          setAsked({ key, error: error instanceof Failure ? error : new Failure('internal', String(error), ''), busy: false });
      },
    );
    return () => abort.abort();
  }, [key, at]);
  if (!request) return { busy: false };
  const now: Asked<Report> = asked.key === key ? asked : { busy: true };
  return now.value || now.error ? now : { ...now, value: seen.get(key) as Report | undefined };
}

/** Whether the stream of changes is connected. */
export const connected = signal(true);

/**
 * Follows what changes on the server, from now on: `opened` is called when it does, and `again` where events may have
 * been missed since, or another server may have come. It reconnects by itself. A window that is not seen lets go of its stream: a browser opens few connections to one host.
 */
export function follow(on: Record<string, (data: any) => void>, again: () => void, opened: () => void): void {
  let wait = 500, last = '', first = true, stream: EventSource | null = null, timer: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    clearTimeout(timer);
    stream?.close();
    stream = null;
  };
  const open = () => {
    close();
    stream = new EventSource(last ? `/api/v1/changes?after=${last}` : '/api/v1/changes');
    stream.onopen = () => {
      wait = 500;
      if (first) opened();
      else again();
      first = false;
      connected.value = true;
    };
    stream.onerror = () => {
      // A new stream, so that the page also comes back where the browser gives up.
      connected.value = false;
      close();
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 5000);
    };
    for (const [name, handle] of Object.entries(on))
      stream.addEventListener(name, (message) => {
        last = message.lastEventId || last;
        handle(JSON.parse(message.data || 'null'));
      });
    stream.addEventListener('reset', (message) => {
      last = message.lastEventId;
      again();
    });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close();
    else if (!stream) open();
  });
  open();
}
