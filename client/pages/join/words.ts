// What the page says of a state: a headline and a line below it.
import type { WorkerStatus } from '../../../worker/events.ts';
import type { Building, State } from './session.ts';

export interface Words {
  /** Colours the dot beside it. */
  tone: 'busy' | 'quiet' | 'trouble';
  title: string;
  detail: string;
}

export interface Situation {
  state: State;
  status: WorkerStatus | null;
  building: Building | null;
  idle: string | null;
  /** Evaluations a second. */
  rate: number;
  /** Milliseconds until the next attempt. */
  left: number;
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export function describe({ state, status, building, idle, rate, left }: Situation): Words {
  switch (state.name) {
    case 'off':
      return { tone: 'quiet', title: 'Not lending', detail: '' };
    case 'starting':
      return { tone: 'quiet', title: 'Starting', detail: 'Loading the engine.' };
    case 'connecting':
      return { tone: 'quiet', title: 'Connecting', detail: `To ${location.host}.` };
    case 'leaving':
      return { tone: 'quiet', title: 'Stopping', detail: 'Giving unfinished work back.' };
    case 'waiting':
      return {
        tone: 'trouble',
        title: 'Disconnected',
        detail: `${sentence(state.reason)} ${left > 0 ? `Trying again in ${Math.ceil(left / 1000)} s.` : 'Trying again.'}`,
      };
    case 'refused':
      return { tone: 'trouble', title: 'The server refuses this tab', detail: remedy(state) };
  }
  if (building) {
    const { run, generation, of } = building;
    return {
      tone: 'busy',
      title: `Building run ${run}`,
      detail: of ? `Generation ${count(generation)} of ${count(of)}.` : 'From its seed.',
    };
  }
  const run = status?.runs.find(({ ready }) => ready) ?? status?.runs[0];
  if (run && (rate > 0 || status?.running)) {
    return { tone: 'busy', title: `Computing run ${run.run}`, detail: `${run.experiment}, generation ${count(run.generation)}.` };
  }
  return { tone: 'quiet', title: 'Idle', detail: idle ? sentence(idle) : 'The server has no work for this tab at the moment.' };
}

function remedy({ code, message }: State & { name: 'refused' }): string {
  const said = sentence(message);
  switch (code) {
    case 'unauthorized':
    case 'forbidden':
      return `${said} Paste a worker's token below: whoever runs the server makes one with germline token create worker.`;
    case 'engine-mismatch':
    case 'protocol-mismatch':
      return `${said} This page was loaded again and is still of another version: the server's pages have to be built anew (npm run build:client).`;
    case 'origin':
      return `${said} Open this page at the address that the server was started with.`;
    case 'distrusted':
      return `${said} It will not take results of this tab any more. If the machine is sound, tell whoever runs the server.`;
    default:
      return `${said} Press start to try again.`;
  }
}

/** A server's message as a sentence. */
function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
