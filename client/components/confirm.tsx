// Asks before something that cannot be undone.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

const CONFIRMED = 'confirmed';

export interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  /** What the button says that does it: a verb. */
  action: string;
  onConfirm: () => void;
  onCancel: () => void;
}

/** Shown for as long as it is rendered. Escape cancels; the focus goes back to where it was. */
export function Confirm({ title, children, action, onConfirm, onCancel }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // It closes by itself, whatever closes it: only so the focus goes back.
    <dialog
      class="confirm"
      ref={dialog}
      aria-labelledby="confirm-title"
      onClose={(event) => (event.currentTarget.returnValue === CONFIRMED ? onConfirm() : onCancel())}
    >
      <form method="dialog">
        <h2 id="confirm-title">{title}</h2>
        <div>{children}</div>
        <div class="row">
          <button type="submit" value="">
            Cancel
          </button>
          <button type="submit" class="danger" value={CONFIRMED}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  );
}
