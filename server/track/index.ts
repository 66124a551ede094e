// What viewers are shown of a run's generations beside its journal.
export { type Levels, levelsOf } from './levels.ts';
export {
  type Looked,
  NOTHING_NOTED,
  readNumbers,
  readWeights,
  type Stretch,
  sampledPositions,
  TRACK_FILE,
  TRACK_ROW_BYTES,
  Track,
  type TrackNumbers,
  WEIGHTS_FILE,
} from './track.ts';
