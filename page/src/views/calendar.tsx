// One table of a season as a calendar: weeks as columns, counts in the cells.

import { useEffect, useRef } from 'preact/hooks';
import { drawn } from '../store';
import type { Cells, Season, TableCells } from '../cells';
import { cellLink, Mark } from '../parts';
import { count, days, firstLine, monthOf, plural, shift } from '../words';

const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayOfWeek = (date: string): number => (new Date(`${date}T00:00Z`).getUTCDay() + 6) % 7;

export function Calendar({ model, table, season }: { model: Cells; table: TableCells; season: Season }) {
  drawn.value;
  const body = useRef<HTMLDivElement>(null);
  const first = model.dates[season.from]!.date, last = model.dates[season.to - 1]!.date;
  const monday = shift(first, -dayOfWeek(first));
  const weeks = Math.floor(days(monday, last) / 7) + 1;
  const months: Array<{ week: number; name: string }> = [];
  for (let week = 0; week < weeks; week++) {
    const name = monthOf(shift(monday, week * 7 + 6));
    if (months.at(-1)?.name !== name) months.push({ week, name });
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -7, ArrowRight: 7, ArrowUp: -1, ArrowDown: 1 }[event.key];
    const at = (document.activeElement as HTMLElement | null)?.dataset.date;
    if (!by || !at) return;
    event.preventDefault();
    // The next game date in this direction.
    for (let date = shift(at, by); date >= first && date <= last; date = shift(date, by)) {
      const next = body.current?.querySelector<HTMLElement>(`[data-date="${date}"]`);
      if (next) return next.focus();
    }
  };
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (scroller.current) scroller.current.scrollLeft = scroller.current.scrollWidth;
  }, [table.name]);
  const { done, total } = model.count([table], season);
  return (
    <section class="calendar" aria-label={`${table.name} in ${season.season}`}>
      <h2>{season.season} <small>{count(done)} of {plural(total, 'game date')}</small></h2>
      <div class="calendar-scroll" ref={scroller} tabIndex={-1}>
        <div class="calendar-body" ref={body} onKeyDown={onKeyDown} style={{ gridTemplateColumns: `34px repeat(${weeks}, minmax(27px, 1fr))` }}>
          {months.map((m) => <span class="month" style={{ gridColumn: m.week + 2, gridRow: 1 }}>{m.name}</span>)}
          {weekdayNames.map((name, i) => <span class="weekday" style={{ gridColumn: 1, gridRow: i + 2 }}>{name}</span>)}
          {Array.from({ length: season.to - season.from }, (_, k) => {
            const index = season.from + k;
            const { date, games } = model.dates[index]!;
            const state = model.state(table, index);
            const cause = model.cause(table, index);
            const rows = table.rows[index];
            return (
              <a class="day" key={date} data-date={date} tabIndex={k === season.to - season.from - 1 ? 0 : -1} href={cellLink(table.name, date)}
                style={{ gridColumn: Math.floor(days(monday, date) / 7) + 2, gridRow: dayOfWeek(date) + 2 }}
                title={`${date}: ${state ? state : 'no rows'}, ${plural(games, 'game')}${cause ? `; ${firstLine(cause)}` : ''}`}
                aria-label={`${date}, ${state ? state : 'no rows'}${rows !== null && rows !== undefined ? `, ${rows} rows` : ''}`}>
                {state && state !== 'not due' && <Mark state={state} named={false} size={10} />}
                <span>{rows && state && state !== 'not due' && state !== 'missing' ? (rows > 9999 ? `${Math.round(rows / 1000)}k` : rows) : ''}</span>
              </a>
            );
          })}
        </div>
      </div>
    </section>
  );
}
