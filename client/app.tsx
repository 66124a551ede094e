// The shell: a header with the navigation, and the page that the address asks for.
import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { Banner } from './components/banner.tsx';
import { lending } from './lending.ts';
import { type Page, type PageProps, pages } from './pages.ts';
import { followLink, match, path } from './router.ts';
import { THEMES, theme } from './theme.ts';

const THEME_NAMES = { system: 'Auto', light: 'Light', dark: 'Dark' };

interface Shown extends PageProps {
  Page: ComponentType<PageProps>;
  path: string;
}

export function App() {
  const shown = useSignal<Shown | null>(null);
  useSignalEffect(() => {
    const asked = path.value;
    void find(asked).then((found) => {
      // Another was asked for while this one was loaded.
      if (asked !== path.peek()) return;
      const first = shown.peek() === null;
      shown.value = found;
      // Whoever cannot see that the page changed is taken to it.
      if (!first) document.getElementById('main')?.focus({ preventScroll: true });
    });
  });
  const current = shown.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: links stay links; their clicks only save loading the page anew
    // biome-ignore lint/a11y/useKeyWithClickEvents: the Enter key on a link is a click
    <div class="shell" onClick={followLink}>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Header />
      <Banner />
      <main id="main" tabIndex={-1} aria-busy={current === null}>
        {current && <current.Page key={current.path} parameters={current.parameters} />}
      </main>
    </div>
  );
}

async function find(asked: string): Promise<Shown> {
  for (const page of pages) {
    const parameters = match(page.path, asked);
    if (!parameters) continue;
    document.title = `${page.title} · Germline`;
    try {
      return { Page: (await page.load()).default, parameters, path: asked };
    } catch {
      return { Page: Unloaded, parameters, path: asked };
    }
  }
  document.title = 'Not found · Germline';
  return { Page: NotFound, parameters: {}, path: asked };
}

/** A page that is not named itself, a run's or the form for one, belongs to the list of runs. */
function currentOf({ path: to }: Page): 'page' | 'true' | undefined {
  if (match(to, path.value)) return 'page';
  const belongs = to === '/' && pages.some((page) => !page.nav && match(page.path, path.value));
  return belongs ? 'true' : undefined;
}

function Header() {
  const nav = pages.filter((page) => page.nav);
  return (
    <header class="top">
      <a class="brand" href="/">
        <img src="/favicon.svg" width="24" height="24" alt="" />
        Germline
      </a>
      <nav aria-label="Pages">
        {nav.map((page) => (
          <a key={page.path} href={page.path} aria-current={currentOf(page)}>
            {page.nav}
          </a>
        ))}
      </nav>
      <div class="top-end">
        {lending.value > 0 && (
          <a class="chip live" href="/join">
            Lending {lending.value} {lending.value === 1 ? 'thread' : 'threads'}
          </a>
        )}
        <label class="theme">
          <span class="hidden">Theme</span>
          <select
            value={theme.value}
            onChange={(event) => {
              theme.value = event.currentTarget.value as (typeof THEMES)[number];
            }}
          >
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {THEME_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  );
}

function NotFound() {
  return (
    <div class="narrow">
      <h1>There is no such page</h1>
      <p>
        <code>{path.value}</code> leads nowhere. <a href="/">Go to the start</a>.
      </p>
    </div>
  );
}

function Unloaded() {
  return (
    <div class="narrow">
      <h1>This page could not be loaded</h1>
      <p>The server may be gone, or was updated meanwhile.</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        Load it again
      </button>
    </div>
  );
}
