// Lines at the bottom of a terminal that are drawn again in place.
import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { type Line, widthOf } from './frame.ts';

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

export class Screen {
  readonly #stream: WriteStream;
  /** Widths of the lines that stand there now. */
  #widths: number[] = [];
  #last = '';
  #open = false;
  readonly #restore = () => void this.#stream.write(SHOW_CURSOR);

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  /** Replaces what was drawn before. Writes nothing where nothing changed. */
  draw(lines: Line[]): void {
    const text = lines.map((line) => `${this.#styled(line)}${CLEAR_LINE_END}\n`).join('');
    if (text === this.#last && this.#open) return;
    if (!this.#open) {
      this.#open = true;
      process.once('exit', this.#restore);
      this.#stream.write(HIDE_CURSOR);
    }
    this.#stream.write(`${this.#back()}${text}${CLEAR_BELOW}`);
    this.#last = text;
    this.#widths = lines.map(widthOf);
  }

  /** Leaves the lines where they stand; what is written next comes below them. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#widths = [];
    process.removeListener('exit', this.#restore);
    this.#stream.write(SHOW_CURSOR);
  }

  /** To the first column of the first line drawn. A terminal that was made narrower has wrapped some of them. */
  #back(): string {
    const rows = this.#widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / this.columns)), 0);
    return rows ? `\r\x1b[${rows}A` : '\r';
  }

  #styled(line: Line): string {
    return line.map(({ text, style }) => (style === 'plain' ? text : styleText(style, text, { stream: this.#stream }))).join('');
  }
}
