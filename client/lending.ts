// Whether this tab computes for the server: the header says so on every page.
import { signal } from '@preact/signals';

/** Threads that it lends; 0: none. */
export const lending = signal(0);

/** In session storage: what was being lent when the page had to be loaded anew. */
export const INTERRUPTED = 'germline.join.interrupted';
