// Keyboard users stay where they were when the part of the page with the focus is replaced.
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** An element that takes the focus when it appears and nothing else has it. */
export function useFocusWhenLost<Kind extends HTMLElement>(wanted = true): RefObject<Kind | null> {
  const element = useRef<Kind>(null);
  useEffect(() => {
    const { activeElement } = document;
    if (wanted && (!activeElement || activeElement === document.body)) element.current?.focus();
  }, [wanted]);
  return element;
}
