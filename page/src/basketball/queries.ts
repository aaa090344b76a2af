// What the views of basketball ask the warehouse: read-only SQL over the pack's tables.

import { useQuery, type Asked } from '../server';
import { changed } from '../store';
import type { Rows, Value } from '../verbs';
import type { ZoneShots } from './court';

export type Row = Record<string, Value>;
export const objects = (rows: Rows | undefined): Row[] =>
  rows ? rows.rows.map((row) => Object.fromEntries(rows.columns.map((c, i) => [c.name, row[i]!]))) : [];

export const useSql = (sql: string | null): Asked<Rows> => useQuery(sql, changed);
export const number = (value: Value | undefined): number => Number(value ?? 0);

const sum = (name: string): string => `sum(${name})`;
/** Shots by distance, of all games; and by place, of the games whose shots have one. */
export const zoneSums = (prefix = ''): string =>
  ['paint', 'mid_range', 'three'].flatMap((z) => [`${sum(`${prefix}${z}_makes`)} AS ${z}_makes`, `${sum(`${prefix}${z}_attempts`)} AS ${z}_attempts`]).join(', ');
export const placeSums = (): string =>
  ['restricted_area', 'paint_non_ra', 'corner_3', 'above_break_3'].flatMap((z) => [`${sum(`${z}_makes`)} AS ${z}_makes`, `${sum(`${z}_attempts`)} AS ${z}_attempts`]).join(', ') +
  `, sum(CASE WHEN restricted_area_attempts IS NOT NULL THEN fg_makes - restricted_area_makes - paint_non_ra_makes - corner_3_makes - above_break_3_makes END) AS mid_makes` +
  `, sum(CASE WHEN restricted_area_attempts IS NOT NULL THEN fg_attempts - restricted_area_attempts - paint_non_ra_attempts - corner_3_attempts - above_break_3_attempts END) AS mid_attempts`;

export const byDistance = ['paint', 'mid_range', 'three'] as const;
export const byPlace = ['restricted_area', 'paint_non_ra', 'mid', 'corner_3', 'above_break_3'] as const;

export function zonesOf(names: readonly ZoneShots['zone'][], own: Row | undefined, league: Row | undefined): ZoneShots[] {
  return names.map((zone) => {
    const all = number(league?.[`${zone}_attempts`]);
    return { zone, makes: number(own?.[`${zone}_makes`]), attempts: number(own?.[`${zone}_attempts`]), league: all ? number(league?.[`${zone}_makes`]) / all : null };
  });
}
