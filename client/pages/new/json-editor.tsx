// The same experiment as JSON: what `germline submit` takes, and what the form writes.
import { CopyButton } from '../../components/copy.tsx';
import { editText, text, textProblem } from './draft.ts';
import { JSON_ID } from './start.ts';

export function JsonEditor() {
  const problem = textProblem.value;
  return (
    <details class="card json" open={matchMedia('(width >= 75rem)').matches}>
      <summary>
        <h2>As JSON</h2>
      </summary>
      <div class="field">
        <div class="field-head">
          <p class="soft fine">Edit either side; the other follows.</p>
          <CopyButton text={text.value} what="the experiment" />
        </div>
        <p class="warning" id="experiment-json-problem" role="status">
          {problem && `Not JSON yet: ${problem}`}
        </p>
        <textarea
          id={JSON_ID}
          aria-label="The experiment as JSON"
          rows={Math.min(40, Math.max(12, text.value.split('\n').length + 1))}
          spellcheck={false}
          autoComplete="off"
          value={text.value}
          aria-invalid={problem !== null}
          aria-describedby="experiment-json-problem"
          onInput={(event) => editText(event.currentTarget.value)}
        />
      </div>
    </details>
  );
}
