// The smallest run that keeps the contract of core's Run: its state is a hash, advanced by its selections alone.
import { createHash } from 'node:crypto';
import type { Champion, RunEvent } from '../../core/events.ts';
import { ReplayError } from '../../core/replay-error.ts';
import type { RunOptions } from '../../core/run.ts';
import { hash } from './sample.ts';

export const POPULATION = 16;

export class Machine {
  readonly engine = hash('engine');
  generation = 0;
  champion: Champion | null = null;
  #state: Buffer;
  #weights: Float32Array | null = null;

  constructor(seed: bigint) {
    this.#state = createHash('sha256').update(`seed ${seed}`).digest();
  }

  /** As Run.open: goes to where `resume` leads, comparing digests. */
  static async open(options: Pick<RunOptions, 'seed' | 'resume'>): Promise<Machine> {
    const machine = new Machine(options.seed);
    const { snapshot, records, onProgress } = options.resume ?? { snapshot: null, records: [] };
    if (snapshot) machine.#restore(Buffer.concat([...snapshot]));
    for (const record of records) {
      if (record.digest !== machine.digest()) throw new ReplayError(record.generation, `the digest is ${machine.digest()}`);
      if (record.champion) machine.#crown(record.champion);
      machine.#advance(record.selection);
      onProgress?.(record.generation);
    }
    return machine;
  }

  digest(): string {
    return this.#state.toString('hex').slice(0, 32);
  }

  #advance(selection: Uint8Array): void {
    this.#state = createHash('sha256').update(this.#state).update(selection).digest();
    this.generation++;
  }

  #crown(champion: Champion): void {
    this.champion = champion;
    this.#weights = Float32Array.from(this.#state);
  }

  championWeights(): Float32Array | null {
    return this.#weights;
  }

  async *snapshot(): AsyncGenerator<Uint8Array, void> {
    yield Buffer.from(
      JSON.stringify({ generation: this.generation, champion: this.champion, weights: this.#weights && [...this.#weights] }),
    );
    yield Buffer.from('\n');
    yield this.#state;
  }

  #restore(bytes: Buffer): void {
    const end = bytes.indexOf('\n');
    const { generation, champion, weights } = JSON.parse(bytes.subarray(0, end).toString());
    this.generation = generation;
    this.champion = champion;
    this.#weights = weights && Float32Array.from(weights);
    this.#state = bytes.subarray(end + 1);
  }

  /** As Run.events. Its losses are one memory, overwritten each time. */
  async *events(until: number, reason: 'generations' | 'stopped' = 'generations'): AsyncGenerator<RunEvent, void> {
    const losses = new Float32Array(POPULATION);
    while (this.generation < until) {
      const { generation } = this;
      losses.forEach((_, i) => {
        losses[i] = createHash('md5').update(this.#state).update(String(i)).digest().readUInt32LE(0) / 2 ** 20;
      });
      const best = losses.indexOf(Math.min(...losses));
      const validation = { loss: losses[best], accuracy: null };
      let champion: Champion | null = null;
      if (!this.champion || validation.loss < this.champion.validation.loss) {
        champion = { generation, individual: best, validation, digest: this.digest() };
        this.#crown(champion);
      }
      const selection = Uint8Array.of(1, best);
      yield {
        event: 'generation',
        generation,
        digest: this.digest(),
        losses,
        selection,
        best: losses[best],
        mean: losses.reduce((sum, loss) => sum + loss) / POPULATION,
        validation,
        train: null,
        champion,
        evaluations: (generation + 1) * POPULATION,
        seconds: 0,
      };
      losses.fill(Number.NaN);
      this.#advance(selection);
    }
    yield {
      event: 'done',
      generations: this.generation,
      reason,
      digest: this.digest(),
      best: 0,
      champion: this.champion,
      validation: this.champion?.validation ?? null,
      test: null,
      evaluations: this.generation * POPULATION,
      seconds: 0,
      evaluationsPerSecond: 0,
    };
  }

  async close(): Promise<void> {}
}
