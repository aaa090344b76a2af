// Numbers, times and command lines as text.

import type { Value } from './verbs';

const grouped = new Intl.NumberFormat('en-US');
export const count = (n: number): string => grouped.format(n);
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

export function seconds(s: number): string {
  if (s < 0.01) return `${(s * 1000).toFixed(1)} ms`;
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 90) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  const minutes = Math.round(s / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(n: number): string {
  for (const [unit, size] of [['GB', 1e9], ['MB', 1e6], ['kB', 1e3]] as const)
    if (n >= size) return `${(n / size).toFixed(n >= 10 * size ? 0 : 1)} ${unit}`;
  return `${n} B`;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
export const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const weekday = (date: string): string => weekdays[new Date(`${date}T00:00Z`).getUTCDay()]!;
export const monthOf = (date: string): string => monthNames[Number(date.slice(5, 7)) - 1] ?? '';
export const days = (from: string, to: string): number => Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / 86_400_000);
export const shift = (date: string, by: number): string => new Date(Date.parse(`${date}T00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
export const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00Z`)) && shift(text, 0) === text;
/** What a message says, without the rows below it. */
export const firstLine = (text: string): string => text.replace(/:?\n.*$/s, '');

const eastern = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', hour: '2-digit', minute: '2-digit' });
const utc = (text: string): Date => new Date(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`);
/** The hour in Eastern time of a time in UTC. */
export const easternHour = (text: string): string => eastern.format(utc(text));
/** "2026-11-30 01:22:05" → the same to the minute, with how long ago it was. */
export function since(text: string): string {
  const past = (Date.now() - utc(text).getTime()) / 1000;
  if (Number.isNaN(past)) return text;
  if (past < 60) return 'just now';
  if (past < 5400) return `${Math.round(past / 60)} min ago`;
  if (past < 36 * 3600) return `${Math.round(past / 3600)} h ago`;
  return `${Math.round(past / 86_400)} days ago`;
}

/** A value of a cell of a table. */
export function show(value: Value | undefined): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : Math.abs(value) >= 100 ? value.toFixed(1) : String(Number(value.toFixed(3)));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value.endsWith(' 00:00:00') ? value.slice(0, 10) : value;
}

/** A difference, with its sign. */
export const signed = (n: number): string => (n > 0 ? `+${n}` : String(n).replace('-', '−'));

export const percent = (share: number | null | undefined, digits = 0): string =>
  share === null || share === undefined || Number.isNaN(share) ? '–' : `${(share * 100).toFixed(digits)}%`;

/** A text as SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (text: string): string => (/^[a-z_][a-z0-9_]*$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`);

const quoted = (text: string): string => (/^[\w./:,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const words: Record<string, string[]> = { backfill: ['tables'], plan: ['tables'], verify: ['tables'], check: ['tables'], export: ['folder', 'tables'], load: ['paths'], forget: ['path'], query: ['sql'], runs: ['run'], diff: ['run', 'tables'], accept: ['guard', 'subject'], why: ['table', 'date'] };

/** The command line that asks the same. */
export function commandLine(verb: string, request: Record<string, unknown>): string {
  const line = ['backcourt', verb];
  const positional = words[verb] ?? [];
  for (const name of positional) {
    const value = request[name];
    for (const word of Array.isArray(value) ? value : value ? [value] : []) line.push(quoted(String(word)));
  }
  for (const [name, value] of Object.entries(request)) {
    if (positional.includes(name) || value === false || value === '' || value === null || value === undefined) continue;
    const option = `--${name.replaceAll('_', '-')}`;
    for (const one of Array.isArray(value) ? value : [value]) {
      line.push(option);
      if (one !== true) line.push(quoted(String(one)));
    }
  }
  return line.join(' ');
}
