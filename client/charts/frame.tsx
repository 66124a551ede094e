// What stands around every chart: its legend, its switches, the names of its axes, its sentence, and its table.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Switch {
  on: boolean;
  possible: boolean;
  set(on: boolean): void;
}

export interface ChartFrameProps {
  legend?: ComponentChildren;
  xLabel: string;
  yLabel: string;
  summary: string;
  /** Null: a logarithmic scale makes no sense here. */
  log?: Switch | null;
  smooth?: Switch | null;
  /** Where only a part is shown. */
  onShowAll?: (() => void) | null;
  /** Made only while it is shown. */
  table: () => ComponentChildren;
  children: ComponentChildren;
}

export function ChartFrame({ legend, xLabel, yLabel, summary, log, smooth, onShowAll, table, children }: ChartFrameProps) {
  const open = useSignal(false);
  const id = useId();
  return (
    <figure class="chart">
      <div class="chart-head">
        {legend ?? <span />}
        <div class="chart-tools">
          {onShowAll && (
            <button type="button" class="small" onClick={onShowAll}>
              Show all
            </button>
          )}
          {smooth && (
            <button
              type="button"
              class="small"
              aria-pressed={smooth.on}
              disabled={!smooth.possible}
              title="A moving median over each curve: what it does on the whole"
              onClick={() => smooth.set(!smooth.on)}
            >
              Smooth
            </button>
          )}
          {log && (
            <button type="button" class="small" aria-pressed={log.on} disabled={!log.possible} onClick={() => log.set(!log.on)}>
              Log scale
            </button>
          )}
          <button
            type="button"
            class="small"
            aria-expanded={open.value}
            aria-controls={id}
            onClick={() => {
              open.value = !open.value;
            }}
          >
            {open.value ? 'Hide table' : 'Show as table'}
          </button>
        </div>
      </div>
      <p class="axis-name">{yLabel}</p>
      {children}
      <p class="axis-name x">{xLabel}</p>
      <figcaption>{summary}</figcaption>
      <div id={id} hidden={!open.value}>
        {open.value && table()}
      </div>
    </figure>
  );
}
