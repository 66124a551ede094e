// A description, with what stands in backticks as code.
export function Prose({ text }: { text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 ? <code key={part + String(i)}>{part}</code> : part))}</>;
}
