/** Which pages may open a WebSocket to the chat room. */

/**
 * Says whether a request may open a WebSocket, by its `Origin`.
 *
 * A browser lets any page connect to any server, may send the cookies of that
 * server, and says in `Origin` which page it is. The page can't change it. Don't compare
 * it with `Host`: both are the attacker's name if that name's DNS entry points at
 * your machine (DNS rebinding).
 *
 * @param origin The value of `Origin`, or `null` if there's none.
 * @param port The server's own port.
 * @returns Whether the page is the server's own, or the client isn't a browser.
 */
export function mayConnect(origin: string | null, port: number): boolean {
  // Programs send none, or whatever they like: Origin protects browsers' users.
  if (origin === null) return true;
  return ["127.0.0.1", "localhost"]
    .some((host) => origin === `http://${host}:${port}`);
}
