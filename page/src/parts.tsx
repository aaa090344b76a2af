// Small things that several views show.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { shape, labels, type State } from './states';
import type { Asked, Failure } from './server';
import { commandLine } from './words';

/** The shape of a state, as parts of an SVG. */
export function Strokes({ state, w, h }: { state: State; w: number; h: number }) {
  return (
    <>
      {shape(state, w, h).map((one) => (
        <path d={one.path} class={one.faint ? 'pulse' : ''} fill={one.line ? 'none' : 'currentColor'} stroke={one.line ? 'currentColor' : 'none'} stroke-width={one.line} />
      ))}
    </>
  );
}

/** A state as a small picture, with its name for those who cannot see it, or beside it. */
export function Mark({ state, named, size = 11 }: { state: State; named?: boolean; size?: number }) {
  if (!(state in labels)) return null;
  const w = Math.round(size * 0.82);
  return (
    <span class="mark">
      <svg width={w + 2} height={size + 2} viewBox={`-1 -1 ${w + 2} ${size + 2}`} class={`state-${state}`} role={named ? undefined : 'img'}
        aria-label={named ? undefined : labels[state]} aria-hidden={named ? true : undefined}>
        <Strokes state={state} w={w} h={size} />
      </svg>
      {named && labels[state]}
    </span>
  );
}

export function Problem({ failure, children }: { failure: Failure | { message: string; hint?: string }; children?: ComponentChildren }) {
  return (
    <div class="problem" role="alert">
      <p><Mark state="failed" /> {failure.message}</p>
      {failure.hint && <p class="hint">{failure.hint}</p>}
      {children}
    </div>
  );
}

/** What a verb answered: its error, or what is made of its report. Nothing flickers while it is asked anew. */
export function Answer<Report>({ of, children }: { of: Asked<Report>; children: (report: Report) => ComponentChildren }) {
  if (of.error) return <Problem failure={of.error} />;
  if (of.value === undefined) return <Waiting />;
  return <>{children(of.value)}</>;
}

// Says that something is read, but only where it takes long enough to be seen.
export function Waiting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 400);
    return () => clearTimeout(timer);
  }, []);
  return <p class="quiet" role="status">{late ? 'Reading…' : '\u00a0'}</p>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="quiet">{children}</p>;
}

export function Copy({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return <button type="button" class="small" onClick={copy}>{done ? 'Copied' : label}</button>;
}

/** The command line that does what a button does. */
export function Command({ verb, request, line }: { verb?: string; request?: Record<string, unknown>; line?: string }) {
  const text = line ?? commandLine(verb!, request!);
  return <span class="command"><code tabIndex={0}>{text}</code><Copy text={text} /></span>;
}

/** A heading with facts beside it. */
export function Head({ title, children, level = 1 }: { title: ComponentChildren; children?: ComponentChildren; level?: 1 | 2 }) {
  const Tag = level === 1 ? 'h1' : 'h2';
  return <div class="head"><Tag>{title}</Tag>{children && <div class="facts">{children}</div>}</div>;
}

export function Facts({ of }: { of: Array<[string, ComponentChildren] | false | 0 | '' | null | undefined> }) {
  return (
    <dl class="facts-list">
      {of.map((fact) => fact && <div><dt>{fact[0]}</dt><dd>{fact[1]}</dd></div>)}
    </dl>
  );
}

/** How wide an element is, told again when that changes. */
export function useWidth<E extends HTMLElement>(): [(element: E | null) => void, number] {
  const [width, setWidth] = useState(0);
  const observer = useRef<ResizeObserver | null>(null);
  const element = useRef<E | null>(null);
  const attach = useRef((next: E | null) => {
    if (next === element.current) return;
    observer.current?.disconnect();
    element.current = next;
    if (!next) return;
    observer.current = new ResizeObserver(() => setWidth(next.clientWidth));
    observer.current.observe(next);
    setWidth(next.clientWidth);
  });
  return [attach.current, width];
}

export const cellLink = (table: string, date: string): string => `/cell/${table}/${date}`;
export const tableLink = (table: string): string => `/table/${table}`;
