// Reading the files that have changed.

import { useState } from 'preact/hooks';
import { Failure } from './server';
import { activities, begin } from './store';
import { Command, Problem } from './parts';
import { Progress } from './work';

export function Load() {
  const [started, setStarted] = useState<string | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = async () => {
    setFailure(null);
    try {
      setStarted((await begin('load', {})).activity);
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure('internal', String(error), ''));
    }
  };
  const now = started ? activities.value.get(started) : undefined;
  return (
    <>
      <button type="button" onClick={load}>Load what changed</button>
      <Command verb="load" request={{}} />
      {failure && <Problem failure={failure} />}
      {now && <Progress of={now} />}
    </>
  );
}
