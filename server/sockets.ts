// TCP connections, before anything is said over them: so many from one address, whatever they are for.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback, networkOf } from './access.ts';
import { connectionLimits } from './limits.ts';

/** Cuts what is too much at once. Behind a proxy nobody's address is known yet: that is for the proxy to do. */
export function boundSockets(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '');
    // Gone already, or of this machine.
    if (address === undefined || isLoopback(address)) return;
    const network = networkOf(address);
    const same = open.get(network) ?? 0;
    if (same >= connectionLimits.sockets) {
      socket.destroy();
      return;
    }
    open.set(network, same + 1);
    socket.once('close', () => {
      const left = (open.get(network) ?? 0) - 1;
      if (left > 0) open.set(network, left);
      else open.delete(network);
    });
  });
}
