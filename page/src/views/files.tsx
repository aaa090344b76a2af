// Files: what each feed has found, what it served, and when it was read.

import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { changed } from '../store';
import { useAsk } from '../server';
import { Answer, Empty, Head, Mark, tableLink } from '../parts';
import { bytes, count, plural, since } from '../words';
import { Load } from '../load';
import type { State } from '../states';
import type { FeedStatus, Files } from '../verbs';

// The states of files in the shapes of cells.
const mark: Record<string, State> = { loaded: 'fresh', new: 'missing', changed: 'stale', gone: 'blocked', unused: 'empty', quarantined: 'failed' };

export function FilesView() {
  const asked = useAsk<Files>('files', {}, changed);
  return (
    <>
      <Head title="Files"><Load /></Head>
      <Answer of={asked}>{(report) => <Feeds report={report} />}</Answer>
    </>
  );
}

const latest = (feed: FeedStatus): string => feed.files.reduce((last, file) => (file.changed_at > last ? file.changed_at : last), '');

function Feeds({ report }: { report: Files }) {
  const feeds = report.feeds.filter((f) => f.files.length), without = report.feeds.filter((f) => !f.files.length);
  const waiting = feeds.flatMap((f) => f.files.filter((one) => one.state !== 'loaded' && one.state !== 'unused'));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      {waiting.length > 0 && (
        <section>
          <h2>Not as loaded</h2>
          <ul class="plain-list">{waiting.map((one) => <li key={one.path}><Mark state={mark[one.state] ?? 'waiting'} />{one.state}: <code>{one.path}</code> {one.problem && <span class="quiet">{one.problem}</span>}</li>)}</ul>
        </section>
      )}
      <section>
        <h2>Feeds <small>below {report.folder}</small></h2>
        {feeds.length === 0 ? <Empty>No file was found. Put files below the data folder; the feeds without files list the names that they look for.</Empty> : (
          <div class="scroll" tabIndex={0} role="region" aria-label="Feeds">
            <table class="plain">
              <thead><tr><th scope="col">feed</th><th scope="col">tables</th><th scope="col" class="number">files</th><th scope="col" class="number">size</th><th scope="col" class="number">served</th><th scope="col">newest file</th><th scope="col">loads</th></tr></thead>
              <tbody>{feeds.map((f) => <FeedRows key={f.feed} feed={f} open={open === f.feed} toggle={() => setOpen(open === f.feed ? null : f.feed)} />)}</tbody>
            </table>
          </div>
        )}
      </section>
      {report.unread.length > 0 && (
        <section>
          <h2>Not read by any feed</h2>
          <ul class="plain-list">{report.unread.map((u) => <li><code>{u.pattern}</code> {plural(u.files, 'file')}, as <code>{u.example}</code>{u.shape && <span class="quiet"> {u.shape}</span>}</li>)}</ul>
        </section>
      )}
      {without.length > 0 && (
        <section>
          <h2>Feeds without files</h2>
          <div class="scroll" tabIndex={0} role="region" aria-label="Feeds without files">
            <table class="plain">
              <thead><tr><th scope="col">feed</th><th scope="col">tables</th><th scope="col">what it is</th><th scope="col">looked for as</th></tr></thead>
              <tbody>{without.map((f) => <tr key={f.feed}><th scope="row" class="nowrap">{f.feed}</th><td><Tables of={f} /></td><td class="wide quiet">{f.about}</td><td class="nowrap">{f.patterns.map((p, i) => <Fragment key={p}>{i > 0 && <br />}<code>{p}</code></Fragment>)}</td></tr>)}</tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}

const Tables = ({ of }: { of: FeedStatus }) => <>{of.tables.map((t, i) => <Fragment key={t}>{i > 0 && ', '}<a href={tableLink(t)}>{t}</a></Fragment>)}</>;
const Runs = ({ of }: { of: Array<number | null> }) => <>{[...new Set(of)].filter((r) => r !== null).sort((a, b) => b - a).slice(0, 3).map((r) => <Fragment key={r}><a href={`/runs/${r}`}>{r}</a> </Fragment>)}</>;

function FeedRows({ feed, open, toggle }: { feed: FeedStatus; open: boolean; toggle: () => void }) {
  const served = feed.files.reduce((sum, one) => sum + (one.served ?? 0), 0), held = feed.files.reduce((sum, one) => sum + (one.held ?? 0), 0);
  const newest = latest(feed);
  return (
    <>
      <tr>
        <th scope="row" class="nowrap"><button type="button" class="link" aria-expanded={open} onClick={toggle} title={feed.about}>{open ? '▾' : '▸'} {feed.feed}</button></th>
        <td><Tables of={feed} /></td>
        <td class="number">{count(feed.files.length)}</td>
        <td class="number">{bytes(feed.files.reduce((sum, one) => sum + one.size, 0))}</td>
        <td class="number" title="games, or other units, that are served from it, of those that it holds">{held ? (served < held ? `${count(served)} of ${count(held)}` : count(served)) : ''}</td>
        <td title={newest && `${newest} UTC`}>{newest && since(newest)}</td>
        <td><Runs of={feed.files.map((one) => one.run)} /></td>
      </tr>
      {open && feed.files.map((one) => (
        <tr class="file" key={one.path}>
          <td colSpan={2}><Mark state={mark[one.state] ?? 'waiting'} /><code>{one.path}</code> {one.problem && <span class="quiet">{one.problem}</span>}</td>
          <td class="number quiet">{one.season}</td>
          <td class="number">{bytes(one.size)}</td>
          <td class="number">{one.held !== null && (one.served !== null && one.served < one.held ? `${count(one.served)} of ${count(one.held)}` : count(one.held))}</td>
          <td title={one.changed_at && `${one.changed_at} UTC`}>{one.changed_at && since(one.changed_at)}</td>
          <td><Runs of={[one.run]} /></td>
        </tr>
      ))}
    </>
  );
}
