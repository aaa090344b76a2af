// Files: what each feed has found, what it served, and when it was read.

import { useState } from 'preact/hooks';
import { changed, status } from '../store';
import { useAsk } from '../server';
import { Answer, Empty, Head, Mark, tableLink } from '../parts';
import { bytes, count, plural, since } from '../words';
import { Load } from '../load';
import type { FilesReport } from '../verbs';

export function FilesView() {
  const asked = useAsk<FilesReport>('files', {}, changed);
  const changes = status.value?.files;
  return (
    <>
      <Head title="Files"><Load /></Head>
      {changes && (changes.fresh.length + changes.changed.length + changes.vanished.length > 0) && (
        <section>
          <h2>Changed since the last load</h2>
          <ul class="plain-list">
            {changes.fresh.map((f) => <li><Mark state="missing" /> new: <code>{f}</code></li>)}
            {changes.changed.map((f) => <li><Mark state="stale" /> changed: <code>{f}</code></li>)}
            {changes.vanished.map((f) => <li><Mark state="blocked" /> gone: <code>{f}</code></li>)}
          </ul>
        </section>
      )}
      <Answer of={asked}>{(report) => <Feeds report={report} />}</Answer>
    </>
  );
}

function Feeds({ report }: { report: FilesReport }) {
  const feeds = [...report.feeds].sort((a, b) => Number(a.files === 0) - Number(b.files === 0));
  const [open, setOpen] = useState<string | null>(null);
  if (!feeds.some((f) => f.files)) return <Empty>No file was loaded yet. Put files below the data folder of backcourt.toml; <code>backcourt doctor</code> lists the feeds with the names they look for.</Empty>;
  return (
    <>
      <section>
        <h2>Feeds</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label="Feeds">
          <table class="plain">
            <thead><tr><th scope="col">feed</th><th scope="col">table</th><th scope="col" class="number">files</th><th scope="col" class="number">size</th><th scope="col" class="number">rows</th><th scope="col">last load</th><th scope="col">problems</th></tr></thead>
            <tbody>{feeds.map((f) => (
              <>
                <tr key={f.feed}>
                  <th scope="row">{f.files ? <button type="button" class="link" aria-expanded={open === f.feed} onClick={() => setOpen(open === f.feed ? null : f.feed)}>{f.feed}</button> : <span class="quiet">{f.feed}</span>}</th>
                  <td>{f.table && <a href={tableLink(f.table)}>{f.table}</a>}</td>
                  <td class="number">{count(f.files)}</td>
                  <td class="number">{f.files ? bytes(f.bytes) : ''}</td>
                  <td class="number">{f.rows ? count(f.rows) : ''}</td>
                  <td title={f.last_load_utc ? `${f.last_load_utc} UTC` : undefined}>{f.last_load_utc ? since(f.last_load_utc) : ''}</td>
                  <td class="wide">{f.files === 0 ? <span class="quiet">no files</span> : f.problems.join('; ')}</td>
                </tr>
                {open === f.feed && report.files.filter((one) => one.feed === f.feed).map((one) => (
                  <tr class="file" key={one.path}>
                    <td colSpan={2}><code>{one.path}</code></td><td class="number quiet">{one.served}</td><td class="number">{bytes(one.bytes)}</td><td class="number">{count(one.rows)}</td>
                    <td>{one.run && <a href={`/runs/${one.run}`}>run {one.run}</a>}</td><td class="wide">{one.problem}</td>
                  </tr>
                ))}
              </>
            ))}</tbody>
          </table>
        </div>
      </section>
      {report.unknown.length > 0 && (
        <section>
          <h2>Not read by any feed</h2>
          <ul class="plain-list">{report.unknown.map((u) => <li><code>{u.pattern}</code> {plural(u.files, 'file')}, as <code>{u.example}</code>{u.shape && <span class="quiet"> {u.shape}</span>}</li>)}</ul>
        </section>
      )}
    </>
  );
}
