// What was chosen the last time in this browser, or a sensible beginning.
import { NAME_LENGTH } from '../../../protocol/limits.ts';

export interface Choice {
  name: string;
  threads: number;
}

const KEY = 'germline.join';

export function keptChoice(): Choice {
  const most = Math.max(1, navigator.hardwareConcurrency || 1);
  const usual: Choice = { name: describeBrowser(navigator.userAgent), threads: Math.max(1, most - 1) };
  try {
    const { name, threads } = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return {
      name: typeof name === 'string' && name ? name.slice(0, NAME_LENGTH) : usual.name,
      threads: Number.isInteger(threads) && threads >= 1 && threads <= most ? threads : usual.threads,
    };
  } catch {
    return usual;
  }
}

export function keepChoice(choice: Choice): void {
  localStorage.setItem(KEY, JSON.stringify(choice));
}

/** `Firefox on Linux`. */
function describeBrowser(agent: string): string {
  const browser = ['Edg', 'Firefox', 'Chrome', 'Safari'].find((name) => agent.includes(`${name}/`)) ?? 'browser';
  const systems = { Android: 'Android', iPhone: 'iPhone', iPad: 'iPad', 'Mac OS': 'macOS', Windows: 'Windows', Linux: 'Linux' };
  const system = Object.entries(systems).find(([mark]) => agent.includes(mark))?.[1];
  const name = browser === 'Edg' ? 'Edge' : browser;
  return system ? `${name} on ${system}` : name;
}
