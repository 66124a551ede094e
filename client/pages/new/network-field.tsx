// The network, layer by layer. What a layer has beyond the fields shown here is kept, and can be changed in the JSON.
import { Field, type FieldProps } from './field.tsx';
import { Help, idOf } from './labelled.tsx';
import { LAYERS } from './layers.ts';
import { Problems } from './problems.tsx';
import { changed, type Fields, isFields, labelOf, type Value } from './schema.ts';

/** The layers of either form, and the same form with others. */
function layersOf(value: Value): { layers: Fields[]; prefix: string; withLayers: (layers: Fields[]) => Value } {
  if (isFields(value) && isFields(value.config) && Array.isArray(value.config.layers)) {
    const { config } = value;
    return {
      layers: config.layers as Fields[],
      prefix: '.config.layers',
      withLayers: (layers) => ({ ...value, config: { ...config, layers } }),
    };
  }
  return { layers: Array.isArray(value) ? value : [], prefix: '', withLayers: (layers) => layers };
}

const same = (value: Value): Value => value;

export function NetworkField({ path, node, value, onChange }: FieldProps) {
  const { layers, prefix, withLayers } = layersOf(value);
  const id = idOf(path);
  const set = (next: Fields[]) => onChange(withLayers(next));
  const move = (from: number, to: number) => {
    const next = [...layers];
    next.splice(to, 0, ...next.splice(from, 1));
    set(next);
  };
  return (
    <fieldset class="field group wide" id={id} tabIndex={-1}>
      <legend>{labelOf('network', node)}</legend>
      <Help
        id={id}
        text="Layers, from the input to the output. The first takes its input's shape from the dataset; the last has one unit for each class."
      />
      <Problems path={path} deep />
      <ol class="plain">
        {layers.map((layer, i) => (
          <li class="layer" key={i}>
            <Layer
              at={i}
              path={`${path}${prefix}.${i}`}
              layer={layer}
              onChange={(given) => set(layers.map((each, at) => (at === i ? given : each)))}
            />
            <div class="row">
              <button type="button" class="small" aria-label={`Move layer ${i + 1} up`} disabled={i === 0} onClick={() => move(i, i - 1)}>
                ↑
              </button>
              <button
                type="button"
                class="small"
                aria-label={`Move layer ${i + 1} down`}
                disabled={i === layers.length - 1}
                onClick={() => move(i, i + 1)}
              >
                ↓
              </button>
              <button
                type="button"
                class="small"
                aria-label={`Remove layer ${i + 1}`}
                onClick={() => set(layers.filter((_, at) => at !== i))}
              >
                Remove
              </button>
            </div>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="small begin"
        // Before the last, which makes the output.
        onClick={() =>
          set([...layers.slice(0, -1), { class_name: 'Dense', config: { units: 32, activation: 'relu' } }, ...layers.slice(-1)])
        }
      >
        Add a layer
      </button>
    </fieldset>
  );
}

function Layer({ at, path, layer, onChange }: { at: number; path: string; layer: Fields; onChange: (layer: Fields) => void }) {
  const kind = String(layer.class_name);
  const config = isFields(layer.config) ? layer.config : {};
  const known = LAYERS[kind] ?? {};
  return (
    <div class="layer-fields">
      <div class="field">
        <label for={idOf(`${path}.class_name`)}>Layer {at + 1}</label>
        <select
          id={idOf(`${path}.class_name`)}
          value={kind}
          onChange={(event) => {
            const next = event.currentTarget.value;
            // What both kinds have stays.
            const kept = Object.entries(config).filter(([key]) => key in (LAYERS[next] ?? {}));
            const needed = Object.entries(LAYERS[next] ?? {}).flatMap(([key, { initial }]) =>
              initial === undefined ? [] : [[key, initial]],
            );
            const made = Object.fromEntries([...needed, ...kept]);
            onChange({ class_name: next, ...(Object.keys(made).length ? { config: made } : {}) });
          }}
        >
          {!(kind in LAYERS) && <option value={kind}>{kind}</option>}
          {Object.keys(LAYERS).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {Object.entries(known).map(([key, { node, read = same, write = same }]) => (
        <Field
          key={`${kind} ${key}`}
          path={`${path}.config.${key}`}
          node={node}
          value={read(config[key])}
          onChange={(given) => onChange({ ...layer, config: changed(config, key, write(given)) })}
        />
      ))}
    </div>
  );
}
