// What the views of basketball share.

import type { JSX } from 'preact';
import { useAddress } from '../address';
import { cells, dictionary } from '../store';
import { DateInput, Empty, Problem, tableLink, Waiting } from '../parts';
import { Unfilled } from '../load';
import { useLocation } from 'preact-iso/router';

/** Says which tables a view needs where the project has them not, or where nothing has filled them; null when all are there. */
export function needs(tables: string[]): JSX.Element | null {
  const known = dictionary.value, model = cells.value;
  if (!known || !model) return <Waiting />;
  const missing = tables.filter((name) => !known.tables.some((t) => t.table === name));
  const out = known.left_out.filter((one) => missing.includes(one.name));
  if (out.length) return <Problem failure={{ message: `This view is made of ${out.map((one) => one.name).join(' and ')}, which cannot be read now: ${out[0]!.because}`, hint: '' }}><p><a href={tableLink(out[0]!.name)}>{out[0]!.name}</a></p></Problem>;
  if (missing.length) return <Empty>This view is made of {missing.join(' and ')}, which this project does not have. <a href="/dictionary">Its tables</a></Empty>;
  const empty = tables.filter((name) => model.byName.get(name)?.runs.every((run) => !run));
  return empty.length ? <Unfilled tables={empty} /> : null;
}

/** Says that the date of the address is none. */
export function NoDate({ text }: { text: string }) {
  const { to } = useAddress();
  return <Empty>{text} is no date: dates are written as 2022-01-14. <a href={to({ date: undefined })}>The newest date</a></Empty>;
}

/** The date of a view, with the dates before and after it. */
export function DatePick({ date, dates }: { date: string; dates: string[] }) {
  const { to } = useAddress(), { route } = useLocation();
  const before = dates.findLast((d) => d < date), after = dates.find((d) => d > date);
  const on = (d: string) => to({ date: d });
  return (
    <nav class="pager" aria-label="Dates">
      {before ? <a href={on(before)} rel="prev" aria-label={`Before: ${before}`}>← {before}</a> : <span />}
      <label><span class="hidden">Date</span><DateInput value={date} change={(d) => route(on(d))} /></label>
      {after ? <a href={on(after)} rel="next" aria-label={`After: ${after}`}>{after} →</a> : <span />}
    </nav>
  );
}
