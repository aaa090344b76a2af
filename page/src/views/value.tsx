// A value: what it is and was, the rows that it was made of, and which of them changed before it did.

import { useLocation, useRoute } from 'preact-iso/router';
import { changed, dictionary } from '../store';
import { useAsk } from '../server';
import { Answer, cellLink, Coded, Command, Mark, tableLink } from '../parts';
import { firstLine, isDate, plural } from '../words';
import type { ValueChange, WhyLink, WhyValue } from '../verbs';

/** The address of a row's view, or of one of its values. */
export const valueLink = (table: string, date: string, key: string, column = ''): string =>
  `/value/${table}/${date}?${new URLSearchParams({ key, ...(column && { column }) })}`;

/** What changed in a row: old and new, and where it is written. */
export function Change({ of }: { of: ValueChange & Partial<WhyValue> }) {
  return (
    <>
      <span class="quiet">{of.key}:</span>{' '}
      {of.column ? <>{of.column} <del>{of.before ?? 'NULL'}</del> → <ins>{of.after ?? 'NULL'}</ins></> : of.after ? 'the row is new' : 'the row is gone'}
      {of.file && <span class="quiet"> ({of.file}{of.row ? `, row ${of.row}` : ''})</span>}
    </>
  );
}

export function ValueView() {
  const { table, date } = useRoute().params as { table: string; date: string };
  const { query, route } = useLocation();
  const key = query.key ?? '', column = query.column ?? '';
  const request = { table, date, key, ...(column && { column }) };
  const asked = useAsk<WhyLink[]>('why', request, changed);
  const about = dictionary.value?.tables.find((t) => t.table === table);
  return (
    <>
      <div class="head"><h1><a href={tableLink(table)}>{table}</a> <a class="nowrap" href={cellLink(table, date)}>{date}</a></h1></div>
      <p>
        <label class="field">Value <select value={column} onChange={(e) => route(valueLink(table, date, key, e.currentTarget.value))}>
          <option value="">the whole row</option>
          {about?.columns.map((c) => <option value={c.name}>{c.name}</option>)}
        </select></label> <span class="quiet">{key}{column && `: ${about?.columns.find((c) => c.name === column)?.about ?? ''}`}</span>
      </p>
      <Command verb="why" request={request} />
      <Answer of={asked}>{(links) => <Trail links={links} />}</Answer>
    </>
  );
}

function Trail({ links }: { links: WhyLink[] }) {
  return (
    <ol class="why trail">
      {links.map((link, i) => (
        <li style={{ marginLeft: `${Math.min(link.depth, 10) * 14}px` }} class={link.state === 'as before' ? 'quiet' : ''}>
          {link.state.startsWith('changed') && <Mark state="stale" />}
          {isDate(link.date) ? <a href={cellLink(link.table, link.date)}>{link.table}{i > 0 ? '' : ` ${link.date}`}</a> : <a href={tableLink(link.table)}>{link.table}</a>}
          <span class="quiet"> {i > 0 && `${link.state}: `}<Coded text={firstLine(link.because)} />{link.column && `: ${link.column}`}</span>
          {link.rows.length > 0 && <ul class="plain-list made-of">{link.rows.map((row) => <li title={row.key}><span class="quiet">{row.date}</span> {row.value ?? 'NULL'}</li>)}</ul>}
          {link.values.length > 0 && <ul class="plain-list">{link.values.map((value) => <li><Change of={value} /></li>)}</ul>}
          {link.values_changed > link.values.length && <span class="quiet">and {plural(link.values_changed - link.values.length, 'more value')}</span>}
        </li>
      ))}
    </ol>
  );
}
