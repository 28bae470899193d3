/** Decides which pages may open a WebSocket to the chat room. */

/**
 * Says whether a request may open a WebSocket, by its `Origin`.
 *
 * A browser lets any page connect to any server, and may send that server's
 * cookies along. It names the page's site in `Origin`, which the page can't
 * change. Don't compare it with `Host`: if an attacker's domain name points to
 * your machine (DNS rebinding), both contain that name.
 *
 * @param origin The value of `Origin`, or `null` if there's none.
 * @param port The server's own port.
 * @returns Whether the page is the server's own, or the client isn't a browser.
 */
export function mayConnect(origin: string | null, port: number): boolean {
  // A program may send no Origin, or any it likes: the check protects people in
  // browsers.
  if (origin === null) return true;
  return ["127.0.0.1", "localhost"]
    .some((host) => origin === `http://${host}:${port}`);
}
