// Reading the files that have changed.

import { useState } from 'preact/hooks';
import { asFailure, type Failure, useAsk } from './server';
import { activities, begin, changed, running } from './store';
import { Answer, Command, Problem } from './parts';
import { Progress } from './work';
import { plural } from './words';
import type { Files } from './verbs';

/** A button that begins a long operation, its command line, and how it goes. */
function Begin({ verb, children, main }: { verb: 'load' | 'backfill'; children: string; main?: boolean }) {
  const [started, setStarted] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const act = async () => {
    setFailure(null);
    try {
      setStarted((await begin(verb, {})).activity);
    } catch (error) {
      setFailure(asFailure(error));
    }
  };
  const now = (started ? activities.value.get(started) : undefined) ?? running();
  return (
    <>
      <button type="button" class={main ? 'main' : ''} disabled={now?.state === 'running'} onClick={act}>{children}</button>{' '}
      <Command verb={verb} request={{}} />
      {failure && <Problem failure={failure} />}
      {now && <Progress of={now} />}
    </>
  );
}

export const Load = () => <Begin verb="load">Load what changed</Begin>;

/** Where nothing is loaded yet: what waits, and what reads it. */
export function Unloaded() {
  const asked = useAsk<Files>('files', {}, changed);
  return (
    <Answer of={asked}>{(report) => {
      const waiting = report.feeds.reduce((sum, feed) => sum + feed.files.filter((file) => file.state === 'new' || file.state === 'changed').length, 0);
      return (
        <>
          <p>No game dates yet. {waiting ? <>{plural(waiting, 'file')} below <code>{report.folder}</code> {waiting === 1 ? 'waits' : 'wait'} to be loaded.</>
            : <>No file waits to be loaded: put the schedule and box scores below <code>{report.folder}</code>. <a href="/files">Files</a> lists the names that are looked for.</>}</p>
          <Begin verb="backfill" main>Load and fill</Begin>
        </>
      );
    }}</Answer>
  );
}

/** Where tables are there, but empty: what fills them. */
export function Unfilled({ tables }: { tables: string[] }) {
  return (
    <>
      <p class="quiet">Nothing of {tables.join(', ')} is filled yet. <a href="/season">Season</a> plans and fills; or everything at once:</p>
      <Begin verb="backfill" main>Load and fill</Begin>
    </>
  );
}
