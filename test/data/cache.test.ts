import { homedir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkName, dataFolder } from '../../data/cache.ts';
import { DataError } from '../../data/error.ts';

describe('dataFolder', () => {
  it('follows GERMLINE_DATA, then XDG_CACHE_HOME, then the system', () => {
    const xdg = { XDG_CACHE_HOME: '/x/cache' };
    expect(dataFolder({ ...xdg, GERMLINE_DATA: '/mine' }, 'linux')).toBe('/mine');
    expect(dataFolder(xdg, 'linux')).toBe(join('/x/cache', 'germline'));
    expect(dataFolder({ XDG_CACHE_HOME: 'relative' }, 'linux')).toBe(join(homedir(), '.cache', 'germline'));
    expect(dataFolder({}, 'darwin')).toBe(join(homedir(), '.cache', 'germline'));
    expect(dataFolder({ LOCALAPPDATA: 'C:\\Local' }, 'win32')).toBe(join('C:\\Local', 'germline'));
  });
});

describe('checkName', () => {
  it('accepts plain names', () => {
    for (const name of ['a', 'iris', 'mnist-10k.v2', '2024_readings', 'a'.repeat(64)]) expect(() => checkName(name)).not.toThrow();
  });

  it('refuses names that are a path, a device, or hard to type', () => {
    const names = [
      '',
      '.',
      '..',
      '../x',
      'a/b',
      'a\\b',
      '.hidden',
      'a.',
      'Iris',
      'a b',
      'sha256:00',
      'con',
      'nul.txt',
      'é',
      'a\0',
      'a'.repeat(65),
    ];
    for (const name of names) expect(() => checkName(name), JSON.stringify(name)).toThrow(DataError);
  });

  it('lets no name pass that leaves its folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('.', '/', '\\', 'a', '-', ':'), maxLength: 8 }), (name) => {
        try {
          checkName(name);
        } catch {
          return;
        }
        expect(join('/cache', name)).toBe(`/cache/${name}`);
        expect(name).not.toMatch(/[/\\:]|^\.|\.$/);
      }),
    );
  });
});
