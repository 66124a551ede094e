// The champion on the validation split: which examples it gets wrong and right, and what it takes for what.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { count, number, percent } from '../../../format.ts';
import type { Example, Judgement, Opened } from '../../../inference/champion.ts';
import { type Which, worstConfusion } from '../../../inference/confusion.ts';
import { ChampionGate } from '../champion-gate.tsx';
import { Confusion } from '../confusion-matrix.tsx';
import type { PanelProps } from '../panels.ts';
import { isImage, Picture } from '../picture.tsx';

/** Examples that are shown at once. */
const IMAGES = 24;
const ROWS = 16;

export function Predictions(props: PanelProps) {
  return (
    <ChampionGate {...props}>
      {(opened, judgement) =>
        opened.classes === null ? (
          <Values {...props} opened={opened} judgement={judgement} />
        ) : (
          <Classes {...props} opened={opened} judgement={judgement} />
        )
      }
    </ChampionGate>
  );
}

interface Known extends PanelProps {
  opened: Opened;
  judgement: Judgement;
}

function useExamples({ inference, judgement }: Known, which: Which, most: number): Example[] | null {
  const examples = useSignal<Example[] | null>(null);
  useEffect(() => {
    let current = true;
    inference.session
      .peek()
      ?.ask({ ask: 'examples', which, skip: 0, most })
      .then(
        (found) => {
          if (current) examples.value = found;
        },
        // The page is being left.
        () => {},
      );
    return () => {
      current = false;
    };
  }, [judgement, which, most]);
  return examples.value;
}

function Classes(props: Known) {
  const { opened, judgement } = props;
  const wrong = opened.count - judgement.right;
  const which = useSignal<Which>(wrong ? 'wrong' : 'right');
  const images = isImage(opened.shape);
  const examples = useExamples(props, which.value, images ? IMAGES : ROWS);
  const { matrix, accuracy } = judgement;
  const classes = opened.classes as number;
  const worst = matrix && worstConfusion({ classes, matrix });
  const choose = (to: Which) => {
    which.value = to;
  };
  return (
    <div class="predictions">
      <p>
        {count(judgement.right)} of {count(opened.count)} validation examples right ({percent(accuracy)})
        {worst && worst.count > 1 && `; most often it takes ${worst.target} for ${worst.guess} (${count(worst.count)} times)`}.
      </p>
      <section class="examples" aria-label="Examples">
        <div class="row">
          <button type="button" class="small" aria-pressed={which.value === 'wrong'} onClick={() => choose('wrong')}>
            Wrong ({count(wrong)})
          </button>
          <button type="button" class="small" aria-pressed={which.value === 'right'} onClick={() => choose('right')}>
            Right ({count(judgement.right)})
          </button>
          {typeof which.value === 'object' && (
            <button type="button" class="small" aria-pressed={true} onClick={() => choose('wrong')}>
              {which.value.target} taken for {which.value.guess} ✕
            </button>
          )}
        </div>
        {examples?.length === 0 && <p class="soft">There are none.</p>}
        {examples && images && (
          <ul class="pictures">
            {examples.map((example) => (
              <li key={example.index}>
                <Picture pixels={example.inputs} shape={opened.shape} label={`Validation example ${count(example.index)}`} />
                <span class="verdict">
                  {example.target === example.guess ? (
                    <>
                      <b>{example.guess}</b>, {surely(example.sure)}
                    </>
                  ) : (
                    <>
                      <b>{String(example.target)}</b> as <b class="wrong">{example.guess}</b>, {surely(example.sure)}
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
        {examples && !images && <Rows examples={examples} />}
        {images && (
          <p class="help">Below each: what it is, what it is taken for, and how sure the network is. The most telling ones come first.</p>
        )}
      </section>
      {matrix && (
        <Confusion
          classes={classes}
          matrix={matrix}
          chosen={typeof which.value === 'object' ? which.value : null}
          onChoose={(target, guess) => choose(target === guess ? 'right' : { target, guess })}
        />
      )}
    </div>
  );
}

/** Whole percents: the tenths of them mean nothing, and would take the room of a second line. */
const surely = (part: number): string => `${Math.round(part * 100)}%`;

function Values(props: Known) {
  const examples = useExamples(props, 'right', ROWS);
  return examples && <Rows examples={examples} />;
}

function Rows({ examples }: { examples: Example[] }) {
  const numbers = (values: ArrayLike<number>) => Array.from(values, (value) => number(value)).join(', ');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="sample-table" aria-label="Examples with the network's outputs" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">inputs</th>
            <th scope="col">right</th>
            <th scope="col">outputs</th>
            {examples.some(({ guess }) => guess !== null) && <th scope="col">guess</th>}
          </tr>
        </thead>
        <tbody>
          {examples.map(({ index, inputs, target, outputs, guess }) => (
            <tr key={index}>
              <th scope="row">{numbers(inputs.subarray(0, 8))}</th>
              <td>{typeof target === 'number' ? target : numbers(target)}</td>
              <td>{numbers(outputs)}</td>
              {guess !== null && <td class={guess === target ? undefined : 'wrong'}>{guess}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
