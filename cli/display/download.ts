// A download on a terminal: one line, drawn in place.
import type { WriteStream } from 'node:tty';
import type { Line } from './frame.ts';
import { bytes } from './numbers.ts';
import { Screen } from './screen.ts';

const REDRAW_MILLISECONDS = 100;
const WIDEST_BAR = 40;

export class DownloadBar {
  readonly #name: string;
  readonly #screen: Screen;
  #drawn = 0;
  #latest: { received: number; total: number } = { received: 0, total: 0 };

  constructor(name: string, stream: WriteStream) {
    this.#name = name;
    this.#screen = new Screen(stream);
  }

  show(progress: { received: number; total: number }): void {
    this.#latest = progress;
    const now = performance.now();
    if (now - this.#drawn < REDRAW_MILLISECONDS) return;
    this.#drawn = now;
    this.#draw();
  }

  close(): void {
    if (this.#latest.total) this.#draw();
    this.#screen.close();
  }

  #draw(): void {
    this.#screen.draw([downloadLine(this.#name, this.#latest, this.#screen.columns - 1)]);
  }
}

/** Name, bar, bytes: the bar goes first where there is no room. */
export function downloadLine(name: string, { received, total }: { received: number; total: number }, width: number): Line {
  const amount = `${bytes(received)} of ${bytes(total)}`;
  const room = Math.min(WIDEST_BAR, width - name.length - amount.length - 2);
  if (room < 8) return [{ text: `${name} ${amount}`.slice(0, width), style: 'plain' }];
  const filled = total ? Math.round((room * received) / total) : 0;
  return [
    { text: `${name} `, style: 'plain' },
    { text: '━'.repeat(filled), style: 'green' },
    { text: '─'.repeat(room - filled), style: 'dim' },
    { text: ` ${amount}`, style: 'plain' },
  ];
}
