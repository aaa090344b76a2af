// Half a court in true dimensions, feet from the hoop; zones coloured by the difference to the league.

import { useLocation } from 'preact-iso/router';
import { percent } from '../words';

export type Zone = 'paint' | 'mid_range' | 'three' | 'restricted_area' | 'paint_non_ra' | 'mid' | 'corner_3' | 'above_break_3';
export interface ZoneShots { zone: Zone; makes: number; attempts: number; league: number | null }
export interface Place { x: number; y: number; made: boolean }

export const zoneNames: Record<Zone, string> = {
  paint: 'within 8 ft', mid_range: 'other twos', three: 'threes', restricted_area: 'restricted area', paint_non_ra: 'rest of the paint',
  mid: 'mid-range', corner_3: 'corner threes', above_break_3: 'threes above the break',
};

// Baseline 5.25 ft behind the hoop, half-court line 47 ft from the baseline, sidelines at 25 ft.
const base = -5.25, half = 41.75, side = 25;
const corner = 22, arc = 23.75, breakY = Math.sqrt(arc * arc - corner * corner); // 8.95 ft: where the arc meets the corner line
const circle = (r: number) => `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`;
const inside = `M${-corner} ${base}V${breakY}A${arc} ${arc} 0 0 0 ${corner} ${breakY}V${base}Z`;
// The 8 ft around the hoop, as far as the floor goes.
const near = `M-${Math.sqrt(64 - base * base)} ${base}A8 8 0 1 0 ${Math.sqrt(64 - base * base)} ${base}Z`;
const lane = `M-8 ${base}V13.75H8V${base}Z`;
const rest = `M${-side} ${base}H${side}V${half}H${-side}Z`;
const corners = `M${-side} ${base}H${-corner}V${breakY}H${-side}ZM${side} ${base}H${corner}V${breakY}H${side}Z`;
// By what lies on top, from below.
const areas: Record<Zone, string> = {
  three: rest, above_break_3: rest, corner_3: corners, mid_range: inside, mid: inside, paint_non_ra: lane, paint: near, restricted_area: circle(4),
};
const labelAt: Record<Zone, [number, number]> = {
  paint: [0, 1], mid_range: [0, 15.5], three: [0, 29], restricted_area: [0, -0.4], paint_non_ra: [0, 9.5], mid: [-14.5, 8], corner_3: [-20.3, -2.6], above_break_3: [0, 29],
};

/** Blue is below the league, orange above; `range` points of percentage are the end of the scale. */
function fill(zone: ZoneShots, range: number): { tone: string; strength: number } {
  if (!zone.attempts || zone.league === null) return { tone: 'none', strength: 0 };
  const difference = zone.makes / zone.attempts - zone.league;
  return { tone: difference >= 0 ? 'above' : 'below', strength: Math.min(1, (100 * Math.abs(difference)) / range) };
}

const describe = (z: ZoneShots): string =>
  `${zoneNames[z.zone]}: ${z.makes} of ${z.attempts}, ${percent(z.attempts ? z.makes / z.attempts : null, 1)}${z.league === null ? '' : ` against ${percent(z.league, 1)} of the league`}`;

interface CourtProps { zones: ZoneShots[]; places?: Place[]; label: string; size?: number; range?: number; why?: (zone: Zone) => string }

/** `why`: where the numbers of a zone lead to. */
export function Court({ zones, places = [], label, size = 420, range = 12, why }: CourtProps) {
  const { route } = useLocation();
  const known = new Map(zones.map((z) => [z.zone, z]));
  const order = (Object.keys(areas) as Zone[]).filter((zone) => known.has(zone));
  return (
    <figure class="court">
      <svg viewBox={`${-side - 0.5} ${-half - 0.5 + 8} ${2 * side + 1} ${half - base - 7}`} style={{ maxWidth: `${size}px` }} role={why ? 'group' : 'img'} aria-label={why ? label : `${label}. ${zones.map(describe).join('; ')}`}>
        <g transform="scale(1,-1)">
          {order.map((zone) => {
            const { tone, strength } = fill(known.get(zone)!, range);
            return (
              <g key={zone}><path d={areas[zone]} class="zone-ground" /><path d={areas[zone]} class={`zone ${tone}`} style={{ opacity: strength * 0.75 }}><title>{describe(known.get(zone)!)}</title></path></g>
            );
          })}
          <g class="lines">
            <path d={`M${-side} ${half}V${base}H${side}V${half}`} />
            <path d={`M${-corner} ${base}V${breakY}A${arc} ${arc} 0 0 0 ${corner} ${breakY}V${base}`} />
            <path d={`M-8 ${base}V13.75H8V${base}M-6 ${base}V13.75M6 13.75V${base}`} />
            <path d="M-6 13.75A6 6 0 0 0 6 13.75" />
            <path d="M-4 -1.25V0A4 4 0 0 0 4 0V-1.25" />
            <path d="M-3 -1.25H3" />
            <circle r="0.75" />
          </g>
          <g class="places">
            {places.filter((p) => p.y <= half - 8).map((p) => (p.made
              ? <circle cx={p.x} cy={p.y} r="0.42" class="made" />
              : <path d={`M${p.x - 0.38} ${p.y - 0.38}l.76 .76m0 -.76l-.76 .76`} class="missed" />))}
          </g>
        </g>
        <g class="zone-labels">
          {order.map((zone) => {
            const z = known.get(zone)!, [x, y] = labelAt[zone];
            const small = zone === 'restricted_area' || zone === 'corner_3';
            const numbers = (
              <>
                <text x={x} y={-y} text-anchor="middle">{percent(z.attempts ? z.makes / z.attempts : null)}</text>
                <text x={x} y={-y + (small ? 1.3 : 1.7)} text-anchor="middle" class="of">{z.makes}/{z.attempts}</text>
              </>
            );
            const link = why?.(zone);
            return (
              <g key={zone} class={small ? 'small' : ''}>
                {link ? <a href={link} aria-description={`${describe(z)}; the games`} onClick={(e) => { e.preventDefault(); route(link); }}>{numbers}</a> : numbers}
              </g>
            );
          })}
        </g>
      </svg>
      <figcaption class="scale"><span>−{range}</span><i class="ramp" aria-hidden="true" /><span>+{range}</span> <span class="quiet">points of percentage against the league</span></figcaption>
    </figure>
  );
}

/** The same in words and numbers. */
export function ZoneTable({ zones, why }: { zones: ZoneShots[]; why?: (zone: Zone) => string }) {
  const all = zones.reduce((sum, z) => sum + z.attempts, 0);
  return (
    <table class="plain zones">
      <thead><tr><th scope="col">zone</th><th scope="col" class="number">made</th><th scope="col" class="number">shots</th><th scope="col" class="number">share</th><th scope="col" class="number">%</th><th scope="col" class="number">league</th><th scope="col" class="number">+/−</th></tr></thead>
      <tbody>{zones.map((z) => {
        const own = z.attempts ? z.makes / z.attempts : null;
        return <tr><th scope="row">{zoneNames[z.zone]}</th>{[z.makes, z.attempts].map((n) => <td class="number">{why ? <a class="plain" href={why(z.zone)} title="the games that it is the sum of">{n}</a> : n}</td>)}<td class="number">{percent(all ? z.attempts / all : null)}</td><td class="number">{percent(own, 1)}</td><td class="number">{percent(z.league, 1)}</td>
          <td class="number">{own !== null && z.league !== null ? `${own >= z.league ? '+' : '−'}${Math.abs((own - z.league) * 100).toFixed(1)}` : '–'}</td></tr>;
      })}</tbody>
    </table>
  );
}
