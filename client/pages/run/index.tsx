// `/runs/:id`: one run, live.
import '../../components/parts.css';
import './run.css';
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { api } from '../../api.ts';
import { Admission } from '../../components/admission.tsx';
import { Empty } from '../../components/empty.tsx';
import { sentence } from '../../format.ts';
import { status, useRun } from '../../live.ts';
import type { PageProps } from '../../pages.ts';
import { Head } from './head.tsx';
import { Inference } from './inference.ts';
import { Notices } from './notices.tsx';
import { type Experiment, panelsOf } from './panels.ts';

export default function RunPage({ parameters }: PageProps) {
  return (
    <Admission>
      <Run key={parameters.id} id={parameters.id} />
    </Admission>
  );
}

function Run({ id }: { id: string }) {
  const live = useRun(id, { weights: true });
  const experiment = useSignal<Experiment | null>(null);
  const inference = useMemo(() => new Inference(), [id]);
  useEffect(() => () => inference.end(), [inference]);
  const run = live.run.value;
  const there = run !== null;
  const connected = status.value.name === 'open';
  // It never changes, but the server may be gone at the first attempt.
  useEffect(() => {
    if (!there || !connected || experiment.peek()) return;
    const leave = new AbortController();
    api<{ experiment: Experiment }>(`/api/runs/${id}`, { signal: leave.signal }).then(
      (answer) => {
        experiment.value = answer.experiment;
      },
      () => {},
    );
    return () => leave.abort();
  }, [id, there, connected]);
  useEffect(() => {
    if (run) document.title = `${run.name} · Germline`;
  }, [run?.name]);

  const trouble = live.trouble.value;
  if (trouble)
    return (
      <div class="page">
        <Empty page title={trouble.code === 'not-found' ? 'There is no such run' : 'This run cannot be shown'}>
          <p class="name">{sentence(trouble.message)}</p>
          <a class="button" href="/">
            All runs
          </a>
        </Empty>
      </div>
    );
  if (!run)
    return (
      <div class="page">
        <p class="soft" aria-busy="true">
          {status.value.name === 'lost'
            ? 'The server cannot be reached; the run is shown as soon as it can.'
            : `Asking the server for ${id}.`}
        </p>
      </div>
    );
  const props = { live, run, experiment, inference };
  const panels = panelsOf(run.kind).filter(({ applies }) => applies?.(props) ?? true);
  return (
    <div class="page run">
      <Head live={live} run={run} experiment={experiment.value} />
      <Notices run={run} />
      {run.generations > 0 && (
        <div class="panels">
          {panels.map(({ id: name, title, caption, wide, Body }) => (
            <section key={name} class={wide ? 'card panel wide' : 'card panel'} aria-labelledby={`panel-${name}`}>
              <div>
                <h2 id={`panel-${name}`}>{title}</h2>
                <p class="help">{caption}</p>
              </div>
              <Body {...props} />
            </section>
          ))}
        </div>
      )}
    </div>
  );
}
