// A digit, drawn by pointer or by keyboard, and what the champion takes it for.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { percent } from '../../../format.ts';
import type { Opened } from '../../../inference/champion.ts';
import { guess } from '../../../inference/confusion.ts';
import { centreDigit, SIDE } from '../../../inference/digit.ts';
import { ChampionGate } from '../champion-gate.tsx';
import type { PanelProps } from '../panels.ts';
import { Picture } from '../picture.tsx';

/** Pixels of the drawing's canvas. */
const SIZE = 140;
const PEN = 11;
/** Pixels that an arrow key moves the pen. */
const STEP = 5;
/** Where the pen is at first, for the keyboard. */
const START = { x: SIZE / 2, y: SIZE / 6, down: false };

export function Draw(props: PanelProps) {
  return <ChampionGate {...props}>{(opened) => <Board inference={props.inference} classes={opened.classes as number} />}</ChampionGate>;
}

/** Whether a run's examples are digits, as far as is known: before its dataset is here, by its size. */
export function forDigits({ run, inference }: PanelProps): boolean {
  const standing = inference.standing.value;
  if (standing?.name === 'ready') return isDigits(standing.opened);
  return (run.dataset.bytes ?? 0) > SIDE * SIDE * 10;
}

const isDigits = ({ shape, classes }: Pick<Opened, 'shape' | 'classes'>): boolean =>
  classes === 10 && shape.length >= 2 && shape[0] === SIDE && shape[1] === SIDE && (shape[2] ?? 1) === 1;

function Board({ inference, classes }: { inference: PanelProps['inference']; classes: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef({ ...START });
  const cursor = useSignal<{ x: number; y: number; down: boolean } | null>(null);
  const seen = useSignal<Float32Array | null>(null);
  const outputs = useSignal<Float32Array | null>(null);
  const asking = useRef<{ frame: number; busy: boolean; again: boolean }>({ frame: 0, busy: false, again: false });

  const context = () => canvas.current?.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  const clear = () => {
    const to = context();
    to.fillStyle = '#000';
    to.fillRect(0, 0, SIZE, SIZE);
    pen.current = { ...START };
    seen.value = null;
    outputs.value = null;
  };
  useEffect(() => {
    clear();
    return () => cancelAnimationFrame(asking.current.frame);
  }, []);

  const look = async () => {
    const { data } = context().getImageData(0, 0, SIZE, SIZE);
    const ink = Float32Array.from({ length: SIZE * SIZE }, (_, i) => data[i * 4] / 255);
    const digit = centreDigit(ink, SIZE);
    seen.value = digit;
    if (!digit) return;
    const found = await inference.session.peek()?.ask({ ask: 'guess', inputs: digit });
    // It may have been wiped out meanwhile.
    if (found && seen.peek() === digit) outputs.value = found;
  };
  // While one guess is on its way, the next waits: the latest drawing is what counts.
  const ask = () => {
    const now = asking.current;
    if (now.busy) {
      now.again = true;
      return;
    }
    now.busy = true;
    now.frame = requestAnimationFrame(() => {
      look()
        .catch(() => {})
        .finally(() => {
          now.busy = false;
          if (now.again) ask();
          now.again = false;
        });
    });
  };
  const stroke = (x: number, y: number, from = pen.current) => {
    const to = context();
    to.strokeStyle = '#fff';
    to.lineWidth = PEN;
    to.lineCap = 'round';
    to.lineJoin = 'round';
    to.beginPath();
    to.moveTo(from.x, from.y);
    to.lineTo(x, y + 0.01);
    to.stroke();
    ask();
  };
  const place = (event: PointerEvent) => {
    const box = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
    return { x: ((event.clientX - box.left) * SIZE) / box.width, y: ((event.clientY - box.top) * SIZE) / box.height };
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    const now = pen.current;
    if (step) {
      const [x, y] = [clamped(now.x + step[0] * STEP), clamped(now.y + step[1] * STEP)];
      if (now.down) stroke(x, y);
      pen.current = { ...now, x, y };
    } else if (event.key === ' ' || event.key === 'Enter') {
      pen.current = { ...now, down: !now.down };
      if (pen.current.down) stroke(now.x, now.y);
    } else if (event.key === 'Delete' || event.key === 'Backspace') clear();
    else return;
    event.preventDefault();
    cursor.value = pen.current;
  };

  const found = outputs.value;
  const best = found && guess(found);
  return (
    <div class="draw">
      <div class="draw-board">
        <div
          class="draw-area"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on by keyboard too
          tabIndex={0}
          aria-label="Drawing area"
          aria-describedby="draw-help"
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            pen.current = { ...place(event), down: false };
            cursor.value = null;
            stroke(pen.current.x, pen.current.y);
          }}
          onPointerMove={(event) => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
            for (const each of event.getCoalescedEvents?.() ?? [event]) {
              const { x, y } = place(each);
              stroke(x, y);
              pen.current = { x, y, down: false };
            }
          }}
          onKeyDown={key}
          onBlur={() => {
            cursor.value = null;
          }}
        >
          <canvas ref={canvas} width={SIZE} height={SIZE} />
          {cursor.value && (
            <span
              class={cursor.value.down ? 'pen down' : 'pen'}
              style={{ left: `${(100 * cursor.value.x) / SIZE}%`, top: `${(100 * cursor.value.y) / SIZE}%` }}
              aria-hidden="true"
            />
          )}
        </div>
        <div class="draw-side">
          <button type="button" class="small" onClick={clear}>
            Clear
          </button>
          {seen.value && (
            <figure>
              <Picture pixels={seen.value} shape={[SIDE, SIDE, 1]} label="The drawing as the network sees it" />
              <figcaption class="help">As the network sees it</figcaption>
            </figure>
          )}
        </div>
      </div>
      <div class="draw-guess">
        <p class="guess" role="status">
          {found && best !== null ? (
            <>
              <b>{best}</b> {certainty(found[best])}
            </>
          ) : (
            'Nothing is drawn yet.'
          )}
        </p>
        <ol class="bars">
          {Array.from({ length: classes }, (_, i) => (
            <li key={i} class={i === best ? 'best' : undefined}>
              <span>{i}</span>
              <span class="bar" aria-hidden="true">
                <span class="bar-fill" style={{ transform: `scaleX(${found?.[i] ?? 0})` }} />
              </span>
              <span class="number">{found ? percent(found[i]) : ''}</span>
            </li>
          ))}
        </ol>
      </div>
      <p class="help" id="draw-help">
        Draw with a finger or a mouse, or with the keyboard: arrow keys move the pen, Space sets it down and lifts it, Delete clears.
      </p>
    </div>
  );
}

const clamped = (value: number): number => Math.min(SIZE - 1, Math.max(0, value));

function certainty(part: number): string {
  const said = percent(part);
  if (part >= 0.95) return `It is sure: ${said}.`;
  return part >= 0.6 ? `It thinks so: ${said}.` : `It is a guess: ${said}.`;
}
