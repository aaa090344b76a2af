// Light or dark: as the system has it, or as a person chose.

import { computed, signal } from '@preact/signals';

const system = matchMedia('(prefers-color-scheme: dark)');
const systemDark = signal(system.matches);
system.addEventListener('change', (event) => (systemDark.value = event.matches));

export type Choice = 'system' | 'light' | 'dark';
const saved = localStorage.getItem('theme');
export const choice = signal<Choice>(saved === 'light' || saved === 'dark' ? saved : 'system');
export const theme = computed<'light' | 'dark'>(() => (choice.value === 'system' ? (systemDark.value ? 'dark' : 'light') : choice.value));
theme.subscribe((now) => (document.documentElement.dataset.theme = now));

export function switchTheme(): void {
  const next: Record<Choice, Choice> = { system: theme.value === 'dark' ? 'light' : 'dark', light: 'dark', dark: 'light' };
  choice.value = next[choice.value];
  // Back at what the system has: follow it again.
  if (choice.value === (systemDark.value ? 'dark' : 'light')) choice.value = 'system';
  if (choice.value === 'system') localStorage.removeItem('theme');
  else localStorage.setItem('theme', choice.value);
}
