import type { Server, ServerOptions } from "./contract.ts";
import { Answers } from "./live/answers.ts";
import { Runs } from "./live/runs.ts";
import { Tabs } from "./live/tabs.ts";
import { SECURITY_HEADERS, whyForbidden } from "./guard.ts";
import { type Live, respond } from "./routes.ts";

/**
 * Serves the workbook to browsers on this machine.
 *
 * @param options The catalog, and the port.
 * @returns The server.
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 */
export function startServer({ lessons, port = 0 }: ServerOptions): Server {
  const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const tabs = new Tabs((id) => runs.stop(id));
  const runs = new Runs((tab, message) => tabs.send(tab, message));
  let answers: Answers | undefined;
  const live: Live = {
    lessons,
    token,
    tabs,
    runs,
    // Starts with the first page, so that the address is printed at once.
    get answers() {
      return answers ??= new Answers(
        lessons,
        (message) => tabs.sendAll(message),
      );
    },
  };
  let host = "";
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: (address) => host = `127.0.0.1:${address.port}`,
    onError(error) {
      console.error(String(error));
      return new Response("The server failed.", { status: 500 });
    },
  }, async (request) => {
    const why = whyForbidden(request, { host, token });
    const response = why === undefined
      ? await respond(live, request)
      : new Response(`Forbidden: ${why}.\n`, { status: 403 });
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      response.headers.set(name, value);
    }
    return response;
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      tabs.close();
      await runs.close();
      await answers?.[Symbol.asyncDispose]();
      await server.shutdown();
    },
  };
}
