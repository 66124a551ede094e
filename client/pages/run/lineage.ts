// The champion's ancestors as the server tells them: asked for while somebody looks, and again when there is a new champion.
import { signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ApiError, api } from '../../api.ts';
import type { ChampionEntry } from '../../entries.ts';
import { type LiveRun, status } from '../../live.ts';
import type { FamilyGeneration } from './family.ts';

/** Milliseconds between two questions at least; one that took long to answer is not asked again before so many times as long. */
const EVERY_MS = 5_000;
const TIMES = 10;

/** One question at a time, and time between them: the server goes through the whole journal for each. */
class Follower {
  readonly family = signal<FamilyGeneration[] | null>(null);
  readonly trouble = signal<string | null>(null);
  readonly #run: string;
  readonly #leave = new AbortController();
  /** Champion's digest and generations: what is wanted, null: nothing now; and what is known. */
  #wanted: { digest: string; generations: number } | null = null;
  #known = { digest: '', generations: 0 };
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next one may be asked. */
  #next = 0;

  constructor(run: string) {
    this.#run = run;
  }

  want(digest: string | null, generations: number): void {
    // Who asks for another range looks at the page and waits.
    if (generations !== this.#known.generations) this.#next = 0;
    this.#wanted = digest === null ? null : { digest, generations };
    this.#plan();
  }

  again(): void {
    this.trouble.value = null;
    this.#next = 0;
    this.#plan();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#leave.abort();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const wanted = this.#wanted;
    if (this.#busy || !wanted || this.trouble.peek()) return;
    if (wanted.digest === this.#known.digest && wanted.generations === this.#known.generations) return;
    this.#timer = setTimeout(() => this.#ask(wanted.generations), Math.max(0, this.#next - performance.now()));
  }

  async #ask(generations: number): Promise<void> {
    this.#busy = true;
    const began = performance.now();
    try {
      const path = `/api/runs/${this.#run}/lineage?generations=${generations}`;
      const answer = await api<{ champion: ChampionEntry; generations: FamilyGeneration[] }>(path, { signal: this.#leave.signal });
      this.#known = { digest: answer.champion.digest, generations };
      this.family.value = answer.generations;
    } catch (error) {
      if (this.#leave.signal.aborted) return;
      // Others have asked, or the server is gone for a moment: it is tried again later.
      const passing = error instanceof ApiError && (error.code === 'too-many' || error.status === 0);
      if (!passing) this.trouble.value = (error as Error).message;
    } finally {
      this.#busy = false;
    }
    const now = performance.now();
    this.#next = now + Math.max(EVERY_MS, TIMES * (now - began));
    this.#plan();
  }
}

interface Followed {
  /** To be looked at. */
  element: RefObject<HTMLDivElement | null>;
  /** Null: not told yet. */
  family: FamilyGeneration[] | null;
  trouble: string | null;
  again(): void;
}

export function useLineage(live: LiveRun, generations: number): Followed {
  const element = useRef<HTMLDivElement>(null);
  const near = useSignal(false);
  const follower = useMemo(() => new Follower(live.id), [live.id]);
  useEffect(() => () => follower.end(), [follower]);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        near.value = entries[entries.length - 1].isIntersecting;
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  const champion = live.run.value?.champion;
  const digest = near.value && status.value.name === 'open' ? (champion?.digest ?? null) : null;
  useEffect(() => follower.want(digest, generations), [follower, digest, generations]);
  return { element, family: follower.family.value, trouble: follower.trouble.value, again: () => follower.again() };
}
