// The frame: the line that is always there, the way to the views, the keys.

import { useEffect, useRef } from 'preact/hooks';
import { signal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import type { ComponentChildren } from 'preact';
import { connected } from './server';
import { running, status, trouble } from './store';
import { isBroken, Mark, tableLink } from './parts';
import { Search, searching } from './search';
import { sentence, Stop } from './work';
import { choice, switchTheme, theme } from './theme';
import { count, easternHour, isDate, plural } from './words';
import { stateOf } from './states';

const views: Array<[string, string, string]> = [
  ['/season', 'Season', 's'], ['/runs', 'Runs', 'r'], ['/check', 'Check', 'c'], ['/graph', 'Graph', 'g'], ['/dictionary', 'Dictionary', 'd'], ['/files', 'Files', 'f'], ['/query', 'Query', 'q'],
];
const keys: Array<[string, string]> = [
  ['/', 'search tables, columns, players, teams, games, dates'], ['?', 'these keys'], ['t', 'light or dark'], ...views.map(([, name, key]): [string, string] => [key, name]),
  ['[ and ]', 'the date before and after, of a cell, player or team'], ['← ↑ → ↓', 'move over the cells of a season'], ['Shift + arrows', 'select tables and dates'], ['PageUp, PageDown', 'a month back, forward'], ['n, p', 'the next problem, the previous one'], ['Enter', 'open the cell'], ['Esc', 'clear the selection, close a window'],
];
const helping = signal(false);

export function Frame({ children }: { children: ComponentChildren }) {
  const { path, route } = useLocation();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.composedPath()[0] as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target.isContentEditable || target.closest?.('input, textarea, select, dialog[open]')) return;
      if (event.key === '/') searching.value = true;
      else if (event.key === '?') helping.value = true;
      else if (event.key === 't') switchTheme();
      else if (event.key === '[') document.querySelector<HTMLElement>('a[rel=prev]')?.click();
      else if (event.key === ']') document.querySelector<HTMLElement>('a[rel=next]')?.click();
      else {
        const view = views.find(([, , key]) => key === event.key);
        if (!view) return;
        route(view[0]);
      }
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const active = (link: string) => path.startsWith(link) || (link === '/season' && path === '/') || (link === '/season' && path.startsWith('/cell')) || (link === '/dictionary' && path.startsWith('/table'));
  return (
    <>
      <a class="skip" href="#view">To the view</a>
      <TopLine />
      <div class="frame">
        <nav class="views" aria-label="Views">
          {views.map(([link, name, key]) => <a href={link} key={link} aria-current={active(link) ? 'page' : undefined} aria-keyshortcuts={key}>{name}</a>)}
          <span class="views-tools">
            <button type="button" onClick={() => (searching.value = true)} aria-keyshortcuts="/">Search <kbd>/</kbd></button>
            <button type="button" onClick={() => (helping.value = true)} aria-keyshortcuts="?">Keys <kbd>?</kbd></button>
            <button type="button" onClick={switchTheme} title={choice.value === 'system' ? 'as the system has it' : 'as you chose'} aria-keyshortcuts="t">{theme.value === 'dark' ? 'Light' : 'Dark'} <kbd>t</kbd></button>
          </span>
        </nav>
        <main id="view" tabIndex={-1}>{children}</main>
      </div>
      <Search />
      <Keys />
    </>
  );
}

function TopLine() {
  const now = status.value, work = running();
  const next = now?.next_games;
  const red = (now?.problems ?? []).filter((p) => p.state === 'failed' || p.state === 'blocked');
  const left = now?.left_out ?? [], broken = left.filter(isBroken), behind = left.length - broken.length;
  const states = new Map<string, number>();
  for (const p of red) states.set(p.state, (states.get(p.state) ?? 0) + p.dates);
  const first = red[0];
  return (
    <header class="top">
      <a class="project" href="/season">{now?.project || 'Backcourt'}</a>
      {now?.complete_through && <span>Complete through <strong>{now.complete_through}</strong></span>}
      {next && <span>Next: {plural(next.games, 'game')} {next.date}{next.first_tip && `, first tip ${easternHour(next.first_tip)} ET`}</span>}
      <span class="now" role="status">
        {!connected.value || trouble.value ? <><Mark state="failed" /> {trouble.value?.message ?? 'The connection is lost'}; trying again</> : work ? <><Mark state="running" /> <a href={work.run ? `/runs/${work.run}` : '/runs'}>{sentence(work)}</a> <Stop of={work} /></> : now ? now.next_command ? <span class="quiet">idle</span> : 'Nothing to do' : ''}
      </span>
      {(now?.late ?? []).slice(-2).map((one) => (
        <span class="late" key={one.date}><Mark state="waiting" /> Late: {one.date}, {one.finals < one.games ? `${plural(one.games - one.finals, 'result')} missing` : `${plural(one.missing_boxes, 'box', 'boxes')} missing`}</span>
      ))}
      {(now?.late.length ?? 0) > 2 && <span class="late quiet">and {now!.late.length - 2} more dates</span>}
      {first && (
        <a class="red" href={isDate(first.first_date) ? `/cell/${first.table}/${first.first_date}` : '/check'} title={first.reason}>
          {[...states].map(([state, n]) => <span key={state}><Mark state={stateOf(state)} /> {count(n)} {state} </span>)}
        </a>
      )}
      {(now?.failed_runs ?? []).map((run) => <a class="red" href={`/runs/${run.run}`} key={run.run} title={run.message}><Mark state="failed" /> run {run.run} failed</a>)}
      {broken.length > 0 && <a class="red" href={broken[0]!.is_check ? '/check' : tableLink(broken[0]!.name)} title={broken.map((one) => one.because).join('\n')}><Mark state="failed" /> {plural(broken.length, broken.every((one) => one.is_check) ? 'check' : 'model')} with a broken file{behind > 0 && `, ${count(behind)} behind`}</a>}
    </header>
  );
}

function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helping.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helping.value]);
  return (
    <dialog class="keys" ref={dialog} aria-label="Keys" onClose={() => (helping.value = false)} onClick={(e) => e.target === dialog.current && (helping.value = false)}>
      <h2>Keys</h2>
      <dl>{keys.map(([key, what]) => <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>)}</dl>
      <form method="dialog"><button class="main" autofocus>Close</button> <a href="/licences.txt" target="_blank">Libraries of this page</a></form>
    </dialog>
  );
}
