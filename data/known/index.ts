import type { Descriptor } from '../descriptor.ts';
import { cifar10 } from './cifar10.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { mnist } from './mnist.ts';
import { mnist10k } from './mnist10k.ts';
import { xor } from './xor.ts';

/** Every dataset with a name of its own, shipped ones first. Their names can't be given to a user's dataset. */
export const KNOWN: readonly Descriptor[] = [xor, mnist10k, mnist, fashionMnist, cifar10];
