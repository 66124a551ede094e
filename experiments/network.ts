// The network of an experiment: Keras / tfjs Sequential JSON, or only its list of layers.
import { z } from 'zod';
import { withShortForm } from './shorthand.ts';

const layer = z.looseObject({
  class_name: z
    .string()
    .describe(
      '`Dense`, `Conv2D`, `MaxPooling2D`, `AveragePooling2D`, `Flatten`, `Reshape`, `Activation`, `ReLU`, `Softmax`, `Dropout` or `InputLayer`.',
    ),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("The layer's settings by their Keras names: `units`, `activation`, `kernel_size`, ..."),
});

const sequential = z.looseObject({
  class_name: z.literal('Sequential'),
  config: z
    .looseObject({
      name: z.string().default('network').describe('Name of the network.'),
      layers: z.array(layer).min(1).describe('First to last.'),
    })
    .describe('As `model.toJSON()` writes it.'),
});

export type LayerInput = z.input<typeof layer>;

export const network = withShortForm<typeof sequential, LayerInput[]>(sequential, {
  json: {
    type: 'array',
    minItems: 1,
    items: z.toJSONSchema(layer, { io: 'input', target: 'draft-2020-12' }),
  },
  expand: (value) => (Array.isArray(value) ? { class_name: 'Sequential', config: { layers: value } } : value),
});
