// Keras / tfjs Sequential topology JSON, compiled to a flat program for assembly/network.

/** A weight tensor of the network inside a genome. */
export interface WeightTensor {
  /** As Keras names it: `dense_1/kernel`. */
  name: string;
  /** Dense kernels [in, out]; convolution kernels [height, width, in, out]; biases [out]. */
  shape: number[];
  /** Index of the tensor's first number in the genome; row-major from there. */
  offset: number;
  size: number;
}

export interface Network {
  /** Without the batch. */
  inputShape: number[];
  outputs: number;
  /** Length of a genome. */
  parameters: number;
  /** In genome order: each layer's kernel, then its bias. */
  tensors: WeightTensor[];
  /** The topology as tf.loadLayersModel takes it: `{class_name: 'Sequential', config: {name, layers: [...]}}`, every name and the input shape filled in. */
  topology: Record<string, unknown>;
}

/** Compiles a topology. Throws NetworkError, which names the layer and says why. `input` is the dataset's example shape, used where the topology names none. */
export declare function compileNetwork(topology: unknown, input?: number[]): Network;
