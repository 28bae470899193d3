/** A request that may ask for a WebSocket. */
export interface UpgradeRequest {
  /** The method, such as `GET`. */
  method: string;
  /** The fields of the head, as they arrived, in order. */
  headers: [name: string, value: string][];
}

/** The response that 23.1 returns. */
export interface UpgradeResponse {
  /** The status, such as 101. */
  status: number;
  /** The fields of the head, by name. */
  headers: Record<string, string>;
}

/** The type of 23.1. */
export type AcceptUpgrade = (
  request: UpgradeRequest,
) => Promise<UpgradeResponse>;

/** A message with data. */
export type DataMessage =
  | { kind: "text"; text: string }
  | { kind: "binary"; data: Uint8Array };

/** A message or a control frame, as 23.2 returns it. */
export type Message =
  | DataMessage
  | { kind: "ping"; data: Uint8Array }
  | { kind: "pong"; data: Uint8Array }
  | { kind: "close"; code: number; reason: string };

/** Reads a client's messages. */
export interface MessageReader {
  /** Returns the next message, or `null` at the end. */
  readMessage(): Promise<Message | null>;
}

/** The options of 23.2. */
export interface ReaderOptions {
  /** The most bytes in one message; 1048576 if not given. */
  maxBytes?: number;
}

/** The type of 23.2: a class. */
export type FrameReaderClass = new (
  conn: Deno.Conn,
  options?: ReaderOptions,
) => MessageReader;

/** The options of 23.3. */
export interface FrameOptions {
  /** The masking key, four bytes; a frame without one isn't masked. */
  mask?: Uint8Array;
}

/** The type of 23.3. */
export type EncodeFrame = (
  opcode: number,
  payload: Uint8Array | string,
  options?: FrameOptions,
) => Uint8Array;

/** How a WebSocket ended. */
export interface CloseReason {
  /** The close code. */
  code: number;
  /** The reason, often empty. */
  reason: string;
}

/** The options of 23.4. */
export interface SocketOptions {
  /** How long the client has to answer a Close frame, in milliseconds. */
  graceMs?: number;
}

/** The server's end of a WebSocket. */
export interface WebSocketEnd {
  /** Sends a text or bytes. Returns `false` if it's too late to send any. */
  send(message: string | Uint8Array): boolean;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Reads until the end, and returns how the WebSocket ended. */
  run(
    onMessage: (message: DataMessage) => void | Promise<void>,
  ): Promise<CloseReason>;
}

/** The type of 23.4: a class. */
export type ServerSocketClass = new (
  conn: Deno.Conn,
  reader: MessageReader,
  options?: SocketOptions,
) => WebSocketEnd;
