// Where the host and the engine meet: the order of the 4-byte words in the records that they hand each other.
// Plain constants, read by AssemblyScript and TypeScript alike. A comment `f32` marks a float; all others are u32.

// --- Config: what never changes in a run -----------------------------------------------------------------------------------
export const SEED_LO = 0;
export const SEED_HI = 1;
export const POPULATION = 2;
export const PARAMETERS = 3;
/** Generations over which schedules run. */
export const HORIZON = 4;
export const ALGORITHM = 5;
/** The best so many individuals breed. */
export const POOL = 6;
export const ELITES = 7;
export const BLOCK = 8;
export const MATING = 9;
export const MATING_SIZE = 10;
export const MATING_BIAS = 11; // f32
export const CROSSOVER = 12;
export const CROSSOVER_PROBABILITY = 13; // f32
/** Of 256. */
export const CROSSOVER_SHARE = 14;
export const CROSSOVER_PARENTS = 15;
export const MUTATION = 16;
export const MUTATION_PROBABILITY = 17; // f32
export const MUTATION_FRACTION = 18; // f32
export const MUTATION_RANK = 19;
export const SIGMA = 20;
/** constant: value. exponential: from, to. adaptive: initial, minimum, maximum, spread, rate. self-adaptive: initial, minimum, maximum, factor. */
export const SIGMA_A = 21; // f32
export const SIGMA_B = 22; // f32
export const SIGMA_C = 23; // f32
export const SIGMA_D = 24; // f32
export const SIGMA_E = 25; // f32
export const INHERITANCE = 26; // f32
export const INIT = 27;
export const INIT_SCALE = 28; // f32
/** Parents that generation 0 is given; 0: its individuals are all draws of their own. */
export const FOUNDERS = 29;
export const RATE = 30;
export const RATE_A = 31; // f32
export const RATE_B = 32; // f32
export const SHAPING = 33;
export const SHAPING_CLIP = 34; // f32
export const BETA1 = 35; // f32
export const BETA2 = 36; // f32
export const EPSILON = 37; // f32
export const WEIGHT_DECAY = 38; // f32
export const LOSS = 39;
export const TEMPERATURE = 40; // f32
export const SMOOTHING = 41; // f32
/** Numbers that the network puts out for an example. */
export const OUTPUTS = 42;
/** 1: targets are class numbers; 0: float32. */
export const CLASSES = 43;
/** Pointer to the segments, and how many. */
export const SEGMENTS = 44;
export const SEGMENT_COUNT = 45;
/** Pointer to the program, and how many operations. */
export const PROGRAM = 46;
export const PROGRAM_LENGTH = 47;
/** 1: children that allow it take the fast path. */
export const FAST = 48;
/** Numbers of one example. */
export const FEATURES = 49;
/** Parents that a state has room for. */
export const CAPACITY = 50;
/** Pointer to zero floats, as many as the widest layer has units. */
export const ZEROS = 51;
/** Numbers per example of the widest buffer between two operations. */
export const WIDEST = 52;
/** Panels that go through the network together. */
export const CHUNK = 53;
export const CONFIG_WORDS = 64;

export const GA = 0;
export const ES = 1;
export const RANDOM = 2;

export const MATING_UNIFORM = 0;
export const MATING_TOURNAMENT = 1;
export const MATING_RANK = 2;
export const MATING_ROULETTE = 3;

export const CROSSOVER_NONE = 0;
export const CROSSOVER_UNIFORM = 1;
export const CROSSOVER_NEURON = 2;
export const CROSSOVER_LAYER = 3;
export const CROSSOVER_SINGLE_POINT = 4;
export const CROSSOVER_INTERMEDIATE = 5;
/** The most parents that an intermediate crossover takes. */
export const MAX_MATES = 8;

export const MUTATION_NONE = 0;
export const MUTATION_GAUSSIAN = 1;
export const MUTATION_SPARSE = 2;
export const MUTATION_LOW_RANK = 3;
export const MUTATION_SET = 4;

export const SIGMA_CONSTANT = 0;
export const SIGMA_EXPONENTIAL = 1;
export const SIGMA_ADAPTIVE = 2;
export const SIGMA_SELF_ADAPTIVE = 3;

export const INIT_ZEROS = 0;
export const INIT_NORMAL = 1;
export const INIT_UNIFORM = 2;
export const INIT_GLOROT = 3;
export const INIT_HE = 4;

export const SHAPING_RANK = 0;
export const SHAPING_Z_SCORE = 1;

export const LOSS_CROSS_ENTROPY = 0;
export const LOSS_ERROR_RATE = 1;
export const LOSS_SQUARED_ERROR = 2;

// --- Segment: one layer's weights, the matrix [ROWS][COLUMNS] whose last row is the bias ------------------------------------
export const SEGMENT_OFFSET = 0;
/** Kernel rows, and one for the bias where the layer has one. */
export const SEGMENT_ROWS = 1;
export const SEGMENT_COLUMNS = 2;
export const SEGMENT_BIASED = 3;
export const SEGMENT_FAN_IN = 4;
export const SEGMENT_FAN_OUT = 5;
/** The layer's first unit, counted over the network. */
export const SEGMENT_NEURON = 6;
/** First draw of the layer's low-rank factors, in FACTOR's stream. */
export const SEGMENT_DRAW = 7;
export const SEGMENT_WORDS = 8;

// --- Operation of a network's program ---------------------------------------------------------------------------------------
export const OP_CODE = 0;
/** Numbers per example, in and out. */
export const OP_IN = 1;
export const OP_OUT = 2;
/** Offsets into the genome; NO_BIAS: none. */
export const OP_KERNEL = 3;
export const OP_BIAS = 4;
/** 1: results below zero become zero. */
export const OP_RELU = 5;
export const OP_HEIGHT = 6;
export const OP_WIDTH = 7;
export const OP_CHANNELS = 8;
export const OP_OUT_HEIGHT = 9;
export const OP_OUT_WIDTH = 10;
export const OP_FILTERS = 11;
export const OP_KERNEL_HEIGHT = 12;
export const OP_KERNEL_WIDTH = 13;
export const OP_STRIDE_Y = 14;
export const OP_STRIDE_X = 15;
export const OP_PAD_TOP = 16;
export const OP_PAD_LEFT = 17;
export const OP_WORDS = 18;

export const NO_BIAS = 0xffffffff;

export const OP_DENSE = 0;
export const OP_CONV2D = 1;
export const OP_MAX_POOL = 2;
export const OP_AVERAGE_POOL = 3;
export const OP_RELU_PASS = 4;
export const OP_TANH = 5;
export const OP_SIGMOID = 6;
export const OP_SOFTMAX = 7;

// --- State: what a generation starts from, beside the parents' weights --------------------------------------------------------
export const GENERATION = 0;
/** Parents held (es: 1, the centre). */
export const PARENTS = 1;
/** Ranks that may be drawn: the breeding pool's size when the parents were chosen. */
export const RANKS = 2;
export const STATE_SIGMA = 3; // f32
/** f32 products of the Adam decay rates: beta1^t, beta2^t. */
export const BETA1_POWER = 4; // f32
export const BETA2_POWER = 5; // f32
export const STATE_WORDS = 8;
// Behind the words, each `capacity` long: parents' ranks (u32), sigmas (f32), inherited losses (f32); then, RANKS long, the
// roulette's cumulative weights (f32).

// --- Lineage: what expresses an individual ----------------------------------------------------------------------------------
export const KIND = 0;
export const CROSSED = 1;
export const MUTATED = 2;
export const LINEAGE_SIGMA = 3; // f32
/** Counter of the crossover mask or the antithetic noise: two neighbours share it. */
export const PAIR = 4;
/** 1: the second of a pair: the mask's complement, or the noise's negative. */
export const SECOND = 5;
export const MATES = 6;
/** MATES positions of parents in the state, in the order drawn: the same for a whole block. */
export const MATE = 7;
/** Of 256: the first parent's part, which is the setting's if it is the better of two, else the rest. */
export const LINEAGE_SHARE = 15;
export const LINEAGE_WORDS = 16;

/** Drawn from `init`, keyed by individual and generation. */
export const FOUNDER = 0;
/** A parent, unchanged. */
export const ELITE = 1;
export const CHILD = 2;
/** The centre plus or minus noise. */
export const PERTURBED = 3;

// --- Selection: little-endian bytes; all that `advance` reads ------------------------------------------------------------------
export const SELECTION_VERSION = 1;
/** u32: version | algorithm << 8. */
export const SELECTION_HEADER = 0;
export const SELECTION_GENERATION = 1;
/** Survivors (ga, random) or antithetic pairs (es). */
export const SELECTION_COUNT = 2;
export const SELECTION_RANKS = 3;
/** f32: the next generation's sigma (ga), the scale of a utility step (es). */
export const SELECTION_SCALAR = 4;
/** 1: an inherited loss follows each survivor. 2: RANKS cumulative weights follow the survivors. */
export const SELECTION_FLAGS = 5;
export const SELECTION_WORDS = 6;

// --- Bounds that both sides keep ------------------------------------------------------------------------------------------------
/** The most individuals that the fast path takes at a time. */
export const GROUP = 32;
