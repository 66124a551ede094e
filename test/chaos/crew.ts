// `germline work` as processes that are killed, frozen and replaced.
import type { Running } from '../cli/command.ts';
import { launch } from './processes.ts';
import type { Served } from './served.ts';

export class Crew {
  readonly #served: Served;
  #members: Running[] = [];
  #frozen = new Set<Running>();
  #named = 0;

  constructor(served: Served, size: number) {
    this.#served = served;
    this.grow(size);
  }

  grow(by = 1): void {
    for (let n = 0; n < by; n++) {
      this.#members.push(launch(['work', this.#served.url, '--threads', '1', '--name', `worker ${++this.#named}`, '--json']));
    }
  }

  /** Those that compute. */
  get awake(): Running[] {
    return this.#members.filter((member) => !this.#frozen.has(member));
  }

  get frozen(): Running[] {
    return [...this.#frozen];
  }

  /** SIGKILL; another one takes its place. */
  async kill(member: Running): Promise<void> {
    member.child.kill('SIGKILL');
    const { signal, code, stderr } = await member.ended;
    if (signal !== 'SIGKILL') throw new Error(`a worker had ended by itself, with ${code ?? signal}: ${stderr}`);
    this.#members = this.#members.filter((other) => other !== member);
    this.#frozen.delete(member);
    this.#served.tally.workerKills++;
    this.grow();
  }

  freeze(members: readonly Running[]): void {
    for (const member of members) {
      member.child.kill('SIGSTOP');
      this.#frozen.add(member);
      this.#served.tally.freezes++;
    }
  }

  thaw(members: readonly Running[] = this.frozen): void {
    for (const member of members) {
      member.child.kill('SIGCONT');
      this.#frozen.delete(member);
    }
  }

  /** Workers end for nothing that happens here: each that has is an error. Those that still work leave. */
  async end(): Promise<void> {
    this.thaw();
    for (const member of this.#members) {
      const { exitCode, signalCode } = member.child;
      if (exitCode !== null || signalCode !== null) throw new Error(`a worker had ended by itself: ${(await member.ended).stderr}`);
      member.child.kill('SIGTERM');
    }
    for (const { ended } of this.#members.splice(0)) {
      const { code, signal, stderr } = await ended;
      if (code !== 0) throw new Error(`a worker left with ${code ?? signal}: ${stderr}`);
    }
  }
}
