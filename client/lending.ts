// Whether this tab computes for the server: the header says so on every page.
import { signal } from '@preact/signals';

/** Threads that it lends; 0: none. */
export const lending = signal(0);
