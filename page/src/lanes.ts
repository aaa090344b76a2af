// A run's batches as bars of a timeline.

import type { RunBatch } from './verbs';

export interface Bar extends RunBatch { lane: number; critical: boolean }

/** Lanes: each batch in the first one that is free. The critical path: from the last end back, each time what ended last before it began. */
export function lanesOf(batches: RunBatch[], reads: (table: string) => ReadonlySet<string>): Bar[] {
  const ends: number[] = [];
  const bars = [...batches].sort((a, b) => a.started - b.started).map((batch) => {
    let lane = ends.findIndex((end) => end <= batch.started + 1e-4);
    if (lane < 0) lane = ends.length;
    ends[lane] = batch.started + batch.seconds;
    return { ...batch, lane, critical: false };
  });
  const end = (bar: Bar) => bar.started + bar.seconds;
  let at = bars.reduce<Bar | undefined>((last, bar) => (!last || end(bar) > end(last) ? bar : last), undefined);
  while (at) {
    at.critical = true;
    const now: Bar = at, inputs = reads(now.table);
    at = undefined;
    for (const bar of bars)
      if (!bar.critical && end(bar) <= now.started + 1e-4 && (inputs.has(bar.table) || bar.table === now.table || bar.lane === now.lane) && (!at || end(bar) > end(at))) at = bar;
  }
  return bars;
}
