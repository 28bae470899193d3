import {
  connectResettable,
  connectTcp,
  listenTcp,
  type ResettableClient,
} from "../../lib/net/mod.ts";

/** A chat room of any kind. */
export interface AnyRoom {
  join(conn: Deno.Conn, name: string): Promise<unknown>;
}

/** A room, its listener, and the clients that have joined. */
export class RoomServer<R extends AnyRoom> implements AsyncDisposable {
  readonly room: R;
  readonly #listener = listenTcp();
  readonly #clients: Disposable[] = [];
  readonly #leaving = new Map<string, Promise<unknown>>();

  /** @param room The room. */
  constructor(room: R) {
    this.room = room;
  }

  /** Connects a client that joins the room. */
  async join(name: string): Promise<Deno.TcpConn> {
    const connecting = connectTcp(this.#listener.addr.port);
    await this.#accept(name);
    const conn = await connecting;
    conn.setNoDelay();
    this.#clients.push(conn);
    return conn;
  }

  /** Connects a client that joins the room and can reset its connection. */
  async joinResettable(name: string): Promise<ResettableClient> {
    const client = await connectResettable(this.#listener.addr.port);
    this.#clients.push(client);
    await this.#accept(name);
    return client;
  }

  /** Waits until a member has left, and returns how it left. */
  async left(name: string): Promise<string> {
    return String(await this.#leaving.get(name));
  }

  async #accept(name: string): Promise<void> {
    const conn = await this.#listener.accept();
    this.#leaving.set(name, this.room.join(conn, name));
  }

  /** Closes all clients, and waits until all members have left. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    this.#listener.close();
    await Promise.all(this.#leaving.values());
  }
}
