// The champion in this page, started when a panel first asks for it and ended with the page.
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ChampionSession, Standing } from '../../inference/champion.ts';
import type { LiveRun } from '../../live.ts';
import type { Experiment } from './panels.ts';

/** Bytes of a dataset that is fetched without being asked for. */
export const SMALL_DATASET = 24e6;

export class Inference {
  readonly session = signal<ChampionSession | null>(null);
  /** Null: not begun. */
  readonly standing: ReadonlySignal<Standing | null> = computed(() =>
    this.#trouble.value
      ? { name: 'failed', message: this.#trouble.value }
      : (this.session.value?.standing.value ?? (this.#begun.value ? { name: 'loading' } : null)),
  );
  readonly #begun = signal(false);
  readonly #trouble = signal<string | null>(null);
  #ended = false;

  /** Once is enough; more do no harm. */
  begin(live: LiveRun, settings: Experiment): void {
    const dataset = live.run.peek()?.dataset.hash;
    if (this.#begun.peek() || !dataset) return;
    this.#begun.value = true;
    import('../../inference/champion.ts').then(
      ({ ChampionSession }) => {
        if (this.#ended) return;
        const digest = computed(() => live.run.value?.champion?.digest ?? null);
        this.session.value = new ChampionSession({ run: live.id, dataset, settings }, digest);
      },
      () => {
        this.#trouble.value = 'its program could not be loaded';
      },
    );
  }

  /** After a failure. */
  again(live: LiveRun, settings: Experiment): void {
    this.session.peek()?.end();
    this.session.value = null;
    this.#trouble.value = null;
    this.#begun.value = false;
    this.begin(live, settings);
  }

  end(): void {
    this.#ended = true;
    this.session.peek()?.end();
  }
}
