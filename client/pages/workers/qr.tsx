// A QR code. What makes it is loaded when the first one is shown.
import { useEffect, useState } from 'preact/hooks';

/** Modules of quiet around it: readers want four. */
const BORDER = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const [code, setCode] = useState<{ path: string; size: number } | null>(null);
  useEffect(() => {
    let wanted = true;
    void import('uqr').then(({ encode }) => {
      if (!wanted) return;
      const { data, size } = encode(text, { ecc: 'M', border: BORDER });
      setCode({ path: data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join(''), size });
    });
    return () => {
      wanted = false;
    };
  }, [text]);
  return (
    <div class="qr">
      {code && (
        <svg role="img" aria-label={label} viewBox={`0 0 ${code.size} ${code.size}`} shape-rendering="crispEdges">
          <path d={code.path} />
        </svg>
      )}
    </div>
  );
}
