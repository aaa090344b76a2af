// The states of a cell: colour and shape, said once for canvas and SVG. No state is told by its colour alone.

/** As the API names them; `unknown` is what a newer server may say. */
export const states = ['fresh', 'unproved', 'stale', 'may change', 'missing', 'running', 'partial', 'waiting', 'empty',
  'blocked', 'failed', 'not due', 'unknown'] as const;
export type State = (typeof states)[number];

/** The state of a name: a raw cell that is loaded is fresh; one that this page does not know is seen as such, never as nothing. */
export const stateOf = (name: string): State => (name === 'loaded' ? 'fresh' : (states as readonly string[]).includes(name) ? (name as State) : 'unknown');

/** In words, for people. */
export const meaning: Record<State, string> = {
  fresh: 'filled, and true to its inputs',
  unproved: 'filled by a text that has not passed its proof yet; other dates of it are still to be filled',
  stale: 'an input or the model has changed since',
  'may change': 'an input is to be filled again; this is filled again only if that comes out different',
  missing: 'not filled yet',
  running: 'being filled now',
  partial: 'filled without the boxes of some final games',
  waiting: 'games of the date have no result yet',
  empty: 'filled; no row is due',
  blocked: 'an input is failed, missing or blocked',
  failed: 'the last try failed',
  'not due': 'a date to come',
  unknown: 'a state that this page does not know: reload it',
};

/** Its class in the style sheet. */
export const classOf = (state: State): string => `state-${state.replace(' ', '-')}`;

/** The worst first: what a group of cells is shown as. */
export const worst: State[] = ['failed', 'unknown', 'blocked', 'stale', 'running', 'missing', 'may change', 'partial', 'waiting', 'unproved', 'fresh', 'empty', 'not due'];

/** States in which nothing is left to do. */
export const settled: ReadonlySet<State> = new Set<State>(['fresh', 'unproved', 'empty', 'partial']);

// Okabe and Ito's colours, the greys by theme.
const okabeIto = { green: '#009E73', orange: '#E69F00', sky: '#56B4E9', blue: '#0072B2', vermilion: '#D55E00', purple: '#CC79A7' };
export const colours: Record<'light' | 'dark', Record<State, string>> = {
  light: {
    fresh: okabeIto.green, unproved: okabeIto.green, stale: okabeIto.orange, 'may change': okabeIto.orange, missing: '#85898f', running: okabeIto.blue,
    partial: okabeIto.purple, waiting: okabeIto.blue, empty: okabeIto.green, blocked: '#6b6f76',
    failed: okabeIto.vermilion, 'not due': 'transparent', unknown: okabeIto.vermilion,
  },
  dark: {
    fresh: okabeIto.green, unproved: okabeIto.green, stale: okabeIto.orange, 'may change': okabeIto.orange, missing: '#7d838c', running: okabeIto.sky,
    partial: okabeIto.purple, waiting: okabeIto.sky, empty: okabeIto.green, blocked: '#9aa0a8',
    failed: okabeIto.vermilion, 'not due': 'transparent', unknown: okabeIto.vermilion,
  },
};

export interface Stroke {
  path: string;
  line?: number; // a stroke of this width; else filled
  faint?: boolean; // pulses while it runs
}

const box = (x: number, y: number, w: number, h: number) => `M${x} ${y}h${w}v${h}h${-w}Z`;
const outline = (w: number, h: number): Stroke => ({ path: box(0.5, 0.5, w - 1, h - 1), line: 1 });

/** The shape of a state in a box of w × h. */
export function shape(state: State, w: number, h: number): Stroke[] {
  const middle = Math.round(h / 2);
  switch (state) {
    case 'fresh':
      return [{ path: box(0, 0, w, h) }];
    case 'unproved': {
      const gap = w >= 5 ? 2 : 1, core = w >= 5 ? h - 4 : Math.round(h / 3);
      return [outline(w, h), { path: box(gap, Math.round((h - core) / 2), w - 2 * gap, core) }];
    }
    case 'stale': {
      const slope = Math.min(w, h / 2) / 2, cut = h >= 11 ? 1.1 : 0.8;
      return [
        { path: `M0 0H${w}V${middle - slope - cut}L0 ${middle + slope - cut}Z` },
        { path: `M${w} ${h}H0V${middle + slope + cut}L${w} ${middle - slope + cut}Z` },
      ];
    }
    case 'may change':
      return [outline(w, h), { path: `M${w - 0.5} 0.5L0.5 ${h - 0.5}`, line: h >= 11 ? 1.6 : 1.2 }];
    case 'missing':
      return [outline(w, h)];
    case 'running':
      return [outline(w, h), { path: box(0, 0, w, 3) + box(0, h - 3, w, 3) }, { path: box(0, 0, w, h), faint: true }];
    case 'partial':
      return [outline(w, h), { path: box(0, middle, w, h - middle) }];
    case 'waiting': {
      const dots: string[] = [];
      for (let y = 0; y < h; y += 2) dots.push(box(0, y, 1, 1), box(w - 1, y, 1, 1));
      for (let x = 2; x < w - 1; x += 2) dots.push(box(x, 0, 1, 1), box(x, h - 1, 1, 1));
      return [{ path: dots.join('') }];
    }
    case 'empty': {
      const r = Math.min(w, h) / 2 - (w > 6 ? w / 5 : 0);
      return [{ path: `M${w / 2 - r} ${h / 2}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z` }];
    }
    case 'blocked': {
      const width = Math.max(1, Math.round(w / 4));
      return [{ path: box(Math.floor((w - width) / 2), 0, width, h) }];
    }
    case 'failed': {
      // In a narrow box the arms reach into the gaps beside it, so that they stay apart.
      const out = w < 7 ? 1 : 0;
      return [{ path: `M${-out} 1L${w + out} ${h - 1}M${w + out} 1L${-out} ${h - 1}`, line: 2 }];
    }
    case 'unknown':
      return [{ path: box(0, 0, w, 3) + box(0, middle - 1, w, 3) + box(0, h - 3, w, 3) }];
    case 'not due':
      return [];
  }
}

/** Draws on a canvas; remembers what it has drawn, as copying is quicker than drawing. */
export class Sprites {
  private readonly made = new Map<number, HTMLCanvasElement>();
  constructor(readonly w: number, readonly h: number, readonly scale: number, readonly palette: Record<State, string>) {}

  /** `joined`: so many pixels to its neighbour on the right, which a fresh cell fills faintly: all being well is one calm band. */
  draw(context: CanvasRenderingContext2D, state: State, x: number, y: number, pulse = 0.35, joined = 0): void {
    if (state === 'not due') return;
    const level = state === 'running' ? Math.round(pulse * 8) : 0;
    const gap = state === 'fresh' ? joined : 0;
    const key = level + gap * 16 + states.indexOf(state) * 256;
    let sprite = this.made.get(key);
    if (!sprite) {
      sprite = document.createElement('canvas');
      sprite.width = Math.ceil((this.w + 2 + gap) * this.scale);
      sprite.height = Math.ceil((this.h + 2) * this.scale);
      const pen = sprite.getContext('2d')!;
      pen.scale(this.scale, this.scale);
      pen.translate(1, 1);
      pen.fillStyle = pen.strokeStyle = this.palette[state];
      for (const stroke of shape(state, this.w, this.h)) {
        const path = new Path2D(stroke.path);
        pen.globalAlpha = stroke.faint ? level / 8 : 1;
        if (stroke.line) {
          pen.lineWidth = stroke.line;
          pen.stroke(path);
        } else {
          pen.fill(path);
        }
      }
      if (gap) {
        pen.globalAlpha = 0.62;
        pen.fillRect(this.w, 0, gap, this.h);
      }
      this.made.set(key, sprite);
    }
    context.drawImage(sprite, x - 1, y - 1, sprite.width / this.scale, sprite.height / this.scale);
  }
}
