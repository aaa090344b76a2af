// What the views of basketball ask the warehouse: read-only SQL over the pack's tables.

import { useQuery, type Asked } from '../server';
import { changed } from '../store';
import type { Rows, Value } from '../verbs';
import type { Zone, ZoneShots } from './court';

export type Row = Record<string, Value>;
export const objects = (rows: Rows | undefined): Row[] =>
  rows ? rows.rows.map((row) => Object.fromEntries(rows.columns.map((c, i) => [c.name, row[i]!]))) : [];

export const useSql = (sql: string | null): Asked<Rows> => useQuery(sql, changed);
export const number = (value: Value | undefined): number => Number(value ?? 0);
export const valueOf = (row: Row, column: string): number | null => (row[column] === null || row[column] === undefined ? null : number(row[column]));

const others = ['restricted_area', 'paint_non_ra', 'corner_3', 'above_break_3'] as const;
// Mid-range shots by place are no column: they are what the zones beside it leave.
const shotsOf = (zone: Zone, what: 'makes' | 'attempts'): string =>
  zone === 'mid' ? `CASE WHEN restricted_area_attempts IS NOT NULL THEN fg_${what}${others.map((z) => ` - ${z}_${what}`).join('')} END` : `${zone}_${what}`;
const sums = (zones: readonly Zone[]): string =>
  zones.flatMap((z) => (['makes', 'attempts'] as const).map((what) => `sum(${shotsOf(z, what)}) AS ${z}_${what}`)).join(', ');

export const byDistance = ['paint', 'mid_range', 'three'] as const;
export const byPlace = ['restricted_area', 'paint_non_ra', 'mid', 'corner_3', 'above_break_3'] as const;

/** Shots by distance, of all games; and by place, of the games whose shots have one. */
export const zoneSums = (): string => sums(byDistance);
export const placeSums = (): string => sums(byPlace);

/** The address of the games whose shots of a zone were added up: `games` selects them from player_game_summary. */
export const zoneGames = (zone: Zone, who: string, games: string): string =>
  `/query?sql=${encodeURIComponent(`SELECT game_date, game_id, ${who}, ${shotsOf(zone, 'makes')} AS ${zone}_makes, ${shotsOf(zone, 'attempts')} AS ${zone}_attempts\nFROM (${games})\nORDER BY game_date DESC`)}`;

export function zonesOf(names: readonly ZoneShots['zone'][], own: Row | undefined, league: Row | undefined): ZoneShots[] {
  return names.map((zone) => {
    const all = number(league?.[`${zone}_attempts`]);
    return { zone, makes: number(own?.[`${zone}_makes`]), attempts: number(own?.[`${zone}_attempts`]), league: all ? number(league?.[`${zone}_makes`]) / all : null };
  });
}
