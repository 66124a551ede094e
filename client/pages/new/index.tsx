// `/new`: an experiment, from a built-in one or from another run's, checked as it is written; then its run.
import './new.css';
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ApiError, api } from '../../api.ts';
import { Admission } from '../../components/admission.tsx';
import { Confirm } from '../../components/confirm.tsx';
import type { RunEntry } from '../../entries.ts';
import { sentence } from '../../format.ts';
import { watchRuns } from '../../live.ts';
import { query, setQuery } from '../../router.ts';
import { begin, check, draft, origin, touched } from './draft.ts';
import { Form } from './form.tsx';
import { JsonEditor } from './json-editor.tsx';
import type { Fields, JsonSchema } from './schema.ts';
import { beginSeed } from './start.ts';
import { StartingPoints } from './starting-points.tsx';
import { StartBar, Summary } from './summary.tsx';

/** What is offered first. */
const FIRST = 'mnist';

interface Known {
  schema: JsonSchema;
  experiments: Fields[];
}

export default function New() {
  return (
    <Admission>
      <NewRun />
    </Admission>
  );
}

function NewRun() {
  const known = useSignal<Known | null>(null);
  const trouble = useSignal<string | null>(null);
  const asked = useSignal<string | null>(null);
  // What this page may do is known by the connection.
  useEffect(watchRuns, []);

  useEffect(() => {
    beginSeed();
    load().then(
      (loaded) => {
        known.value = loaded.known;
        if (loaded.clone) {
          begin(loaded.clone.experiment, { kind: 'run', id: loaded.clone.id, experiment: loaded.clone.experiment });
          beginSeed(loaded.clone.seed);
        } else beginWith(query.peek().get('from') ?? FIRST, loaded.known.experiments);
      },
      (error) => {
        trouble.value = error instanceof ApiError ? error.message : String(error);
      },
    );
  }, []);
  useSignalEffect(() => {
    if (origin.value) return check(draft.value);
  });

  const choose = (name: string) => {
    beginWith(name, known.peek()?.experiments ?? []);
    setQuery({ from: name === FIRST ? null : name, clone: null });
  };
  const from = origin.value;
  return (
    <div class="page new">
      <div class="page-head">
        <div>
          <h1>New run</h1>
          <p class="lead">
            {from?.kind === 'run' ? (
              <>
                Begins as <a href={`/runs/${from.id}`}>{from.id}</a> did. Change what should be different; another seed repeats it with
                other luck.
              </>
            ) : (
              'Choose what to begin with and start it as it is, or change it first: a field left empty takes the value in grey.'
            )}
          </p>
        </div>
      </div>
      {trouble.value && (
        <div class="note trouble" role="alert">
          <h2>This cannot be shown</h2>
          <p>{sentence(trouble.value)}</p>
        </div>
      )}
      {known.value && from && (
        <>
          <div class="columns">
            <div class="sections">
              <StartingPoints
                experiments={known.value.experiments}
                chosen={from.kind === 'built-in' ? from.name : null}
                onChoose={(name) => {
                  if (touched.peek()) asked.value = name;
                  else choose(name);
                }}
              />
              <Form schema={known.value.schema} datasets={[...new Set(known.value.experiments.map(({ dataset }) => String(dataset)))]} />
            </div>
            <div class="aside">
              <Summary />
              <JsonEditor />
            </div>
          </div>
          <StartBar />
        </>
      )}
      {asked.value && (
        <Confirm
          title={`Begin again with ${asked.value}?`}
          action="Begin again"
          onCancel={() => {
            asked.value = null;
          }}
          onConfirm={() => {
            if (asked.value) choose(asked.value);
            asked.value = null;
          }}
        >
          <p>What you changed here is lost.</p>
        </Confirm>
      )}
    </div>
  );
}

async function load(): Promise<{ known: Known; clone: (RunEntry & { experiment: Fields }) | null }> {
  const id = query.peek().get('clone');
  const [{ experiments }, schema, clone] = await Promise.all([
    api<{ experiments: Fields[] }>('/api/experiments'),
    api<JsonSchema>('/api/experiments/schema'),
    id ? api<RunEntry & { experiment: Fields }>(`/api/runs/${encodeURIComponent(id)}`) : null,
  ]);
  return { known: { schema, experiments }, clone };
}

function beginWith(name: string, experiments: Fields[]): void {
  const experiment = experiments.find((each) => each.name === name) ?? experiments[0];
  begin(experiment, { kind: 'built-in', name: String(experiment.name) });
}
