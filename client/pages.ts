// The dashboard's pages. Each is loaded when it is first opened; a page with a `nav` is named in the navigation.
import type { ComponentType } from 'preact';

export interface PageProps {
  /** From the path: `/runs/:id` gives `id`. */
  parameters: Record<string, string>;
}

export interface Page {
  path: string;
  title: string;
  nav?: string;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

export const pages: Page[] = [
  { path: '/', title: 'Runs', nav: 'Runs', load: () => import('./pages/runs/index.tsx') },
  { path: '/new', title: 'New run', load: () => import('./pages/new/index.tsx') },
  { path: '/runs/:id', title: 'Run', load: () => import('./pages/run/index.tsx') },
  { path: '/workers', title: 'Workers', nav: 'Workers', load: () => import('./pages/workers/index.tsx') },
  { path: '/join', title: 'Lend this browser', nav: 'Join', load: () => import('./pages/join/index.tsx') },
];
