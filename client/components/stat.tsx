// A number with its name; several stand in a <dl class="stats">.
import type { ComponentChildren } from 'preact';

/** `note`: a soft line below; `title`: the exact value, or what it means. */
export function Stat({
  label,
  children,
  note,
  title,
}: {
  label: string;
  children: ComponentChildren;
  note?: ComponentChildren;
  title?: string;
}) {
  return (
    <div class="stat" title={title}>
      <dt>{label}</dt>
      <dd>
        <div class="value">{children}</div>
        {note && <div class="soft fine">{note}</div>}
      </dd>
    </div>
  );
}
