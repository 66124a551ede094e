// JSON for people: what fits a line stands on one.
const LINE = 72;

export function pretty(value: unknown, indent = ''): string {
  const line = onOneLine(value);
  if (typeof value !== 'object' || value === null || (indent && indent.length + line.length <= LINE)) return line;
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((each) => pretty(each, inner))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${pretty(each, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return entries.length ? `${open}\n${inner}${entries.join(`,\n${inner}`)}\n${indent}${close}` : open + close;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${onOneLine(each)}`);
  return entries.length ? `{ ${entries.join(', ')} }` : '{}';
}
