// Between runs and workers: what a run wants measured goes to the scheduler, what the scheduler leases goes to workers, and their losses
// come back to the run, each checked before it counts. Commits go to every worker that holds the run or is on its way to.
import { encodeMessage } from '../protocol/codec.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { ServerMessage, WorkerHello, WorkerMessage } from '../protocol/messages.ts';
import { describeWorker } from './describe.ts';
import { schedulerLimits, sessionLimits, trustLimits } from './limits.ts';
import { readLosses } from './losses.ts';
import type { Metrics } from './metrics.ts';
import { type Lie, RunChecks } from './run-checks.ts';
import type { Measured, RunFollower, RunHandle } from './run-handle.ts';
import type { Back, Recorded } from './run-messages.ts';
import { type Assignment, type RangeLost, Scheduler } from './scheduler/index.ts';
import { type Level, SERVER, type TrustFile, type Verdict } from './trust/index.ts';
import { type Employer, type Link, type Part, type Task, WorkerSession } from './worker-session.ts';

type Message<Type extends WorkerMessage['type']> = Extract<WorkerMessage, { type: Type }>;

/** What workers are told of a run that wants them. */
interface Wanted {
  run: RunHandle;
  /** The latest state that was begun. */
  generation: number;
  /** 32 hex digits, by generation: of the latest ones. */
  digests: Map<number, string>;
  /** What made the state of it; null where the run's thread has just begun. */
  selection: Uint8Array | null;
  /** Whether workers elsewhere may be told of `generation`. */
  told: boolean;
}

export class Dispatch implements RunFollower, Employer {
  readonly workers = new Map<string, WorkerSession>();
  /** Entries of workers that were sent away for a wrong loss, by id. */
  readonly outcasts = new Map<string, Record<string, unknown>>();
  readonly scheduler: Scheduler;
  readonly #metrics: Metrics;
  readonly #file: TrustFile;
  readonly #checks = new Map<string, RunChecks>();
  /** Owners' latest workers, in words. */
  readonly #labels = new Map<string, string>();
  readonly #believing: boolean;
  /** Told of each run whose entry says something else now that someone was caught. */
  onCaught: (run: string) => void = () => {};
  readonly #wanted = new Map<string, Wanted>();
  /** Runs that the scheduler knows. */
  readonly #scheduled = new Set<string>();
  #pumping: NodeJS.Immediate | null = null;
  /** Leased, and not yet told to the workers. */
  #unsent: Assignment[] = [];
  #sending: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `believing`: nothing is checked. */
  constructor(metrics: Metrics, file: TrustFile, { believing = false }: { believing?: boolean } = {}) {
    this.#metrics = metrics;
    this.#file = file;
    this.#believing = believing;
    this.scheduler = new Scheduler({ replicate: (done) => this.#checks.get(done.run)?.replicate(done) ?? false });
  }

  // --- Runs --------------------------------------------------------------------------------------------------------------------

  opened(run: RunHandle): void {
    const { memory } = run.opened as NonNullable<RunHandle['opened']>;
    const evaluators = run.record.experiment.evaluators as string[];
    this.#scheduled.add(run.id);
    this.scheduler.addRun({ id: run.id, weight: 1, memory, evaluators });
    const caught = (_run: RunHandle, owner: string, lie: Lie) => this.#caught(run, owner, lie);
    const all = { scheduler: this.scheduler, file: this.#file, metrics: this.#metrics, believing: this.#believing, caught };
    this.#checks.set(run.id, new RunChecks(run, all));
    // What the journal does not hold is nothing to go back from.
    if (this.#file.trust.unmark(run.id, run.generations)) void this.#file.save();
    // Someone was caught while the journal was read.
    const doubt = this.#file.trust.doubt(run.id);
    if (doubt) this.#goBack(run, run.generations, doubt.generation);
  }

  begin(run: RunHandle, { generation, digest, selection, durable }: Measured): void {
    const known = this.#wanted.get(run.id);
    const wanted: Wanted = known ?? { run, generation, digests: new Map(), selection, told: false };
    this.#wanted.set(run.id, wanted);
    wanted.generation = generation;
    wanted.selection = selection;
    wanted.digests.set(generation, digest);
    wanted.digests.delete(generation - sessionLimits.digests);
    const { population, algorithm } = run.record.experiment as { population: number; algorithm: { block?: number } };
    this.scheduler.beginGeneration(
      run.id,
      { generation, population, grain: Math.min(population, algorithm.block ?? 1, schedulerLimits.individuals) },
      performance.now(),
    );
    this.#checks.get(run.id)?.begin(generation);
    for (const worker of this.workers.values()) {
      // Checks of the generation before that nobody waited for.
      this.#clear(worker, run.id, generation);
      if (worker.local) this.#hold(worker, wanted);
    }
    wanted.told = false;
    if (durable) this.#announce(wanted);
    this.#pump();
  }

  recorded(run: RunHandle, record: Recorded): void {
    this.#metrics.committed(record.commitMs / 1000);
    const wanted = this.#wanted.get(run.id);
    if (wanted?.generation !== record.generation + 1) return;
    this.#announce(wanted);
    this.#pump();
  }

  audit(run: RunHandle, individuals: number[]): void {
    this.#checks.get(run.id)?.audit(individuals);
    this.#pump();
  }

  wentBack(): void {}

  /** A run was deleted. */
  forget(run: string): void {
    if (this.#file.trust.unmark(run, 0)) this.#file.later();
  }

  /** The server's own threads have the state as soon as it is there. */
  #hold(worker: WorkerSession, { run, generation }: Wanted): void {
    worker.parts.set(run.id, { state: 'ready', wrong: 0, reason: null });
    this.scheduler.setReady(worker.id, run.id, generation);
  }

  /** What led to the state that is wanted is on the disk: workers elsewhere may follow. */
  #announce(wanted: Wanted): void {
    const { run, generation, digests, selection } = wanted;
    wanted.told = true;
    let commit: Uint8Array | null = null;
    for (const worker of this.workers.values()) {
      if (worker.local || worker.leaving) continue;
      const part = worker.parts.get(run.id);
      if (selection && (part?.state === 'ready' || part?.state === 'building')) {
        const digest = bytesOf(digests.get(generation) as string);
        commit ??= encodeMessage({ type: 'commit', run: run.id, generation: generation - 1, selection, digest } as ServerMessage);
        worker.connection.sendFrame(commit);
      }
      if (part?.state === 'ready') this.scheduler.setReady(worker.id, run.id, generation);
      if (part?.state === 'astray') this.#tell(worker, wanted, { state: 'building', wrong: 0, reason: null });
      if (!part) this.#offer(worker);
    }
  }

  closed(run: RunHandle): void {
    if (this.#scheduled.delete(run.id)) this.scheduler.removeRun(run.id);
    this.#wanted.delete(run.id);
    this.#checks.get(run.id)?.halt();
    this.#checks.delete(run.id);
    for (const worker of this.workers.values()) {
      this.#clear(worker, run.id, Number.POSITIVE_INFINITY);
      const part = worker.parts.get(run.id);
      if (part && run.goingBack) {
        // It keeps what it has of the run, and is told where to go as soon as the run is there.
        if (part.state !== 'refused') part.state = 'astray';
        continue;
      }
      if (part && part.state !== 'refused') worker.connection.send({ type: 'forget', run: run.id });
      worker.parts.delete(run.id);
      // Its memory may be enough for another run now.
      this.#offer(worker);
    }
    this.#pump();
  }

  changed(): void {}

  // --- Workers -----------------------------------------------------------------------------------------------------------------

  join(link: Link, hello: WorkerHello, local = false): WorkerSession {
    const owner = local ? SERVER : this.#ownerOf(link, hello);
    const worker = new WorkerSession(link, hello, this, owner);
    const { threads, memory, evaluators } = hello;
    this.scheduler.addWorker({ id: worker.id, threads, memory, evaluators, owner });
    this.workers.set(worker.id, worker);
    this.#labels.delete(owner);
    this.#labels.set(owner, worker.label);
    for (const oldest of this.#labels.keys()) {
      if (this.#labels.size <= trustLimits.accounts) break;
      this.#labels.delete(oldest);
    }
    return worker;
  }

  /** Throws ProtocolError `distrusted`. */
  #ownerOf({ token, address }: Link, { name }: WorkerHello): string {
    const { trust } = this.#file;
    const owner = trust.owner({ token, address, name }, new Date().toISOString());
    const verdict = trust.account(owner)?.distrusted;
    if (verdict) throw new ProtocolError('distrusted', sentence(verdict));
    return owner;
  }

  // --- Trust -------------------------------------------------------------------------------------------------------------------

  levelOf({ owner }: WorkerSession): Level {
    return this.#file.trust.level(owner);
  }

  /** What viewers see of whoever answers for a worker. */
  trustOf(worker: WorkerSession) {
    const account = this.#file.trust.account(worker.owner);
    const { results = 0, confirmed = 0, wrong = 0, since = null, distrusted: verdict = null } = account ?? {};
    return { level: this.levelOf(worker), results, confirmed, wrong, since, verdict };
  }

  /** A worker that is sent away for a wrong loss stays on the list, so that one sees who and why. */
  #remember(worker: WorkerSession): void {
    const known = this.scheduler.workerStatistics(worker.id);
    const gone = { idle: null, rate: 0, share: 0, lastSeen: new Date().toISOString() };
    this.outcasts.set(worker.id, { ...describeWorker(worker), trust: this.trustOf(worker), ...known, ...gone });
    for (const oldest of this.outcasts.keys()) {
      if (this.outcasts.size <= trustLimits.outcasts) break;
      this.outcasts.delete(oldest);
    }
  }

  verdicts(run: RunHandle): Verdict[] {
    return this.#file.trust.verdicts(run.id);
  }

  /** Where a run has to go back to: it holds a result that nobody confirmed of someone who was caught since. */
  doubt(run: RunHandle): Back | null {
    const doubt = this.#file.trust.doubt(run.id);
    return doubt && { generation: doubt.generation, who: doubt.verdict.who, why: sentence(doubt.verdict) };
  }

  /** An owner's loss is another than the server's own: nothing of what it gave counts any more, unless somebody confirmed it. */
  #caught(run: RunHandle, owner: string, { generation, individual, told, right }: Lie): void {
    const { trust } = this.#file;
    const who = this.#labels.get(owner) ?? owner;
    const finite = (loss: number) => (Number.isFinite(loss) ? loss : null);
    const verdict = { run: run.id, generation, individual, told: finite(told), right: finite(right), who, at: new Date().toISOString() };
    if (owner === SERVER) {
      const message = `the server's own threads disagree: ${sentence(verdict)}. Its memory or its processor may be broken`;
      this.#metrics.log.error({ run: run.id }, message);
      run.stop('paused', { name: 'Distrusted', code: 'distrusted', message }).catch((error) => this.#metrics.log.error(error));
      return;
    }
    if (!trust.distrust(owner, verdict)) return;
    this.#metrics.lies += 1;
    this.#metrics.log.error({ run: run.id, owner, worker: who }, sentence(verdict));
    void this.#file.save();
    for (const worker of [...this.workers.values()]) {
      if (worker.owner !== owner) continue;
      worker.leaving = true;
      this.#remember(worker);
      worker.connection.drop('distrusted', sentence(verdict));
    }
    for (const { run: other, generation: present } of [...this.#wanted.values()]) {
      const doubt = trust.doubt(other.id);
      const checks = this.#checks.get(other.id) as RunChecks;
      if (checks.halted) continue;
      if (doubt && (doubt.generation < present || checks.selecting)) {
        this.#goBack(other, present, doubt.generation);
      } else if (!checks.selecting) {
        checks.reopened(owner, this.scheduler.reopen(other.id, owner));
        trust.unmark(other.id, present);
      }
    }
    for (const id of new Set([run.id, ...trust.runsOf(owner)])) this.onCaught(id);
    this.#pump();
  }

  /** Sends a run back, once it is on the disk why: a server that is killed meanwhile does so when it opens the run. */
  #goBack(run: RunHandle, from: number, to: number): void {
    this.#checks.get(run.id)?.halt();
    this.#metrics.rewinds += 1;
    this.#metrics.log.warn({ run: run.id }, `the run goes back from generation ${from} to ${to}`);
    this.#file
      .save()
      .then(() => run.goBack())
      .catch((error) => this.#metrics.log.error(error));
  }

  /** The worker was welcomed: it may be told of runs. */
  welcomed(worker: WorkerSession): void {
    this.#offer(worker);
  }

  gone(worker: WorkerSession): void {
    this.workers.delete(worker.id);
    this.scheduler.removeWorker(worker.id, worker.leaving ? 'left' : 'lost');
    this.#checkLost();
    this.#pump();
  }

  drained(worker: WorkerSession): void {
    if (!worker.slow) return;
    worker.slow = false;
    this.scheduler.setSlow(worker.id, false);
    this.#pump();
  }

  /** Tells the worker of the runs that it should hold and does not. */
  #offer(worker: WorkerSession): void {
    if (worker.local || worker.leaving || this.#closed) return;
    for (const id of this.scheduler.holdings(worker.id)) {
      const wanted = this.#wanted.get(id);
      // Not told yet: it is offered with the others then.
      if (wanted?.told && !worker.parts.has(id)) this.#tell(worker, wanted, { state: 'building', wrong: 0, reason: null });
    }
  }

  #tell(worker: WorkerSession, { run, generation, digests }: Wanted, part: Part): void {
    worker.parts.set(run.id, part);
    const { experiment, seed } = run.record;
    const { dataset, started } = run.opened as NonNullable<RunHandle['opened']>;
    const digest = bytesOf(digests.get(generation) as string);
    worker.connection.send({ type: 'run', run: run.id, experiment, seed, dataset: dataset.hash, started, generation, digest });
  }

  message(worker: WorkerSession, message: WorkerMessage): void {
    switch (message.type) {
      case 'ready':
        this.#ready(worker, message);
        break;
      case 'refuse':
        this.#refuse(worker, message);
        break;
      case 'result':
        this.#result(worker, message);
        break;
      case 'fail':
        this.#metrics.log.warn({ worker: worker.label, run: message.run, code: message.code }, message.message);
        this.#giveUp(worker, message.task, message.code === 'memory' ? 'memory' : 'crashed');
        break;
      case 'return':
        for (const task of message.tasks) this.#giveUp(worker, task, 'returned');
        break;
      case 'leave':
        worker.leaving = true;
        for (const id of worker.parts.keys()) this.scheduler.setUnready(worker.id, id);
        break;
    }
    this.#checkLost();
    this.#pump();
  }

  #ready(worker: WorkerSession, { run: id, generation, digest }: Message<'ready'>): void {
    const wanted = this.#wanted.get(id);
    const part = worker.parts.get(id);
    // The run ended on the way, or went back: it was told so, or will be.
    if (!wanted || !part || part.state === 'astray') return;
    // A record can be read before it is said here that it is on the disk: whoever is ahead by that one waits for the rest.
    if (generation > wanted.run.generations + 1) {
      // Said before it heard that the run went back.
      if (wanted.run.opened?.cuts?.length) return;
      throw new ProtocolError(
        'malformed',
        `run ${id} has recorded ${wanted.run.generations} generations: nobody can be ready for ${generation}`,
      );
    }
    // The commits since that generation are on their way to it, and every task comes behind them.
    const expected = wanted.digests.get(generation);
    if (expected !== undefined && expected !== hexOf(digest)) {
      this.#wrongDigest(worker, wanted, part, generation, digest);
      return;
    }
    if (worker.leaving) return;
    part.state = 'ready';
    part.reason = null;
    // Not told yet: it gets that commit with the others, and is ready then.
    if (wanted.told && generation <= wanted.generation) this.scheduler.setReady(worker.id, id, wanted.generation);
  }

  #refuse(worker: WorkerSession, { run: id, code, message }: Message<'refuse'>): void {
    const part = worker.parts.get(id);
    if (!part) return;
    part.state = 'refused';
    part.reason = `${code}: ${message}`;
    this.scheduler.setUnready(worker.id, id);
    for (const [task, { run }] of worker.tasks) if (run === id) this.#giveUp(worker, task, 'returned');
    this.#metrics.log.warn({ worker: worker.label, run: id, code }, `the worker cannot take part: ${message}`);
  }

  /** A worker whose state is another: the first time it builds it again, the second time it goes. */
  #wrongDigest(worker: WorkerSession, wanted: Wanted, part: Part, generation: number, digest: Uint8Array): void {
    const { id } = wanted.run;
    const text = `run ${id}: your state of generation ${generation} has digest ${hexOf(digest)}, the run's has ${wanted.digests.get(generation)}`;
    this.#metrics.log.warn({ worker: worker.label, run: id, generation }, text);
    this.scheduler.setUnready(worker.id, id);
    for (const [task, { run }] of worker.tasks) if (run === id) this.#giveUp(worker, task, 'returned');
    part.wrong += 1;
    if (part.wrong >= sessionLimits.wrongDigests) throw new ProtocolError('digest', text);
    this.#metrics.resyncs += 1;
    worker.connection.complain('digest', text);
    this.#tell(worker, wanted, { ...part, state: 'building' });
  }

  #result(worker: WorkerSession, { task: lease, losses: bytes, digest, ms }: Message<'result'>): void {
    const task = worker.tasks.get(lease);
    const now = performance.now();
    if (!task) {
      // Late, twice, or of a run that is gone: counted, and held against nobody.
      this.scheduler.result({ worker: worker.id, lease, milliseconds: ms }, now);
      return;
    }
    const { run: id, generation } = task;
    const wanted = this.#wanted.get(id) as Wanted;
    const part = worker.parts.get(id) as Part;
    const losses = readLosses(bytes, task.count);
    if (wanted.digests.get(generation) !== hexOf(digest)) {
      this.#wrongDigest(worker, wanted, part, generation, digest);
      return;
    }
    part.wrong = 0;
    worker.tasks.delete(lease);
    const outcome = this.scheduler.result({ worker: worker.id, lease, milliseconds: ms }, now);
    const checks = this.#checks.get(id) as RunChecks;
    if (outcome.kind === 'replica' || outcome.kind === 'audit') checks.answered(outcome, worker.owner, losses);
    if (outcome.kind !== 'accepted') return;
    for (const { first, count } of outcome.pieces) {
      wanted.run.keep(first, losses.subarray(first - task.first, first - task.first + count));
      this.#metrics.evaluated(id, worker.id, count);
    }
    if (outcome.complete) this.#cancel(id);
    checks.kept(outcome.complete);
  }

  /** Ends the leases of a generation that has all its losses: their threads are free for checks. */
  #cancel(run: string): void {
    const over = new Map<WorkerSession, number[]>();
    for (const { worker: id, lease } of this.scheduler.cancelLeases(run)) {
      const worker = this.workers.get(id) as WorkerSession;
      worker.tasks.delete(lease);
      over.set(worker, [...(over.get(worker) ?? []), lease]);
    }
    for (const [worker, tasks] of over) worker.connection.send({ type: 'cancel', tasks });
  }

  /** Forgets a worker's tasks of a run up to a generation. */
  #clear(worker: WorkerSession, run: string, generation: number): void {
    for (const [lease, task] of worker.tasks) if (task.run === run && task.generation <= generation) worker.tasks.delete(lease);
  }

  #giveUp(worker: WorkerSession, lease: number, failure: 'returned' | 'crashed' | 'memory'): void {
    const task = worker.tasks.get(lease);
    if (!task) return;
    worker.tasks.delete(lease);
    this.scheduler.fail({ worker: worker.id, lease }, failure, performance.now());
  }

  // --- Leases ------------------------------------------------------------------------------------------------------------------

  /** Leases what there is to lease, once whatever else is at hand has been dealt with. */
  #pump(): void {
    if (this.#closed) return;
    this.#pumping ??= setImmediate(() => {
      this.#pumping = null;
      this.#lease();
    });
  }

  #lease(): void {
    const now = performance.now();
    this.scheduler.expire(now);
    this.#checkLost();
    for (const checks of this.#checks.values()) checks.look();
    for (const assignment of this.scheduler.assign(now)) {
      const { lease, worker, run, generation, first, count } = assignment;
      this.workers.get(worker)?.tasks.set(lease, { run, generation, first, count } satisfies Task);
      this.#unsent.push(assignment);
    }
    if (!this.#sending) this.#sendTasks();
    this.#wake();
  }

  /** Sends what was leased, a slice at a time: what thousands of workers get at once must not keep the loop from everyone else. */
  #sendTasks(): void {
    this.#sending = null;
    const end = performance.now() + sessionLimits.sliceMs;
    let at = 0;
    for (; at < this.#unsent.length && (at % 16 || performance.now() < end); ++at) {
      const { lease, worker: id, run, generation, first, count, attempt } = this.#unsent[at];
      const worker = this.workers.get(id);
      // Over, or gone, before its turn came.
      if (!worker?.tasks.has(lease)) continue;
      worker.connection.send({ type: 'task', run, generation, task: lease, first, count, attempt });
      if (!worker.slow && worker.connection.congested) {
        worker.slow = true;
        this.scheduler.setSlow(id, true);
      }
    }
    this.#unsent = this.#unsent.slice(at);
    if (this.#unsent.length && !this.#closed) this.#sending = setImmediate(() => this.#sendTasks());
  }

  #wake(): void {
    clearTimeout(this.#timer);
    const at = this.scheduler.nextDeadline();
    if (at === Number.POSITIVE_INFINITY || this.#closed) return;
    this.#timer = setTimeout(() => this.#lease(), Math.min(Math.max(1, at - performance.now()), 2 ** 31 - 1));
  }

  #checkLost(): void {
    for (const lost of this.scheduler.takeLost()) this.#pause(lost);
  }

  /** A range that several workers lost is most likely the range's own doing: someone has to look. */
  #pause({ run: id, generation, range, losses }: RangeLost): void {
    const run = this.#wanted.get(id)?.run;
    const how = losses.map(({ worker, cause }) => `${this.workers.get(worker)?.label ?? worker}: ${cause}`).join(', ');
    const message = `generation ${generation}: individuals ${range.first} to ${range.first + range.count - 1} were lost ${losses.length} times (${how})`;
    this.#metrics.log.error({ run: id }, `the run is paused: ${message}`);
    run?.stop('paused', { name: 'RangeLost', code: 'evaluation', message }).catch((error) => this.#metrics.log.error(error));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#pumping) clearImmediate(this.#pumping);
    if (this.#sending) clearImmediate(this.#sending);
    for (const worker of this.workers.values()) worker.connection.drop('shutdown', 'the server is closing: come back later');
  }
}

const sentence = ({ run, generation, individual, told, right, who }: Verdict): string =>
  `${who} gave a wrong loss: run ${run}, generation ${generation}, individual ${individual} has ${right ?? 'infinity'}, not ${told ?? 'infinity'}`;

const bytesOf = (digest: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(digest, 'hex'));

const hexOf = (digest: Uint8Array): string => Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('hex');
