// A worker that said hello: what it lends, which runs it holds, which tasks are in its hands.
import type { WorkerHello, WorkerMessage } from '../protocol/messages.ts';
import type { Connection, Session } from './connection.ts';
import { SERVER } from './trust/index.ts';

/** How a worker is reached: a socket, or a few calls where it is the server's own threads. */
export type Link = Pick<
  Connection,
  | 'id'
  | 'address'
  | 'token'
  | 'connected'
  | 'lastSeen'
  | 'latencyMs'
  | 'bytesIn'
  | 'bytesOut'
  | 'congested'
  | 'send'
  | 'sendFrame'
  | 'complain'
  | 'drop'
>;

/** A worker's part in one run. */
export interface Part {
  /**
   * `building`: it was told of the run and makes its state. `ready`: it follows. `astray`: the run went back, and it will be told where to.
   * `refused`: it cannot take part, and said why.
   */
  state: 'building' | 'ready' | 'astray' | 'refused';
  /** Wrong digests in a row. */
  wrong: number;
  reason: string | null;
}

/** A task in a worker's hands. */
export interface Task {
  run: string;
  generation: number;
  first: number;
  count: number;
}

/** Who decides what a worker's messages mean. */
export interface Employer {
  message(worker: WorkerSession, message: WorkerMessage): void;
  gone(worker: WorkerSession): void;
  drained(worker: WorkerSession): void;
}

export class WorkerSession implements Session {
  readonly connection: Link;
  readonly hello: WorkerHello;
  /** Who answers for it: an id that says nothing of who that is. */
  readonly owner: string;
  readonly parts = new Map<string, Part>();
  readonly tasks = new Map<number, Task>();
  /** It said that it will close. */
  leaving = false;
  /** So much waits for it that it gets no tasks. */
  slow = false;
  readonly #employer: Employer;

  constructor(connection: Link, hello: WorkerHello, employer: Employer, owner: string) {
    this.connection = connection;
    this.hello = hello;
    this.owner = owner;
    this.#employer = employer;
  }

  /** The server's own threads: they hold each run's state without being told. */
  get local(): boolean {
    return this.owner === SERVER;
  }

  get id(): string {
    return this.connection.id;
  }

  /** The worker in words: a name that it chose, and the id that nobody else has. */
  get label(): string {
    return `${this.hello.name} (${this.id})`;
  }

  receive(message: unknown): void {
    this.#employer.message(this, message as WorkerMessage);
  }

  closed(): void {
    this.#employer.gone(this);
  }

  drained(): void {
    this.#employer.drained(this);
  }
}
