// An installed Chromium, driven by playwright-core: found, started with a fresh profile, ended after the test.
import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Its path: $CHROMIUM, or the first of the usual places that has one. Null: there is none. */
export const chromiumPath: string | null = process.env.CHROMIUM || (PLACES.find(executable) ?? null);

/** Why browser tests are skipped; null: they are not. Where CI=true they never are: starting a browser that is missing fails. */
export const skipped: string | null =
  chromiumPath || process.env.CI === 'true'
    ? null
    : `no Chromium at $CHROMIUM or ${PLACES.slice(0, 5).join(', ')}: browser tests are skipped`;

if (skipped) console.log(skipped);

/** `through`: a command that starts it, as one that enters a network namespace. */
export async function launch(): Promise<Browser> {
  if (!chromiumPath) throw new Error(`no Chromium: set CHROMIUM, or install it at one of ${PLACES.join(', ')}`);
  return chromium.launch({ executablePath: chromiumPath, args: FLAGS, headless: true });
}
