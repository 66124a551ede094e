// The built-in experiments, to begin with.
import { count } from '../../format.ts';
import type { Fields } from './schema.ts';

interface StartingPointsProps {
  experiments: Fields[];
  chosen: string | null;
  onChoose: (name: string) => void;
}

export function StartingPoints({ experiments, chosen, onChoose }: StartingPointsProps) {
  return (
    <section aria-labelledby="starting-points" class="starting">
      <h2 id="starting-points">Begin with</h2>
      <ul class="plain points">
        {experiments.map((experiment) => {
          const name = String(experiment.name);
          return (
            <li key={name}>
              <button type="button" class="point" aria-pressed={chosen === name} onClick={() => onChoose(name)}>
                <strong class="name">{name}</strong>
                <span class="soft fine">{String(experiment.description ?? '')}</span>
                <span class="soft fine">
                  {count(Number(experiment.population ?? 256))} individuals, {count(Number(experiment.generations ?? 100))} generations
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
