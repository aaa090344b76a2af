// Acting: a plan is shown before anything runs; what runs is followed to its end.

import { useState } from 'preact/hooks';
import { ask, asFailure, type Failure } from './server';
import { activities, begin, cells, drawn, running, type Activity } from './store';
import { Command, Mark, Problem } from './parts';
import { commandLine, count, plural, seconds } from './words';
import { stateOf, type State } from './states';
import type { Plan } from './verbs';

export interface Selection {
  tables?: string[];
  dates?: string;
  start_date?: string;
  end_date?: string;
  season?: string;
}

/** Plan, fill or verify what is selected. */
export function Work({ selection, compact }: { selection: Selection; compact?: boolean }) {
  const [plan, setPlan] = useState<{ of: string; plan: Plan } | null>(null);
  const [force, setForce] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [started, setStarted] = useState<{ id: string; joined: boolean } | null>(null);
  const [planning, setPlanning] = useState('');
  const request: Record<string, unknown> = { ...selection, ...(force ? { force: true } : {}) };
  const key = JSON.stringify(request);
  const shown = plan?.of === key ? plan.plan : null;

  const look = async () => {
    setFailure(null);
    setPlanning(key);
    try {
      setPlan({ of: key, plan: await ask<Plan>('plan', request) });
    } catch (error) {
      setFailure(asFailure(error));
    }
    setPlanning('');
  };
  const act = async (verb: string, what: Record<string, unknown>) => {
    setFailure(null);
    try {
      const answer = await begin(verb, what);
      setStarted({ id: answer.activity, joined: answer.joined });
      setPlan(null);
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  const now = started && activities.value.get(started.id);
  const other = running();
  return (
    <div class={`work${compact ? ' compact' : ''}`}>
      <div class="actions">
        <button type="button" class="main" disabled={planning === key} onClick={look}>Plan</button>
        <button type="button" onClick={() => act('verify', { ...selection })}>Verify</button>
        <label class="check"><input type="checkbox" checked={force} onChange={(e) => setForce(e.currentTarget.checked)} /> also what is fresh</label>
        <Command verb="backfill" request={request} />
      </div>
      {planning === key && <p class="quiet" role="status">Planning…</p>}
      {other?.verb === 'backfill' && other !== now && (
        <p><Mark state="running" /> A fill runs already. <button type="button" class="small" onClick={() => setStarted({ id: other.id, joined: true })}>Join it</button></p>
      )}
      {failure && <Problem failure={failure} />}
      {shown && <PlanSummary plan={shown} onFill={() => act('backfill', request)} />}
      {now && <Progress of={now} joined={started.joined} />}
    </div>
  );
}

export function PlanSummary({ plan, onFill }: { plan: Plan; onFill: () => void }) {
  const tables = new Map<string, { cells: number; seconds: number; first: string; last: string }>();
  for (const b of plan.batches) {
    const one = tables.get(b.table) ?? { cells: 0, seconds: 0, first: b.cells[0]?.date ?? '', last: '' };
    one.cells += b.cells.length;
    one.seconds += b.expected_seconds;
    one.last = b.cells.at(-1)?.date ?? one.last;
    tables.set(b.table, one);
  }
  const expected = [...tables.values()].reduce((sum, one) => sum + one.seconds, 0);
  const files = plan.files;
  const fileChanges = files.fresh.length + files.changed.length;
  return (
    <div class="plan">
      {plan.cells === 0 ? (
        <p>Nothing to fill: every chosen cell is up to date.{fileChanges > 0 && ` ${plural(fileChanges, 'file')} changed since the last load; a fill reads them first.`}
          {fileChanges > 0 && <button type="button" class="main" onClick={onFill}>Load and fill</button>}</p>
      ) : (
        <>
          <p>
            <button type="button" class="main" onClick={onFill}>Fill {plural(plan.cells, 'cell')}</button>{' '}
            {Object.entries(plan.counts).map(([state, n]) => <span class="gap"><Mark state={stateOf(state)} /> {count(n)} {state}</span>)}
            {expected > 0 && <span class="quiet">about {seconds(expected)} of work</span>}
            {fileChanges > 0 && <span class="quiet"> · {plural(fileChanges, 'file')} changed since the last load: they are read first</span>}
          </p>
          <div class="scroll" tabIndex={0} role="region" aria-label="Plan by table"><table class="plain">
            <thead><tr><th scope="col">table</th><th scope="col" class="number">cells</th><th scope="col">from</th><th scope="col">to</th><th scope="col" class="number">expected</th></tr></thead>
            <tbody>{[...tables].map(([name, one]) => (
              <tr><td>{name}</td><td class="number">{count(one.cells)}</td><td>{one.first}</td><td>{one.last}</td><td class="number">{one.seconds ? seconds(one.seconds) : '–'}</td></tr>
            ))}</tbody>
          </table></div>
        </>
      )}
    </div>
  );
}

const done: Record<string, string> = { backfill: 'Filled', verify: 'Verified', load: 'Loaded', export: 'Exported', forget: 'Forgotten' };

// How a run ended, in the words that the ledger has for it.
const outcomes: Record<string, State> = { done: 'fresh', failed: 'failed', blocked: 'blocked', stopped: 'missing', interrupted: 'missing', running: 'running', died: 'failed' };
export const OutcomeMark = ({ of }: { of: string }) => <Mark state={outcomes[of] ?? 'waiting'} named={of} />;

/** Tries all failed cells again: one fill of their tables and dates. */
export function RetryFailed() {
  drawn.value;
  const [started, setStarted] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const failed = cells.value?.failed() ?? [];
  const now = started ? activities.value.get(started) : undefined;
  if (!failed.length && !now && !failure) return null;
  const request = { tables: [...new Set(failed.map((one) => one.table))], dates: [...new Set(failed.map((one) => one.date))].sort().join(',') };
  const retry = async () => {
    setFailure(null);
    try {
      setStarted((await begin('backfill', request)).activity);
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  return (
    <>
      {failed.length > 0 && <div class="actions"><button type="button" class="main" disabled={now?.state === 'running'} onClick={retry}>Retry {plural(failed.length, 'failed cell')}</button><Command verb="backfill" request={request} /></div>}
      {failure && <Problem failure={failure} />}
      {now && <Progress of={now} />}
    </>
  );
}

/** How far a long operation is, and how it ended. */
export function Progress({ of, joined }: { of: Activity; joined?: boolean }) {
  if (of.state === 'running')
    return (
      <p class="progress" role="status">
        <Mark state="running" /> {joined && 'Joined what runs already: '}{sentence(of)} <Stop of={of} />
      </p>
    );
  if (of.state === 'interrupted')
    return <p class="progress" role="status"><OutcomeMark of="interrupted" />: the server ended while it was {sentence({ ...of, total: 0 })}. What was filled stays; plan again to fill the rest.</p>;
  if (of.error && of.state !== 'stopped') return <Problem failure={of.error} />;
  if (of.error)
    return <p class="progress" role="status">{of.verb === 'backfill' ? <><OutcomeMark of="interrupted" />: what was filled stays; plan again to fill the rest.</> : <Mark state="missing" named={of.error.message} />}</p>;
  const r = of.report ?? {};
  const bad = (r.failed ?? 0) + (r.blocked ?? 0) + (r.mismatching_cells ?? 0);
  const parts =
    of.verb === 'verify'
      ? [`${plural(r.cells ?? 0, 'cell')} replayed`, r.mismatching_cells ? `${plural(r.mismatching_cells, 'cell')} differ` : 'all as stored']
      : of.verb === 'backfill'
        ? [plural(r.filled ?? 0, 'cell'), r.kept && `${count(r.kept)} kept`, r.failed && `${count(r.failed)} failed`, r.blocked && `${count(r.blocked)} blocked`, r.not_tried && `${count(r.not_tried)} not tried`, r.rows && plural(r.rows, 'row')]
        : [];
  return (
    <p class="progress" role="status">
      {of.state === 'stopped' ? <OutcomeMark of={r.outcome === 'interrupted' ? r.outcome : 'stopped'} /> : <Mark state={bad ? 'failed' : 'fresh'} named={done[of.verb] ?? of.verb} />}: {parts.filter(Boolean).join(', ') || 'done'}
      {r.seconds !== undefined && ` in ${seconds(r.seconds)}`}. {r.run && <a href={`/runs/${r.run}`}>Run {r.run}</a>}
    </p>
  );
}

export function sentence(of: Activity): string {
  const verb = { backfill: 'filling', verify: 'verifying', load: 'loading', export: 'exporting', forget: 'forgetting', daily: 'doing what is due' }[of.verb] ?? of.verb;
  const parts = [of.doing ? (/^\w+ing /.test(of.doing) ? of.doing : `${verb} ${of.doing}`) : verb];
  if (of.total) parts.push(`${count(of.done)} of ${count(of.total)}`);
  if (of.eta !== null && of.total) parts.push(of.eta < 0.5 ? 'almost done' : `${seconds(of.eta)} left`);
  return parts.join(', ');
}

export function Stop({ of }: { of: Activity }) {
  const [asked, setAsked] = useState(false);
  const [failure, setFailure] = useState('');
  const stop = () => {
    setAsked(true);
    setFailure('');
    ask('stop', {}).catch((error) => {
      setAsked(false);
      setFailure(asFailure(error).message);
    });
  };
  return <>{failure && <span class="red" role="alert">It was not stopped: {failure} </span>}<button type="button" class="small" disabled={asked} onClick={stop} title={commandLine('stop', {})}>{asked ? `Stopping ${of.verb}…` : 'Stop'}</button></>;
}
