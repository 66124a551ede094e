// The listener that keeps a run in its folder: the journal as the run goes, the champion when it ends.
import type { DoneEvent, RunEvent } from '../core/events.ts';
import type { Run } from '../core/run.ts';
import { type Experiment, experimentHash } from '../experiments/index.ts';
import { writeChampion } from '../journal/champion-file.ts';
import { type Journal, type JournalListener, journalListener } from '../journal/index.ts';
import type { Listener } from './listener.ts';

/** A larger state is not kept when the run is stopped: that would not be "at once", and a replay is quick beside evaluating. */
const SNAPSHOT_BYTES_ON_STOP = 256e6;

export class Recorder implements Listener {
  readonly #journal: Journal;
  readonly #run: Run;
  readonly #experiment: Experiment;
  readonly #records: JournalListener;

  constructor(journal: Journal, run: Run, experiment: Experiment) {
    this.#journal = journal;
    this.#run = run;
    this.#experiment = experiment;
    // Nobody is told of a generation before its record is durable.
    this.#records = journalListener(journal, run, { inFlight: 0 });
  }

  async on(event: RunEvent): Promise<void> {
    if (event.event === 'generation') return this.#records.on(event);
    // Stopped before its replay was through: the journal knows more than this run.
    if (event.generations < this.#journal.count) return;
    if (this.#stateBytes() > SNAPSHOT_BYTES_ON_STOP) await this.#journal.finish(event);
    else await this.#records.on(event);
    this.#keepChampion(event);
  }

  #keepChampion({ champion }: DoneEvent): void {
    const weights = this.#run.championWeights();
    if (!champion || !weights) return;
    const { network } = this.#run;
    const { folder, run } = this.#journal;
    const source = { experiment: this.#experiment.name, experimentHash: experimentHash(this.#experiment), seed: run.seed };
    writeChampion(folder, { network, weights, champion, ...source });
  }

  #stateBytes(): number {
    const { algorithm } = this.#experiment;
    // An ES keeps its centre and two moments.
    const genomes = algorithm.name === 'ga' ? algorithm.parents : 3;
    return genomes * this.#run.network.parameters * Float32Array.BYTES_PER_ELEMENT;
  }
}
