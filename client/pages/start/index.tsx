// The first page, until a run's page takes its place.
export default function Start() {
  return (
    <div class="narrow">
      <h1>Germline</h1>
      <p class="lead">This server evolves neural networks over whatever machines lend it their threads.</p>
      <ul class="plain">
        <li>
          <a href="/join">Lend this browser's threads</a>
        </li>
        <li>
          <a href="/api/docs">The HTTP API</a>, as OpenAPI
        </li>
      </ul>
    </div>
  );
}
