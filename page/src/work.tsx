// Acting: a plan is shown before anything runs; what runs is followed to its end.

import { useState } from 'preact/hooks';
import { ask, Failure } from './server';
import { activities, begin, type Activity } from './store';
import { Command, Mark, Problem } from './parts';
import { commandLine, count, plural, seconds } from './words';
import { labels, type State } from './states';
import type { Plan } from './verbs';

export interface Selection {
  tables?: string[];
  dates?: string;
  start_date?: string;
  end_date?: string;
  season?: string;
}

const asFailure = (error: unknown): Failure => (error instanceof Failure ? error : new Failure('internal', String(error), ''));

/** Plan, fill or verify what is selected. */
export function Work({ selection, compact }: { selection: Selection; compact?: boolean }) {
  const [plan, setPlan] = useState<{ of: string; plan: Plan } | null>(null);
  const [force, setForce] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [started, setStarted] = useState<{ id: string; joined: boolean } | null>(null);
  const request: Record<string, unknown> = { ...selection, ...(force ? { force: true } : {}) };
  const key = JSON.stringify(request);
  const shown = plan?.of === key ? plan.plan : null;

  const look = async () => {
    setFailure(null);
    try {
      setPlan({ of: key, plan: await ask<Plan>('plan', request) });
    } catch (error) {
      setFailure(asFailure(error));
    }
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
  return (
    <div class={`work${compact ? ' compact' : ''}`}>
      <div class="actions">
        <button type="button" class="main" onClick={look}>Plan</button>
        <button type="button" onClick={() => act('verify', { ...selection })}>Verify</button>
        <label class="check"><input type="checkbox" checked={force} onChange={(e) => setForce(e.currentTarget.checked)} /> also what is fresh</label>
        <Command verb="backfill" request={request} />
      </div>
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
            {Object.entries(plan.counts).map(([state, n]) => <span class="gap"><Mark state={state as State} /> {count(n)} {labels[state as State] ?? state}</span>)}
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

/** How far a long operation is, and how it ended. */
export function Progress({ of, joined }: { of: Activity; joined?: boolean }) {
  if (of.state === 'running')
    return (
      <p class="progress" role="status">
        <Mark state="running" /> {joined && 'Joined what runs already: '}{sentence(of)} <Stop of={of} />
      </p>
    );
  if (of.error && of.state !== 'stopped') return <Problem failure={of.error} />;
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
      <Mark state={bad ? 'failed' : 'fresh'} /> {of.state === 'stopped' ? 'Stopped' : done[of.verb] ?? of.verb}: {parts.filter(Boolean).join(', ') || 'done'}
      {r.seconds !== undefined && ` in ${seconds(r.seconds)}`}. {r.run && <a href={`/runs/${r.run}`}>Run {r.run}</a>}
    </p>
  );
}

export function sentence(of: Activity): string {
  const verb = { backfill: 'filling', verify: 'verifying', load: 'loading', export: 'exporting', forget: 'forgetting', daily: 'doing what is due' }[of.verb] ?? of.verb;
  const parts = [of.doing ? `${of.verb === 'backfill' && !of.doing.startsWith('reading') ? `${verb} ${of.doing}` : of.doing}` : verb];
  if (of.total) parts.push(`${count(of.done)} of ${count(of.total)}`);
  if (of.eta !== null && of.total) parts.push(of.eta < 0.5 ? 'almost done' : `${seconds(of.eta)} left`);
  return parts.join(', ');
}

export function Stop({ of }: { of: Activity }) {
  const [asked, setAsked] = useState(false);
  const stop = () => {
    setAsked(true);
    ask('stop', {}).catch(() => setAsked(false));
  };
  return <button type="button" class="small" disabled={asked} onClick={stop} title={commandLine('stop', {})}>{asked ? `Stopping ${of.verb}…` : 'Stop'}</button>;
}
