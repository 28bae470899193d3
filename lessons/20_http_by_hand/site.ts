/** The site that this lesson's server serves. */
import type { HttpField } from "../../lib/wire/mod.ts";
import { type Answer, plainAnswer, TEXT } from "./answer.ts";
import type { Incoming } from "./server.ts";

/** The body for /hello, encoded only once. */
const HELLO = new TextEncoder().encode("hello\n");

/** The handlers for each path, by method. The one for GET handles HEAD, too. */
const ROUTES = new Map<string, Partial<Record<string, Route>>>([
  ["/", { GET: page }],
  ["/hello", { GET: () => ({ status: 200, fields: [TEXT], body: HELLO }) }],
  ["/count", { GET: count }],
  ["/echo", { POST: echo, PUT: echo }],
]);

type Route = (request: Incoming) => Answer | Promise<Answer>;

/** The methods of RFC 9110 and RFC 5789. The answer to any other is 501. */
const METHODS = new Set(
  ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE"]
    .concat("PATCH"),
);

/** Answers a request. */
export function site(request: Incoming): Answer | Promise<Answer> {
  const { method, target } = request.head;
  if (!METHODS.has(method)) return plainAnswer(501, "no such method");
  if (target === "*") return { status: 204, fields: [allow(["OPTIONS"])] };
  const routes = ROUTES.get(pathOf(target));
  if (routes === undefined) return plainAnswer(404, "nothing there");
  const route = routes[method === "HEAD" ? "GET" : method];
  if (route !== undefined) return route(request);
  const allowed = Object.keys(routes)
    .flatMap((name) => name === "GET" ? ["GET", "HEAD"] : [name])
    .concat("OPTIONS");
  if (method === "OPTIONS") return { status: 204, fields: [allow(allowed)] };
  const why = `only ${allowed.join(", ")}`;
  return plainAnswer(405, why, [allow(allowed)]);
}

/**
 * Returns the path of a target, without the query after a `?`. The target may be
 * a whole URL (RFC 9112, section 3.2.2).
 */
export function pathOf(target: string): string {
  const [path] = target.replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*/, "")
    .split("?", 1);
  return path === "" ? "/" : path;
}

function allow(methods: string[]): HttpField {
  return { name: "Allow", value: methods.join(", ") };
}

/**
 * Returns a page for a browser. Its form posts a body with a length to /echo.
 */
function page(): Answer {
  return {
    status: 200,
    fields: [
      { name: "Content-Type", value: "text/html; charset=utf-8" },
      { name: "Content-Security-Policy", value: "default-src 'none'" },
    ],
    body: `<!doctype html>
<html lang="en">
<title>Lesson 20</title>
<h1>HTTP by hand</h1>
<p>A program on a TCP socket wrote this page.</p>
<ul>
<li><a href="/hello">/hello</a>: a body with a length</li>
<li><a href="/count">/count</a>: a body in chunks</li>
<li><a href="/nowhere">/nowhere</a>: a 404</li>
</ul>
<form method="post" action="/echo">
<input name="text" value="zwölf" aria-label="text"> <button>POST /echo</button>
</form>
</html>
`,
  };
}

/** Returns a stream, whose length isn't known when its head is sent. */
function count(): Answer {
  async function* numbers() {
    for (let i = 1; i <= 5; i++) yield new TextEncoder().encode(`${i}\n`);
  }
  return { status: 200, fields: [TEXT], body: numbers() };
}

/** Sends the body back, as text that a browser shows but doesn't run. */
async function echo({ body }: Incoming): Promise<Answer> {
  const fields = [TEXT, { name: "X-Content-Type-Options", value: "nosniff" }];
  return { status: 200, fields, body: await body() };
}
