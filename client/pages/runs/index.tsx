// `/`: every run, and several of them side by side.
import './runs.css';
import { useComputed, useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Admission, readOnly } from '../../components/admission.tsx';
import type { RunEntry } from '../../entries.ts';
import { count } from '../../format.ts';
import { useRuns } from '../../live.ts';
import { setQuery } from '../../router.ts';
import type { CompareProps } from './compare.tsx';
import { Filters } from './filters.tsx';
import { NoRun } from './no-run.tsx';
import { RunTable } from './run-table.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { matching, selected, view } from './view.ts';

/** Milliseconds without a worker until it is said. */
const PATIENCE_MS = 3_000;

export default function Runs() {
  return (
    <Admission>
      <List />
    </Admission>
  );
}

function List() {
  const runs = useRuns();
  const found = useComputed(() => matching(view.value));
  // Runs that are gone are not selected any more.
  useEffect(() => {
    if (!runs) return;
    const left = [...selected.value].filter((id) => runs.has(id));
    if (left.length < selected.value.size) setQuery({ select: left.join(',') });
  }, [runs]);
  return (
    <div class="page">
      <div class="page-head">
        <div>
          <h1>Runs</h1>
          <p class="lead">Each run evolves a population of networks, generation by generation. Open one to watch it.</p>
        </div>
        {runs?.size !== 0 && (
          <a class="button primary" href="/new">
            New run
          </a>
        )}
      </div>
      {runs === null ? (
        <p class="soft" aria-busy="true">
          Asking the server for its runs.
        </p>
      ) : runs.size === 0 ? (
        <NoRun />
      ) : (
        <>
          <Idle runs={runs} />
          <Filters runs={runs} />
          {view.value.compare && <Compare ids={[...selected.value]} />}
          <p class="hidden" role="status">
            {count(found.value.length)} of {count(runs.size)} runs shown
          </p>
          {found.value.length ? <RunTable runs={found.value} /> : <NoMatch />}
          <SelectionBar runs={runs} reason={readOnly()} />
        </>
      )}
    </div>
  );
}

/** Charts are loaded with the first comparison. */
function Compare({ ids }: CompareProps) {
  const loaded = useSignal<ComponentType<CompareProps> | null>(null);
  useEffect(() => {
    void import('./compare.tsx').then((module) => {
      loaded.value = module.Compare;
    });
  }, []);
  const Loaded = loaded.value;
  return Loaded ? <Loaded ids={ids} /> : <section class="card compare" aria-busy="true" aria-label="Comparison" />;
}

/** Runs that run, and nobody who computes. A run that was just started is not waited for yet. */
function Idle({ runs }: { runs: ReadonlyMap<string, RunEntry> }) {
  const running = [...runs.values()].filter(({ state }) => state === 'running');
  const idle = running.length > 0 && running.every(({ workers }) => workers === 0);
  const said = useSignal(false);
  useEffect(() => {
    if (!idle) {
      said.value = false;
      return;
    }
    const timer = setTimeout(() => {
      said.value = true;
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [idle]);
  return (
    <div role="status">
      {said.value && (
        <p class="note">
          <span>
            No worker computes for the runs that run. <a href="/workers">See why</a>, or <a href="/join">lend this browser</a>.
          </span>
        </p>
      )}
    </div>
  );
}

function NoMatch() {
  return (
    <div class="empty">
      <h2>No run is like that</h2>
      <button type="button" onClick={() => setQuery({ q: null, state: null })}>
        Show all runs
      </button>
    </div>
  );
}
