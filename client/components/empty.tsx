// What stands where there is nothing to show: why, and what to do about it.
import type { ComponentChildren } from 'preact';

/** `page`: it is all that stands on the page. */
export function Empty({ title, page = false, children }: { title: string; page?: boolean; children: ComponentChildren }) {
  return (
    <div class="empty">
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}
