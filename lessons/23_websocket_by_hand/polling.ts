/** Counts the bytes and round trips of HTTP polling and of a WebSocket. */
import { listenTcp, writeAll } from "../../lib/net/mod.ts";
import { serve } from "../../lib/net/mod.ts";
import { encodeWebSocketFrame, WEBSOCKET_OPCODES } from "../../lib/wire/mod.ts";
import type { OpenPair } from "./open_pair.ts";
import { HeadReader } from "./request.ts";
import { encodeResponse } from "../20_http_by_hand/solution.ts";

/** The bytes and round trips that some messages took. */
export interface Cost {
  /** The bytes from the client, in all requests together. */
  up: number;
  /** The bytes from the server. */
  down: number;
  /** How often the client asked and waited for the answer. */
  roundTrips: number;
}

/**
 * Lets `fetch()` ask for one message after the other, on one connection.
 *
 * Each question finds a message. A real client also asks when there's none.
 *
 * @param messages The messages.
 * @returns What it took.
 */
export async function poll(messages: string[]): Promise<Cost> {
  const cost: Cost = { up: 0, down: 0, roundTrips: 0 };
  using listener = listenTcp();
  const { port } = listener.addr;
  const served = serve(listener, async (conn) => {
    const reader = new HeadReader(conn);
    while (await reader.readHead() !== null) {
      cost.up += reader.bytes.length;
      const answer = encodeResponse(200, messages[cost.roundTrips++]);
      cost.down += answer.length;
      await writeAll(conn, answer);
    }
  });
  const client = Deno.createHttpClient({});
  for (const message of messages) {
    const url = `http://127.0.0.1:${port}/next`;
    const response = await fetch(url, { client });
    const text = await response.text();
    if (text !== message) throw new Error(`got ${text} in place of ${message}`);
  }
  // This closes the client's connection.
  client.close();
  listener.close();
  await served;
  return cost;
}

/**
 * Sends the same messages over a WebSocket, without waiting to be asked.
 *
 * @param messages The messages.
 * @param pair The WebSocket.
 * @returns What it took, its upgrade included.
 */
export async function push(
  messages: string[],
  { client, conn, request, answer }: OpenPair,
): Promise<Cost> {
  const cost = { up: request.length, down: answer.length, roundTrips: 1 };
  const received: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.onmessage = ({ data }) => {
      if (received.push(data) === messages.length) resolve();
    };
  });
  for (const message of messages) {
    const frame = encodeWebSocketFrame(WEBSOCKET_OPCODES.text, message);
    cost.down += frame.length;
    await writeAll(conn, frame);
  }
  await all;
  client.onmessage = null;
  if (`${received}` !== `${messages}`) throw new Error("other messages came");
  return cost;
}
