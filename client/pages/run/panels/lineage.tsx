// Whom the champion descends from.
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { colour } from '../../../charts/colours.ts';
import { ChartFrame } from '../../../charts/frame.tsx';
import { type Frame, Plot } from '../../../charts/plot.tsx';
import { WHOLE_STEPS } from '../../../charts/steps.ts';
import { count, number, sentence } from '../../../format.ts';
import { query, setQuery } from '../../../router.ts';
import { generationTick } from '../axis.ts';
import { whenValidated } from '../champion-gate.tsx';
import { type Ancestor, apart, type FamilyGeneration, familySentence, HEIGHT, layOut, nearestTo, origin } from '../family.ts';
import { useLineage } from '../lineage.ts';
import type { PanelProps } from '../panels.ts';

/** Generations to go back: what can be chosen, and what is without a choice. */
const BACK = [10, 30, 100];
const USUAL = 30;
/** Ancestors that the table shows. */
const ROWS = 200;
/** Pixels of the page; half of it where no generation has more members than so many. */
const PICTURE = 260;
const FEW = 4;
const DOT = 3.5;

export function Lineage(props: PanelProps) {
  const { run, experiment } = props;
  if (run.algorithm === 'es')
    return (
      <p class="soft">
        An evolution strategy has no family tree: its champion is the centre of the search, and every individual of a generation has a part
        in moving that centre on.
      </p>
    );
  if (run.algorithm === 'random') return <p class="soft">Random search draws every network anew: nobody descends from anybody.</p>;
  if (!run.champion) return <p class="soft">There is no champion yet: {whenValidated(experiment.value?.validateEvery)}</p>;
  return <Followed {...props} />;
}

function Followed({ live }: PanelProps) {
  const asked = Number(query.value.get('back'));
  const back = BACK.includes(asked) ? asked : USUAL;
  const { element, family, trouble, again } = useLineage(live, back + 1);
  return (
    <div ref={element} class="lineage">
      <fieldset class="choice">
        <legend>Generations back</legend>
        {BACK.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="back"
              checked={each === back}
              onChange={() => setQuery({ back: each === USUAL ? null : String(each) })}
            />
            <span>{each}</span>
          </label>
        ))}
      </fieldset>
      {trouble && (
        <div class="row">
          <p class="warning">The ancestors could not be followed: {sentence(trouble)}</p>
          <button type="button" class="small" onClick={again}>
            Try again
          </button>
        </div>
      )}
      {family?.length ? (
        <Tree family={family} back={back} />
      ) : (
        !trouble && (
          <p class="soft loading" aria-busy="true">
            Following the champion's ancestors through the journal.
          </p>
        )
      )}
    </div>
  );
}

function Tree({ family, back }: { family: FamilyGeneration[]; back: number }) {
  const ancestors = useMemo(() => layOut(family), [family]);
  const chosen = useSignal<Ancestor | null>(null);
  const shown = chosen.value && ancestors.includes(chosen.value) ? chosen.value : null;
  const last = family[0].generation;
  const first = family[family.length - 1].generation;
  // A dot at an end is drawn whole.
  const room = Math.max(0.1, (last - first) * 0.015);
  const height = family.every(({ members }) => members.length <= FEW) ? HEIGHT / 2 : HEIGHT;
  // The server ends where there would be more than anybody could read.
  const cutShort = first > 0 && family.length <= back;
  const summary = `${familySentence(family)}${cutShort ? ` There are too many of them to go back ${count(back)} generations.` : ''}`;
  return (
    <ChartFrame
      legend={
        <ul class="legend lineage-key" aria-label="Marks">
          <li>
            <span class="mark champion" aria-hidden="true" /> champion
          </li>
          <li>
            <span class="mark" aria-hidden="true" /> child
          </li>
          <li>
            <span class="mark kept" aria-hidden="true" /> kept as it was
          </li>
          <li>
            <span class="mark founder" aria-hidden="true" /> drawn at random
          </li>
        </ul>
      }
      xLabel="generation"
      yLabel={
        shown
          ? `Generation ${count(shown.generation)}, individual ${count(shown.individual)}: ${origin(shown)}`
          : 'ancestors of each generation'
      }
      summary={summary}
      table={() => <Table ancestors={ancestors} />}
    >
      <Plot
        summary={summary}
        x={[first - room, last + room]}
        y={[-height / 2, height / 2]}
        height={PICTURE * (height / HEIGHT)}
        grid={false}
        xFormat={(value) => (value < first || value > last ? '' : generationTick(value))}
        yFormat={() => ''}
        xSteps={WHOLE_STEPS}
        draw={(frame) => draw(frame, height, ancestors, shown)}
        onHover={(x, y) => {
          chosen.value = x === null || y === null ? null : nearestTo(ancestors, x, y);
        }}
      />
    </ChartFrame>
  );
}

function Table({ ancestors }: { ancestors: Ancestor[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="sample-table" aria-label="The champion's ancestors, newest first" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">generation</th>
            <th scope="col">individual</th>
            <th scope="col">how it came to be</th>
            <th scope="col">mutation strength</th>
          </tr>
        </thead>
        <tbody>
          {ancestors.slice(0, ROWS).map((one) => (
            <tr key={`${one.generation} ${one.individual}`}>
              <th scope="row">{count(one.generation)}</th>
              <td>{count(one.individual)}</td>
              <td>{origin(one)}</td>
              <td>{one.mutated ? number(one.sigma) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ancestors.length > ROWS && (
        <p class="help">
          The newest {ROWS} of {count(ancestors.length)}.
        </p>
      )}
    </section>
  );
}

/** `rows`: what the picture is high, as places are told. */
function draw({ context, x, y, ratio, height }: Frame, rows: number, ancestors: Ancestor[], shown: Ancestor | null): void {
  const members = new Map<number, number>();
  for (const { generation } of ancestors) members.set(generation, (members.get(generation) ?? 0) + 1);
  const most = Math.max(...members.values());
  const line = (child: Ancestor, parent: Ancestor) => {
    const [fromX, fromY, toX, toY] = [x(child.generation), y(child.place), x(parent.generation), y(parent.place)];
    const middle = (fromX + toX) / 2;
    context.moveTo(fromX, fromY);
    context.bezierCurveTo(middle, fromY, middle, toY, toX, toY);
  };
  context.lineWidth = ratio;
  context.strokeStyle = colour('--text-soft');
  // Many lines together are as dark as few.
  context.globalAlpha = Math.max(0.15, 0.7 / Math.sqrt(Math.max(1, most / HEIGHT)));
  context.beginPath();
  for (const child of ancestors) for (const parent of child.from) line(child, parent);
  context.stroke();
  context.globalAlpha = 1;
  if (shown) {
    context.lineWidth = 1.75 * ratio;
    context.strokeStyle = colour('--accent');
    context.beginPath();
    for (const [child, parent] of linesOf(shown, ancestors)) line(child, parent);
    context.stroke();
  }
  context.lineWidth = 1.5 * ratio;
  for (const one of ancestors) {
    const gap = (apart(members.get(one.generation) ?? 1) / rows) * height;
    const radius = Math.max(0.75 * ratio, Math.min(DOT * ratio, gap * 0.4)) * (one === ancestors[0] ? 1.8 : one === shown ? 1.5 : 1);
    context.fillStyle = colour(MARKS[one.kind] ?? '--accent');
    context.strokeStyle = colour('--accent');
    context.beginPath();
    if (one.kind === 'founder') context.rect(x(one.generation) - radius, y(one.place) - radius, 2 * radius, 2 * radius);
    else context.arc(x(one.generation), y(one.place), radius, 0, 2 * Math.PI);
    context.fill();
    if (one.kind === 'elite') context.stroke();
  }
}

const MARKS: Record<string, string> = { founder: '--chart-6', elite: '--surface' };

/** All lines from one to whom it descends from, and to its descendants. */
function linesOf(one: Ancestor, ancestors: Ancestor[]): [Ancestor, Ancestor][] {
  const lines: [Ancestor, Ancestor][] = [];
  const up = new Set([one]);
  for (const child of up) {
    for (const parent of child.from) {
      lines.push([child, parent]);
      up.add(parent);
    }
  }
  // Children stand before their parents: from the back, each is met after all that it descends from.
  const down = new Set([one]);
  for (const child of ancestors.toReversed()) {
    for (const parent of child.from) {
      if (!down.has(parent)) continue;
      lines.push([child, parent]);
      down.add(child);
    }
  }
  return lines;
}
