// In what runs differ, as the comparison says it.
import { expect, it } from 'vitest';
import { differences } from '../../client/pages/runs/differences.ts';
import { builtIn, parseExperiment } from '../../experiments/index.ts';

const mnist = (changes: Record<string, unknown> = {}) => ({ ...parseExperiment({ ...builtIn.get('mnist'), ...changes }) });

it('of experiments that are the same: nothing, whatever they are called', () => {
  expect(differences([mnist(), mnist({ name: 'other', description: 'the same' })])).toEqual([]);
});

it('a field that differs, wherever it is; and one that another variant does not have', () => {
  const es = { name: 'es', sigma: 0.1 };
  const found = differences([mnist({ population: 256, algorithm: es }), mnist({ population: 512, algorithm: { ...es, sigma: 0.2 } })]);
  expect(found).toEqual([
    { path: 'population', values: ['256', '512'] },
    { path: 'algorithm.sigma.value', values: ['0.1', '0.2'] },
  ]);
  const [algorithm, ...rest] = differences([mnist({ algorithm: es }), mnist({ algorithm: { name: 'random' } })]);
  expect(algorithm).toEqual({ path: 'algorithm', values: ['es', 'random'] });
  expect(rest).toContainEqual({ path: 'algorithm.weightDecay', values: ['0', null] });
});

it('networks in a line', () => {
  const dense = (units: number, activation = 'linear') => ({ class_name: 'Dense', config: { units, activation } });
  const conv = { class_name: 'Conv2D', config: { filters: 8, kernel_size: [5, 5], activation: 'relu' } };
  const networks = [
    [{ class_name: 'Flatten' }, dense(64, 'relu'), dense(10)],
    [conv, { class_name: 'Flatten' }, dense(10)],
  ];
  expect(differences(networks.map((network) => ({ network })))).toEqual([
    { path: 'network', values: ['Flatten, Dense 64 relu, Dense 10', 'Conv2D 8 5×5 relu, Flatten, Dense 10'] },
  ]);
});
