// The table's columns.
import { Badge, type Tone } from '../../components/badge.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { TableColumn } from '../../components/table.tsx';
import { bytes, count, number, pace, percent, short } from '../../format.ts';
import { isLocal, type Row, STATE_NAMES, TRUST, type WorkerState } from './rows.ts';

const TONES: Record<WorkerState, Tone> = { working: 'busy', idle: 'quiet', leaving: 'quiet', distrusted: 'trouble' };

const KINDS: Record<string, string> = {
  node: 'germline work, or the server itself',
  browser: 'A tab at /join',
  other: 'A program that speaks the protocol',
};

const numeric = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export const columns: TableColumn<Row>[] = [
  {
    id: 'name',
    label: 'Worker',
    heading: true,
    wide: true,
    by: ({ entry }) => entry.name,
    cell: ({ entry }) => (
      <>
        <span class="clipped worker-name" dir="auto" title={entry.name}>
          {entry.name}
        </span>
        <span class="soft fine">{isLocal(entry) ? 'this server' : entry.address}</span>
      </>
    ),
  },
  {
    id: 'state',
    label: 'State',
    wide: true,
    by: ({ state }) => state,
    cell: ({ entry, state, reason }) => (
      <div class="worker-state">
        <Badge tone={TONES[state]}>{STATE_NAMES[state]}</Badge>
        {state === 'working' && entry.run && (
          <p class="soft fine name">
            on <a href={`/runs/${entry.run}`}>{entry.run}</a>
          </p>
        )}
        {reason && <p class="soft fine">{reason}</p>}
      </div>
    ),
  },
  {
    id: 'kind',
    label: 'Kind',
    by: ({ entry }) => entry.kind,
    cell: ({ entry }) => <span title={KINDS[entry.kind]}>{entry.kind}</span>,
  },
  {
    id: 'threads',
    label: 'Threads',
    meaning: 'How many networks it evaluates at the same time',
    numeric: true,
    by: ({ entry }) => entry.threads,
    cell: ({ entry }) => count(entry.threads),
  },
  {
    id: 'memory',
    label: 'Memory',
    meaning: 'How much of it runs may take',
    numeric: true,
    by: ({ entry }) => entry.memory,
    cell: ({ entry }) => (
      <span title={entry.isolated ? 'Its threads share one memory' : 'Each thread needs a memory of its own'}>{bytes(entry.memory)}</span>
    ),
  },
  {
    id: 'rate',
    label: 'Evaluations/s',
    meaning: 'Networks that it evaluates each second',
    numeric: true,
    by: ({ entry }) => numeric(entry.rate),
    cell: ({ entry }) => <span title={`${count(entry.individuals)} so far`}>{pace(entry.rate)}</span>,
  },
  {
    id: 'share',
    label: 'Share',
    meaning: 'Of all that was computed in the last ten seconds',
    numeric: true,
    by: ({ entry }) => numeric(entry.share),
    cell: ({ entry }) => {
      const share = numeric(entry.share);
      return (
        <span class="share">
          <span class="share-bar" aria-hidden="true">
            <span style={{ transform: `scaleX(${Math.min(1, share ?? 0)})` }} />
          </span>
          {percent(share)}
        </span>
      );
    },
  },
  {
    id: 'leases',
    label: 'Leases',
    meaning: 'Ranges of individuals given to it so far',
    numeric: true,
    by: ({ entry }) => numeric(entry.leases),
    cell: ({ entry }) => count(entry.leases),
  },
  {
    id: 'duplicate',
    label: 'Duplicates',
    meaning: 'Results that another worker had given already: harmless',
    numeric: true,
    by: ({ entry }) => numeric(entry.duplicate),
    cell: ({ entry }) => count(entry.duplicate),
  },
  {
    id: 'trust',
    label: 'Trust',
    meaning: 'How far it is believed: all that a newcomer gives is computed again by somebody else, of what a trusted one gives a share',
    by: ({ trust }) => trust && Object.keys(TRUST).indexOf(trust.level),
    cell: ({ trust }) => {
      if (!trust) return null;
      const { name = trust.level, meaning } = TRUST[trust.level] ?? {};
      return (
        <div title={meaning}>
          <div class={trust.level === 'distrusted' ? 'distrusted' : undefined}>{name}</div>
          {trust.level !== 'own' && (
            <div class="soft fine number">
              {short(trust.confirmed)} confirmed{trust.wrong ? `, ${count(trust.wrong)} wrong` : ''}
            </div>
          )}
        </div>
      );
    },
  },
  {
    id: 'latency',
    label: 'Latency',
    meaning: 'Until an answer to a question over the network comes back',
    numeric: true,
    by: ({ entry }) => numeric(entry.latencyMs),
    cell: ({ entry }) => (isLocal(entry) || entry.latencyMs === null ? null : `${number(Math.round(entry.latencyMs * 10) / 10)} ms`),
  },
  {
    id: 'seen',
    label: 'Last seen',
    numeric: true,
    by: ({ entry }) => (entry.lastSeen === undefined ? null : new Date(entry.lastSeen).getTime()),
    cell: ({ entry }) => (isLocal(entry) ? 'now' : entry.lastSeen === undefined ? null : <RelativeTime at={entry.lastSeen} />),
  },
];
