// A line of a few numbers: the last games, oldest on the left.

import { line } from 'd3-shape';
import { scaleLinear } from 'd3-scale';
import { show } from '../words';

export function Spark({ values, label, width = 96, height = 20 }: { values: Array<number | null>; label: string; width?: number; height?: number }) {
  const known = values.filter((v): v is number => v !== null);
  if (known.length < 2) return null;
  const x = scaleLinear([0, values.length - 1], [3, width - 3]);
  const y = scaleLinear([Math.min(...known), Math.max(...known)], [height - 3, 3]);
  const path = line<number | null>().defined((v) => v !== null).x((_, i) => x(i)).y((v) => (known[0] === known.at(-1) && new Set(known).size === 1 ? height / 2 : y(v!)));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const last = values.at(-1);
  return (
    <svg class="spark" width={width} height={height} role="img" aria-label={`${label}, oldest first: ${values.map(show).join(', ')}`}>
      <line x1="0" x2={width} y1={y(mean)} y2={y(mean)} />
      <path d={path(values) ?? ''} />
      {last !== null && last !== undefined && <circle cx={x(values.length - 1)} cy={y(last)} r="2" />}
    </svg>
  );
}
