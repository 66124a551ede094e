// How far something is: a bar, beside which the numbers stand in words.

/** `done` of `of`; `still`: it does not go on. */
export function Progress({ done, of, label, still = false }: { done: number; of: number; label: string; still?: boolean }) {
  const share = of > 0 ? Math.min(1, done / of) : 0;
  return (
    <span
      class={still ? 'progress still' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={done}
    >
      <span style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
