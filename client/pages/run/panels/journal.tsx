// What was recorded, generation by generation, and how anybody can check it.
import { useSignal } from '@preact/signals';
import { Command, CopyButton } from '../../../components/copy.tsx';
import { RelativeTime } from '../../../components/relative-time.tsx';
import { isOver } from '../../../entries.ts';
import { count, NOTHING, number, percent } from '../../../format.ts';
import type { PanelProps } from '../panels.ts';
import { useSlow } from '../slow.ts';

const ROWS = 10;
/** Milliseconds between two drawings: quicker could not be read. */
const EVERY_MS = 500;

export function Journal({ live, run }: PanelProps) {
  useSlow(live.version, EVERY_MS);
  const { generations } = live;
  /** Generations back from the newest. */
  const back = useSignal(0);
  const end = Math.max(0, generations.length - back.value);
  const first = Math.max(0, end - ROWS);
  const column = {
    generation: generations.column('generation'),
    best: generations.column('best'),
    mean: generations.column('mean'),
    loss: generations.column('validationLoss'),
    accuracy: generations.column('validationAccuracy'),
  };
  const rows = Array.from({ length: end - first }, (_, i) => end - 1 - i);
  const latest = generations.length ? generations.digest(generations.length - 1) : '';
  const known = column.accuracy.some((value) => !Number.isNaN(value));
  return (
    <div class="journal">
      <dl class="digests">
        {run.end ? (
          <Digest label={isOver(run.state) ? 'Final digest' : 'Latest digest'} of={run.end.digest} />
        ) : (
          latest && <Digest label="Latest digest" of={latest} />
        )}
        {run.champion && <Digest label={`Champion's digest, generation ${count(run.champion.generation)}`} of={run.champion.digest} />}
        <Digest label="Seed" of={run.seed} />
        {run.engine && <Digest label="Engine" of={run.engine} />}
      </dl>
      <section>
        <h3>Check it</h3>
        <p class="help">Computes the whole run again from its seed and its journal, and compares every digest.</p>
        <Command text={`germline replay ${run.id} --server ${location.origin}`} what="the command that replays this run" />
      </section>
      {generations.length > 0 && (
        <section>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <section class="table-frame" aria-label="Recorded generations" tabIndex={0}>
            <table class="table records">
              <caption class="hidden">Recorded generations, newest first</caption>
              <thead>
                <tr>
                  <th scope="col" class="end">
                    Generation
                  </th>
                  <th scope="col" class="end">
                    Best
                  </th>
                  <th scope="col" class="end">
                    Mean
                  </th>
                  <th scope="col" class="end">
                    Validation
                  </th>
                  <th scope="col">Digest</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={column.generation[row]}>
                    <th scope="row" class="end number">
                      {count(column.generation[row])}
                    </th>
                    <td class="end number">{number(column.best[row])}</td>
                    <td class="end number">{number(column.mean[row])}</td>
                    <td class="end number">
                      {known ? percent(column.accuracy[row]) : number(column.loss[row])}
                      {generations.champion[row] === 1 && <span class="star"> new champion</span>}
                    </td>
                    <td>
                      <code>{generations.digest(row) || NOTHING}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <div class="row pager">
            <button
              type="button"
              class="small"
              disabled={back.value === 0}
              onClick={() => {
                back.value = Math.max(0, back.value - ROWS);
              }}
            >
              Newer
            </button>
            <button
              type="button"
              class="small"
              disabled={first === 0}
              onClick={() => {
                back.value += ROWS;
              }}
            >
              Older
            </button>
            {generations.step > 1 && <span class="help">Every {count(generations.step)}th generation is kept in this page.</span>}
          </div>
        </section>
      )}
      <Incidents run={run} />
    </div>
  );
}

function Digest({ label, of }: { label: string; of: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <code>{of}</code> <CopyButton text={of} what={label} />
      </dd>
    </div>
  );
}

interface Verdict {
  generation: number;
  individual: number;
  told: number | null;
  right: number | null;
  who: string;
  at: string;
}

/** What went wrong on the way and was put right. */
function Incidents({ run }: Pick<PanelProps, 'run'>) {
  const cuts = run.cuts ?? [];
  const { doubt = null } = run;
  const verdicts = (run as { distrusted?: Verdict[] }).distrusted ?? [];
  if (!cuts.length && !verdicts.length && !doubt) return null;
  return (
    <section class="note">
      <h3>On the way</h3>
      <ul>
        {verdicts.map(({ who, generation, individual, told, right, at }) => (
          <li key={`${who} ${at}`}>
            <span class="name">{who}</span> told a wrong loss for individual {count(individual)} of generation {count(generation)} (
            {number(told)} instead of {number(right)}), and is not believed any more, <RelativeTime at={at} />.
          </li>
        ))}
        {doubt && (
          <li>
            From generation {count(doubt.generation)} on it holds results of <span class="name">{doubt.who}</span> that nobody confirmed,
            who was caught since: {doubt.why}. A clone with the same seed tells what they are worth.
          </li>
        )}
        {cuts.map(({ generation, records, at, who, why }) => (
          <li key={at}>
            It went back to generation {count(generation)} and dropped {count(records - generation)} records: {who ? `${who}, ` : ''}
            {why}, <RelativeTime at={at} />.
          </li>
        ))}
      </ul>
    </section>
  );
}
