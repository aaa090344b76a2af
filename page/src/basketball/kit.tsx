// What the views of basketball share.

import type { JSX } from 'preact';
import { useLocation } from 'preact-iso/router';
import { dictionary } from '../store';
import { Empty } from '../parts';

/** Says which tables a view needs where the project has them not; null when all are there or not known yet. */
export function needs(tables: string[]): JSX.Element | null {
  const known = dictionary.value;
  const missing = known ? tables.filter((name) => !known.tables.some((t) => t.table === name)) : [];
  return missing.length ? <Empty>This view is made of {missing.join(' and ')}, which this project does not have. <a href="/dictionary">Its tables</a></Empty> : null;
}

/** The date of a view, with the dates before and after it. */
export function DatePick({ date, dates }: { date: string; dates: string[] }) {
  const { path, route } = useLocation();
  const before = dates.findLast((d) => d < date), after = dates.find((d) => d > date);
  const on = (d: string) => `${path}?date=${d}`;
  return (
    <nav class="pager" aria-label="Dates">
      {before ? <a href={on(before)} rel="prev" aria-label={`Before: ${before}`}>← {before}</a> : <span />}
      <label><span class="hidden">Date</span><input type="date" value={date} onChange={(e) => e.currentTarget.value && route(on(e.currentTarget.value))} /></label>
      {after ? <a href={on(after)} rel="next" aria-label={`After: ${after}`}>{after} →</a> : <span />}
    </nav>
  );
}
