// Rows of a table or query: sorted, filtered, with links; only what is in sight is in the document.

import { useMemo, useRef, useState } from 'preact/hooks';
import { useAddress } from './address';
import { isNumeric } from './server';
import { show, plural, isDate } from './words';
import type { Rows, Value } from './verbs';

const rowHeight = 22, whyWidth = 44;

/** Where a value leads to: a player, a team or a game, on the row's date. */
export function linkOf(column: string, value: Value, row: (name: string) => Value | undefined): string | null {
  if (value === null) return null;
  const date = ['game_date', 'cache_date', 'analysis_date', 'date'].map(row).find((one) => typeof one === 'string' && isDate(one.slice(0, 10)));
  const on = date ? `?date=${String(date).slice(0, 10)}` : '';
  if (/(^|_)player_id$/.test(column)) return `/player/${value}${on}`;
  if (column === 'player_name' && row('player_id')) return `/player/${row('player_id')}${on}`;
  if (/team_abbr$/.test(column)) return `/team/${value}${on}`;
  if (column === 'game_id') return `/game/${value}`;
  return null;
}

// How wide a text is: a table whose rows come and go cannot leave that to the browser.
const pen = document.createElement('canvas').getContext('2d')!;
function widthOf(text: string, bold: boolean): number {
  pen.font = `${bold ? '600 12px' : '13px'} ${getComputedStyle(document.body).fontFamily}`;
  return pen.measureText(text).width;
}

function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return 1;
  if (b === null || b === undefined) return -1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en');
}

interface GridProps {
  rows: Rows;
  label: string;
  height?: number;
  about?: (column: string) => string | undefined;
  /** Where a row's `why` leads to. */
  why?: (row: (column: string) => Value | undefined) => string | null;
}

export function Grid({ rows, label, height = 480, about, why }: GridProps) {
  // In the address: sort=points-down, filter=words.
  const { query, go } = useAddress();
  const filter = query.filter ?? '';
  const [, sorted, way] = query.sort?.match(/^(.*)-(up|down)$/) ?? [];
  const sort = useMemo(() => {
    const column = rows.columns.findIndex((c) => c.name === sorted);
    return column < 0 ? null : { column, down: way === 'down' };
  }, [rows, sorted, way]);
  const setSort = (column: number, down: boolean | null) => go({ sort: down === null ? undefined : `${rows.columns[column]!.name}-${down ? 'down' : 'up'}` });
  const [top, setTop] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const isNumber = useMemo(() => rows.columns.map((c, i) => isNumeric(c.type) || rows.rows.slice(0, 50).some((r) => typeof r[i] === 'number')), [rows]);
  const index = useMemo(() => new Map(rows.columns.map((c, i) => [c.name, i])), [rows]);
  const widths = useMemo(
    () => rows.columns.map((c, i) => {
      let longest = '';
      for (let r = 0; r < Math.min(rows.rows.length, 300); r++) {
        const text = show(rows.rows[r]![i]);
        if (text.length > longest.length) longest = text;
      }
      return Math.ceil(Math.min(380, Math.max(widthOf(longest, false) + 3, widthOf(`${c.name} ↓`, true))) + 17);
    }),
    [rows],
  );
  const chosen = useMemo(() => {
    const wanted = filter.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let out = rows.rows;
    if (wanted.length) out = out.filter((row) => {
      const text = row.map(show).join('\t').toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
    if (sort) {
      const { column, down } = sort;
      out = [...out].sort((a, b) => (a[column] === null ? 1 : b[column] === null ? -1 : (down ? -1 : 1) * compare(a[column], b[column])));
    }
    return out;
  }, [rows, filter, sort]);

  const first = Math.max(0, Math.floor(top / rowHeight) - 10);
  const last = Math.min(chosen.length, Math.ceil((top + height) / rowHeight) + 10);
  const total = widths.reduce((a, b) => a + b, 0);
  return (
    <div class="grid">
      <div class="grid-bar">
        <label class="field">Filter <input type="search" value={filter} onInput={(e) => go({ filter: e.currentTarget.value })} placeholder="any column" /></label>
        <span class="quiet">{chosen.length === rows.rows.length ? plural(rows.rows.length, 'row') : `${chosen.length} of ${plural(rows.rows.length, 'row')}`}
          {rows.truncated && ' (the first of more)'}, {plural(rows.columns.length, 'column')}</span>
      </div>
      <div class="grid-scroll" ref={scroller} tabIndex={0} role="region" aria-label={label} style={{ maxHeight: `${height}px` }} onScroll={(e) => setTop(e.currentTarget.scrollTop)}>
        <table style={{ width: `${total + (why ? whyWidth : 0)}px` }} aria-rowcount={chosen.length + 1}>
          <colgroup>{why && <col style={{ width: `${whyWidth}px` }} />}{widths.map((w) => <col style={{ width: `${w}px` }} />)}</colgroup>
          <thead>
            <tr>
              {why && <th scope="col" class="why-column"><span class="hidden">why</span></th>}
              {rows.columns.map((column, i) => (
                <th scope="col" class={isNumber[i] ? 'number' : ''} aria-sort={sort?.column === i ? (sort.down ? 'descending' : 'ascending') : undefined}>
                  <button type="button" title={about?.(column.name) || column.type}
                    onClick={() => setSort(i, sort?.column !== i ? isNumber[i]! : sort.down === isNumber[i] ? !isNumber[i] : null)}>
                    {column.name}{sort?.column === i ? (sort.down ? ' ↓' : ' ↑') : ''}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && <tr aria-hidden="true" style={{ height: `${first * rowHeight}px` }}><td colSpan={rows.columns.length + (why ? 1 : 0)} /></tr>}
            {chosen.slice(first, last).map((row, r) => (
              <tr key={first + r} aria-rowindex={first + r + 2}>
                {why && <td><a href={why((other) => row[index.get(other) ?? -1]) ?? undefined}>why</a></td>}
                {row.map((value, i) => {
                  const name = rows.columns[i]!.name;
                  const link = linkOf(name, value, (other) => row[index.get(other) ?? -1]);
                  const text = show(value);
                  return <td class={`${isNumber[i] ? 'number' : ''}${value === null ? ' null' : ''}`} title={typeof value === 'number' ? String(value) : text.length > 40 ? text : undefined}>{link ? <a href={link}>{text}</a> : text}</td>;
                })}
              </tr>
            ))}
            {last < chosen.length && <tr aria-hidden="true" style={{ height: `${(chosen.length - last) * rowHeight}px` }}><td colSpan={rows.columns.length + (why ? 1 : 0)} /></tr>}
          </tbody>
        </table>
      </div>
    </div>
  );
}

export const asMarkdown = (rows: Rows): string => {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(rows.columns.map((c) => c.name)), line(rows.columns.map((c) => (isNumeric(c.type) ? '--:' : '---'))), ...rows.rows.map((r) => line(r.map(show)))].join('\n') + '\n';
};
