// Small things that several views show.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { classOf, shape, type State } from './states';
import type { Asked, Failure } from './server';
import { commandLine, isDate } from './words';
import type { LeftOut } from './verbs';

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

/** A state as a small picture, with its name, or another one, for those who cannot see it, or beside it. */
export function Mark({ state, named, size = 11 }: { state: State; named?: boolean | string; size?: number }) {
  const w = Math.round(size * 0.82);
  return (
    <span class="mark">
      <svg width={w + 2} height={size + 2} viewBox={`-1 -1 ${w + 2} ${size + 2}`} class={classOf(state)} role={named ? undefined : 'img'}
        aria-label={named ? undefined : state} aria-hidden={named ? true : undefined}>
        <Strokes state={state} w={w} h={size} />
      </svg>
      {named === true ? state : named}
    </span>
  );
}

export function Problem({ failure, children }: { failure: Failure | { message: string; hint?: string }; children?: ComponentChildren }) {
  return (
    <div class="problem" role="alert">
      <p><Mark state="failed" /> <Coded text={failure.message} /></p>
      {failure.hint && <p class="hint"><Coded text={failure.hint} /></p>}
      {children}
    </div>
  );
}

/** The first line says what is wrong; those below it are the rows, as a table where all are name=value. */
export function WhatFailed({ message }: { message: string }) {
  const [what, ...rest] = message.split('\n').map((line) => line.trim()).filter(Boolean);
  const rows = rest.map((line) => [...line.matchAll(/([A-Za-z_]\w*)=(.*?)(?=\s+[A-Za-z_]\w*=|$)/g)].map(([, name, value]) => [name!, value!] as const));
  const names = [...new Set(rows.flatMap((row) => row.map(([name]) => name)))];
  const table = rest.length > 0 && rest.every((line, i) => line === rows[i]!.map(([name, value]) => `${name}=${value}`).join(' '));
  return (
    <>
      <p><Mark state="failed" /> <Coded text={what ?? ''} /></p>
      {table ? (
        <div class="scroll" tabIndex={0} role="region" aria-label="Failing rows">
          <table class="plain">
            <thead><tr>{names.map((name) => <th scope="col">{name}</th>)}</tr></thead>
            <tbody>{rows.map((row) => <tr>{names.map((name) => <td class="nowrap">{row.find((one) => one[0] === name)?.[1]}</td>)}</tr>)}</tbody>
          </table>
        </div>
      ) : rest.length > 0 && <pre class="message" tabIndex={0} aria-label="What was said">{rest.join('\n')}</pre>}
    </>
  );
}

/** A text whose `code` is shown as such. */
export const Coded = ({ text }: { text: string }) => <>{text.split(/`([^`\n]+)`/).map((part, i) => (i % 2 ? <code>{part}</code> : part))}</>;

/** A date in ISO's order, whatever the language of the browser. */
export function DateInput({ value, change }: { value: string; change: (date: string) => void }) {
  return <input type="text" class="date" inputMode="numeric" size={10} pattern="\d{4}-\d\d-\d\d" placeholder="2022-01-14" title="a date, as 2022-01-14" value={value}
    onChange={(e) => { const now = e.currentTarget; now.setCustomValidity(isDate(now.value) ? '' : 'A date is written as 2022-01-14.'); if (now.reportValidity()) change(now.value); }} />;
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

/** What an address names that is not there. */
export function Nowhere({ title, children }: { title: string; children: ComponentChildren }) {
  return <><h1>{title}</h1><Empty>{children}</Empty></>;
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
/** Whether its own file is broken, not one that it reads. */
export const isBroken = (one: LeftOut): boolean => !one.because.startsWith('it reads ');
export const tableLink = (table: string): string => `/table/${table}`;
