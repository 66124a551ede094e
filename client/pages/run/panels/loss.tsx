// Best, mean and spread of the loss with the candidate's score on train and on validation examples: the first picture that anyone looks at.
import { useRef } from 'preact/hooks';
import { LineChart } from '../../../charts/line-chart.tsx';
import { percent } from '../../../format.ts';
import { LEVELS } from '../../../generations.ts';
import { query, setQuery } from '../../../router.ts';
import { AXES, axisName, axisOf } from '../axis.ts';
import type { PanelProps } from '../panels.ts';
import { ends, lossSentence, moved } from '../sentences.ts';
import { Strided } from '../strided.ts';

/** Deciles that bound the spread. */
const [LOW, HIGH] = [1, 9];

const NAMES = { generations: 'Generations', evaluations: 'Evaluations', time: 'Time' };

export function Loss({ live, experiment }: PanelProps) {
  live.version.value;
  const { generations } = live;
  const name = axisName();
  const axis = axisOf(name);
  const levels = useRef([new Strided(), new Strided()]);
  const x = generations.column(axis.column);
  const best = generations.column('best');
  const validation = generations.column('validationLoss');
  const accuracy = generations.column('validationAccuracy');
  const train = generations.column('trainLoss');
  const trainAccuracy = generations.column('trainAccuracy');
  const low = levels.current[0].take(generations.levels, LEVELS, LOW);
  const high = levels.current[1].take(generations.levels, LEVELS, HIGH);
  const spread = Number.isFinite(low[low.length - 1]);
  const over = axis.over(x[x.length - 1]);
  const accuracyCourse = moved(accuracy, percent);
  const trainCourse = moved(trainAccuracy, percent);
  const smooth = query.value.get('smooth') === '1';
  const loss = experiment.value?.loss.name.replaceAll('-', ' ');
  return (
    <>
      <fieldset class="choice">
        <legend>Along</legend>
        {AXES.map((each) => (
          <label key={each}>
            <input type="radio" name="x" checked={each === name} onChange={() => setQuery({ x: each === 'generations' ? null : each })} />
            <span>{NAMES[each]}</span>
          </label>
        ))}
      </fieldset>
      <LineChart
        series={[
          { name: 'best', x, y: best, colour: '--chart-1', gaps: 'any' },
          { name: 'validation', x, y: validation, colour: '--chart-2' },
          ...(ends(train) ? [{ name: 'train', x, y: train, colour: '--chart-3' }] : []),
          { name: 'mean', x, y: generations.column('mean'), colour: '--chart-6', dashed: true, gaps: 'any' },
        ]}
        bands={spread ? [{ name: '10 to 90% of the population', x, low, high, colour: '--chart-1' }] : []}
        xLabel={axis.label}
        yLabel={loss ? `loss (${loss})` : 'loss'}
        xFormat={axis.exact}
        xTick={axis.tick}
        xSteps={axis.steps}
        height={320}
        log={query.value.get('log') === '1'}
        onLog={(log) => setQuery({ log: log ? '1' : null })}
        smooth={smooth}
        onSmooth={(on) => setQuery({ smooth: on ? '1' : null })}
        summary={lossSentence(over, best, { loss: validation, accuracy }, { loss: train, accuracy: trainAccuracy })}
      />
      {accuracyCourse && (
        <>
          <h3>Accuracy</h3>
          <LineChart
            series={[
              { name: 'validation', x, y: accuracy, colour: '--chart-2' },
              ...(trainCourse ? [{ name: 'train', x, y: trainAccuracy, colour: '--chart-3' }] : []),
            ]}
            yWithin={[0, 1]}
            xLabel={axis.label}
            yLabel="part of the examples that the generation's best gets right"
            xFormat={axis.exact}
            xTick={axis.tick}
            yFormat={percent}
            yTick={(value) => `${Math.round(value * 1000) / 10}%`}
            xSteps={axis.steps}
            height={180}
            scale={false}
            smooth={smooth}
            summary={`The validation accuracy ${accuracyCourse} over ${over}${trainCourse ? `; on train examples it ${trainCourse}` : ''}.`}
          />
        </>
      )}
    </>
  );
}
