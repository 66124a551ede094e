// Whether the page is narrower than something needs.
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

/** `rem`: of 16 pixels, as media queries have them. */
export function useNarrow(rem: number): boolean {
  const [query, narrow] = useMemo(() => {
    const query = matchMedia(`(width < ${rem}rem)`);
    return [query, signal(query.matches)] as const;
  }, [rem]);
  useEffect(() => {
    const follow = () => {
      narrow.value = query.matches;
    };
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return narrow.value;
}
