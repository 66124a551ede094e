// What can be done with a run.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { api, download } from '../../api.ts';
import { readOnly } from '../../components/admission.tsx';
import { Confirm } from '../../components/confirm.tsx';
import type { RunEntry, RunState } from '../../entries.ts';
import { sentence } from '../../format.ts';
import type { LiveRun } from '../../live.ts';
import { navigate } from '../../router.ts';
import { numbersOf, saveText } from './numbers.ts';
import type { Experiment } from './panels.ts';

interface ControlsProps {
  live: LiveRun;
  run: RunEntry;
  experiment: Experiment | null;
}

/** What a state can be left by, and what the button says. */
const ACTIONS: Record<RunState, { action: 'start' | 'resume' | 'pause' | 'stop'; label: string; primary?: boolean }[]> = {
  created: [{ action: 'start', label: 'Start', primary: true }],
  running: [
    { action: 'pause', label: 'Pause' },
    { action: 'stop', label: 'Stop' },
  ],
  paused: [
    { action: 'resume', label: 'Resume', primary: true },
    { action: 'stop', label: 'Stop' },
  ],
  stopped: [{ action: 'resume', label: 'Resume' }],
  failed: [{ action: 'resume', label: 'Try again', primary: true }],
  done: [],
  diverged: [],
};

export function Controls({ live, run, experiment }: ControlsProps) {
  const busy = useSignal<string | null>(null);
  const trouble = useSignal<string | null>(null);
  const deleting = useSignal(false);
  const refused = readOnly();
  const row = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);
  // A button that is gone once it was pressed, as Pause is, leaves the focus to the one in its place.
  useEffect(() => {
    if (!pressed.current || busy.value !== null || document.activeElement !== document.body) return;
    row.current?.querySelector<HTMLElement>('button:not(:disabled)')?.focus({ preventScroll: true });
  }, [run.state, busy.value]);
  useEffect(() => {
    if (busy.peek() === null) pressed.current = false;
  }, [run.state]);
  const act = async (name: string, doing: () => Promise<unknown>) => {
    pressed.current = row.current?.contains(document.activeElement) ?? false;
    busy.value = name;
    trouble.value = null;
    try {
      await doing();
    } catch (error) {
      trouble.value = sentence((error as Error).message);
    } finally {
      busy.value = null;
    }
  };
  const at = `/api/runs/${run.id}`;
  const file = (format: string, extension: string) => () =>
    act('export', () => download(`${at}/export?format=${format}`, `${run.id}.${extension}`));
  return (
    <div class="controls">
      <div class="row" ref={row}>
        {(ACTIONS[run.state] ?? []).map(({ action, label, primary }) => (
          <button
            key={action}
            type="button"
            class={primary ? 'primary' : undefined}
            disabled={refused !== null || busy.value !== null}
            title={refused ?? undefined}
            onClick={() => act(action, () => api(`${at}/${action}`, { method: 'POST' }))}
          >
            {label}
          </button>
        ))}
        <button
          type="button"
          disabled={!run.champion || busy.value !== null}
          title={run.champion ? undefined : 'There is no champion yet'}
          onClick={file('safetensors', 'safetensors')}
        >
          Download champion
        </button>
        <Menu label="More">
          {refused === null ? (
            <a href={`/new?clone=${run.id}`}>Clone: a new run like this</a>
          ) : (
            <button type="button" disabled title={refused}>
              Clone: a new run like this
            </button>
          )}
          <button type="button" disabled={!run.champion} onClick={file('npz', 'npz')}>
            Champion for NumPy (.npz)
          </button>
          <button type="button" disabled={!run.champion} onClick={file('tfjs', 'tfjs.zip')}>
            Champion for TensorFlow.js (.zip)
          </button>
          <button
            type="button"
            disabled={!experiment}
            onClick={() => saveText(JSON.stringify(experiment, null, 2), `${run.id}.json`, 'application/json')}
          >
            Experiment (.json)
          </button>
          <button
            type="button"
            disabled={!live.generations.length}
            onClick={() => saveText(numbersOf(live.generations), `${run.id}.csv`, 'text/csv')}
          >
            Numbers of the generations (.csv)
          </button>
          <button
            type="button"
            class="danger"
            disabled={refused !== null || run.state === 'running'}
            title={run.state === 'running' ? 'Stop it first' : (refused ?? undefined)}
            onClick={() => {
              deleting.value = true;
            }}
          >
            Delete{run.state === 'running' ? ' (stop it first)' : ''}
          </button>
        </Menu>
      </div>
      {refused && <p class="help">{refused}</p>}
      {trouble.value && (
        <p class="warning" role="alert">
          {trouble.value}
        </p>
      )}
      {deleting.value && (
        <Confirm
          title={`Delete ${run.name}?`}
          action="Delete"
          onCancel={() => {
            deleting.value = false;
          }}
          onConfirm={() => {
            deleting.value = false;
            void act('delete', async () => {
              await api(at, { method: 'DELETE' });
              navigate('/');
            });
          }}
        >
          <p>
            Run <code>{run.id}</code> and its journal are gone for good, and its champion with them.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** A button that opens a list of further ones. Escape, a choice, or a look elsewhere closes it; the focus is on the button then. */
function Menu({ label, children }: { label: string; children: preact.ComponentChildren }) {
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const elsewhere = (event: Event) => {
      if (menu.current?.open && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    addEventListener('pointerdown', elsewhere);
    addEventListener('focusin', elsewhere);
    return () => {
      removeEventListener('pointerdown', elsewhere);
      removeEventListener('focusin', elsewhere);
    };
  }, []);
  return (
    <details
      class="menu"
      ref={menu}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !menu.current?.open) return;
        menu.current.open = false;
        menu.current.querySelector('summary')?.focus();
      }}
      onClick={(event) => {
        if (!menu.current || !(event.target as Element).closest('.menu-list')) return;
        menu.current.querySelector('summary')?.focus();
        menu.current.open = false;
      }}
    >
      <summary class="button">{label}</summary>
      <div class="menu-list">{children}</div>
    </details>
  );
}
