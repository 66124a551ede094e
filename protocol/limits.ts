// Bounds of the wire that both sides keep. Those of the server alone are in server/limits.ts.

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = 'germline.v1';
export const DEFAULT_PORT = 4376;
/** Of the WebSocket, below the server's own address. */
export const SOCKET_PATH = 'socket';

/** Bytes of one message, by who sends it and whether it is known yet. */
export const MESSAGE_BYTES = {
  /** Before a hello was accepted. */
  hello: 4096,
  /** A worker's: the largest carries one task's losses. */
  worker: 1 << 20,
  viewer: 16384,
  admin: 1 << 20,
  /** The server's: the largest carries a selection. */
  server: 16 << 20,
} as const;

/** Individuals in one task: their losses fit a worker's message with room to spare. */
export const TASK_INDIVIDUALS = 65536;
/** Characters. */
export const NAME_LENGTH = 100;
export const TOKEN_LENGTH = 200;
export const RUN_ID_LENGTH = 40;
export const TEXT_LENGTH = 500;
/** Behind a run's id: the topic of its weights. */
export const WEIGHTS_TOPIC = '/weights';
/** Entries of any list in a message. */
export const LIST_LENGTH = 1024;
