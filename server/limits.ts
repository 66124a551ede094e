// Every number that bounds or tunes something in the server, with its unit. Nothing else in server/ may hold such a number.

import { TASK_INDIVIDUALS } from '../protocol/limits.ts';

export const schedulerLimits = {
  /** Least work worth a message: a range is not made shorter than this, milliseconds on the thread that gets it. */
  floorMs: 2,
  /** Longest range, milliseconds on the thread that gets it (one grain may take longer). */
  ceilingMs: 500,
  /** Longest range lent to another run's worker while that worker's own run has nothing to do, milliseconds: its own run may begin at any moment. */
  guestCeilingMs: 50,
  /** Longest range, individuals: what a task may hold. A grain is not longer. */
  individuals: TASK_INDIVIDUALS,
  /** Each thread's share of a generation is cut into at least so many ranges, as long as they stay above the floor. */
  rangesPerThread: 4,
  /** Ranges in a thread's hands at once: the one that it computes and one prefetched. */
  rangesInHand: 2,
  /** Milliseconds per individual assumed where neither the experiment nor a measurement says. */
  firstGuessMs: 50,
  /** Fastest pace believed, milliseconds per individual: a claim of no time at all would ask for infinite ranges. */
  fastestMs: 1e-4,
  /** Weight of the newest measurement in a worker's pace, once the first few are in. */
  paceWeight: 0.2,
  /** The same after a range that came late: the worker may have become slow. */
  paceWeightDoubted: 0.5,
  /** A measurement counts for at most so many times the pace known so far: a laptop that slept is not slow. */
  paceJump: 4,

  /** A lease is doubted (and copied at the tail) so many times its own estimate after it was expected, */
  lateFactor: 0.25,
  /** and so many times where the worker's pace is a guess, */
  lateFactorUnmeasured: 1,
  /** but not sooner than this, milliseconds. */
  lateSlackMs: 5,
  /** A lease expires so many times its own estimate after it was expected, */
  expiryFactor: 4,
  /** but not sooner than this, milliseconds, */
  expiryLeastMs: 1_000,
  /** nor sooner than this where the worker's pace is a guess, milliseconds, */
  expiryUnmeasuredMs: 600_000,
  /** and never later than this, milliseconds: one day. */
  expiryMostMs: 86_400_000,
  /** Losses of one range (crash, out of memory, expiry) that pause its run. */
  lossesBeforePause: 3,
  /** The same with broken connections counted in: they are seldom the range's fault. */
  departuresBeforePause: 8,

  /** Copies of one individual beside the original. */
  copies: 2,
  /** A copy is made if it takes at most this part of the time that the original is expected to take still. */
  copyGain: 0.7,
  /** A thread is slow, and not the first to copy what is late, from so many times the mean pace on. */
  slowCopier: 2,
  /** Candidates that a thread looks at when it held the first ones itself. */
  candidates: 8,

  /** A worker stays with its run until another is owed so much more, milliseconds of the shared threads. */
  stickinessMs: 5_000,
  /** How often a worker reconsiders its run, milliseconds. */
  reconsiderMs: 250,

  /** Threads of one worker. */
  threads: 1_024,
  /** Individuals of one generation. */
  population: 16_777_216,
};

export type SchedulerLimits = typeof schedulerLimits;

/** Connections, and what they may hold up. */
export const connectionLimits = {
  /** In all. */
  most: 4_096,
  /** From one address that is not this machine (64 bits of it, where it has more). */
  perAddress: 256,
  /** The same with every TCP connection counted, whatever it is for. */
  sockets: 1_024,
  /** With one token. */
  perToken: 2_048,
  /** Of those that have not said hello yet. */
  unknown: 512,
  /** New ones from one address that is not this machine: a burst, then so many a second. */
  burst: 256,
  perSecond: 32,
  /** Milliseconds from the upgrade to an accepted hello. */
  helloMs: 5_000,
  /** Milliseconds between two pings; a connection that answered none of the last `missedPings` is ended. */
  pingMs: 5_000,
  missedPings: 3,
  /** Milliseconds that a side has to close after it was told to; then the socket is cut. */
  closeMs: 2_000,
  /** Messages that a worker may send: a burst, then so many a second. */
  workerBurst: 8_192,
  workerPerSecond: 4_096,
  /** The same for viewers and admins. */
  viewerBurst: 64,
  viewerPerSecond: 16,
  /** Bytes that wait for a slow other side: a worker behind this is given no tasks, a viewer's changes are held back and merged. */
  bufferedHigh: 4 << 20,
  /** A connection behind this is dropped as `slow`. */
  bufferedMost: 64 << 20,
};

export type ConnectionLimits = typeof connectionLimits;

/** What the server bears with from a worker, and shows to a viewer. */
export const sessionLimits = {
  /** Wrong digests of one run in a row: all but the last bring a resync, the last ends the connection. */
  wrongDigests: 2,
  /** Digests of past generations that are kept, to check a worker that catches up. */
  digests: 4_096,
  /** Milliseconds between two looks at whether tokens were revoked. */
  revocationMs: 2_000,
  /** Milliseconds at a time that leases are sent for, before everything else at hand gets its turn. */
  sliceMs: 5,
  /** Milliseconds between two messages of changes to one viewer: what changes in between is merged. */
  viewerMs: 100,
  /** Topics that one viewer watches. */
  topics: 64,
  /** Generations of a run in one message; further ones follow in the next. */
  generations: 2_000,
  /** Rows of a run's sampled weights that are read at a time. */
  weights: 500,
  /** Milliseconds until a journal that could not be read is tried again, at least. */
  rereadMs: 5_000,
};

export type SessionLimits = typeof sessionLimits;

export const httpLimits = {
  /** Bytes of a request's JSON body. */
  bodyBytes: 1 << 20,
  /** Bytes of an uploaded start genome. */
  genomeBytes: 256 << 20,
  /** Requests of one address that is not this machine: so many in a window of so many milliseconds. */
  requests: 2_000,
  windowMs: 10_000,
  /** Bytes of selections in one answer, one record at least: whoever needs the rest asks again. */
  selectionsBytes: 8 << 20,
  /** Milliseconds that a request may take to arrive whole; looked at four times as often. */
  requestMs: 60_000,
  /** Milliseconds without a byte in either direction after which a connection is cut, whatever is asked or answered over it. */
  idleMs: 300_000,
};

export type HttpLimits = typeof httpLimits;

export const runLimits = {
  /** Kept by one server. */
  runs: 10_000,
  /** Running at a time: each has threads and memory of its own on the server. */
  running: 16,
  /** Journals that the reading thread keeps open. */
  openJournals: 32,
  /** Snapshots that are being read at a time without starting over. */
  snapshotStreams: 64,
  /** Milliseconds between two writes of a running run's champion. */
  championMs: 10_000,
  /** Generations whose numbers are held for viewers; older ones are in the journal. */
  history: 10_000,
  /** Milliseconds that a run's thread has to end after it was told to; then it is terminated. The journal is safe either way. */
  stopMs: 30_000,
  /** Milliseconds that a run goes on whose experiment gives no minutes, since it was started or resumed: then it is paused. Seven days. */
  unattendedMs: 7 * 86_400_000,
};

export type RunLimits = typeof runLimits;

export const readLimits = {
  /** A reading thread that died is replaced, unless the one before it died less than so many milliseconds ago: then the server ends. */
  againMs: 60_000,
};

export const diskLimits = {
  /** Milliseconds between two looks at the disk and the running runs. */
  lookMs: 15_000,
  /** Bytes that are kept free: below that, runs are paused while there still is room to write down where they are. */
  reserveBytes: 64 << 20,
  /** Bytes that a record takes beside its selection: its losses' histogram, checksums, what SQLite needs for them. */
  recordBytes: 600,
  /** Bytes of a journal without records. */
  journalBytes: 32 << 10,
  /** Bytes of a journal's log before it is emptied, about. */
  logBytes: 20 << 20,
};

export type DiskLimits = typeof diskLimits;

export const tokenLimits = {
  /** Random bytes of a token. */
  bytes: 24,
  /** Milliseconds between two looks at the file because of tokens that are not known. */
  lookMs: 50,
  /** Tokens of one server. */
  tokens: 1_000,
};

/** How much of what workers say is checked. */
export const trustLimits = {
  /** Results in a row that another owner confirmed whole, until not all of an owner's are checked any more (BOINC's number). */
  trustAfter: 10,
  /** The least part of a trusted owner's results that is checked: never none, and 2 % of the work at most in the long run. */
  leastShare: 0.02,
  /** The part of an owner's results of which the server recomputes one individual where no second owner is there. */
  spotShare: 0.05,
  /** Owners that are remembered; the oldest that nothing hangs on make room. */
  accounts: 10_000,
  /** Workers sent away for a wrong loss that stay listed. */
  outcasts: 100,
  /** Milliseconds until counts are written: what a crash may lose of them. */
  saveMs: 10_000,
};

/** What is remembered of who computed what. */
export const workLimits = {
  /** Seconds that viewers are shown. */
  seconds: 120,
  /** Seconds that rates and shares are taken over. */
  rateSeconds: 10,
};

/** Of experiments that are checked before they run. */
export const estimateLimits = {
  /** Milliseconds that one may take to be worked out. */
  ms: 10_000,
  /** Milliseconds until the thread that does so ends when nobody asks any more. */
  idleMs: 60_000,
  /** Questions that wait. */
  waiting: 16,
  /** Datasets that the thread keeps. */
  datasets: 2,
  /** Lists and objects within each other, and values in all. */
  depth: 64,
  values: 10_000,
  /** Fields set on top of an experiment, and characters of a field's path. */
  overrides: 1_000,
  pathLength: 500,
  /** Tasks of a generation that a worker does alone, about. */
  tasks: 16,
};

/** Of champions whose ancestors are asked for. */
export const lineageLimits = {
  /** Generations that an answer goes back at most, and where nothing else is asked for. */
  generations: 200,
  usual: 30,
  /** Ancestors after which an answer ends with the generation that it is at. */
  members: 2_000,
  /** Milliseconds that one may take to be followed. */
  ms: 60_000,
  /** Threads that do so at a time. */
  threads: 4,
};

/** Of champions that are written as model files. */
export const exportLimits = {
  /** Threads that do so at a time. */
  threads: 4,
};

/** What is noted of each generation for viewers, beside the journal. */
export const trackLimits = {
  /** Weights of the candidate that are shown. */
  weights: 100,
  /** Milliseconds from one look at weights to the next, at least; */
  leastMs: 50,
  /** the part of a run's time that these looks may take; */
  costShare: 0.01,
  /** and the looks of a run that goes on for long: about so many each time that its age doubles. */
  rows: 4_000,
};

/** Of the certificate that the server makes itself. */
export const certificateLimits = {
  /** Days. */
  validDays: 3_650,
  /** One that ends within so many days is made anew. */
  renewDays: 30,
};
