// Text to copy: a command, a token, a digest.
import { useSignal } from '@preact/signals';

/** Milliseconds that "Copied" stands. */
const SHOWN_MS = 2_000;

/** `what`: of what is copied, for whoever hears the button only. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const said = useSignal<'Copy' | 'Copied' | 'Not allowed'>('Copy');
  const copy = async () => {
    // Pages that did not come over TLS or from this machine have no clipboard.
    said.value = await (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(
      () => 'Copied' as const,
      () => 'Not allowed' as const,
    );
    setTimeout(() => {
      said.value = 'Copy';
    }, SHOWN_MS);
  };
  return (
    <button type="button" class="small" aria-label={`Copy ${what}`} onClick={copy}>
      <span aria-live="polite">{said.value}</span>
    </button>
  );
}

/** A command of a shell, with a button that copies it. */
export function Command({ text, what = 'the command' }: { text: string; what?: string }) {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
