// A run's champion, running in this page: asked about the validation split and about drawings. One thread, shared by the panels that ask.
import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { token } from '../token.ts';
import { type Answers, type Job, type Judgement, type Opened, type Question, type Reply, UNREACHABLE } from './messages.ts';

export type { Example, Judgement, Opened } from './messages.ts';

export type Standing = { name: 'loading' } | { name: 'ready'; opened: Opened; judgement: Judgement } | { name: 'failed'; message: string };

/** Milliseconds between two looks at a champion that keeps changing: each is a file to fetch. */
const REFRESH_MS = 8_000;
/** And until a server that did not answer is asked again. */
const AGAIN_MS = 2_000;

export class ChampionSession {
  readonly #standing = signal<Standing>({ name: 'loading' });
  readonly #thread: Worker;
  readonly #waiting = new Map<number, { resolve: (answer: never) => void; reject: (error: Error) => void }>();
  readonly #end: () => void;
  #asked = 0;

  /** `digest`: of the champion that the server has; it is fetched anew when this changes. */
  constructor(job: Omit<Job, 'token'>, digest: ReadonlySignal<string | null>) {
    this.#thread = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#thread.onmessage = ({ data }: MessageEvent<Reply>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ('answer' in data) waiting?.resolve(data.answer as never);
      else waiting?.reject(Object.assign(new Error(data.trouble.message), { name: data.trouble.name }));
    };
    this.#thread.onerror = ({ message }) => this.#fail(message || 'its program could not be loaded');
    this.#end = this.#follow(job, digest);
  }

  get standing(): ReadonlySignal<Standing> {
    return this.#standing;
  }

  ask<Q extends Question>(question: Q): Promise<Answers[Q['ask']]> {
    const id = ++this.#asked;
    return new Promise<Answers[Q['ask']]>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: never) => void, reject });
      this.#thread.postMessage({ id, question });
    });
  }

  /** Looks at the champion whenever it is another, one look at a time. */
  #follow(job: Omit<Job, 'token'>, digest: ReadonlySignal<string | null>): () => void {
    const open = () => this.ask({ ask: 'open', job: { ...job, token: token.peek() } });
    let opened: Promise<Opened> | null = null;
    let busy = false;
    let seen: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const wanted = digest.peek();
      if (busy || wanted === null || wanted === seen) return;
      busy = true;
      let pause = REFRESH_MS;
      try {
        opened ??= open();
        const found = await opened.catch((error: Error) => {
          if (error.name === UNREACHABLE) opened = null;
          throw error;
        });
        const judgement = await this.ask({ ask: 'judge' });
        seen = wanted;
        this.#standing.value = { name: 'ready', opened: found, judgement };
      } catch (error) {
        // A server that is gone is said elsewhere.
        if ((error as Error).name === UNREACHABLE) pause = AGAIN_MS;
        else this.#fail((error as Error).message);
      }
      timer = setTimeout(() => {
        busy = false;
        void look();
      }, pause);
    };
    const dispose = effect(() => {
      digest.value;
      void look();
    });
    return () => {
      dispose();
      clearTimeout(timer);
    };
  }

  #fail(message: string): void {
    // What was shown stays.
    if (this.#standing.peek().name !== 'ready') this.#standing.value = { name: 'failed', message };
  }

  end(): void {
    this.#end();
    this.#thread.terminate();
    this.#waiting.clear();
  }
}
