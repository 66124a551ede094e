// Two convolutions with pooling and a dense layer, for 28x28 images: 11,274 weights.
import type { LayerInput } from '../network.ts';

const convolution = (filters: number): LayerInput[] => [
  { class_name: 'Conv2D', config: { filters, kernel_size: [5, 5], padding: 'same', activation: 'relu' } },
  { class_name: 'MaxPooling2D', config: { pool_size: [2, 2] } },
];

export const smallConvolutional: LayerInput[] = [
  ...convolution(8),
  ...convolution(16),
  { class_name: 'Flatten' },
  { class_name: 'Dense', config: { units: 10 } },
];
