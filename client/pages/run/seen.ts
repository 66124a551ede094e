// Whether an element is near what is seen of the page.
import { type Signal, useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** `seen` becomes true once, when the element first comes near. */
export function useSeen<Kind extends Element>(): { element: RefObject<Kind | null>; seen: Signal<boolean> } {
  const element = useRef<Kind>(null);
  const seen = useSignal(false);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        seen.value = true;
        observer.disconnect();
      },
      { rootMargin: '200px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, seen };
}
