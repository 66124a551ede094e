// Who computed what in the last two minutes: a strip for each worker, a cell for each second, stronger the larger its share was.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { colour, colours } from '../../charts/colours.ts';
import type { WorkerEntry } from '../../entries.ts';
import { count, percent } from '../../format.ts';
import { useWork } from '../../live.ts';
import { SECONDS, type Strip, summaryOf, type Work, workOf } from './work.ts';

/** Of the accent colour, where a worker computed the least that shows. */
const FAINTEST = 0.15;

export function Timeline({ workers }: { workers: ReadonlyMap<string, WorkerEntry> }) {
  const seconds = useWork();
  const asTable = useSignal(false);
  // Whoever left in these two minutes is still called by name.
  const names = useRef(new Map<string, string>());
  for (const [id, { name }] of workers) names.current.set(id, name);
  // A server of another version does not tell it.
  if (!seconds) return null;
  const work = workOf(seconds);
  const nameOf = (worker: string) => `${names.current.get(worker) ?? worker}${workers.has(worker) ? '' : ' (gone)'}`;
  const labelOf = ({ worker, workers: many }: Strip) => (worker === null ? `${count(many)} others` : nameOf(worker));
  return (
    <section class="card timeline" aria-labelledby="timeline-title">
      <div class="chart-head">
        <div>
          <h2 id="timeline-title">Who computed what</h2>
          <p class="help">
            The last two minutes, second by second. The stronger the colour, the larger the worker's share of that second's work.
          </p>
        </div>
        {work.sum > 0 && (
          <button
            type="button"
            class="small"
            aria-pressed={asTable.value}
            onClick={() => {
              asTable.value = !asTable.value;
            }}
          >
            Table
          </button>
        )}
      </div>
      {asTable.value && work.sum > 0 ? <AsTable work={work} labelOf={labelOf} /> : <Strips work={work} labelOf={labelOf} />}
      <p class="soft fine">{summaryOf(work, nameOf)}</p>
    </section>
  );
}

interface PartProps {
  work: Work;
  labelOf: (strip: Strip) => string;
}

function Strips({ work, labelOf }: PartProps) {
  if (!work.sum) return null;
  return (
    <div class="strips" aria-hidden="true">
      {work.strips.map((strip) => (
        <StripRow key={strip.worker} strip={strip} work={work} label={labelOf(strip)} />
      ))}
      <span class="strips-axis">
        <span>2 min ago</span>
        <span>1 min ago</span>
        <span>now</span>
      </span>
    </div>
  );
}

function StripRow({ strip, work, label }: { strip: Strip; work: Work; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Drawn anew when the theme changes, and before anyone sees it empty.
  colours.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, SECONDS, 1);
    context.fillStyle = colour('--accent');
    for (let second = 0; second < SECONDS; second++) {
      if (!strip.individuals[second]) continue;
      const share = strip.individuals[second] / work.all[second];
      // The eye sees steps between small shares better so.
      context.globalAlpha = FAINTEST + (1 - FAINTEST) * Math.sqrt(share / work.largest);
      context.fillRect(second, 0, 1, 1);
    }
  });
  return (
    <>
      <span class="clipped" dir="auto" title={label}>
        {label}
      </span>
      <canvas ref={canvas} width={SECONDS} height={1} />
      <span class="number soft">{percent(strip.share)}</span>
    </>
  );
}

function AsTable({ work, labelOf }: PartProps) {
  return (
    <div class="sample-table">
      <table>
        <thead>
          <tr>
            <th scope="col">Worker</th>
            <th scope="col">Individuals</th>
            <th scope="col">Share</th>
            <th scope="col">Seconds with work</th>
          </tr>
        </thead>
        <tbody>
          {work.strips.map((strip) => (
            <tr key={strip.worker}>
              <th scope="row" class="name" dir="auto">
                {labelOf(strip)}
              </th>
              <td>{count(strip.sum)}</td>
              <td>{percent(strip.share)}</td>
              <td>
                {strip.busy} of {SECONDS}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
