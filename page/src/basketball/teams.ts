// Teams by city and name.

import { signal } from '@preact/signals';
import { ask, query } from '../server';
import type { Graph } from '../verbs';

/** By abbreviation: the full name, and all that a team is called. Empty where the project has no such seed. */
export const teamNames = signal<ReadonlyMap<string, { name: string; all: string }>>(new Map());

let asked = false;
/** Asks for them once. */
export function readTeamNames(): void {
  if (!asked) void read().catch(() => {});
  asked = true;
}

async function read(): Promise<void> {
  if (!(await ask<Graph>('graph')).tables.some((t) => t.table === 'team_names')) return;
  const { rows } = await query("SELECT team_abbr, arg_max(name, length(name)), string_agg(DISTINCT name, ', ') FROM team_names WHERE name <> team_abbr AND name SIMILAR TO '[A-Za-z0-9 ]*[a-z][A-Za-z0-9 ]*' GROUP BY team_abbr");
  teamNames.value = new Map(rows.map(([abbr, name, all]) => [String(abbr), { name: String(name), all: String(all) }]));
}
