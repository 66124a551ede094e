// The viewer's connection: says hello, watches topics, comes back by itself. What it is told goes to one listener; live.ts makes signals of it.
// Nothing is checked that the server says: it is the one that this page came from.
import { decode } from '@msgpack/msgpack';
import { signal } from '@preact/signals';
import { encodeMessage } from '../protocol/codec.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL } from '../protocol/limits.ts';
import type { ServerMessage } from '../protocol/messages.ts';
import { Backoff } from '../worker/backoff.ts';

export type Status =
  /** Nothing is watched. */
  | { name: 'idle' }
  | { name: 'connecting' }
  | { name: 'open'; version: string; engine: string }
  /** `heard`: when it was last (milliseconds since 1970), null: never. Trying again. */
  | { name: 'lost'; heard: number | null; reason: string }
  /** No second attempt mends it. */
  | { name: 'refused'; code: ErrorCode; message: string };

/** What a connection may do: an admin's may change runs too. */
export type ViewerRole = 'admin' | 'viewer';

export interface SocketOptions {
  /** ws: or wss: address of the server's socket. */
  url: string;
  token: () => string | null;
  received: (message: ServerMessage) => void;
  /** A topic could not be watched. */
  failed: (topic: string, code: ErrorCode, message: string) => void;
  /** Milliseconds. */
  timing?: Partial<typeof TIMING>;
}

const TIMING = {
  /** Between attempts, growing from the first to the second. */
  retryFirst: 300,
  retryMost: 10_000,
  /** Silence after which the server is asked for a sign of life, and how long it has for one. */
  silence: 20_000,
  answer: 10_000,
};

const FINAL: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'origin', 'protocol-mismatch', 'malformed'];

export class ViewerSocket {
  readonly status = signal<Status>({ name: 'idle' });
  /** Null: not known yet. It stays while the connection is lost. */
  readonly role = signal<ViewerRole | null>(null);
  readonly #options: SocketOptions;
  readonly #timing: typeof TIMING;
  readonly #backoff: Backoff;
  /** What is watched, and from which generation on whenever it is asked for. */
  readonly #topics = new Map<string, () => number>();
  /** Topics whose `watch` was not answered yet, in order. */
  #asked: string[] = [];
  #socket: WebSocket | null = null;
  #trying: ViewerRole = 'admin';
  #heard: number | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#backoff = new Backoff({ first: this.#timing.retryFirst, most: this.#timing.retryMost });
  }

  /** Watches a topic, or begins again where it is watched. `after`: the last generation already held; asked at each reconnection. */
  watch(topic: string, after: () => number = () => -1): void {
    this.#topics.set(topic, after);
    if (this.status.peek().name === 'idle') this.#connect();
    else if (this.status.peek().name === 'open') this.#ask(topic);
  }

  unwatch(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    if (!this.#topics.size) this.close();
    else if (this.status.peek().name === 'open') this.#send({ type: 'unwatch', topic });
  }

  /** Tries again now: the token is another, the tab was woken, the network is back. Harmless at any time. */
  retryNow({ anew = false }: { anew?: boolean } = {}): void {
    const { name } = this.status.peek();
    if (anew) {
      this.#trying = 'admin';
      this.role.value = null;
    }
    if (name === 'idle') return;
    if (anew || name === 'lost') this.#connect();
    else if (name === 'open') this.#probe();
  }

  /** Ends the connection; what was watched is forgotten. */
  close(): void {
    this.#topics.clear();
    this.#drop();
    this.status.value = { name: 'idle' };
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    this.#asked = [];
    socket?.close();
  }

  #connect(): void {
    this.#drop();
    if (this.status.peek().name !== 'lost') this.status.value = { name: 'connecting' };
    const socket = new WebSocket(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#listen();
    let refusal: { code: ErrorCode; message: string } | null = null;
    socket.onopen = () => {
      this.#send({ type: 'hello', protocol: PROTOCOL_VERSION, token: this.#options.token(), role: this.#trying });
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return;
      const message = decode(new Uint8Array(data as ArrayBuffer)) as ServerMessage;
      this.#heard = Date.now();
      this.#listen();
      if (message.type === 'error' && message.fatal) refusal = message;
      else this.#receive(message);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#closed(refusal, reason || `the connection was closed (${code})`);
    };
  }

  #closed(refusal: { code: ErrorCode; message: string } | null, reason: string): void {
    if (refusal?.code === 'forbidden' && this.#trying === 'admin') {
      this.#trying = 'viewer';
      this.#connect();
    } else if (refusal && FINAL.includes(refusal.code)) {
      this.status.value = { name: 'refused', code: refusal.code, message: refusal.message };
    } else {
      this.status.value = { name: 'lost', heard: this.#heard, reason: refusal?.message ?? reason };
      this.#retry = setTimeout(() => this.#connect(), this.#backoff.next());
    }
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'welcome') {
      this.#backoff.reset();
      this.role.value = this.#trying;
      this.status.value = { name: 'open', version: message.version, engine: message.engine };
      for (const topic of this.#topics.keys()) this.#ask(topic);
      return;
    }
    if (message.type === 'error') {
      // Answers come in the order of the questions.
      const topic = this.#asked.shift();
      if (topic && this.#topics.has(topic)) this.#options.failed(topic, message.code, message.message);
      return;
    }
    if (message.type === 'pong') return;
    if (message.type === 'snapshot') this.#asked.splice(0, this.#asked.indexOf(message.topic) + 1);
    this.#options.received(message);
  }

  #ask(topic: string): void {
    this.#asked.push(topic);
    this.#send({ type: 'watch', topic, after: this.#topics.get(topic)?.() ?? -1 });
  }

  #send(message: { type: string; [field: string]: unknown }): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeMessage(message));
  }

  /** A connection that was cut without a word (a laptop that slept, a cable) does not close by itself, nor does one that nobody answers. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#probe(), this.#timing.silence);
  }

  #probe(): void {
    clearTimeout(this.#silence);
    if (this.status.peek().name === 'open') this.#send({ type: 'ping' });
    this.#silence = setTimeout(() => {
      this.#drop();
      this.#closed(null, 'the server does not answer');
    }, this.#timing.answer);
  }
}
