// Search: tables, columns, players, teams, games, dates.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { cells, dictionary } from './store';
import { query } from './server';
import { literal, plural } from './words';
import { readTeamNames, teamNames } from './basketball/teams';
import type { Rows } from './verbs';

export const searching = signal(false);

interface Hit { kind: string; name: string; about: string; link: string; rank: number }

// Players and teams of the warehouse, asked once when search is first opened.
const people = signal<Hit[] | null>(null);
async function readPeople(): Promise<void> {
  if (people.value) return;
  people.value = [];
  const tables = new Set(dictionary.peek()?.tables.map((t) => t.table));
  const hits: Hit[] = [];
  const read = async (needs: string, sql: string, hit: (row: Rows['rows'][number]) => Hit) => {
    if (!tables.has(needs)) return;
    const rows = await query(sql).catch(() => null);
    for (const row of rows?.rows ?? []) hits.push(hit(row));
  };
  await read('raw_player_box', 'SELECT player_id, arg_max(player_name, game_date), arg_max(team_abbr, game_date), count(*) FROM raw_player_box GROUP BY 1 ORDER BY 4 DESC',
    (r) => ({ kind: 'player', name: String(r[1]), about: String(r[2]), link: `/player/${r[0]}`, rank: 2 - Math.min(Number(r[3]), 999) / 1000 }));
  readTeamNames();
  await read('raw_schedule', 'SELECT DISTINCT home_team_abbr FROM raw_schedule ORDER BY 1', (r) => ({ kind: 'team', name: String(r[0]), about: '', link: `/team/${r[0]}`, rank: 1 }));
  people.value = hits;
}
// A team is found by all that it is called.
const named = (hit: Hit): Hit => {
  const team = hit.kind === 'team' ? teamNames.value.get(hit.name) : undefined;
  return team ? { ...hit, name: `${hit.name} ${team.name}`, about: team.all } : hit;
};

const plainLetters = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function find(text: string, all: Hit[]): Hit[] {
  const words = plainLetters(text).split(/[\s_]+/).filter(Boolean);
  if (!words.length) return [];
  const scored: Array<{ hit: Hit; score: number }> = [];
  for (const hit of all) {
    const name = plainLetters(hit.name);
    let score = hit.rank;
    const matches = words.every((word) => {
      const at = name.indexOf(word);
      if (at === 0) score += 0;
      else if (at > 0) score += /[\s_]/.test(name[at - 1]!) ? 1 : 3;
      else if (plainLetters(hit.about).includes(word)) score += 8;
      else return false;
      return true;
    });
    if (matches) scored.push({ hit, score: score + name.length / 100 });
  }
  return scored.sort((a, b) => a.score - b.score).slice(0, 14).map((one) => one.hit);
}

export function Search() {
  const { route } = useLocation();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [games, setGames] = useState<Hit[]>([]);
  useEffect(() => {
    if (searching.value) {
      void readPeople();
      setText('');
      setAt(0);
      dialog.current?.showModal();
    } else {
      dialog.current?.close();
    }
  }, [searching.value]);
  const fixed = useMemo(() => (dictionary.value?.tables ?? []).flatMap((t): Hit[] => [
    { kind: 'table', name: t.table, about: t.about, link: `/table/${t.table}`, rank: 1 },
    ...t.columns.map((c) => ({ kind: 'column', name: c.name, about: `${t.table}: ${c.about}`, link: `/table/${t.table}#${c.name}`, rank: 4 })),
  ]), [dictionary.value]);

  // A date, or the start of one: its game dates, and the games of a whole one.
  const dated = /^\d{4}(-\d{0,2}){0,2}$/.test(text.trim()) ? text.trim() : '';
  const dates = useMemo(() => (dated.length >= 6 ? (cells.value?.dates ?? []).filter((d) => d.date.startsWith(dated)).slice(0, 8).map((d): Hit => ({ kind: 'date', name: d.date, about: plural(d.games, 'game'), link: `/season?season=${d.season}&from=${d.date}&to=${d.date}&tables=${cells.value!.tables.map((t) => t.name).join(',')}`, rank: 0 })) : []), [dated, cells.value]);
  useEffect(() => {
    setGames([]);
    if (dated.length !== 10 || !dictionary.peek()?.tables.some((t) => t.table === 'raw_schedule')) return;
    const abort = new AbortController();
    query(`SELECT game_id, away_team_abbr, home_team_abbr FROM raw_schedule WHERE game_date = ${literal(dated)} ORDER BY tipoff_utc`, undefined, abort.signal)
      .then((rows) => setGames(rows.rows.map((r) => ({ kind: 'game', name: `${r[1]} at ${r[2]}`, about: dated, link: `/game/${r[0]}`, rank: 1 }))), () => {});
    return () => abort.abort();
  }, [dated]);

  const hits = useMemo(() => [...dates, ...games, ...(/^\d{10}$/.test(text.trim()) ? [{ kind: 'game', name: text.trim(), about: '', link: `/game/${text.trim()}`, rank: 0 }] : []), ...find(text, [...(people.value ?? []).map(named), ...fixed])].slice(0, 20), [text, dates, games, people.value, teamNames.value, fixed]);
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    searching.value = false;
    route(hit.link);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const next = Math.max(0, Math.min(hits.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)));
      setAt(next);
      document.getElementById(`hit-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(hits[at]);
    }
  };
  return (
    <dialog class="search" ref={dialog} aria-label="Search" onClose={() => (searching.value = false)} onClick={(e) => e.target === dialog.current && (searching.value = false)}>
      {searching.value && (
        <div class="search-body">
          <input type="text" role="combobox" aria-expanded="true" aria-controls="hits" aria-activedescendant={hits.length ? `hit-${at}` : undefined} aria-label="Search tables, columns, players, teams, games and dates"
            placeholder="table, column, player, team, 2022-01-14" value={text} autofocus onInput={(e) => { setText(e.currentTarget.value); setAt(0); }} onKeyDown={onKeyDown} />
          <ul id="hits" role="listbox" aria-label="Found">
            {hits.map((hit, i) => (
              <li id={`hit-${i}`} role="option" aria-selected={i === at} onMouseMove={() => setAt(i)} onClick={() => go(hit)}>
                <span class="hit-kind">{hit.kind}</span> <span class="hit-name">{hit.name}</span> <span class="quiet">{hit.about}</span>
              </li>
            ))}
          </ul>
          {text && hits.length === 0 && <p class="quiet">Nothing is named so.</p>}
        </div>
      )}
    </dialog>
  );
}
