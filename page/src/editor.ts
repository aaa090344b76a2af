// The SQL editor, loaded only where it is shown. It lives in a shadow root: its styles are adopted sheets
// there, which a content security policy without inline style allows.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { DictionaryReport } from './verbs';

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-text)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--quiet)', fontStyle: 'italic' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--field)', fontSize: '13px', border: '1px solid var(--line)', borderRadius: '3px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-content': { fontFamily: 'var(--mono)', padding: '8px 2px', minHeight: '150px', caretColor: 'var(--ink)' },
  '.cm-scroller': { maxHeight: '45vh', overflow: 'auto' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--selected)' },
  '.cm-tooltip': { background: 'var(--ground)', border: '1px solid var(--line)', color: 'var(--ink)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent)', color: 'var(--ground)' },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '360px', padding: '4px 8px', fontFamily: 'system-ui, sans-serif', fontSize: '12px' },
  '.cm-completionDetail': { fontStyle: 'normal', opacity: '0.7' },
  '.cm-placeholder': { color: 'var(--quiet)' },
});

// Tables, and the columns of those that the text names, with their meanings.
function complete(dictionary: () => DictionaryReport | null) {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w.]*/);
    const tables = dictionary()?.tables ?? [];
    if (!word || (word.from === word.to && !context.explicit)) return null;
    const text = context.state.doc.toString().toLowerCase();
    const named = tables.filter((t) => new RegExp(`\\b${t.table}\\b`).test(text));
    const dot = word.text.lastIndexOf('.');
    const columns = (of: typeof tables) => {
      const seen = new Set<string>();
      return of.flatMap((t) => t.columns.filter((c) => !seen.has(c.name) && seen.add(c.name)).map((c) => ({ label: c.name, type: 'property', detail: ` ${t.table}`, info: c.about, boost: 1 })));
    };
    if (dot >= 0) {
      const owner = word.text.slice(0, dot).toLowerCase();
      const alias = text.match(new RegExp(`\\b(\\w+)\\s+(?:as\\s+)?${owner}\\b`))?.[1];
      const of = tables.filter((t) => t.table === owner || t.table === alias);
      return { from: word.from + dot + 1, options: columns(of.length ? of : named), validFor: /^\w*$/ };
    }
    return { from: word.from, options: [...columns(named), ...tables.map((t) => ({ label: t.table, type: 'class', info: t.about }))], validFor: /^\w*$/ };
  };
}

// Text over a selection: left to the browser, it would take on the colours of what it replaces, in an attribute that the policy forbids.
const overSelection = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { from, to, empty } = view.state.selection.main, text = event.data;
    if (event.inputType !== 'insertText' || event.isComposing || empty || !text) return false;
    const typed = () => view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true });
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, typed))) view.dispatch(typed());
    event.preventDefault();
    return true;
  },
});

export function makeEditor(host: HTMLElement, text: string, on: { change: (text: string) => void; run: () => void; dictionary: () => DictionaryReport | null }): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const language = sql({ dialect: PostgreSQL, upperCaseKeywords: true });
  return new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(), drawSelection(), bracketMatching(), closeBrackets(), language, syntaxHighlighting(colours), look, placeholder('SELECT …'),
        PostgreSQL.language.data.of({ autocomplete: complete(on.dictionary) }),
        autocompletion({ icons: false }), EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'SQL', spellcheck: 'false' }), overSelection,
        keymap.of([{ key: 'Mod-Enter', run: () => (on.run(), true) }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.updateListener.of((update) => update.docChanged && on.change(update.state.doc.toString())),
      ],
    }),
  });
}
