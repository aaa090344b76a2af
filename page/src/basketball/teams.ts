// Teams by city and name.

import { signal } from '@preact/signals';
import { query } from '../server';

/** By abbreviation: the full name, and all that a team is called. Empty where the project has no such seed. */
export const teamNames = signal<ReadonlyMap<string, { name: string; all: string }>>(new Map());

let asked = false;
/** Asks for them once. */
export function readTeamNames(): void {
  if (asked) return;
  asked = true;
  query("SELECT team_abbr, arg_max(name, length(name)), string_agg(DISTINCT name, ', ') FROM team_names WHERE name <> team_abbr AND name SIMILAR TO '[A-Za-z0-9 ]*[a-z][A-Za-z0-9 ]*' GROUP BY team_abbr").then(
    (rows) => (teamNames.value = new Map(rows.rows.map(([abbr, name, all]) => [String(abbr), { name: String(name), all: String(all) }]))),
    () => {},
  );
}
