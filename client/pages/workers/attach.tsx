// How a machine or a browser becomes a worker: a command, a link, and the link as a QR code for a phone.
import { useSignal } from '@preact/signals';
import { TOKEN_LENGTH } from '../../../protocol/limits.ts';
import { Command } from '../../components/copy.tsx';
import { token, tokenOf } from '../../token.ts';
import { QrCode } from './qr.tsx';

/** Stands where a worker's token belongs until there is one. */
const PLACE = 'TOKEN';
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function Attach({ local }: { local: boolean }) {
  const pasted = useSignal('');
  // Whoever asks for a token got one from this page.
  const guarded = token.value !== null;
  const given = tokenOf(pasted.value);
  const { origin, hostname, protocol } = location;
  // A link to this machine leads any other one to itself.
  const alone = LOOPBACK.test(hostname);
  const link = `${origin}/join${guarded ? `#token=${given || PLACE}` : ''}`;
  return (
    <section class="card attach" aria-labelledby="attach-title">
      <div>
        <h2 id="attach-title" tabIndex={-1}>
          Attach a machine
        </h2>
        <p class="help">
          Whatever attaches gets work at once and may leave at any time: what it had not finished goes to others, and the result of a run
          stays the same to the bit.
        </p>
      </div>
      {guarded && (
        <div class="field">
          <label for="attach-token">Worker's token</label>
          <input
            id="attach-token"
            type="password"
            value={pasted.value}
            maxLength={TOKEN_LENGTH * 2}
            autoComplete="off"
            spellcheck={false}
            aria-describedby="attach-token-help"
            onInput={(event) => {
              pasted.value = event.currentTarget.value;
            }}
          />
          <p class="help" id="attach-token-help">
            This server asks for tokens. On its machine <code>germline token create worker</code> makes one that may compute and nothing
            else; do not hand out your own. Pasted here, it becomes part of the command, the link and the code below, and is sent nowhere.
          </p>
        </div>
      )}
      {alone && (
        <p class="note">
          <span>
            This page was opened at <code>{hostname}</code>, which only this machine can reach. To let others in, start the server with{' '}
            <code>germline serve --host 0.0.0.0</code> and open this page at the machine's name or address: the command, the link and a code
            for phones then lead there.
          </span>
        </p>
      )}
      <div class="ways">
        <div class="way">
          <h3>{alone ? 'This machine' : 'A laptop, a server'}</h3>
          <p class="help">With Node 22.18 or newer and Germline installed:</p>
          <Command text={`germline work ${origin}${guarded ? `/#${given || PLACE}` : ''}`} what="the command for a machine" />
          {protocol === 'https:' && (
            <p class="help">
              If the server made its own certificate (<code>--tls self-signed</code>), add <code>--ca FILE</code> with that certificate.
            </p>
          )}
          {!local && (
            <>
              <p class="help">The server's own machine, when it is started next:</p>
              <Command text="germline serve --work" what="the command for the server's own machine" />
            </>
          )}
        </div>
        <div class="way">
          <h3>Any browser</h3>
          <p class="help">
            Nothing to install: <a href="/join">lend this browser</a>, or open the link in another one {alone ? 'of this machine ' : ''}and
            press start.
          </p>
          <Command text={link} what="the link for a browser" />
        </div>
        <div class="way">
          <h3>A phone</h3>
          {alone ? (
            <p class="help">A code for its camera stands here once this page is opened at an address that the phone can reach.</p>
          ) : guarded && !given ? (
            <p class="help">With a worker's token above, its camera opens the link from a code here.</p>
          ) : (
            <>
              <p class="help">Its camera opens the link:</p>
              <QrCode text={link} label={guarded ? `QR code of ${origin}/join with the token` : `QR code of ${link}`} />
            </>
          )}
        </div>
      </div>
    </section>
  );
}
