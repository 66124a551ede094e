// The live display as lines of a given width. A pure function: what the terminal does with them is screen.ts's affair.
import type { Score } from '../../core/events.ts';
import { counted, duration, loss, percent } from './numbers.ts';
import type { Progress } from './progress.ts';
import { sparkline } from './sparkline.ts';

export type Style = 'bold' | 'dim' | 'green' | 'cyan' | 'plain';

export interface Span {
  text: string;
  style: Style;
}

export type Line = Span[];

/** From this width on each line begins with a word that says what it is. */
const LABELLED_WIDTH = 60;
const LABEL_WIDTH = 12;
const LEAST_BAR = 8;
const LEAST_SPARKLINE = 8;
const WIDEST = 100;

/** The lines of a frame, none wider than `columns`. */
export function frame(progress: Progress, columns: number, note: string | null = null): Line[] {
  const width = Math.max(1, Math.min(columns, WIDEST));
  return [
    titleLine(progress, width),
    barLine(progress, width, note),
    lossLine(progress, width),
    validationLine(progress, width),
    speedLine(progress, width),
  ];
}

function titleLine({ title }: Progress, width: number): Line {
  const parts = [
    bold(title.name),
    dim(`seed ${title.seed}`),
    dim(title.algorithm),
    dim(`population ${counted(title.population)}`),
    dim(`${title.threads} ${title.threads === 1 ? 'thread' : 'threads'}`),
  ];
  return fitting(parts, width, ' · ');
}

function barLine(progress: Progress, width: number, note: string | null): Line {
  const { generations } = progress.title;
  const label = labelled('generation', width);
  const done = plain(`${counted(progress.finished).padStart(counted(generations).length)}/${counted(generations)}`);
  if (note) return fitting([...label, done, dim(note)], width);
  const { remaining, share } = progress;
  const right = plain(
    `${String(Math.floor(share * 100)).padStart(3)} %${remaining === null || share >= 1 ? '' : `  ${duration(remaining)} left`}`,
  );
  const room = width - widthOf([...label, done, right]) - 2;
  if (room < LEAST_BAR) return fitting([...label, done, right], width);
  const filled = Math.round(share * room);
  return [...label, done, plain(' '), { text: '━'.repeat(filled), style: 'green' }, dim('─'.repeat(room - filled)), plain(' '), right];
}

function lossLine(progress: Progress, width: number): Line {
  const label = labelled('loss', width);
  if (progress.best === null || progress.mean === null) return fitting([...label, dim('no generation is over yet')], width);
  const values = [...label, plain(`best ${steady(progress.best)}`), plain(`mean ${steady(progress.mean)}`)];
  const room = width - widthOf(label) - widthOf(values.slice(label.length)) - 2 * (values.length - label.length);
  if (room < LEAST_SPARKLINE) return fitting(values, width);
  return fitting([...values, { text: sparkline(progress.history.values, room), style: 'cyan' }], width);
}

function validationLine({ validation, train, champion, title }: Progress, width: number): Line {
  const label = labelled('validation', width);
  if (!validation) return fitting([...label, dim(label.length ? 'none yet' : 'no validation yet')], width);
  const parts = [`loss ${loss(validation.loss)}`];
  if (validation.accuracy !== null) parts.splice(title.metric === 'accuracy' ? 0 : 1, 0, `accuracy ${percent(validation.accuracy)}`);
  if (!label.length) parts[0] = `validation ${parts[0]}`;
  const beside = train && width === WIDEST ? [dim(`train ${metric(train, title.metric)}`)] : [];
  const best = champion ? [dim(`champion ${metric(champion.validation, title.metric)} of generation ${counted(champion.generation)}`)] : [];
  return fitting([...label, ...parts.map(plain), ...beside, ...best], width);
}

function speedLine(progress: Progress, width: number): Line {
  const { speed } = progress;
  const parts = [plain(`${speed === null ? '-' : counted(speed)} evaluations/s`), dim(`${duration(progress.elapsed)} elapsed`)];
  return fitting([...labelled('speed', width), ...parts], width);
}

/** The one number that the experiment judges a model by. */
function metric({ loss: value, accuracy }: Score, name: 'accuracy' | 'loss'): string {
  return name === 'loss' || accuracy === null ? loss(value) : percent(accuracy);
}

/** Of one width mostly, so that what follows does not jump. */
function steady(value: number): string {
  return loss(value).padEnd(6);
}

function labelled(label: string, width: number): Line {
  return width >= LABELLED_WIDTH ? [dim(label.padEnd(LABEL_WIDTH))] : [];
}

/** As many of the parts as there is room for, the first always, cut where it must be. A label brings its own space. */
function fitting(parts: Line, width: number, separator = '  '): Line {
  const line: Line = [];
  let used = 0;
  for (const part of parts) {
    const previous = line.at(-1);
    const gap = !previous || previous.text.endsWith(' ') ? '' : separator;
    if (line.length && used + gap.length + part.text.length > width) break;
    if (gap) line.push(dim(gap));
    line.push({ ...part, text: part.text.slice(0, width) });
    used += gap.length + part.text.length;
  }
  return line;
}

/** Columns. Everything here is one column a character. */
export function widthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

const plain = (text: string): Span => ({ text, style: 'plain' });
const dim = (text: string): Span => ({ text, style: 'dim' });
const bold = (text: string): Span => ({ text, style: 'bold' });
