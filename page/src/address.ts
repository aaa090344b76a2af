// What a view shows is in its address, so that a link, a reload and going back show the same.

import { useLocation } from 'preact-iso/router';

export type Query = Record<string, string>;

/** A path with some of its query changed; undefined and '' take a name out. */
export function addressWith(path: string, query: Query, change: Record<string, string | undefined>): string {
  const next = new URLSearchParams(query);
  for (const [key, value] of Object.entries(change)) value ? next.set(key, value) : next.delete(key);
  const text = next.toString().replaceAll('%2C', ',');
  return text ? `${path}?${text}` : path;
}

/** The query of the address, and how to change it in its place. */
export function useAddress(): { query: Query; path: string; to: (change: Record<string, string | undefined>) => string; go: (change: Record<string, string | undefined>) => void } {
  const { query, path, route } = useLocation();
  const to = (change: Record<string, string | undefined>) => addressWith(path, query, change);
  return { query, path, to, go: (change) => route(to(change), true) };
}
