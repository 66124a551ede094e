// The names of algorithms, for whoever does not know their short ones.
const NAMES: Record<string, string> = { es: 'evolution strategy', ga: 'genetic algorithm', random: 'random search' };

export const algorithmName = (short: string): string => NAMES[short] ?? short;
