// How much of a machine's memory a tab may take: browsers tell little, and that in coarse steps.

/** Bytes, where the browser does not tell. */
const UNKNOWN = 2 ** 30;

/** Bytes: half of what the machine has, as far as known. `gibibytes`: navigator.deviceMemory. */
export function tabMemory(gibibytes: number | undefined = (navigator as { deviceMemory?: number }).deviceMemory): number {
  return gibibytes ? Math.floor((gibibytes * 2 ** 30) / 2) : UNKNOWN;
}
