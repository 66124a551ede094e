// Whether this machine runs on its battery. Null where nobody can tell; a machine without one is on mains.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function onBattery(
  platform: NodeJS.Platform = process.platform,
  supplies = '/sys/class/power_supply',
): Promise<boolean | null> {
  if (platform === 'linux') return onBatteryByFiles(supplies);
  if (platform === 'darwin') return saysBattery('pmset', ['-g', 'batt'], /'Battery Power'/);
  if (platform === 'win32') {
    const query = '(Get-CimInstance -Namespace root/wmi -ClassName BatteryStatus).PowerOnline';
    return saysBattery('powershell', ['-NoProfile', '-Command', query], /^False/m);
  }
  return null;
}

/** The kernel's list of supplies: on battery where a battery discharges and no mains is online. */
async function onBatteryByFiles(folder: string): Promise<boolean | null> {
  const names = await readdir(folder).catch(() => null);
  if (!names) return null;
  const read = (name: string, field: string) =>
    readFile(join(folder, name, field), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  let discharging = false;
  for (const name of names) {
    // A mouse's battery is none of this machine's.
    if ((await read(name, 'scope')) === 'Device') continue;
    const type = await read(name, 'type');
    if (type !== 'Battery' && (await read(name, 'online')) === '1') return false;
    if (type === 'Battery' && (await read(name, 'status')) === 'Discharging') discharging = true;
  }
  return discharging;
}

function saysBattery(command: string, words: string[], pattern: RegExp): Promise<boolean | null> {
  return new Promise((resolve) => {
    execFile(command, words, { timeout: 5_000 }, (error, stdout) => resolve(error ? null : pattern.test(stdout)));
  });
}
