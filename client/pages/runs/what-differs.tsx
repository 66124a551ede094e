// Below the curves of several runs: what was set differently in each.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api } from '../../api.ts';
import type { RunEntry } from '../../entries.ts';
import { differences } from './differences.ts';

type Told = RunEntry & { experiment: Record<string, unknown> };

/** By id: what a run was made from never changes. */
const known = new Map<string, Told>();

/** `colours`: a variable for each run, as its curve's. */
export function WhatDiffers({ ids, colours }: { ids: string[]; colours: string[] }) {
  const told = useSignal<(Told | null)[]>([]);
  useEffect(() => {
    const leave = new AbortController();
    const ask = async (id: string): Promise<Told | null> => {
      const run = known.get(id) ?? (await api<Told>(`/api/runs/${id}`, { signal: leave.signal }).catch(() => null));
      if (run) known.set(id, run);
      return run;
    };
    void Promise.all(ids.map(ask)).then((runs) => {
      if (!leave.signal.aborted) told.value = runs;
    });
    return () => leave.abort();
  }, [ids.join()]);
  const runs = told.value.flatMap((run) => run ?? []);
  if (runs.length < 2) return null;
  const rows = differences(runs.map(({ experiment, seed }) => ({ ...experiment, seed })));
  return (
    <div class="differs">
      <h3 id="differs-title">What differs</h3>
      {rows.length === 0 ? (
        <p class="soft fine">Nothing: they have the same experiment and the same seed, so they come to the same end.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <section class="sample-table" aria-labelledby="differs-title" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">setting</th>
                {runs.map(({ id }) => (
                  <th scope="col" key={id}>
                    <span class="swatch" style={{ color: `var(${colours[ids.indexOf(id)]})` }} aria-hidden="true" />{' '}
                    <a href={`/runs/${id}`}>{id}</a>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ path, values }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  {values.map((value, i) => (
                    <td key={runs[i].id}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
