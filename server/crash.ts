// Crash points for tests: GERMLINE_CRASH=POINT:GENERATION makes the process kill itself there, as a power cut or an administrator would.
//   before-begin   the generation is about to be measured
//   before-commit  its losses are all there, and nothing is written
//   after-commit   its record is on the disk, and nobody was told

export type CrashPoint = 'before-begin' | 'before-commit' | 'after-commit';

const [POINT, GENERATION] = (process.env.GERMLINE_CRASH ?? '').split(':');

/** Ends the process with SIGKILL where it was asked to. */
export function crashPoint(point: CrashPoint, generation: number): void {
  if (POINT === point && GENERATION === String(generation)) process.kill(process.pid, 'SIGKILL');
}
