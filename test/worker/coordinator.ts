// A small coordinator for the tests: one run of core's own loop, whose losses come from whoever is connected. It can be told to misbehave.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Dataset } from '../../core/dataset.ts';
import { loadEngine } from '../../core/engine.ts';
import type { DoneEvent } from '../../core/events.ts';
import { Run } from '../../core/run.ts';
import { hashDataset, serialiseDataset } from '../../data/index.ts';
import { type ExperimentInput, parseExperiment } from '../../experiments/index.ts';
import { decodeMessage, encodeMessage } from '../../protocol/codec.ts';
import { type Hello, hello, type ServerMessage, type WorkerMessage, workerMessage } from '../../protocol/messages.ts';
import { bytesOf, hexOf } from '../../worker/digest.ts';

export interface Member {
  name: string;
  threads: number;
  socket: WebSocket;
  /** Was told of the run. */
  told: boolean;
  ready: boolean;
  leaving: boolean;
  /** Leases by task. */
  tasks: Map<number, Range & { at: number }>;
  evaluated: number;
  received: WorkerMessage[];
  send(message: ServerMessage): void;
}

interface Range {
  first: number;
  count: number;
}

export interface Script {
  experiment: ExperimentInput;
  dataset: Dataset;
  seed?: bigint;
  /** Individuals of a task. */
  range?: number;
  /** Milliseconds. */
  lease?: number;
  /** The run begins once so many are ready. */
  workers?: number;
  start?: Float32Array;
  /** Changes the bytes of the n-th dataset that is sent. */
  damage?: (n: number, bytes: Buffer) => void;
  /** Changes a digest before it is told. */
  forge?: (generation: number, digest: string) => string;
  /** Cuts the connection of the n-th request after so many bytes of its answer; null: leaves it. */
  cut?: (path: string, n: number) => number | null;
  /** Knows no Range. */
  whole?: boolean;
  /** Changes a selection before it is sent over the socket. */
  spoil?: (generation: number, selection: Uint8Array) => void;
  /** Called when a generation is about to be measured. */
  onGeneration?: (generation: number) => void | Promise<void>;
  /** Answers hello with this instead of a welcome. */
  refuse?: Extract<ServerMessage, { type: 'error' }>;
  /** Keeps a snapshot of this generation's state, and hands it out. */
  snapshotAt?: number;
  port?: number;
}

export const RUN = 'run-1';

export class Coordinator {
  readonly members: Member[] = [];
  /** Requests of HTTP, as path and query. */
  readonly requests: string[] = [];
  readonly hellos: Hello[] = [];
  readonly refusals: Extract<WorkerMessage, { type: 'refuse' }>[] = [];
  /** Results of a generation or range that was no longer wanted, or twice. */
  late = 0;
  /** Results whose digest was another than the state's. */
  wrong = 0;
  expired = 0;
  readonly selections: Uint8Array<ArrayBuffer>[] = [];
  #script: Script;
  #http: Server;
  #sockets: WebSocketServer;
  #run: Run | null = null;
  #queue: Range[] = [];
  #losses: Float32Array<ArrayBuffer> | null = null;
  #done = new Uint8Array(0);
  #left = 0;
  #finish: ((losses: Float32Array | null) => void) | null = null;
  #task = 0;
  #datasets = 0;
  #snapshot: Uint8Array | null = null;
  #stop = new AbortController();
  #timer: NodeJS.Timeout;
  #hash = '';
  #parts: Uint8Array[] = [];
  #closed = false;

  private constructor(script: Script) {
    this.#script = script;
    this.#http = createServer((request, response) => this.#answer(request, response));
    this.#sockets = new WebSocketServer({ server: this.#http, path: '/socket', perMessageDeflate: false });
    this.#sockets.on('connection', (socket) => this.#greet(socket));
    this.#timer = setInterval(() => this.#expire(), 20);
  }

  static async open(script: Script): Promise<Coordinator> {
    const coordinator = new Coordinator(script);
    coordinator.#parts = [...serialiseDataset(script.dataset)];
    coordinator.#hash = await hashDataset(script.dataset);
    await new Promise<void>((resolve) => coordinator.#http.listen(script.port ?? 0, '127.0.0.1', resolve));
    return coordinator;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get hash(): string {
    return this.#hash;
  }

  get generation(): number {
    return this.#run?.generation ?? 0;
  }

  /** Conducts the run to its end. `selections`: go on behind these. */
  async conduct(selections: Uint8Array[] = []): Promise<DoneEvent> {
    const { experiment, dataset, seed = 1n, start } = this.#script;
    this.#run = await Run.open({
      settings: parseExperiment(experiment, 'test'),
      dataset,
      seed,
      threads: 1,
      start,
      signal: this.#stop.signal,
      evaluate: (generation) => this.#measure(generation),
    });
    try {
      // biome-ignore lint/complexity/useLiteralKeys: what a resumed server would take from its journal
      const threads = this.#run['threads'];
      for (const selection of selections) {
        this.selections.push(Uint8Array.from(selection));
        await threads.advance(selection);
      }
      let done: DoneEvent | null = null;
      for await (const event of this.#run.events()) {
        if (event.event === 'done') done = event;
        else this.selections.push(Uint8Array.from(event.selection));
      }
      return done as DoneEvent;
    } finally {
      await this.#run.close();
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stop.abort();
    this.#finish?.(null);
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #digest(): string {
    const run = this.#run as Run;
    const digest = run.digest();
    return this.#script.forge?.(run.generation, digest) ?? digest;
  }

  async #measure(generation: number): Promise<Float32Array | null> {
    const run = this.#run as Run;
    const { population } = parseExperiment(this.#script.experiment, 'test');
    const { range = 16, onGeneration, snapshotAt } = this.#script;
    if (generation === snapshotAt) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of run.snapshot()) chunks.push(chunk);
      this.#snapshot = Buffer.concat(chunks);
    }
    const digest = bytesOf(this.#digest());
    const selection = this.selections[generation - 1]?.slice();
    if (selection) this.#script.spoil?.(generation - 1, selection);
    for (const member of this.members) {
      member.tasks.clear();
      if (!selection || !member.told) this.#tell(member);
      else member.send({ type: 'commit', run: RUN, generation: generation - 1, selection, digest });
    }
    await onGeneration?.(generation);
    this.#queue = [];
    for (let first = 0; first < population; first += range) this.#queue.push({ first, count: Math.min(range, population - first) });
    this.#losses = new Float32Array(population);
    this.#done = new Uint8Array(population);
    this.#left = population;
    return new Promise((resolve) => {
      this.#finish = resolve;
      if (this.#stop.signal.aborted) resolve(null);
      this.#deal();
    });
  }

  #tell(member: Member): void {
    member.told = true;
    member.send(this.#describe());
  }

  #describe(): ServerMessage {
    const { experiment, seed = 1n, start } = this.#script;
    const run = this.#run as Run;
    return {
      type: 'run',
      run: RUN,
      experiment: parseExperiment(experiment, 'test') as unknown as Record<string, unknown>,
      seed: String(seed),
      dataset: this.#hash,
      started: start !== undefined,
      generation: run.generation,
      digest: bytesOf(this.#digest()),
    };
  }

  #deal(): void {
    const ready = this.members.filter((member) => member.ready && !member.leaving);
    if (ready.length < (this.#script.workers ?? 1) && this.generation === 0 && this.#left === this.#done.length && !this.#busy()) return;
    for (let dealt = true; dealt && this.#queue.length; ) {
      dealt = false;
      for (const member of ready) {
        const range = member.tasks.size < member.threads * 2 ? this.#queue.shift() : undefined;
        if (!range) continue;
        dealt = true;
        const task = ++this.#task;
        member.tasks.set(task, { ...range, at: performance.now() });
        const { first, count } = range;
        member.send({ type: 'task', run: RUN, generation: this.generation, task, first, count, attempt: 0 });
      }
    }
  }

  #busy(): boolean {
    return this.members.some(({ tasks }) => tasks.size > 0);
  }

  #expire(): void {
    const { lease = 60_000 } = this.#script;
    for (const { tasks } of this.members) {
      for (const [task, range] of tasks) {
        if (performance.now() - range.at < lease) continue;
        tasks.delete(task);
        this.expired++;
        this.#queue.push(range);
      }
    }
    if (this.#queue.length) this.#deal();
  }

  #greet(socket: WebSocket): void {
    let member: Member | null = null;
    socket.on('message', (data) => {
      if (member) return this.#receive(member, decodeMessage(workerMessage, new Uint8Array(data as Buffer)));
      const said = decodeMessage(hello, new Uint8Array(data as Buffer));
      this.hellos.push(said);
      if (said.role === 'worker')
        void this.#welcome(socket, said).then((made) => {
          member = made;
        });
    });
    socket.on('close', () => {
      if (!member) return;
      this.members.splice(this.members.indexOf(member), 1);
      this.#queue.push(...member.tasks.values());
      this.#deal();
    });
  }

  async #welcome(socket: WebSocket, { name, threads }: Extract<Hello, { role: 'worker' }>): Promise<Member | null> {
    const send = (message: ServerMessage) => socket.send(encodeMessage(message));
    const { refuse } = this.#script;
    if (refuse) {
      send(refuse);
      socket.close(1008);
      return null;
    }
    const member: Member = {
      name,
      threads,
      socket,
      told: false,
      ready: false,
      leaving: false,
      tasks: new Map(),
      evaluated: 0,
      received: [],
      send,
    };
    const { sha256 } = await loadEngine();
    send({ type: 'welcome', id: `worker-${this.hellos.length}`, protocol: 1, version: '0.1.0', engine: sha256 });
    this.members.push(member);
    if (this.#finish) this.#tell(member);
    return member;
  }

  #receive(member: Member, message: WorkerMessage): void {
    member.received.push(message);
    if (message.type === 'ready') {
      member.ready = true;
      this.#deal();
    } else if (message.type === 'refuse') this.refusals.push(message);
    else if (message.type === 'leave') member.leaving = true;
    else if (message.type === 'return' || message.type === 'fail') {
      for (const task of message.type === 'fail' ? [message.task] : message.tasks) {
        const range = member.tasks.get(task);
        member.tasks.delete(task);
        if (range) this.#queue.push(range);
      }
      this.#deal();
    } else if (message.type === 'result') {
      const range = member.tasks.get(message.task);
      member.tasks.delete(message.task);
      if (hexOf(message.digest) !== this.#run?.digest()) this.wrong++;
      if (!range || this.#done[range.first]) {
        this.late++;
        this.#deal();
        return;
      }
      member.evaluated += range.count;
      this.#done.fill(1, range.first, range.first + range.count);
      new Uint8Array((this.#losses as Float32Array<ArrayBuffer>).buffer).set(message.losses, range.first * 4);
      this.#left -= range.count;
      if (this.#left === 0) this.#finish?.(this.#losses);
      else this.#deal();
    }
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    const { pathname, searchParams } = new URL(url, this.url);
    const bytes = this.#file(pathname, Number(searchParams.get('from')));
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    const from = this.#script.whole ? 0 : Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from ? 206 : 200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length - from });
    const most = this.#script.cut?.(pathname, this.requests.length) ?? null;
    if (most === null) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, from + most), () => setImmediate(() => response.destroy()));
  }

  #file(path: string, from: number): Uint8Array | null {
    const { start, damage } = this.#script;
    switch (path) {
      case `/api/datasets/${this.#hash}`: {
        const bytes = Buffer.concat(this.#parts);
        damage?.(this.#datasets++, bytes);
        return bytes;
      }
      case `/api/runs/${RUN}/snapshot`: {
        const { snapshotAt: generation = 0 } = this.#script;
        return this.#snapshot && Buffer.from(JSON.stringify({ generation, digest: '', bytes: this.#snapshot.length }));
      }
      case `/api/runs/${RUN}/snapshot/${this.#script.snapshotAt}`:
        return this.#snapshot;
      case `/api/runs/${RUN}/start`:
        return start ? new Uint8Array(start.buffer) : null;
      case `/api/runs/${RUN}/selections`:
        return Buffer.concat(
          this.selections.slice(from).flatMap((selection) => {
            const length = Buffer.alloc(4);
            length.writeUInt32LE(selection.length);
            return [length, selection];
          }),
        );
    }
    return null;
  }
}
