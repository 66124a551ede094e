// Whose results are checked how often, and what becomes of whoever is caught.
export type { Account, Level, Verdict } from './account.ts';
export { TrustFile } from './file.ts';
export { SERVER } from './owner.ts';
export { Tally } from './tally.ts';
export { type Doubt, Trust } from './trust.ts';
