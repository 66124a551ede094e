// Where the dashboard is: the address's path picks the page, its query holds the page's filters and settings.
import { computed, signal } from '@preact/signals';

const current = signal(new URL(location.href));

export const path = computed(() => current.value.pathname);
export const query = computed(() => current.value.searchParams);

addEventListener('popstate', () => {
  current.value = new URL(location.href);
});

export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  const url = new URL(to, location.href);
  const moved = url.pathname !== current.value.pathname;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  current.value = url;
  if (moved && !replace) scrollTo(0, 0);
}

/** Changes settings in the query; null and '' take one out. Makes no entry in the history. */
export function setQuery(changes: Record<string, string | null>): void {
  const url = new URL(current.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  navigate(url.href, { replace: true });
}

/** Parameters of `pattern` (`/runs/:id`) in `where`; null where it is another. */
export function match(pattern: string, where: string): Record<string, string> | null {
  const names = pattern.split('/');
  const parts = where.replace(/(.)\/$/, '$1').split('/');
  if (names.length !== parts.length) return null;
  const parameters: Record<string, string> = {};
  for (const [i, name] of names.entries()) {
    if (name.startsWith(':')) parameters[name.slice(1)] = decodeURIComponent(parts[i]);
    else if (name !== parts[i]) return null;
  }
  return parameters;
}

/** Links within the dashboard load nothing anew. To be called with every click. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.('a[href]') as HTMLAnchorElement | null;
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || link.pathname.startsWith('/api/')) return;
  // The page's own anchors, as the one past the navigation.
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.href);
}
