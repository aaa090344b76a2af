// What should be there by the schedule against what is; a gap is fixed, or accepted with a reason.

import { useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { cells, changed } from '../store';
import { ask, asFailure, type Failure, useAsk } from '../server';
import { Answer, cellLink, Coded, Command, Head, Mark, Problem, tableLink } from '../parts';
import { count, plural, seconds } from '../words';
import type { AcceptedGap, CheckReport, Gap } from '../verbs';

// What was accepted here since the report was made: a check takes its time.
const acceptedHere = signal<AcceptedGap[]>([]);
const same = (a: Gap, b: Gap): boolean => a.guard === b.guard && a.season === b.season && a.subject === b.subject && a.first_date === b.first_date;

export function CheckView() {
  const of = useAsk<CheckReport>('check', {}, changed);
  return (
    <>
      <Head title="Check"><span class="quiet">What the schedule says should be there, against what is</span></Head>
      {of.busy && !of.value && <p class="quiet" role="status">Checking every game and table; this takes some seconds.</p>}
      {(of.value || of.error) && <Answer of={of}>{(report) => <Report report={report} />}</Answer>}
    </>
  );
}

function Report({ report: made }: { report: CheckReport }) {
  const here = acceptedHere.value.filter((one) => made.gaps.some((gap) => same(gap, one.gap)));
  const gaps = made.gaps.filter((gap) => !here.some((one) => same(gap, one.gap)));
  const report = { ...made, gaps, accepted: [...made.accepted, ...here], complete: made.complete || gaps.length === 0 };
  const examined = report.guards.reduce((sum, g) => sum + g.examined, 0);
  return (
    <>
      <p class="lead">
        <Mark state={report.complete ? 'fresh' : 'failed'} /> {report.complete ? 'Complete: no gap' : plural(report.gaps.length, 'gap')}.
        <span class="quiet"> {plural(new Set(report.guards.map((g) => g.guard)).size, 'check')} on {count(examined)} items in {seconds(report.seconds)}</span>
      </p>
      {report.gaps.length > 0 && <section><h2>Gaps</h2><ul class="gaps">{report.gaps.map((gap) => <OneGap key={`${gap.guard} ${gap.season} ${gap.table} ${gap.first_date} ${gap.subject}`} gap={gap} />)}</ul></section>}
      {report.left_out.length > 0 && <section><h2>Not checked</h2><ul class="plain-list">{report.left_out.map((l) => <li><strong>{l.name}</strong> <Coded text={l.because} /></li>)}</ul></section>}
      {report.files.vanished.length > 0 && <section><h2>Files that are gone</h2><p class="quiet">Their rows stay until the file is back, or forgotten.</p><ul class="plain-list">{report.files.vanished.map((path) => <li>{path} <Command verb="forget" request={{ path }} /></li>)}</ul></section>}
      {report.absent.length > 0 && <section><h2>Feeds without files</h2><ul class="plain-list">{report.absent.map((a) => <li>{a.feeds}{a.season && ` of ${a.season}`}: <a href={tableLink(a.table)}>{a.table}</a> is empty</li>)}</ul></section>}
      {report.accepted.length > 0 && <section><h2>Accepted</h2><ul class="plain-list">{report.accepted.map((a) => <li><strong>{a.gap.subject || a.gap.first_date}</strong> <Coded text={a.gap.what} /> <span class="quiet">{a.gap.guard}, {a.gap.season}</span><br /><span class="quiet">Accepted: {a.reason}</span></li>)}</ul></section>}
      {report.unused.length > 0 && <section><h2>Accepted, but no gap any more</h2><ul class="plain-list">{report.unused.map((u) => <li>{u.guard} {u.subject}: {u.reason} <span class="quiet">{u.place}</span></li>)}</ul></section>}
      <section>
        <h2>Coverage</h2>
        <div class="scroll" tabIndex={0} role="region" aria-label="Coverage">
          <table class="plain">
            <thead><tr><th scope="col">season</th><th scope="col">table</th><th scope="col" class="number">there</th><th scope="col" class="number">due</th><th scope="col">unit</th><th scope="col">remark</th></tr></thead>
            <tbody>{report.tables.map((t) => <tr class={t.present < t.expected ? 'short' : ''}><td class="season">{t.season}</td><td><a href={tableLink(t.table)}>{t.table}</a></td><td class="number">{count(t.present)}</td><td class="number">{count(t.expected)}</td><td>{t.unit}</td><td class="wide quiet"><Coded text={t.remark} /></td></tr>)}</tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function OneGap({ gap }: { gap: Gap }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  // What [accepted] can name: a game, or a single date.
  const subject = gap.subject || (gap.dates === 1 && gap.first_date) || '';
  const game = gap.subject.match(/^\d{10}\b/)?.[0];
  const request = { guard: gap.guard, subject, reason };
  const accept = async (event: Event) => {
    event.preventDefault();
    try {
      await ask('accept', request);
      acceptedHere.value = [...acceptedHere.value, { gap, reason }];
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  const command = gap.fix.startsWith('backcourt ');
  return (
    <li>
      <p><Mark state="failed" /> <strong><Coded text={gap.what} /></strong></p>
      <p class="quiet">{gap.guard} · {gap.first_date && cells.value?.byName.has(gap.table) ? <a href={cellLink(gap.table, gap.first_date)}>{gap.table} {gap.first_date}</a> : `${gap.table} ${gap.first_date ?? ''}`}
        {gap.last_date && gap.last_date !== gap.first_date && ` to ${gap.last_date}, ${plural(gap.dates, 'date')}`}
        {gap.subject && <> · {game ? <a href={`/game/${game}`}>game {gap.subject}</a> : gap.subject}</>}</p>
      {gap.fix && <p>{command ? <Command line={gap.fix} /> : <Coded text={gap.fix} />}</p>}
      {subject && !open && <button type="button" class="small" onClick={() => setOpen(true)}>Accept with a reason…</button>}
      {open && (
        <form class="accept" onSubmit={accept}>
          <label>Why it stays <input type="text" required value={reason} onInput={(e) => setReason(e.currentTarget.value)} size={48} autofocus /></label>
          <button type="submit" class="main" disabled={!reason.trim()}>Accept</button>
          <button type="button" class="small" onClick={() => setOpen(false)}>Cancel</button>
          <Command verb="accept" request={request} />
        </form>
      )}
      {failure && <Problem failure={failure} />}
    </li>
  );
}
