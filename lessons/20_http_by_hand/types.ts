/** One request, as 20.1 returns it. */
export interface HttpRequest {
  /** The method, such as `GET`. */
  method: string;
  /** The target, such as `/hello`. */
  target: string;
  /** The header fields, by their names in lowercase. */
  headers: Map<string, string>;
  /** The body, or an empty array if the request has no body. */
  body: Uint8Array;
}

/** How large a request may be. */
export interface RequestLimits {
  /** The longest head, in bytes, including its blank line. @default 8192 */
  maxHeadBytes?: number;
  /** The longest body, in bytes. @default 1048576 */
  maxBodyBytes?: number;
}

/** An object of the class in 20.1. */
export interface RequestReading {
  readRequest(): Promise<HttpRequest | null>;
}

/** The type of 20.1: a class. */
export type RequestReaderClass = new (
  conn: Deno.Conn,
  limits?: RequestLimits,
) => RequestReading;

/** The options of 20.2. */
export interface ResponseOptions {
  /** More header fields, by name. */
  headers?: Record<string, string>;
  /** Whether this is a response to `HEAD`, without its body. */
  head?: boolean;
}

/** The type of 20.2. */
export type EncodeResponse = (
  status: number,
  body: string,
  options?: ResponseOptions,
) => Uint8Array;
