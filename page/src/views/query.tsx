// One read-only SELECT: editor, result, files of it, and a link that holds it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { dictionary } from '../store';
import { download, asFailure, type Failure, query as select } from '../server';
import { Copy, Empty, Head, Problem } from '../parts';
import { asMarkdown, Grid } from '../grid';
import { plural, seconds } from '../words';
import { makeEditor } from '../editor';
import type { Rows } from '../verbs';

const limit = 10_000, most = 10_000_000, draft = 'query';
const examples: Array<[string, string]> = [
  ['The five fastest teams', 'SELECT team_abbr, avg(pace) AS pace, count(*) AS games\nFROM team_offense_game_summary\nGROUP BY team_abbr\nORDER BY pace DESC\nLIMIT 5'],
  ['Forty points or more', 'SELECT game_date, player_id, player_name, team_abbr, opponent_team_abbr, points, fg_makes, fg_attempts\nFROM player_game_summary\nWHERE points >= 40\nORDER BY points DESC'],
  ['Games by season', 'SELECT season, game_type, count(*) AS games, min(game_date) AS first, max(game_date) AS last\nFROM raw_schedule\nGROUP BY ALL\nORDER BY first'],
];

export default function QueryView() {
  const { query, path, route } = useLocation();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<ReturnType<typeof makeEditor> | null>(null);
  const text = useRef(query.sql ?? sessionStorage.getItem(draft) ?? '');
  const [result, setResult] = useState<Rows | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);

  // What is written and not run yet is in no address; a reload of the window keeps it.
  const keep = (now: string) => {
    text.current = now;
    sessionStorage.setItem(draft, now);
  };
  const run = async () => {
    const sql = text.current.trim();
    if (!sql) return;
    if (sql !== query.sql) route(`${path}?sql=${encodeURIComponent(sql)}`, !query.sql);
    abort.current?.abort();
    const mine = (abort.current = new AbortController());
    setBusy(true);
    setFailure(null);
    try {
      setResult(await select(sql, limit, mine.signal));
    } catch (error) {
      if (mine.signal.aborted) return;
      setResult(null);
      setFailure(asFailure(error));
    }
    setBusy(false);
  };
  const runNow = useRef(run);
  runNow.current = run;

  useEffect(() => {
    editor.current = makeEditor(host.current!, text.current, { change: keep, run: () => void runNow.current(), dictionary: () => dictionary.peek() });
    editor.current.focus();
    return () => {
      editor.current?.destroy();
      abort.current?.abort();
    };
  }, []);
  // A link, or going back, brings its text and runs it.
  useEffect(() => {
    if (!query.sql) return;
    set(query.sql);
    void runNow.current();
  }, [query.sql]);
  const set = (sql: string) => {
    text.current = sql;
    const view = editor.current;
    if (view && view.state.doc.toString() !== sql) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: sql } });
  };
  const save = (format: 'csv' | 'parquet') => {
    setFailure(null);
    download('query', { sql: text.current.trim(), format }, `query.${format}`).catch((error) => setFailure(asFailure(error)));
  };
  return (
    <>
      <Head title="Query"><span class="quiet">One SELECT in DuckDB’s SQL, read-only, ended after a minute; the first {plural(limit, 'row')} are shown, up to 64 MB. Files hold up to {plural(most, 'row')}.</span></Head>
      <div class="query-pane">
        <div class="query-editor">
          <div ref={host} class="editor" />
          <div class="actions">
            <button type="button" class="main" onClick={run}>Run</button> <span class="quiet">Ctrl-Enter</span>
            {busy && <button type="button" class="small" onClick={() => { abort.current?.abort(); setBusy(false); }}>Stop waiting</button>}
            <button type="button" class="small" onClick={() => save('csv')}>CSV</button>
            <button type="button" class="small" onClick={() => save('parquet')}>Parquet</button>
            {result && <Copy label="Copy as Markdown" text={() => asMarkdown({ ...result, rows: result.rows.slice(0, 1000) })} />}
            <Copy label="Copy link" text={() => `${location.origin}${path}?sql=${encodeURIComponent(text.current.trim())}`} />
          </div>
          {!result && !failure && <ul class="plain-list examples">{examples.map(([name, sql]) => <li><button type="button" class="link" onClick={() => { set(sql); void run(); }}>{name}</button></li>)}</ul>}
        </div>
        <div class="query-result">
          {failure && <Problem failure={failure} />}
          {busy && !result && <p class="quiet" role="status">Running…</p>}
          {result && (result.columns.length === 0 ? <Empty>No columns.</Empty> : <>
            <p class="quiet" role="status">{plural(result.rows.length, 'row')}{result.truncated ? ', the first of more' : ''} in {seconds(result.seconds)}</p>
            <Grid rows={result} label="Result of the query" height={Math.max(320, innerHeight - 260)} />
          </>)}
        </div>
      </div>
    </>
  );
}
