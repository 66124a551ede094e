// Panels that need the champion in this page: why it is not there yet, or what to do; then the panel.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { bytes, sentence } from '../../format.ts';
import type { Judgement, Opened } from '../../inference/champion.ts';
import { SMALL_DATASET } from './inference.ts';
import type { PanelProps } from './panels.ts';
import { useSeen } from './seen.ts';

interface ChampionGateProps extends PanelProps {
  children: (opened: Opened, judgement: Judgement) => ComponentChildren;
}

export function ChampionGate({ live, run, experiment, inference, children }: ChampionGateProps) {
  const { element, seen } = useSeen<HTMLDivElement>();
  const settings = experiment.value;
  const { bytes: size } = run.dataset;
  const known = run.champion !== null && settings !== null;
  const small = size !== null && size <= SMALL_DATASET;
  useEffect(() => {
    if (seen.value && known && small && settings) inference.begin(live, settings);
  }, [seen.value, known, small]);

  const standing = inference.standing.value;
  let body: ComponentChildren;
  if (standing?.name === 'ready') body = children(standing.opened, standing.judgement);
  else if (!run.champion) body = <p class="soft">There is no champion yet: {whenValidated(settings?.validateEvery)}</p>;
  else if (standing?.name === 'failed')
    body = (
      <div class="row">
        <p class="warning">The champion could not be run here: {sentence(standing.message)}</p>
        {settings && (
          <button type="button" class="small" onClick={() => inference.again(live, settings)}>
            Try again
          </button>
        )}
      </div>
    );
  else if (standing || small)
    body = (
      <p class="soft loading" aria-busy="true">
        Fetching the champion and its dataset{size ? ` (${bytes(size)})` : ''}.
      </p>
    );
  else
    body = (
      <div class="row">
        <button type="button" disabled={!settings} onClick={() => settings && inference.begin(live, settings)}>
          Run the champion here
        </button>
        <p class="soft">Its dataset is fetched first{size ? `: ${bytes(size)}` : ''}.</p>
      </div>
    );
  return <div ref={element}>{body}</div>;
}

export const whenValidated = (every: number | undefined): string =>
  every === undefined || every === 1
    ? 'the best is validated with every generation.'
    : `the best of every ${every}th generation is validated.`;
