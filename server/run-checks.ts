// One run's results under check, a generation at a time: what a second owner computed again is compared with what was kept, bit for bit;
// where the two differ, the run's own thread computes it once more, and its word is final.
//
//     measuring -> checking -> selecting -> (auditing ->) the next generation
//
// Checking waits for the replicas, auditing for the survivors' losses: only while the state is there can a lie be told from the truth. What
// nobody else can check, the server computes itself: all audits, and one individual of a replica.
import type { Metrics } from './metrics.ts';
import type { RunHandle } from './run-handle.ts';
import type { Done, Outcome, Range, Scheduler } from './scheduler/index.ts';
import { SERVER, Tally, type TrustFile } from './trust/index.ts';

type Check = Extract<Outcome, { kind: 'replica' | 'audit' }>;

/** Losses that an owner gave for a range. */
interface Claim {
  owner: string;
  losses: Float32Array;
}

/** A loss that is another than the server's own. */
export interface Lie {
  generation: number;
  individual: number;
  told: number;
  right: number;
}

export interface ChecksOptions {
  scheduler: Scheduler;
  file: TrustFile;
  metrics: Metrics;
  /** Check nothing. */
  believing: boolean;
  /** An owner lied. */
  caught(run: RunHandle, owner: string, lie: Lie): void;
}

export class RunChecks {
  readonly #run: RunHandle;
  readonly #options: ChecksOptions;
  readonly #tally: Tally;
  #stage: 'measuring' | 'checking' | 'saving' | 'selecting' | 'auditing' | 'halted' = 'measuring';
  #generation = -1;
  /** What the run's thread was asked for and has not answered. */
  #open = 0;
  /** Which generation's, begun how often: an answer of another is of no use. */
  #turn = 0;
  /** Individuals that the server is to compute itself, for there is nobody else. */
  #spots: { owner: string; individual: number }[] = [];

  constructor(run: RunHandle, options: ChecksOptions) {
    this.#run = run;
    this.#options = options;
    this.#tally = new Tally(run.population);
  }

  /** Whether the present generation's losses are with the run's thread already: what is wrong among them cannot be measured again. */
  get selecting(): boolean {
    return this.#stage === 'selecting' || this.#stage === 'auditing';
  }

  get halted(): boolean {
    return this.#stage === 'halted';
  }

  /** The run goes back, or its thread has ended: nothing of it may be recorded any more, and no answer is waited for. For good. */
  halt(): void {
    this.#stage = 'halted';
    this.#turn += 1;
  }

  begin(generation: number): void {
    // What was on its way when the run was told to go back.
    if (this.#stage === 'halted') return;
    this.#generation = generation;
    this.#stage = 'measuring';
    this.#open = 0;
    this.#turn += 1;
    this.#spots = [];
    this.#tally.clear();
  }

  /** A range has its first result. */
  replicate(done: Done): boolean {
    const { trust } = this.#options.file;
    if (this.#options.believing) return false;
    this.#tally.keep(done.owner, done);
    const individual = trust.spot(done);
    if (individual !== null) this.#spots.push({ owner: done.owner, individual });
    return trust.replicate(done);
  }

  /** Losses were kept. `complete`: the generation has them all. */
  kept(complete: boolean): void {
    for (const { owner, individual } of this.#spots.splice(0)) this.#recompute(owner, { first: individual, count: 1 });
    if (complete && this.#stage === 'measuring') this.#stage = 'checking';
    this.#options.file.later();
    this.look();
  }

  /** What an owner did was undone. */
  reopened(owner: string, ranges: readonly Range[]): void {
    this.#tally.drop(owner, ranges);
    if (ranges.length && this.#stage !== 'halted') this.#stage = 'measuring';
  }

  /** A check was answered. */
  answered({ kind, range, against }: Check, owner: string, losses: Float32Array): void {
    const { metrics, file } = this.#options;
    if (kind === 'replica') metrics.replicas += range.count;
    else metrics.audits += range.count;
    const [doer] = against;
    const claim = this.#claim(doer, range);
    if (!claim) return;
    const whole = kind === 'replica';
    if (sameBits(claim.losses, losses)) {
      this.#confirm(doer, range, whole);
      file.trust.confirm(owner, range.count, whole);
      this.look();
    } else void this.#arbitrate(range, [claim, { owner, losses }], whole);
  }

  /** A selection was made, and these individuals' losses must be right. */
  audit(individuals: readonly number[]): void {
    const { scheduler } = this.#options;
    const { id } = this.#run;
    if (this.#stage === 'halted') return;
    this.#stage = 'auditing';
    const doubtful = individuals.filter((i) => {
      const doer = scheduler.doer(id, i);
      // Other evaluators' bits are their own: there is nothing to compare them with.
      return doer?.owner !== SERVER && doer?.evaluator === 'wasm' && !this.#tally.isConfirmed(i);
    });
    scheduler.requestAudit(id, doubtful);
    this.look();
  }

  /** Goes on where nothing has to be waited for any more. To be called whenever that may be another than it was. */
  look(): void {
    if (this.#stage !== 'checking' && this.#stage !== 'auditing') return;
    const { scheduler, file } = this.#options;
    const { id } = this.#run;
    for (const { first, count, against } of scheduler.takeStranded(id)) {
      const [owner] = against;
      const individual = file.trust.pick({ run: id, generation: this.#generation, first, count, owner });
      this.#recompute(owner, { first: individual, count: 1 });
    }
    if (this.#open || scheduler.pendingChecks(id)) return;
    if (this.#stage === 'auditing') {
      this.#stage = 'selecting';
      this.#run.audited(this.#generation);
      return;
    }
    // Durable before the record that it is about: after a crash the run must know how far it can be believed.
    if (file.trust.mark(id, this.#tally.unconfirmed(), this.#generation)) {
      this.#stage = 'saving';
      const turn = this.#turn;
      void file.save().then(() => {
        if (this.#turn !== turn || this.#stage !== 'saving') return;
        this.#stage = 'checking';
        this.look();
      });
      return;
    }
    this.#stage = 'selecting';
    this.#run.complete(this.#tally.owners.some((owner) => owner !== SERVER));
  }

  /** What is kept of an owner's losses. */
  #claim(owner: string, { first, count }: Range): Claim | null {
    const losses = this.#run.losses(first, count);
    return losses && { owner, losses: losses.slice() };
  }

  #recompute(owner: string, range: Range): void {
    const claim = this.#claim(owner, range);
    if (!claim) return;
    this.#options.metrics.audits += range.count;
    void this.#arbitrate(range, [claim], false);
  }

  /** The run's own thread computes a range: whoever said otherwise lied. The generation waits for it. */
  async #arbitrate(range: Range, claims: Claim[], whole: boolean): Promise<void> {
    const { caught, file } = this.#options;
    if (this.#stage === 'halted') return;
    const turn = this.#turn;
    this.#open += 1;
    const measured = await this.#run.measure(this.#generation, range.first, range.count).catch((error: Error) => {
      this.#giveUp(range, error);
      return null;
    });
    if (turn !== this.#turn) return;
    this.#open -= 1;
    const right = measured?.losses;
    claims.forEach(({ owner, losses }, i) => {
      if (!right) return;
      const at = losses.findIndex((loss, k) => !Object.is(loss, right[k]));
      if (at >= 0)
        caught(this.#run, owner, { generation: this.#generation, individual: range.first + at, told: losses[at], right: right[at] });
      else if (i === 0) this.#confirm(owner, range, whole);
      else file.trust.confirm(owner, range.count, whole);
    });
    if (turn === this.#turn) this.look();
  }

  /** What cannot be checked is not to be believed: the run waits for someone to look. */
  #giveUp({ first, count }: Range, error: Error): void {
    if (this.#stage === 'halted') return;
    const { log } = this.#options.metrics;
    const individuals = count === 1 ? `individual ${first}` : `individuals ${first} to ${first + count - 1}`;
    const message = `generation ${this.#generation}: the server failed over ${individuals}, which it had to check: ${error.message}`;
    log.error({ run: this.#run.id }, `the run is paused: ${message}`);
    this.halt();
    this.#run.stop('paused', { name: 'Unchecked', code: 'evaluation', message }).catch((late) => log.error(late));
  }

  #confirm(owner: string, range: Range, whole: boolean): void {
    // Undone meanwhile: what is confirmed is not what will be kept.
    if (this.#options.scheduler.doer(this.#run.id, range.first)?.owner !== owner) return;
    this.#options.file.trust.confirm(owner, this.#tally.confirm(owner, range), whole);
  }
}

const sameBits = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((loss, i) => Object.is(loss, b[i]));
