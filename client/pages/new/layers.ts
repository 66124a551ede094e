// The layers that can be chosen, and the fields of each (docs: Keras' names).
import type { JsonSchema, Value } from './schema.ts';

export interface LayerField {
  node: JsonSchema;
  /** What a new layer has. */
  initial?: Value;
  /** From the layer's JSON to the control, and back. */
  read?: (value: Value) => Value;
  write?: (value: Value) => Value;
}

const ACTIVATIONS = ['linear', 'relu', 'tanh', 'sigmoid', 'softmax'];

const activation: LayerField = { node: { enum: ACTIVATIONS, default: 'linear' } };
const whole = (initial: number): LayerField => ({ node: { type: 'integer' }, initial });

/** `[5, 5]` is shown as 5, `[5, 3]` as `5, 3`; a list of any length where `list` is set. */
function numbers(node: JsonSchema, initial?: Value): LayerField {
  return {
    node: { ...node, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    initial,
    read: (value) =>
      Array.isArray(value) ? (value.every((each) => each === value[0]) && value.length === 2 ? value[0] : value.join(', ')) : value,
    write: (value) => {
      const parts = typeof value === 'string' ? value.split(/[\s,x×]+/).map(Number) : null;
      return parts?.length && parts.every((part) => part > 0) && parts.length > 1 ? parts : value;
    },
  };
}

const padding: LayerField = { node: { enum: ['valid', 'same'], default: 'valid' } };
const pooling = { pool_size: numbers({ default: 2 }), strides: numbers({ description: 'As the pool, if empty.' }), padding };

export const LAYERS: Record<string, Record<string, LayerField>> = {
  Dense: { units: whole(32), activation },
  Conv2D: { filters: whole(8), kernel_size: numbers({}, 3), strides: numbers({ default: 1 }), padding, activation },
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  Flatten: {},
  Reshape: { target_shape: numbers({ description: 'Such as 28, 28, 1.' }) },
  Activation: { activation: { ...activation, initial: 'relu' } },
  ReLU: {},
  Softmax: {},
};
