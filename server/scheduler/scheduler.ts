// Who computes what: runs, workers and leases, driven by events and by the time that the caller passes in. No clock, timer, randomness or
// input and output of its own: the same calls give the same leases.
import { type SchedulerLimits, schedulerLimits } from '../limits.ts';
import { type Check, Checks } from './checks.ts';
import { Coverage, type Doer } from './coverage.ts';
import { doubtedFrom, expiresAt } from './deadline.ts';
import { chooseHome, evaluatorFor, fits, forgetIdleTime } from './fairness.ts';
import { Heap } from './heap.ts';
import { idleReason } from './idle.ts';
import { Pace } from './pace.ts';
import { type Piece, Pool } from './pool.ts';
import { rangeSize } from './size.ts';
import { countThread, countWorker, finishOf, meanPaceOf, speedOf } from './speed.ts';
import { type Generation, Lease, Run, type Thread, Worker } from './state.ts';
import { individualsOf, noCounts, statistics, workerStatistics } from './statistics.ts';
import { Tail } from './tail.ts';
import type {
  Assignment,
  Departure,
  Failure,
  GenerationSpec,
  LeaseKind,
  Loss,
  Outcome,
  Range,
  RangeLost,
  Replicate,
  Report,
  RunSpec,
  Statistics,
  Stranded,
  WorkerSpec,
  WorkerStatistics,
} from './types.ts';
import { checkGeneration, checkRun, checkWorker } from './valid.ts';

export interface SchedulerOptions {
  limits?: Partial<SchedulerLimits>;
  /** Which results are to be recomputed by a second owner; default: none. */
  replicate?: Replicate;
}

export class Scheduler {
  readonly #limits: SchedulerLimits;
  readonly #replicate: Replicate;
  readonly #runs = new Map<string, Run>();
  readonly #workers = new Map<string, Worker>();
  readonly #leases = new Map<number, Lease>();
  readonly #timers = new Heap<Thread>();
  /** Idle threads for which nothing was found, the fastest first. */
  readonly #parked = new Heap<Thread>();
  /** Threads to be served at the next `assign`. */
  #waiting: Thread[] = [];
  /** Work has appeared that a parked thread may want. */
  #opened = false;
  #nextLease = 1;
  #lost: RangeLost[] = [];
  /** How often a worker went, or fell silent. */
  #departures = 0;
  readonly #counts = noCounts();

  constructor(options: SchedulerOptions = {}) {
    this.#limits = { ...schedulerLimits, ...options.limits };
    this.#replicate = options.replicate ?? (() => false);
  }

  // Runs

  /** @throws RangeError if the run is known or its numbers make no sense */
  addRun(spec: RunSpec): void {
    if (this.#runs.has(spec.id)) throw new RangeError(`run ${spec.id} is scheduled already`);
    checkRun(spec);
    const run = new Run(spec, this.#limits);
    this.#runs.set(spec.id, run);
    forgetIdleTime(run, this.#runs.values(), this.#limits);
    for (const worker of this.#workers.values())
      if (!worker.home) this.#move(worker, chooseHome(worker, this.#runs.values(), this.#limits));
  }

  /** Forgets the run and its leases; their results will be stale. */
  removeRun(id: string): void {
    const run = this.#run(id);
    this.#drop(run);
    this.#runs.delete(id);
    // It asks for nobody any more: else its workers would stay with it, and the next run would get none.
    run.paused = true;
    for (const worker of this.#workers.values()) worker.paces.delete(run);
    this.#leave(run);
  }

  /** No new leases for the run; results of those that are out still count. */
  pauseRun(id: string): void {
    const run = this.#run(id);
    run.paused = true;
    this.#leave(run);
  }

  /** Goes on; what was lost before is forgiven. */
  resumeRun(id: string): void {
    const run = this.#run(id);
    run.paused = false;
    run.generation?.pool.forgive();
    for (const lease of this.#leases.values()) if (lease.run === run) lease.losses = [];
    forgetIdleTime(run, this.#runs.values(), this.#limits);
    for (const worker of this.#workers.values()) worker.reconsiderAt = Number.NEGATIVE_INFINITY;
    this.#opened = true;
  }

  /**
   * Begins a generation, any: after the last one, again, or an earlier one. All leases of the run end; nobody is ready for it until `setReady`.
   * @throws RangeError where population or grain is no positive integer within the limits
   */
  beginGeneration(id: string, spec: GenerationSpec, now: number): void {
    const run = this.#run(id);
    checkGeneration(spec, this.#limits);
    this.#drop(run);
    const coverage = new Coverage(spec.population, spec.grain);
    const firstLease = this.#nextLease;
    run.generation = { spec: { ...spec }, coverage, pool: new Pool(coverage), checks: new Checks(), tail: new Tail(), firstLease };
    run.busySpeed = 0;
    run.busyEnd = 0;
    run.origin = now;
    forgetIdleTime(run, this.#runs.values(), this.#limits);
  }

  /**
   * Ends the leases that a complete generation no longer needs, so that their threads are free for checks; none while losses are missing.
   * @returns what the workers may be told to cancel; an answer that comes all the same is a duplicate
   */
  cancelLeases(id: string): { worker: string; lease: number }[] {
    const run = this.#run(id);
    if (run.generation?.coverage.open !== 0) return [];
    return this.#endLeases(run, ({ ticket }) => !ticket).map((lease) => ({ worker: lease.thread.worker.spec.id, lease: lease.id }));
  }

  /**
   * Has single individuals recomputed by an owner other than those who did them (and other than those who audited them before).
   * Their results come back as outcomes of kind `audit`.
   * @throws RangeError for an individual that has no loss yet
   */
  requestAudit(id: string, individuals: Iterable<number>): void {
    const generation = this.#generation(id);
    for (const individual of individuals) {
      const inside = Number.isInteger(individual) && individual >= 0 && individual < generation.spec.population;
      const doer = inside ? generation.coverage.doer(individual) : null;
      if (!doer) throw new RangeError(`run ${id}, generation ${generation.spec.generation}: individual ${individual} has no loss to audit`);
      generation.checks.order('audit', { first: individual, count: 1 }, doer.owner, doer.evaluator);
    }
    this.#opened = true;
  }

  /** Individuals to be recomputed that have not been answered: audits and replicas of the current generation. */
  pendingChecks(id: string): number {
    return this.#run(id).generation?.checks.pending ?? 0;
  }

  /** Gives back, and forgets, the checks that wait and that nobody who is there and answers may do. */
  takeStranded(id: string): Stranded[] {
    const run = this.#run(id);
    const checks = run.generation?.checks;
    // Who could do them can still, unless somebody has gone: thousands of results pass between two departures.
    if (!checks?.size || checks.stranded === this.#departures) return [];
    checks.stranded = this.#departures;
    return checks
      .takeStranded(this.#answering(run))
      .map(({ kind, first, count, against, evaluator }) => ({ kind, first, count, against, evaluator }));
  }

  /** Who gave an individual's loss in the current generation; null: nobody yet. */
  doer(id: string, individual: number): Doer | null {
    return this.#generation(id).coverage.doer(individual);
  }

  /** Makes all that an owner did in the current generation undone: it is leased anew. Checks of it end. Returns the ranges. */
  reopen(id: string, owner: string): Range[] {
    const run = this.#run(id);
    const { generation } = run;
    if (!generation) return [];
    const { checks, coverage, pool } = generation;
    checks.endAgainst(owner);
    for (const { ticket, generation: of } of this.#leases.values()) {
      if (of === generation && ticket?.against[0] === owner) checks.end(ticket);
    }
    const reopened = coverage.reopen(owner);
    for (const range of reopened) pool.give({ ...range, before: [], losses: [] });
    this.#opened = true;
    return reopened;
  }

  // Workers

  /** @throws RangeError if such a worker is present or its numbers make no sense */
  addWorker(spec: WorkerSpec): void {
    if (this.#workers.has(spec.id)) throw new RangeError(`worker ${spec.id} is present already`);
    checkWorker(spec, this.#limits);
    const worker = new Worker(spec, this.#limits);
    this.#workers.set(spec.id, worker);
    this.#move(worker, chooseHome(worker, this.#runs.values(), this.#limits));
    for (const thread of worker.threads) this.#wait(thread);
  }

  /** Its ranges go back at once. With `lost`, what its threads were computing counts as lost once more. */
  removeWorker(id: string, departure: Departure): void {
    const worker = this.#worker(id);
    worker.gone = true;
    this.#workers.delete(id);
    this.#departures += 1;
    for (const run of this.#runs.values()) run.ready.delete(worker);
    for (const thread of worker.threads) {
      const queue = thread.queue.splice(0);
      this.#timers.remove(thread.timer);
      this.#parked.remove(thread.parked);
      countThread(thread, this.#limits);
      queue.forEach((lease, place) => {
        const lost = departure === 'lost' && place === 0;
        this.#counts[lost ? 'lost' : 'returned'] += 1;
        this.#giveBack(lease, lost ? 'lost' : null, lost);
        this.#settle(lease);
      });
      for (const lease of thread.lapsed.splice(0)) this.#settle(lease);
    }
    this.#move(worker, null);
    this.#opened = true;
  }

  /**
   * The worker holds the run's state for that generation on every thread. False: that is not the current generation, or the run does not fit
   * the worker; nothing is leased to it.
   */
  setReady(id: string, runId: string, generation: number): boolean {
    const worker = this.#worker(id);
    const run = this.#runs.get(runId);
    if (run?.generation?.spec.generation !== generation || !fits(run, worker)) return false;
    run.ready.add(worker);
    for (const thread of worker.threads) {
      thread.silent = false;
      this.#wait(thread);
    }
    this.#countStuck(worker);
    return true;
  }

  /** The worker no longer holds the run. Leases that it has stay until it answers or fails them. */
  setUnready(id: string, runId: string): void {
    this.#departures += 1;
    this.#runs.get(runId)?.ready.delete(this.#worker(id));
  }

  /** While a worker does not read what it is sent, nothing new is leased to it. */
  setSlow(id: string, slow: boolean): void {
    const worker = this.#worker(id);
    worker.slow = slow;
    if (slow) this.#departures += 1;
    countWorker(worker);
    if (!slow) for (const thread of worker.threads) this.#wait(thread);
    else this.#opened = true;
  }

  /** The runs that the worker should hold, its own first: those that fit into its memory together. */
  holdings(id: string): string[] {
    const worker = this.#worker(id);
    let memory = worker.spec.memory;
    const held: string[] = [];
    for (const run of this.#inTurn(worker)) {
      if (!fits(run, worker) || run.spec.memory > memory) continue;
      memory -= run.spec.memory;
      held.push(run.spec.id);
    }
    return held;
  }

  // Answers

  /** A worker's result. Everything about it that can be wrong makes an outcome, never an error. */
  result(report: Report, now: number): Outcome {
    const lease = this.#leases.get(report.lease);
    const worker = this.#workers.get(report.worker);
    if (!lease) return this.#unknown(report, worker);
    if (lease.thread.worker !== worker) {
      this.#counts.unknown += 1;
      return { kind: 'unknown' };
    }
    const { thread, run, generation } = lease;
    const range = { first: lease.first, count: lease.count };
    const late = thread.lapsed.includes(lease);
    this.#measure(lease, report.milliseconds, now);
    this.#takeOff(lease, now);
    this.#settle(lease);
    this.#counts.results += 1;
    worker.results += 1;
    if (late) {
      this.#counts.late += 1;
      worker.late += 1;
    }
    const { ticket, evaluator } = lease;
    if (ticket) {
      if (generation.checks.answer(ticket, worker.owner)) return { kind: ticket.kind, range, against: [...ticket.against], evaluator };
      return this.#duplicate(worker, range);
    }
    const pieces = generation.coverage.accept(range, worker.spec.id, { owner: worker.owner, evaluator });
    if (!pieces.length) return this.#duplicate(worker, range);
    for (const piece of pieces) {
      worker.individuals += piece.count;
      const done = {
        ...piece,
        run: run.spec.id,
        generation: generation.spec.generation,
        worker: worker.spec.id,
        owner: worker.owner,
        evaluator,
        checkable: run.ready.another(worker.owner),
      };
      if (!this.#replicate(done)) continue;
      generation.checks.order('replica', piece, worker.owner, evaluator);
      this.#opened = true;
    }
    return { kind: 'accepted', range, pieces, late, complete: generation.coverage.open === 0, evaluator };
  }

  /** A worker gives a lease up. False: it has no such lease. */
  fail(report: Report, failure: Failure, now: number): boolean {
    const lease = this.#leases.get(report.lease);
    if (!lease || lease.thread.worker.spec.id !== report.worker) return false;
    const lapsed = lease.thread.lapsed.includes(lease);
    this.#takeOff(lease, now);
    if (!lapsed) {
      this.#counts[failure === 'returned' ? 'returned' : 'lost'] += 1;
      this.#giveBack(lease, failure === 'returned' ? null : failure, failure !== 'returned');
    }
    this.#settle(lease);
    return true;
  }

  /** Doubts and ends leases whose time has come. Call it at `nextDeadline`, then `assign`. */
  expire(now: number): void {
    for (let top = this.#timers.top; top && top.key <= now; top = this.#timers.top) {
      const thread = top.item;
      if (thread.queue[0].doubted) this.#lapse(thread);
      else this.#doubt(thread);
    }
  }

  /** When `expire` has something to do next, milliseconds; Infinity: never. */
  nextDeadline(): number {
    return this.#timers.top?.key ?? Number.POSITIVE_INFINITY;
  }

  /** Runs paused since the last call because a range was lost too often. */
  takeLost(): RangeLost[] {
    return this.#lost.splice(0);
  }

  /** New leases for whoever has room for one. Call it after every event, or every few. */
  assign(now: number): Assignment[] {
    const leased: Assignment[] = [];
    const waiting = this.#waiting;
    this.#waiting = [];
    let empty = 0;
    for (const thread of waiting) {
      thread.waiting = false;
      if (!thread.queue.length) ++empty;
    }
    // Everyone gets a first range before anyone gets a second.
    for (const thread of waiting) {
      if (thread.queue.length) continue;
      --empty;
      if (!this.#serve(thread, empty, now, leased)) this.#park(thread);
    }
    for (const thread of waiting) while (thread.queue.length && this.#serve(thread, 0, now, leased));
    this.#wake(now, leased);
    return leased;
  }

  /** Of one worker, for a little of what all of them cost; null: it is not present. */
  workerStatistics(id: string): WorkerStatistics | null {
    const worker = this.#workers.get(id);
    return worker ? workerStatistics(worker, individualsOf(this.#workers.values()), [...this.#runs.values()]) : null;
  }

  /** Work proportional to workers and runs. */
  statistics(): Statistics {
    return statistics(this.#counts, [...this.#workers.values()], [...this.#runs.values()], this.#limits);
  }

  /** Why the worker computes nothing; null while it computes. */
  idleReason(id: string): string | null {
    return idleReason(this.#worker(id), [...this.#runs.values()]);
  }

  // Serving threads

  #wait(thread: Thread): void {
    if (thread.waiting || thread.worker.gone) return;
    thread.waiting = true;
    this.#parked.remove(thread.parked);
    this.#waiting.push(thread);
  }

  #park(thread: Thread): void {
    const { worker } = thread;
    if (worker.gone || worker.slow || thread.stuck || thread.waiting) return;
    const pace = worker.home ? worker.paceOf(worker.home) : null;
    this.#parked.set(thread.parked, pace ?? Number.MAX_VALUE);
  }

  /** Parked threads, the fastest first, as long as there is something for them. */
  #wake(now: number, leased: Assignment[]): void {
    const left: Thread[] = [];
    // Without new work only time has passed: if the fastest thread cannot gain by a copy now, none can.
    const all = this.#opened;
    this.#opened = false;
    while (this.#parked.size && (all ? this.#anyOpen() : this.#anyTail())) {
      const thread = (this.#parked.top as { item: Thread }).item;
      this.#parked.remove(thread.parked);
      if (this.#serve(thread, 0, now, leased)) continue;
      left.push(thread);
      if (!all) break;
    }
    for (const thread of left) this.#park(thread);
  }

  #anyOpen(): boolean {
    for (const { active, generation } of this.#runs.values()) {
      if (!active || !generation) continue;
      if (generation.checks.size || (generation.coverage.open && (generation.pool.size || generation.tail.late))) return true;
    }
    return false;
  }

  #anyTail(): boolean {
    for (const { active, generation } of this.#runs.values()) if (active && generation?.tail.begun && generation.coverage.open) return true;
    return false;
  }

  /** One lease for the thread, if there is any for it. */
  #serve(thread: Thread, reserve: number, now: number, leased: Assignment[]): boolean {
    const { worker } = thread;
    if (worker.gone || worker.slow || thread.stuck || thread.queue.length >= this.#limits.rangesInHand) return false;
    if (thread.queue[0]?.doubted) return false;
    if (now >= worker.reconsiderAt) {
      worker.reconsiderAt = now + this.#limits.reconsiderMs;
      this.#move(worker, chooseHome(worker, this.#runs.values(), this.#limits));
    }
    if (worker.home && this.#work(thread, worker.home, reserve, now, leased)) return true;
    if (thread.queue.length) return false;
    const runs = this.#runs.size > 1 ? this.#inTurn(worker) : worker.home ? [worker.home] : [];
    for (const run of runs) if (run !== worker.home && this.#work(thread, run, reserve, now, leased)) return true;
    for (const run of runs) if (this.#copy(thread, run, now, leased)) return true;
    return false;
  }

  /** Active runs, the worker's own first, then by what they are owed. */
  #inTurn({ home }: Worker): Run[] {
    return [...this.#runs.values()].filter((run) => run.active).sort((a, b) => Number(b === home) - Number(a === home) || a.used - b.used);
  }

  #work(thread: Thread, run: Run, reserve: number, now: number, leased: Assignment[]): boolean {
    const { worker } = thread;
    const { generation } = run;
    if (!generation || !run.active || !run.ready.has(worker)) return false;
    const evaluator = evaluatorFor(run, worker) as string;
    const { checks, pool, coverage } = generation;
    if (checks.size) {
      const audit = thread.queue.length ? null : checks.take('audit', evaluator, worker.owner, 1);
      const check = audit ?? checks.take('replica', evaluator, worker.owner, this.#size(thread, run, checks.pending, 0, now));
      if (check) {
        this.#issue(thread, run, check.ticket.kind, check, evaluator, 0, now, leased, check);
        return true;
      }
    }
    if (!coverage.open || !pool.size) return false;
    const size = this.#size(thread, run, pool.size, reserve * generation.spec.grain, now);
    const piece = pool.take(size, (candidate) => this.#mayRetry(candidate, worker, run), this.#limits.candidates);
    if (!piece) return false;
    this.#issue(thread, run, 'range', piece, evaluator, 0, now, leased);
    return true;
  }

  #size(thread: Thread, run: Run, unleased: number, reserve: number, now: number): number {
    const { worker } = thread;
    const { population, grain } = (run.generation as Generation).spec;
    const own = worker.paceOf(run);
    const pace = own ?? run.guess(this.#limits);
    const guest = worker.home !== run;
    const speed = speedOf(run, this.#limits) + (guest ? 1 / pace : 0);
    const queued = thread.queue.length ? thread.queue[thread.queue.length - 1].end : now;
    return rangeSize(
      {
        unleased,
        population,
        grain,
        pace,
        unmeasured: own === null,
        roundTrip: worker.latency,
        start: Math.max(now + worker.latency, queued),
        finish: finishOf(run, unleased, speed, now),
        speed,
        ceiling: guest ? this.#limits.guestCeilingMs : this.#limits.ceilingMs,
        reserve,
      },
      this.#limits,
    );
  }

  /** A range goes to someone who has not had it, as long as there is such a worker. */
  #mayRetry(piece: Piece, worker: Worker, run: Run): boolean {
    if (!piece.before.includes(worker.spec.id)) return true;
    for (const other of run.ready) {
      if (!other.slow && other.stuck < other.threads.length && !piece.before.includes(other.spec.id)) return false;
    }
    return true;
  }

  #copy(thread: Thread, run: Run, now: number, leased: Assignment[]): boolean {
    const { worker } = thread;
    const { generation } = run;
    if (!generation?.coverage.open || !run.active || !run.ready.has(worker)) return false;
    const { tail } = generation;
    if (!tail.begun) {
      tail.begun = true;
      for (const other of run.ready)
        for (const { queue } of other.threads)
          for (const lease of queue) if (lease.generation === generation && !lease.ticket && !lease.suspect) tail.add(lease);
    }
    const pace = worker.paceOf(run) ?? run.guess(this.#limits);
    const meanPace = meanPaceOf(run, this.#limits);
    const cut = tail.cut({ worker: worker.spec.id, pace, meanPace, roundTrip: worker.latency, now }, this.#limits);
    if (!cut) return false;
    const { lease, range } = cut;
    const before = [...lease.before, lease.thread.worker.spec.id];
    const piece = { ...range, before, losses: lease.losses };
    const copy = this.#issue(thread, run, 'copy', piece, evaluatorFor(run, worker) as string, lease.depth + 1, now, leased);
    lease.copies ??= [];
    lease.copies.push(copy);
    return true;
  }

  #issue(
    thread: Thread,
    run: Run,
    kind: LeaseKind,
    piece: Piece,
    evaluator: string,
    depth: number,
    now: number,
    leased: Assignment[],
    check?: Check,
  ): Lease {
    const { worker, queue } = thread;
    const generation = run.generation as Generation;
    const own = worker.paceOf(run);
    const { first, count, before, losses } = piece;
    const alone = !queue.length;
    const lease = new Lease({
      id: this.#nextLease++,
      kind,
      run,
      generation,
      thread,
      first,
      count,
      before,
      losses,
      evaluator,
      issuedAt: now,
      alone,
      cost: (own ?? run.guess(this.#limits)) * count,
      unmeasured: own === null,
      depth,
      ticket: check?.ticket ?? null,
    });
    const start = Math.max(now + worker.latency, alone ? now : queue[queue.length - 1].end);
    this.#expect(lease, start);
    queue.push(lease);
    this.#leases.set(lease.id, lease);
    if (alone) this.#setTimer(thread);
    if (!check) generation.tail.add(lease);
    countThread(thread, this.#limits);
    run.charged += lease.charged;
    worker.leases += 1;
    this.#counts.issued += 1;
    if (kind === 'copy') this.#counts.copies += 1;
    if (check) this.#counts.checks += 1;
    leased.push({
      lease: lease.id,
      kind,
      worker: worker.spec.id,
      thread: thread.number,
      run: run.spec.id,
      generation: generation.spec.generation,
      first,
      count,
      evaluator,
      attempt: before.length + 1,
      deadline: lease.deadline,
    });
    return lease;
  }

  // Time

  #expect(lease: Lease, start: number): void {
    lease.cost = lease.count * (lease.thread.worker.paceOf(lease.run) ?? lease.run.guess(this.#limits));
    lease.end = start + lease.cost;
    lease.deadline = expiresAt(lease.estimate, this.#limits);
    lease.generation.tail.moved(lease);
  }

  /** A thread's first lease is the one that it computes; only that one's time runs. */
  #setTimer(thread: Thread): void {
    const head = thread.queue[0];
    if (!head) {
      this.#timers.remove(thread.timer);
      return;
    }
    this.#timers.set(thread.timer, head.doubted ? head.deadline : Math.min(head.deadline, doubtedFrom(head.estimate, this.#limits)));
  }

  #doubt(thread: Thread): void {
    for (const lease of thread.queue) {
      if (lease.doubted) continue;
      lease.doubted = true;
      const { generation, ticket } = lease;
      if (!ticket) {
        if (!lease.suspect) generation.tail.doubt(lease);
        lease.suspect = true;
        if (!generation.pool.size) this.#opened = true;
      } else if (!ticket.answered && ticket.copies < this.#limits.copies) {
        ticket.copies += 1;
        generation.checks.give(this.#checkOf(lease, true));
        this.#opened = true;
      }
    }
    this.#setTimer(thread);
    countThread(thread, this.#limits);
  }

  #lapse(thread: Thread): void {
    const { worker } = thread;
    const queue = thread.queue.splice(0);
    this.#timers.remove(thread.timer);
    countThread(thread, this.#limits);
    this.#counts.expired += 1;
    worker.expired += 1;
    thread.lapsed.push(...queue);
    this.#countStuck(worker);
    queue.forEach((lease, place) => {
      this.#giveBack(lease, place === 0 ? 'expired' : null, true);
    });
  }

  #measure(lease: Lease, milliseconds: number | undefined, now: number): void {
    const { thread, run, count } = lease;
    const { worker } = thread;
    const began = lease.alone ? lease.issuedAt : Math.max(lease.issuedAt, thread.answeredAt);
    const elapsed = Math.max(0, now - began);
    const told = milliseconds !== undefined && milliseconds >= 0;
    const cost = told ? Math.min(milliseconds, elapsed) : Math.max(0, elapsed - (lease.alone ? worker.latency : 0));
    if (told && lease.alone) worker.roundTrip.add(elapsed - cost);
    let pace = worker.paces.get(run);
    if (!pace) {
      pace = new Pace(this.#limits.paceWeight);
      worker.paces.set(run, pace);
    }
    const most = pace.value === null ? Number.POSITIVE_INFINITY : pace.value * this.#limits.paceJump;
    const each = Math.min(Math.max(cost / count, this.#limits.fastestMs), most);
    pace.add(each, lease.doubted ? this.#limits.paceWeightDoubted : 0);
    run.pace.add(each);
    run.charged += cost - lease.charged;
    lease.charged = cost;
    worker.computeMs += cost;
    thread.answeredAt = now;
    countWorker(worker);
  }

  // Leases that end

  /** Takes an answered lease off its thread; the next one in its hands begins now. */
  #takeOff(lease: Lease, now: number): void {
    const { thread } = lease;
    const lapsed = thread.lapsed.indexOf(lease);
    if (lapsed >= 0) {
      // The thread lives after all, and goes on with what else it was given.
      thread.lapsed.splice(lapsed, 1);
      thread.queue.push(...thread.lapsed.splice(0));
      this.#countStuck(thread.worker);
    }
    const place = thread.queue.indexOf(lease);
    if (place >= 0) thread.queue.splice(place, 1);
    if (place <= 0) {
      let start = now;
      for (const next of thread.queue) {
        // It was doubted for what stood before it; now it has a time of its own.
        next.doubted = false;
        this.#expect(next, Math.max(start, next.issuedAt + thread.worker.latency));
        start = next.end;
      }
    }
    this.#setTimer(thread);
    countThread(thread, this.#limits);
    this.#wait(thread);
  }

  #settle(lease: Lease): void {
    lease.settled = true;
    lease.generation.tail.remove(lease);
    this.#leases.delete(lease.id);
  }

  /**
   * What the lease answers for goes back to the pool.
   * @param cause why that is a loss of the range; null: it is none
   * @param held the worker has had it: someone else is preferred next time
   */
  #giveBack(lease: Lease, cause: Loss['cause'] | null, held: boolean): void {
    const { run, generation, first } = lease;
    const worker = lease.thread.worker.spec.id;
    run.charged -= lease.charged;
    lease.charged = 0;
    if (generation !== run.generation) return;
    if (cause) this.#lose(lease, { worker, cause });
    if (lease.ticket) {
      if (!lease.ticket.answered) generation.checks.give(this.#checkOf(lease, false));
    } else {
      generation.tail.remove(lease);
      const before = held ? [...lease.before, worker] : lease.before;
      generation.pool.give({ first, count: lease.until - first, before, losses: lease.losses });
      lease.until = first;
    }
    this.#opened = true;
  }

  /** One more loss of the range, for it and for the copies of it that are out. */
  #lose(lease: Lease, loss: Loss): void {
    const { run, generation } = lease;
    lease.losses = [...lease.losses, loss];
    if (!run.paused && tooMany(lease.losses, this.#limits)) {
      run.paused = true;
      this.#leave(run);
      const range = { first: lease.first, count: lease.count };
      this.#lost.push({ kind: 'range-lost', run: run.spec.id, generation: generation.spec.generation, range, losses: [...lease.losses] });
    }
    for (const copy of lease.copies ?? []) if (!copy.settled) this.#lose(copy, loss);
  }

  #checkOf(lease: Lease, late: boolean): Check {
    const ticket = lease.ticket as Check['ticket'];
    const { first, count, before, losses } = lease;
    const { owner, spec } = lease.thread.worker;
    return { first, count, ticket, avoid: late ? [...ticket.against, owner] : ticket.against, before: [...before, spec.id], losses };
  }

  #duplicate(worker: Worker, range: Range): Outcome {
    this.#counts.duplicate += 1;
    worker.duplicate += 1;
    return { kind: 'duplicate', range };
  }

  #unknown(report: Report, worker: Worker | undefined): Outcome {
    if (!Number.isInteger(report.lease) || report.lease < 1 || report.lease >= this.#nextLease) {
      this.#counts.unknown += 1;
      return { kind: 'unknown' };
    }
    // Nobody remembers of which run it was. It may have been of a generation in progress, or all have gone on since.
    const again = [...this.#runs.values()].some(({ generation }) => generation && report.lease >= generation.firstLease);
    this.#counts[again ? 'duplicate' : 'late'] += 1;
    if (worker) worker[again ? 'duplicate' : 'late'] += 1;
    return again ? { kind: 'duplicate', range: null } : { kind: 'stale' };
  }

  // Bookkeeping

  #move(worker: Worker, home: Run | null): void {
    if (worker.home === home && !worker.gone) return;
    if (worker.home) worker.home.homeThreads -= worker.threads.length;
    worker.home = home;
    if (home) home.homeThreads += worker.threads.length;
    countWorker(worker);
    for (const thread of worker.threads) countThread(thread, this.#limits);
  }

  /** Owners whose workers are ready for the run and not known to be silent. */
  #answering(run: Run): { owner: string; evaluator: string }[] {
    const found = new Map<string, { owner: string; evaluator: string }>();
    for (const worker of run.ready) {
      if (worker.slow || worker.stuck >= worker.threads.length) continue;
      const evaluator = evaluatorFor(run, worker) as string;
      found.set(`${evaluator} ${worker.owner}`, { owner: worker.owner, evaluator });
    }
    return [...found.values()];
  }

  #countStuck(worker: Worker): void {
    const before = worker.stuck;
    worker.stuck = 0;
    for (const thread of worker.threads) if (thread.stuck) worker.stuck += 1;
    if (worker.stuck > before) this.#departures += 1;
    countWorker(worker);
  }

  /** The run asks for nobody: its workers look for another. */
  #leave(run: Run): void {
    for (const worker of this.#workers.values()) {
      if (worker.home !== run) continue;
      this.#move(worker, chooseHome(worker, this.#runs.values(), this.#limits));
    }
    this.#opened = true;
  }

  /** Ends every lease of the run and its generation. */
  #drop(run: Run): void {
    run.generation = null;
    run.ready.clear();
    this.#endLeases(run, () => true);
  }

  #endLeases(run: Run, which: (lease: Lease) => boolean): Lease[] {
    const ended: Lease[] = [];
    for (const worker of this.#workers.values()) {
      for (const thread of worker.threads) {
        const chosen = (lease: Lease) => lease.run === run && which(lease);
        if (thread.lapsed.some(chosen)) thread.silent = true;
        for (const list of [thread.queue, thread.lapsed]) {
          for (let at = list.length - 1; at >= 0; --at) {
            const lease = list[at];
            if (!chosen(lease)) continue;
            list.splice(at, 1);
            run.charged -= lease.charged;
            this.#settle(lease);
            ended.push(lease);
          }
        }
        this.#setTimer(thread);
        countThread(thread, this.#limits);
        this.#wait(thread);
      }
    }
    return ended;
  }

  #run(id: string): Run {
    const run = this.#runs.get(id);
    if (!run) throw new RangeError(`run ${id} is not scheduled`);
    return run;
  }

  #generation(id: string): Generation {
    const { generation } = this.#run(id);
    if (!generation) throw new RangeError(`run ${id} has not begun a generation`);
    return generation;
  }

  #worker(id: string): Worker {
    const worker = this.#workers.get(id);
    if (!worker) throw new RangeError(`worker ${id} is not present`);
    return worker;
  }
}

const tooMany = (losses: readonly Loss[], limits: SchedulerLimits): boolean =>
  losses.length >= limits.departuresBeforePause || losses.filter(({ cause }) => cause !== 'lost').length >= limits.lossesBeforePause;
