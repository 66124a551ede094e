// What a run's page shows below its head, by the experiment's kind. A panel is a file in panels/; a kind of its own brings a list of its own.
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { WeightsSettings } from '../../../core/settings.ts';
import type { RunEntry } from '../../entries.ts';
import type { LiveRun } from '../../live.ts';
import type { Inference } from './inference.ts';
import { Draw, forDigits } from './panels/draw.tsx';
import { Journal } from './panels/journal.tsx';
import { Lineage } from './panels/lineage.tsx';
import { Loss } from './panels/loss.tsx';
import { Population } from './panels/population.tsx';
import { Predictions } from './panels/predictions.tsx';
import { Search } from './panels/search.tsx';
import { Weights } from './panels/weights.tsx';

/** What the page reads of an experiment. */
export type Experiment = WeightsSettings & { name: string; dataset: string; metric: 'accuracy' | 'loss' };

export interface PanelProps {
  live: LiveRun;
  /** As it is at this render. */
  run: RunEntry;
  /** Null until it was fetched. */
  experiment: ReadonlySignal<Experiment | null>;
  inference: Inference;
}

export interface Panel {
  id: string;
  title: string;
  /** What it shows, and how to read it. */
  caption: string;
  /** False where it makes no sense for a run; default: it does. */
  applies?(props: PanelProps): boolean;
  /** Over the page's whole width. */
  wide?: boolean;
  Body: ComponentType<PanelProps>;
}

const WEIGHTS: Panel[] = [
  {
    id: 'loss',
    title: 'Loss',
    caption:
      "How wrong the networks are: lower is better. Best and mean are of each generation's population, on its batch. Every few generations the best one is scored on validation examples, which evolution never sees, and on train examples: where only train goes on falling, it learns by heart.",
    wide: true,
    Body: Loss,
  },
  {
    id: 'weights',
    title: 'Weights',
    caption: "Up to a hundred of the best network's weights, one line each. They move much at first and come to rest as the run converges.",
    Body: Weights,
  },
  {
    id: 'population',
    title: 'Population',
    caption: 'Where the losses of the whole population lie in each generation: a narrow band is a population of equals.',
    Body: Population,
  },
  {
    id: 'predictions',
    title: 'What the champion sees',
    caption:
      'The best network so far, run in this page on validation examples: what it gets wrong, what right, and what it takes for what.',
    wide: true,
    Body: Predictions,
  },
  {
    id: 'draw',
    title: 'Draw a digit',
    caption: 'The champion guesses while you draw.',
    applies: forDigits,
    wide: true,
    Body: Draw,
  },
  {
    id: 'search',
    title: 'Mutation and diversity',
    caption: 'How far children step away from their parents, and how far the parents lie apart. Without either, nothing new comes.',
    wide: true,
    Body: Search,
  },
  {
    id: 'lineage',
    title: 'Where the champion comes from',
    caption:
      'Its family tree, back from the champion at the right: every dot is a network, and lines lead to its parents in the generation before. Point at one to see its own.',
    wide: true,
    Body: Lineage,
  },
  {
    id: 'journal',
    title: 'Journal',
    caption:
      'Each generation is recorded with a digest of the state that was measured. The seed and the journal give the same run again, byte for byte.',
    wide: true,
    Body: Journal,
  },
];

const BY_KIND: Record<string, Panel[]> = { weights: WEIGHTS };

/** Of a kind that this page does not know: what every run has. */
export const panelsOf = (kind: string): Panel[] => BY_KIND[kind] ?? WEIGHTS.filter(({ id }) => id === 'loss' || id === 'journal');
