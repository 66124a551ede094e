// What can be done with the runs that are ticked.
import { useSignal } from '@preact/signals';
import { ApiError, api } from '../../api.ts';
import { Confirm } from '../../components/confirm.tsx';
import type { RunEntry, RunState } from '../../entries.ts';
import { bytes, count, sentence } from '../../format.ts';
import { navigate, setQuery } from '../../router.ts';
import { select, selected, view } from './view.ts';

const ACTIONS: { action: string; label: string; from: RunState[] }[] = [
  { action: 'pause', label: 'Pause', from: ['running'] },
  { action: 'resume', label: 'Resume', from: ['created', 'paused', 'stopped', 'failed'] },
  { action: 'stop', label: 'Stop', from: ['running', 'paused'] },
];

/** `reason`: why nothing may be changed here; null: it may. */
export function SelectionBar({ runs, reason }: { runs: ReadonlyMap<string, RunEntry>; reason: string | null }) {
  const busy = useSignal(false);
  const trouble = useSignal<string[]>([]);
  const deleting = useSignal(false);
  const chosen = [...selected.value].flatMap((id) => runs.get(id) ?? []);
  if (!chosen.length) return null;

  const toEach = async (of: RunEntry[], ask: (run: RunEntry) => Promise<unknown>) => {
    busy.value = true;
    const asked = await Promise.allSettled(of.map(ask));
    trouble.value = asked.flatMap((each, i) => (each.status === 'rejected' ? `${of[i].id}: ${messageOf(each.reason)}` : []));
    busy.value = false;
  };
  const deletable = chosen.filter(({ state }) => state !== 'running');
  const off = reason !== null || busy.value;
  return (
    <section class="selection" aria-label="Selected runs">
      <div class="row">
        <strong class="number">{count(chosen.length)} selected</strong>
        <button
          type="button"
          class={view.value.compare ? 'small' : 'small primary'}
          onClick={() => setQuery({ compare: view.value.compare ? null : 'on' })}
        >
          {view.value.compare ? 'Hide comparison' : 'Compare'}
        </button>
        {ACTIONS.map(({ action, label, from }) => {
          const able = chosen.filter(({ state }) => from.includes(state));
          return (
            <button
              key={action}
              type="button"
              class="small"
              disabled={off || !able.length}
              title={reason ?? undefined}
              onClick={() => toEach(able, ({ id }) => api(`/api/runs/${id}/${action}`, { method: 'POST' }))}
            >
              {label}
            </button>
          );
        })}
        <button
          type="button"
          class="small"
          disabled={chosen.length !== 1}
          title={chosen.length === 1 ? 'A new run that begins as this one did' : 'One run at a time'}
          onClick={() => navigate(`/new?clone=${chosen[0].id}`)}
        >
          Clone
        </button>
        <button
          type="button"
          class="small danger"
          disabled={off || !deletable.length}
          title={reason ?? (deletable.length ? undefined : 'A run that runs is not deleted: stop it first')}
          onClick={() => {
            deleting.value = true;
          }}
        >
          Delete
        </button>
        <button type="button" class="small end" aria-label="Clear the selection" onClick={() => select([])}>
          Clear
        </button>
      </div>
      {reason && <p class="fine soft">{reason}</p>}
      {trouble.value.length > 0 && (
        <ul class="plain warning" role="alert">
          {trouble.value.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {deleting.value && (
        <Deletion
          runs={deletable}
          onCancel={() => {
            deleting.value = false;
          }}
          onConfirm={() => {
            deleting.value = false;
            void toEach(deletable, ({ id }) => api(`/api/runs/${id}`, { method: 'DELETE' }));
          }}
        />
      )}
    </section>
  );
}

function Deletion({ runs, onCancel, onConfirm }: { runs: RunEntry[]; onCancel: () => void; onConfirm: () => void }) {
  const disk = runs.reduce((sum, run) => sum + (run.disk ?? 0), 0);
  const one = runs.length === 1;
  return (
    <Confirm
      title={one ? `Delete ${runs[0].id}?` : `Delete ${count(runs.length)} runs?`}
      action={one ? 'Delete it' : 'Delete them'}
      onCancel={onCancel}
      onConfirm={onConfirm}
    >
      <p>
        {one ? 'Its journal and its champion go' : 'Their journals and their champions go'} for good
        {disk > 0 && `, and ${bytes(disk)} of disk become free`}. What was downloaded stays.
      </p>
    </Confirm>
  );
}

const messageOf = (error: unknown): string => sentence(error instanceof ApiError ? error.message : String(error));
