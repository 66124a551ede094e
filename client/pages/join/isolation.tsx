// What is missing where threads cannot share memory, why, and how to get it.

export function Isolation() {
  if (typeof SharedArrayBuffer !== 'undefined') return null;
  const { protocol, hostname, port } = location;
  const number = port || (protocol === 'https:' ? '443' : '80');
  return (
    <section class="note" aria-labelledby="isolation-title">
      <h2 id="isolation-title">Threads cannot share memory here</h2>
      <p>
        It works all the same, with the same results: each thread keeps a copy of the run, so that it takes more memory and more time a
        generation.
      </p>
      {crossOriginIsolated ? (
        <p>The reason: this browser lets no page have it.</p>
      ) : isSecureContext ? (
        <p>
          The reason: this page came without the headers <code>Cross-Origin-Opener-Policy</code> and{' '}
          <code>Cross-Origin-Embedder-Policy</code>. The server sends them; a proxy in front of it has to leave them in.
        </p>
      ) : (
        <>
          <p>
            The reason: browsers allow it only to pages that came over HTTPS or from this machine, and this one came from {hostname} over
            plain HTTP.
          </p>
          <ul>
            <li>
              Start the server with HTTPS: <code>germline serve --tls self-signed</code>, or put a proxy with a certificate in front.
            </li>
            <li>
              Or tunnel it to this machine: <code>{`ssh -L ${number}:localhost:${number} ${hostname}`}</code>, then open{' '}
              <code>{`http://localhost:${number}/join`}</code>.
            </li>
          </ul>
        </>
      )}
    </section>
  );
}
